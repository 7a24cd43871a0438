/** `assay theory`: closed forms, without a simulation. */
import type { Argv, CommandModule } from 'yargs';
import type { CliContext } from '../../io.ts';
import { printAnswer } from '../../io.ts';
import {
  COMMITTEE_OPTIONS,
  DETECT_OPTIONS,
  DETER_OPTIONS,
  SIZE_EPILOGUE,
  SIZE_OPTIONS,
} from './options.ts';

/** The command and its subcommands. */
export const theoryCommand: CommandModule = {
  command: 'theory',
  describe: 'Closed forms: error probabilities, sizes, sampling rates',
  builder: (parser) => build(parser as Argv<CliContext>),
  handler: () => undefined,
};

function build(parser: Argv<CliContext>): Argv {
  return parser
    .command(
      'committee',
      'How often a committee is captured, blocked or fooled',
      (command) => command.options(COMMITTEE_OPTIONS),
      async (argv) => {
        const { answerCommittee } = await import('./handler.ts');
        printAnswer(argv.io, answerCommittee(argv), argv.json);
      },
    )
    .command(
      'size',
      'The smallest committee that keeps a promise, as all larger ones do',
      (command) => command.options(SIZE_OPTIONS).epilogue(SIZE_EPILOGUE),
      async (argv) => {
        const { answerSize } = await import('./handler.ts');
        printAnswer(argv.io, answerSize(argv), argv.json);
      },
    )
    .command(
      'detect',
      'How likely a cheating provider is caught',
      (command) => command.options(DETECT_OPTIONS),
      async (argv) => {
        const { answerDetection } = await import('./handler.ts');
        printAnswer(argv.io, answerDetection(argv), argv.json);
      },
    )
    .command(
      'deter',
      'The least sampling rate that makes honesty pay',
      (command) => command.options(DETER_OPTIONS),
      async (argv) => {
        const { answerDeterrence } = await import('./handler.ts');
        printAnswer(argv.io, answerDeterrence(argv), argv.json);
      },
    )
    .demandCommand(1, 'name what to compute') as Argv;
}
