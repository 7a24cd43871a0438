/** `assay beacon`: a devnet beacon of the drand scheme. */
import type { Argv, CommandModule } from 'yargs';
import type { CliContext } from '../../io.ts';
import { BEACON_EPILOGUE, BEACON_OPTIONS } from './options.ts';

/** The command. */
export const beaconCommand: CommandModule = {
  command: 'beacon',
  describe: 'Run a devnet beacon of the drand scheme',
  builder: (parser) => build(parser as Argv<CliContext>),
  handler: () => undefined,
};

function build(parser: Argv<CliContext>): Argv {
  return parser.command(
    '$0',
    'Sign a chain of beacons and serve it as drand does',
    (command) => command.options(BEACON_OPTIONS).epilogue(BEACON_EPILOGUE),
    async (argv) => {
      const { runBeacon } = await import('./handler.ts');
      await runBeacon({ ...argv, seedFile: argv['seed-file'], io: argv.io });
    },
  ) as Argv;
}
