/** `assay sim report` and `assay sim compare`: what people do with results that are there. */
import type { Argv } from 'yargs';
import { type CliContext, JSON_OPTION, TEXT } from '../../io.ts';

type Parser = Argv<CliContext & { verbose: boolean }>;

const REPORT_OPTIONS = {
  out: { ...TEXT, describe: 'The page (default: report.html in the folder); figures/ beside it' },
  open: { type: 'boolean', default: false, describe: 'Open it in the browser' },
  ...JSON_OPTION,
} as const;

const REPORT_EPILOGUE = [
  'One file that asks for nothing: it works offline, from a mail, on paper.',
  'Each figure is also a file in figures/, for papers.',
].join('\n');

const COMPARE_OPTIONS = {
  metric: { ...TEXT, describe: 'What to compare, e.g. latencyMsP99,wrongAccepted' },
  'fail-if': {
    ...TEXT,
    array: true,
    default: [] as string[],
    describe: "Exit with 1 if this holds, e.g. 'latencyMsP99>+5%'; repeatable",
  },
  ...JSON_OPTION,
} as const;

const COMPARE_EPILOGUE = [
  'Two runs, or two sweeps; cells are paired by what varies, runs by their seed.',
  'A condition is a metric, > or <, and a change with its sign: in per cent of the',
  'first (+5%), or in its unit (+0.01; shares are 0 to 1). It holds if the change is',
  'beyond that and its 95 % interval does not hold zero.',
  'Exit codes: 0 done, 1 a condition holds, 2 bad input.',
].join('\n');

/** Adds the commands. */
export function withResults(parser: Parser): Parser {
  return parser
    .command(
      'report <folder>',
      'Make one page of a run or a sweep: verdict, figures, numbers',
      (command) =>
        command
          .positional('folder', { type: 'string', demandOption: true, describe: 'Its results' })
          .options(REPORT_OPTIONS)
          .epilogue(REPORT_EPILOGUE),
      async (argv) => {
        const { reportFolder } = await import('./report.ts');
        await reportFolder(argv);
      },
    )
    .command(
      'compare <first> <second>',
      'Compare two runs or two sweeps, pair by pair',
      (command) =>
        command
          .positional('first', { type: 'string', demandOption: true, describe: 'A folder' })
          .positional('second', { type: 'string', demandOption: true, describe: 'Another' })
          .options(COMPARE_OPTIONS)
          .epilogue(COMPARE_EPILOGUE),
      async (argv) => {
        const { compareFolders } = await import('./compare.ts');
        compareFolders(argv);
      },
    ) as Parser;
}
