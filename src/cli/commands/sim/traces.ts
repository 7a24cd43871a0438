/** `assay sim replay` and `assay sim view`: what happened in a run, step by step. */
import type { Argv } from 'yargs';
import type { CliContext } from '../../io.ts';
import { REPLAY_EPILOGUE, REPLAY_OPTIONS, VIEW_OPTIONS } from './options.ts';
import { TRACE_OPTIONS } from './trace-options.ts';

type Parser = Argv<CliContext & { verbose: boolean }>;

/** Adds the commands. */
export function withTraces(parser: Parser): Parser {
  return parser
    .command(
      'replay <folder>',
      'Run one run of a results folder again, with its trace; checks its digest',
      (command) =>
        command
          .positional('folder', {
            type: 'string',
            demandOption: true,
            describe: 'Results of sim sweep or sim run',
          })
          .options(REPLAY_OPTIONS)
          .options(TRACE_OPTIONS)
          .epilogue(REPLAY_EPILOGUE),
      async (argv) => {
        const { replayRun } = await import('./replay.ts');
        await replayRun(argv);
      },
    )
    .command(
      'view <trace>',
      'Show a trace in the explorer: nodes, claims, a time slider',
      (command) =>
        command
          .positional('trace', {
            type: 'string',
            demandOption: true,
            describe: 'File that --trace wrote, .json or .jsonl',
          })
          .options(VIEW_OPTIONS),
      async (argv) => {
        const { viewTrace } = await import('./view.ts');
        await viewTrace(argv);
      },
    ) as Parser;
}
