/** The subcommands of `assay network` about a network that runs. */
import type { Argv } from 'yargs';
import { type CliContext, JSON_OPTION, printAnswer, TEXT } from '../../io.ts';
import {
  DIR_OPTION,
  FOLDER_NET_OPTION,
  OPERATOR_DIR_OPTION,
  PASSPHRASE_OPTIONS,
} from '../../node-options.ts';

const OPERATOR_OPTIONS = {
  ...OPERATOR_DIR_OPTION,
  ...FOLDER_NET_OPTION,
  ...PASSPHRASE_OPTIONS,
} as const;

const CHANGE_OPTIONS = {
  ...OPERATOR_OPTIONS,
  timeout: { ...TEXT, default: '180', describe: 'Seconds to wait for a quorum' },
  ...JSON_OPTION,
} as const;

const ADMIT_OPTIONS = {
  ...CHANGE_OPTIONS,
  stake: { ...TEXT, describe: 'Stake that it gets', defaultDescription: 'what it wishes for' },
  models: { ...TEXT, describe: 'Models that it is to hold, a,b; default: those of its request' },
  provider: {
    type: 'boolean',
    default: false,
    describe: 'Admit a provider by its whole id; it need not have asked',
  },
} as const;

const MEMBER = {
  type: 'string',
  demandOption: true,
  describe: 'Its id, or how it begins',
} as const;

/** Adds the subcommands. */
export function withOperatorCommands(parser: Argv<CliContext>): Argv<CliContext> {
  return withWatching(withRequests(withChanges(parser)));
}

function withChanges(parser: Argv<CliContext>): Argv<CliContext> {
  return parser
    .command(
      'admit <who>',
      'Propose a new member, and wait until a quorum of the members confirmed it',
      (command) =>
        command
          .positional('who', { ...MEMBER, describe: 'Id or its beginning, or a request.yaml' })
          .options(ADMIT_OPTIONS)
          .example('$0 network admit 3fa9 --dir ./op', 'who asked with assay join'),
      async (argv) => {
        const { answerAdmit } = await import('./change.ts');
        printAnswer(argv.io, await answerAdmit(argv), argv.json);
      },
    )
    .command(
      'remove <who>',
      'Propose that a member leaves; its stake stays slashable for a while',
      (command) => command.positional('who', MEMBER).options(CHANGE_OPTIONS),
      async (argv) => {
        const { answerRemove } = await import('./change.ts');
        printAnswer(argv.io, await answerRemove(argv), argv.json);
      },
    )
    .command(
      'stake <who> <amount>',
      'Propose another stake of a member',
      (command) =>
        command
          .positional('who', MEMBER)
          .positional('amount', { type: 'string', demandOption: true, describe: 'New stake' })
          .options(CHANGE_OPTIONS),
      async (argv) => {
        const { answerStake } = await import('./change.ts');
        printAnswer(argv.io, await answerStake(argv), argv.json);
      },
    );
}

function withRequests(parser: Argv<CliContext>): Argv<CliContext> {
  return parser
    .command(
      'requests',
      'List who asks to become a member',
      (command) => command.options({ ...OPERATOR_OPTIONS, ...JSON_OPTION }),
      async (argv) => {
        const { answerRequests } = await import('./requests.ts');
        printAnswer(argv.io, await answerRequests(argv), argv.json);
      },
    )
    .command(
      'refuse <who>',
      'Tell who asked to become a member that it is not admitted',
      (command) =>
        command.positional('who', MEMBER).options({
          ...OPERATOR_OPTIONS,
          reason: { ...TEXT, demandOption: true, describe: 'Why; it is told' },
          ...JSON_OPTION,
        }),
      async (argv) => {
        const { answerRefuse } = await import('./requests.ts');
        printAnswer(argv.io, await answerRefuse(argv), argv.json);
      },
    );
}

const SETS_DIR_OPTION = {
  dir: { ...DIR_OPTION.dir, describe: 'Folder with a network.yaml, of operator or node' },
} as const;

const EXPORT_OPTION = {
  ...TEXT,
  describe: 'File for the chain, for `receipt verify --chain`; .cbor is smaller than .json',
} as const;

function withWatching(parser: Argv<CliContext>): Argv<CliContext> {
  return parser
    .command(
      'sets',
      'Verify the chain of validator sets, and show what changed and what is under way',
      (command) =>
        command
          .options({
            ...SETS_DIR_OPTION,
            ...FOLDER_NET_OPTION,
            export: EXPORT_OPTION,
            ...JSON_OPTION,
          })
          .example('$0 network sets --dir ./val --export chain.json', ''),
      async (argv) => {
        const { answerSets } = await import('./sets.ts');
        printAnswer(argv.io, await answerSets(argv), argv.json);
      },
    )
    .command(
      'operate',
      'Propose the next set once an epoch, with its settlement and admissions, until Ctrl-C',
      (command) => command.options(OPERATOR_OPTIONS).epilogue(OPERATE_EPILOGUE),
      async (argv) => {
        const { runOperator } = await import('./operate.ts');
        await runOperator(argv);
      },
    );
}

const OPERATE_EPILOGUE = [
  'Whom it admits stands in operator.yaml in the folder (assay config schema operator);',
  'without that file nobody: epochs are settled, and assay network admit works beside it.',
].join('\n');
