/** `assay keys`: shows the keys of nodes, and moves them between machines. */
import type { Argv, CommandModule } from 'yargs';
import { type CliContext, printAnswer } from '../../io.ts';
import {
  EXPORT_EPILOGUE,
  EXPORT_OPTIONS,
  IMPORT_EPILOGUE,
  IMPORT_OPTIONS,
  LIST_OPTIONS,
} from './options.ts';

/** The command and its subcommands. */
export const keysCommand: CommandModule = {
  command: 'keys',
  describe: 'Show the keys of nodes, move them between machines',
  builder: (parser) => build(parser as Argv<CliContext>),
  handler: () => undefined,
};

function build(parser: Argv<CliContext>): Argv {
  return parser
    .command(
      'list',
      'The key in a folder, or in each folder in it; no secret is shown',
      (command) => command.options(LIST_OPTIONS).example('$0 keys list --dir ./val', ''),
      async (argv) => {
        const { answerList } = await import('./handler.ts');
        printAnswer(argv.io, await answerList(argv), argv.json);
      },
    )
    .command(
      'export',
      'Write the key, encrypted, to a file for another machine',
      (command) =>
        command
          .options(EXPORT_OPTIONS)
          .example('$0 keys export --dir ./val --out key.json', 'asks for the passphrase')
          .epilogue(EXPORT_EPILOGUE),
      async (argv) => {
        const { answerExport } = await import('./handler.ts');
        printAnswer(argv.io, await answerExport(argv), argv.json);
      },
    )
    .command(
      'import <file>',
      'Make an exported key the key of a folder',
      (command) =>
        command
          .positional('file', { type: 'string', demandOption: true, describe: 'Exported key' })
          .options(IMPORT_OPTIONS)
          .example('$0 keys import key.json --dir ./val', 'asks for the passphrase')
          .epilogue(IMPORT_EPILOGUE),
      async (argv) => {
        const { answerImport } = await import('./handler.ts');
        printAnswer(argv.io, await answerImport(argv), argv.json);
      },
    )
    .demandCommand(1, 'name what to do') as Argv;
}
