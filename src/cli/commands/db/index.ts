/** `assay db`: looks after the database of a node that is stopped. */
import type { Argv, CommandModule } from 'yargs';
import { type CliContext, printAnswer } from '../../io.ts';
import {
  CHECK_EPILOGUE,
  CHECK_OPTIONS,
  MIGRATE_EPILOGUE,
  MIGRATE_OPTIONS,
  PRUNE_EPILOGUE,
  PRUNE_OPTIONS,
  REBUILD_EPILOGUE,
  REBUILD_OPTIONS,
} from './options.ts';

/** The command and its subcommands. */
export const dbCommand: CommandModule = {
  command: 'db',
  describe: 'Check, prune, rebuild or migrate the database of a stopped node',
  builder: (parser) => build(parser as Argv<CliContext>),
  handler: () => undefined,
};

function build(parser: Argv<CliContext>): Argv {
  return withChanges(parser)
    .command(
      'check',
      'Read all of it: hashes, keys, indexes, certificates',
      (command) =>
        command
          .options(CHECK_OPTIONS)
          .example('$0 db check --dir ./val', '')
          .epilogue(CHECK_EPILOGUE),
      async (argv) => {
        const { answerCheck, verdictOf } = await import('./handler.ts');
        const checked = await answerCheck(argv);
        printAnswer(argv.io, checked.answer, argv.json);
        verdictOf(checked);
      },
    )
    .demandCommand(1, 'name what to do') as Argv;
}

function withChanges(parser: Argv<CliContext>): Argv<CliContext> {
  return parser
    .command(
      'prune',
      'Forget what is older than some epochs',
      (command) =>
        command
          .options(PRUNE_OPTIONS)
          .example('$0 db prune --dir ./val --dry-run', '')
          .epilogue(PRUNE_EPILOGUE),
      async (argv) => {
        const { answerPrune } = await import('./handler.ts');
        printAnswer(argv.io, await answerPrune(argv), argv.json);
      },
    )
    .command(
      'rebuild',
      'Delete it: the node fetches from peers what it needs',
      (command) =>
        command
          .options(REBUILD_OPTIONS)
          .example('$0 db rebuild --dir ./val', '')
          .epilogue(REBUILD_EPILOGUE),
      async (argv) => {
        const { answerRebuild } = await import('./handler.ts');
        printAnswer(argv.io, await answerRebuild(argv), argv.json);
      },
    )
    .command(
      'migrate',
      'Bring the database of an older release to this one',
      (command) =>
        command
          .options(MIGRATE_OPTIONS)
          .example('$0 db migrate --dir ./val --dry-run', '')
          .epilogue(MIGRATE_EPILOGUE),
      async (argv) => {
        const { answerMigrate } = await import('./handler.ts');
        printAnswer(argv.io, await answerMigrate(argv), argv.json);
      },
    );
}
