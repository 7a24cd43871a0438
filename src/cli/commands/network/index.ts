/** `assay network`: what the operator of a network does. */
import type { Argv, CommandModule } from 'yargs';
import { type CliContext, JSON_OPTION, printAnswer, TEXT } from '../../io.ts';
import { PASSPHRASE_OPTIONS } from '../../node-options.ts';

/** The command and its subcommands. */
export const networkCommand: CommandModule = {
  command: 'network',
  describe: 'Make the network file of a new network, as its operator',
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
  dir: {
    ...TEXT,
    demandOption: true,
    describe: 'Folder of the operator: key, draft, network file',
  },
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

function build(parser: Argv<CliContext>): Argv {
  return parser
    .command(
      'create',
      'Write the draft of a network file; with the proofs of all validators, the signed file',
      (command) => command.options(OPTIONS).example(EXAMPLE, '').epilogue(EPILOGUE),
      async (argv) => {
        const { answerCreate } = await import('./handler.ts');
        printAnswer(argv.io, await answerCreate(argv), argv.json);
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
