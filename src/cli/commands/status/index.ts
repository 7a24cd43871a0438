/** `assay status`: is my node well; is the network alive, and how is each member? */
import type { Argv, CommandModule } from 'yargs';
import type { CliContext } from '../../io.ts';
import { STATUS_EPILOGUE, STATUS_OPTIONS } from './options.ts';

/** The command. */
export const statusCommand: CommandModule = {
  command: 'status',
  describe: 'How is the own node, or the network and each member',
  builder: (parser) => build(parser as Argv<CliContext>),
  handler: () => undefined,
};

function build(parser: Argv<CliContext>): Argv {
  return parser.command(
    '$0',
    'Ask the own node, or every member of a network that can be reached, how it is',
    (command) =>
      command
        .options(STATUS_OPTIONS)
        .example('$0 status --dir ./val', 'does it vote, is it safe, what to do')
        .example('$0 status --net ./net/network.yaml --watch', '')
        .epilogue(STATUS_EPILOGUE),
    async (argv) => {
      const { runStatusOf } = await import('./handler.ts');
      await runStatusOf(argv);
    },
  ) as Argv;
}
