/** `assay explorer`: looks at a live network. */
import type { Argv, CommandModule } from 'yargs';
import type { CliContext } from '../../io.ts';
import { EXPLORER_OPTIONS } from './options.ts';

/** The command. */
export const explorerCommand: CommandModule = {
  command: 'explorer',
  describe: 'Look at a live network in a browser',
  builder: (parser) => build(parser as Argv<CliContext>),
  handler: () => undefined,
};

function build(parser: Argv<CliContext>): Argv {
  return parser.command(
    '$0',
    'Join a network to look at it: claims, votes, nodes, in a browser',
    (command) =>
      command
        .options(EXPLORER_OPTIONS)
        .example('$0 explorer --net ./net/network.yaml --open', '')
        .epilogue(EPILOGUE),
    async (argv) => {
      const { runExplorer } = await import('./handler.ts');
      await runExplorer(argv);
    },
  ) as Argv;
}

const EPILOGUE = [
  'Its node has a throw-away key and no seat: it checks everything and says',
  'nothing. The page is on loopback only. For a recorded run: assay sim view.',
].join('\n');
