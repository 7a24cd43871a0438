/** `assay earnings`: what a member got and lost. */
import type { Argv, CommandModule } from 'yargs';
import { type CliContext, JSON_OPTION, printAnswer } from '../../io.ts';
import { DIR_OPTION } from '../../node-options.ts';

/** The command. */
export const earningsCommand: CommandModule = {
  command: 'earnings',
  describe: 'What the own node got and lost, by epoch, and what it holds',
  builder: (parser) => build(parser as Argv<CliContext>),
  handler: () => undefined,
};

function build(parser: Argv<CliContext>): Argv {
  return parser.command(
    '$0',
    'Ask the node that runs with a folder what its key earned and lost',
    (command) =>
      command
        .options({ ...DIR_OPTION, ...JSON_OPTION })
        .example('$0 earnings --dir ./val', '')
        .epilogue(EPILOGUE),
    async (argv) => {
      const { answerEarnings } = await import('./handler.ts');
      printAnswer(argv.io, await answerEarnings(argv), argv.json);
    },
  ) as Argv;
}

const EPILOGUE = [
  'Settled: a set of the chain carries it. Advisory: as this node wrote it down; others',
  'may know of more when the epoch is settled. Old epochs are forgotten after a while.',
].join('\n');
