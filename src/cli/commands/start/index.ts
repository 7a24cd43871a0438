/** `assay start`: runs a validator. */
import type { Argv, CommandModule } from 'yargs';
import type { CliContext } from '../../io.ts';
import { NODE_OPTIONS } from '../../node-options.ts';

/** The command. */
export const startCommand: CommandModule = {
  command: 'start',
  describe: 'Run a validator',
  builder: (parser) => build(parser as Argv<CliContext>),
  handler: () => undefined,
};

function build(parser: Argv<CliContext>): Argv {
  return parser.command(
    '$0',
    'Join the network of a file and take part until Ctrl-C or SIGTERM',
    (command) =>
      command
        .options(NODE_OPTIONS)
        .example('$0 start --dir ./val', 'after assay join; on loopback, a free port')
        .epilogue(EPILOGUE),
    async (argv) => {
      const { runValidator } = await import('./handler.ts');
      await runValidator(argv);
    },
  ) as Argv;
}

const EPILOGUE = [
  'Stops within 10 s of Ctrl-C or SIGTERM; a second one ends it at once.',
  'A key that has signed before signs nothing until it has listened for a while',
  'whether it runs elsewhere; if it does, the command ends with exit code 2.',
  'Models that the network lists for this validator are fetched from peers.',
].join('\n');
