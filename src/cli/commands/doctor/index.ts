/** `assay doctor`: is this node fit to run, and if not, what to do. */
import type { Argv, CommandModule } from 'yargs';
import { type CliContext, JSON_OPTION, TEXT } from '../../io.ts';
import { DIR_OPTION } from '../../node-options.ts';

/** The command. */
export const doctorCommand: CommandModule = {
  command: 'doctor',
  describe: 'Examine machine, key, models and network of a node, and say how to mend them',
  builder: (parser) => build(parser as Argv<CliContext>),
  handler: () => undefined,
};

const OPTIONS = {
  ...DIR_OPTION,
  net: {
    ...TEXT,
    describe: 'Network file; without it machine and key are examined',
    defaultDescription: 'network.yaml in the folder',
  },
  listen: {
    ...TEXT,
    describe: 'Where a stopped node will listen, e.g. /ip4/0.0.0.0/tcp/4101: is it free and open',
  },
  offline: { type: 'boolean', default: false, describe: 'Ask nobody else' },
  ...JSON_OPTION,
} as const;

function build(parser: Argv<CliContext>): Argv {
  return parser.command(
    '$0',
    'Examine everything that a node stands on; exit 1 if something failed',
    (command) => command.options(OPTIONS).example('$0 doctor --dir ./val', ''),
    async (argv) => {
      const { runDoctor } = await import('./handler.ts');
      await runDoctor(argv);
    },
  ) as Argv;
}
