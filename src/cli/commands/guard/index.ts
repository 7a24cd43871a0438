/** `assay guard`: moves what a key signed to another machine, or starts anew when it is lost. */
import type { Argv, CommandModule } from 'yargs';
import { type CliContext, printAnswer } from '../../io.ts';
import {
  EXPORT_OPTIONS,
  GUARD_OPTIONS,
  RENEW_EPILOGUE,
  UNMOVE_EPILOGUE,
  UNMOVE_OPTIONS,
} from './options.ts';

/** The command and its subcommands. */
export const guardCommand: CommandModule = {
  command: 'guard',
  describe: 'Move what a key signed, so that it never contradicts itself',
  builder: (parser) => build(parser as Argv<CliContext>),
  handler: () => undefined,
};

function build(parser: Argv<CliContext>): Argv {
  return withUnmove(parser)
    .command(
      'export',
      'Write all that the key signed to a file; the node must be stopped',
      (command) =>
        command.options(EXPORT_OPTIONS).example('$0 guard export --dir ./val --out guard.json', ''),
      async (argv) => {
        const { answerExport } = await import('./handler.ts');
        printAnswer(argv.io, await answerExport(argv), argv.json);
      },
    )
    .command(
      'import <file>',
      'Add what an export says; nothing that the key had is forgotten',
      (command) =>
        command
          .positional('file', { type: 'string', demandOption: true, describe: 'Exported guard' })
          .options(GUARD_OPTIONS)
          .example('$0 guard import guard.json --dir ./val --net network.yaml', ''),
      async (argv) => {
        const { answerImport } = await import('./handler.ts');
        printAnswer(argv.io, await answerImport(argv), argv.json);
      },
    )
    .command(
      'renew',
      'Make a guard for a key whose guard is lost',
      (command) =>
        command
          .options(GUARD_OPTIONS)
          .example('$0 guard renew --dir ./val', '')
          .epilogue(RENEW_EPILOGUE),
      async (argv) => {
        const { answerRenew } = await import('./handler.ts');
        printAnswer(argv.io, await answerRenew(argv), argv.json);
      },
    )
    .demandCommand(1, 'name what to do') as Argv;
}

function withUnmove(parser: Argv<CliContext>): Argv<CliContext> {
  return parser.command(
    'unmove',
    'Let a node start again on a folder whose key was exported, and never ran elsewhere',
    (command) => command.options(UNMOVE_OPTIONS).epilogue(UNMOVE_EPILOGUE),
    async (argv) => {
      const { answerUnmove } = await import('./handler.ts');
      printAnswer(argv.io, await answerUnmove(argv), argv.json);
    },
  );
}
