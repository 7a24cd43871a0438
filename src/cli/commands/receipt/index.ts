/** `assay receipt`: gets receipts from a network; shows and verifies them, offline. */
import type { Argv, CommandModule } from 'yargs';
import type { CliContext } from '../../io.ts';
import { printAnswer } from '../../io.ts';
import { GET_OPTIONS, SHOW_OPTIONS, VERIFY_EPILOGUE, VERIFY_OPTIONS } from './options.ts';

/** The command and its subcommands. */
export const receiptCommand: CommandModule = {
  command: 'receipt',
  describe: 'Get a receipt; show and verify receipts, offline',
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
        const { file, net, chain } = argv;
        const result = await answerVerify({ file, net, chain, columns: terminalColumns() });
        printAnswer(argv.io, result.answer, argv.json);
        if (result.refusal !== undefined) throw result.refusal;
      },
    )
    .command(
      'get <claim>',
      'Make the receipt of a drawn claim from what validators know, and write it',
      (command) =>
        command
          .positional('claim', {
            type: 'string',
            demandOption: true,
            describe: 'Claim id, or BATCH/INDEX',
          })
          .options(GET_OPTIONS),
      async (argv) => {
        const { answerGet } = await import('./getting.ts');
        const { terminalColumns } = await import('./handler.ts');
        const { claim, net, out, io } = argv;
        const at = { claim, net, out, columns: terminalColumns(), signal: io.signal };
        printAnswer(io, await answerGet(at), argv.json);
      },
    )
    .demandCommand(1, 'name what to do') as Argv;
}
