/** `assay receipt`: shows and verifies receipts, offline. */
import type { Argv, CommandModule } from 'yargs';
import type { CliContext } from '../../io.ts';
import { printAnswer } from '../../io.ts';
import { SHOW_OPTIONS, VERIFY_EPILOGUE, VERIFY_OPTIONS } from './options.ts';

/** The command and its subcommands. */
export const receiptCommand: CommandModule = {
  command: 'receipt',
  describe: 'Show and verify receipts, offline',
  builder: (parser) => build(parser as Argv<CliContext>),
  handler: () => undefined,
};

const RECEIPT_FILE = {
  type: 'string',
  demandOption: true,
  describe: 'Receipt: .json or .cbor',
} as const;

function build(parser: Argv<CliContext>): Argv {
  return parser
    .command(
      'show <file>',
      'What a receipt says, without verifying it',
      (command) => command.positional('file', RECEIPT_FILE).options(SHOW_OPTIONS),
      async (argv) => {
        const { answerShow, terminalColumns } = await import('./handler.ts');
        const answer = await answerShow({ file: argv.file, columns: terminalColumns() });
        printAnswer(argv.io, answer, argv.json);
      },
    )
    .command(
      'verify <file>',
      'Check everything in a receipt by the network file alone',
      (command) =>
        command.positional('file', RECEIPT_FILE).options(VERIFY_OPTIONS).epilogue(VERIFY_EPILOGUE),
      async (argv) => {
        const { answerVerify, terminalColumns } = await import('./handler.ts');
        const { file, net } = argv;
        const result = await answerVerify({ file, net, columns: terminalColumns() });
        printAnswer(argv.io, result.answer, argv.json);
        if (result.refusal !== undefined) throw result.refusal;
      },
    )
    .demandCommand(1, 'name what to do') as Argv;
}
