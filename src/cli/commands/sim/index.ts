/** `assay sim`: runs scenarios, and lists what they may contain. */
import type { Argv, CommandModule } from 'yargs';
import type { CliContext } from '../../io.ts';
import { printAnswer } from '../../io.ts';
import { LIST_OPTIONS, LISTS, RUN_EPILOGUE, RUN_OPTIONS } from './options.ts';
import { withResults } from './results.ts';
import {
  MERGE_OPTIONS,
  SWEEP_EPILOGUE,
  SWEEP_OPTIONS,
  THEORY_OPTIONS,
  WORKER_OPTIONS,
} from './sweep-options.ts';
import { TRACE_OPTIONS } from './trace-options.ts';
import { withTraces } from './traces.ts';

/** The command and its subcommands. */
export const simCommand: CommandModule = {
  command: 'sim',
  describe: 'Simulate a network with dishonest actors',
  builder: (parser) => build(parser as Parser),
  handler: () => undefined,
};

type Parser = Argv<CliContext & { verbose: boolean }>;

function build(parser: Parser): Argv {
  const commands = withSweeps(withResults(withTraces(withRuns(parser))));
  return commands.demandCommand(1, 'name what to do') as Argv;
}

function withRuns(parser: Parser): Parser {
  return parser
    .command(
      'run <scenario>',
      'Run a scenario: what got through, who was hurt, what it cost',
      (command) =>
        command
          .positional('scenario', { type: 'string', demandOption: true, describe: 'YAML file' })
          .options(RUN_OPTIONS)
          .options(TRACE_OPTIONS)
          .epilogue(RUN_EPILOGUE),
      async (argv) => {
        const { runFile } = await import('./run.ts');
        await runFile(argv);
      },
    )
    .command(
      'list <what> [name]',
      'What a scenario may contain, or one of them',
      (command) =>
        command
          .positional('what', { choices: LISTS, demandOption: true, describe: 'Which list' })
          .positional('name', { type: 'string', describe: 'One name in it: its page' })
          .options(LIST_OPTIONS),
      async (argv) => {
        const { answerList } = await import('./listing.ts');
        printAnswer(argv.io, answerList(argv.what, argv.name), argv.json);
      },
    ) as Parser;
}

function withSweeps(parser: Parser): Parser {
  return parser
    .command(
      'sweep <sweep>',
      'Run a scenario with many values and seeds; goes on where it stopped',
      (command) =>
        command
          .positional('sweep', { type: 'string', demandOption: true, describe: 'YAML file' })
          .options(SWEEP_OPTIONS)
          .epilogue(SWEEP_EPILOGUE),
      async (argv) => {
        const { runSweepCommand } = await import('./sweep.ts');
        await runSweepCommand(argv);
      },
    )
    .command(
      'merge <folder>',
      'Make the tables of a sweep that several machines have run',
      (command) =>
        command
          .positional('folder', { type: 'string', demandOption: true, describe: 'Its results' })
          .options(MERGE_OPTIONS),
      async (argv) => {
        const { mergeSweep } = await import('./merge.ts');
        mergeSweep({ ...argv, out: argv.folder });
      },
    )
    .command(
      'worker',
      'Run what sweeps with --engine bullmq hand out, until Ctrl-C',
      (command) => command.options(WORKER_OPTIONS),
      async (argv) => {
        const { runWorkerCommand } = await import('./worker.ts');
        await runWorkerCommand(argv);
      },
    )
    .command(
      'theory <scenario>',
      'Closed forms of a scenario, or of every cell of a sweep; simulates nothing',
      (command) =>
        command
          .positional('scenario', { type: 'string', demandOption: true, describe: 'YAML file' })
          .options(THEORY_OPTIONS),
      async (argv) => {
        const { answerSimTheory } = await import('./theory.ts');
        const answer = answerSimTheory({ file: argv.scenario, set: argv.set });
        printAnswer(argv.io, answer, argv.json);
      },
    ) as Parser;
}
