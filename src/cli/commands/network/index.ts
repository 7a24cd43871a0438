/** `assay network`: what the operator of a network does. */
import type { Argv, CommandModule } from 'yargs';
import { type CliContext, JSON_OPTION, printAnswer, TEXT } from '../../io.ts';
import {
  FOLDER_NET_OPTION,
  NEW_OPERATOR_DIR_OPTION,
  OPERATOR_DIR_OPTION,
  PASSPHRASE_OPTIONS,
} from '../../node-options.ts';
import { withOperatorCommands } from './operator-commands.ts';

/** The command and its subcommands. */
export const networkCommand: CommandModule = {
  command: 'network',
  describe: 'Make a network, and change who is in it, as its operator',
  builder: (parser) => build(parser as Argv<CliContext>),
  handler: () => undefined,
};

const OPTIONS = {
  validators: {
    ...TEXT,
    demandOption: true,
    describe: 'YAML file: name, validators, providers, parameters',
  },
  model: {
    type: 'string',
    array: true,
    requiresArg: true,
    demandOption: true,
    describe: 'Models: mlp, conv, transformer, or ONNX files',
  },
  beacon: {
    choices: ['devnet', 'quicknet'] as const,
    demandOption: true,
    describe: 'A chain of your own, or the one of the League of Entropy (3 s rounds)',
  },
  'beacon-url': {
    ...TEXT,
    default: 'http://127.0.0.1:4100',
    describe: 'Where nodes reach the devnet beacon',
  },
  ...NEW_OPERATOR_DIR_OPTION,
  proof: {
    type: 'string',
    array: true,
    requiresArg: true,
    default: [] as string[],
    describe: 'Proofs of validators, from assay join',
  },
  ...PASSPHRASE_OPTIONS,
  ...JSON_OPTION,
} as const;

const ANNOUNCE_OPTIONS = {
  ...FOLDER_NET_OPTION,
  ...OPERATOR_DIR_OPTION,
  'protocol-version': { ...TEXT, demandOption: true, describe: 'Version of the protocol to come' },
  epoch: { ...TEXT, demandOption: true, describe: 'First epoch of it' },
  release: { ...TEXT, demandOption: true, describe: 'First release of assay that knows it' },
  ...PASSPHRASE_OPTIONS,
  ...JSON_OPTION,
} as const;

const ANNOUNCE_EXAMPLE =
  '$0 network announce --dir ./op --protocol-version 2 --epoch 400 --release 0.2.0';
const ANNOUNCE_EPILOGUE = [
  'The id of the network and all keys stay as they are. Nodes that get the file warn at',
  'their start and with each epoch; one that is too old votes on nothing from then on.',
].join('\n');

function build(parser: Argv<CliContext>): Argv {
  return withOperatorCommands(parser)
    .command(
      'create',
      'Write the draft of a network file; with the proofs of all validators, the signed file',
      (command) => command.options(OPTIONS).example(EXAMPLE, '').epilogue(EPILOGUE),
      async (argv) => {
        const { answerCreate } = await import('./handler.ts');
        printAnswer(argv.io, await answerCreate(argv), argv.json);
      },
    )
    .command(
      'announce',
      'Say in a network file which release is needed from which epoch on, and sign it',
      (command) =>
        command.options(ANNOUNCE_OPTIONS).example(ANNOUNCE_EXAMPLE, '').epilogue(ANNOUNCE_EPILOGUE),
      async (argv) => {
        const { answerAnnounce } = await import('./announcing.ts');
        printAnswer(argv.io, await answerAnnounce(argv), argv.json);
      },
    )
    .demandCommand(1, 'name what to do') as Argv;
}

const EXAMPLE =
  '$0 network create --validators members.yaml --model mlp --beacon devnet --dir ./op';
const EPILOGUE = [
  'In two steps, because validators prove their keys for the id of the network, and the',
  'id covers who they are: the first run writes network.draft.yaml; each validator runs',
  'assay join on it and hands back proof.yaml; the same command with --proof for each',
  'writes network.yaml. A change of members, models or parameters begins anew.',
].join('\n');
