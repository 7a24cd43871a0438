/** `assay testnet`: a whole network on this machine. */
import type { Argv, CommandModule } from 'yargs';
import { type CliContext, JSON_OPTION, printAnswer, TEXT } from '../../io.ts';
import { CHAOS_OPTIONS } from './chaos/options.ts';

/** The command and its subcommands. */
export const testnetCommand: CommandModule = {
  command: 'testnet',
  describe: 'Run a whole network on this machine',
  builder: (parser) => build(parser as Argv<CliContext>),
  handler: () => undefined,
};

const SHAPE_OPTIONS = {
  dir: { ...TEXT, demandOption: true, describe: 'Folder of the network; made if need be' },
  validators: { ...TEXT, default: '4', describe: 'Validators, 1 .. 64' },
  providers: { ...TEXT, default: '1', describe: 'Providers, 0 .. 16' },
  dishonest: {
    ...TEXT,
    default: '0',
    describe: 'Providers that run an int8 copy of the model instead',
  },
  period: { ...TEXT, default: '1s', describe: 'Period of the beacon, 250ms .. 60s' },
  'epoch-rounds': {
    ...TEXT,
    describe: 'Rounds of an epoch, 8 .. 100000: how soon a change of the validator set is in force',
    defaultDescription: '1200',
  },
  model: {
    type: 'string',
    array: true,
    requiresArg: true,
    default: ['mlp'],
    describe: 'Models: mlp, conv, transformer, or ONNX files',
  },
} as const;

const OPTIONS = {
  ...SHAPE_OPTIONS,
  'log-level': {
    choices: ['debug', 'info', 'warn', 'error'] as const,
    default: 'info' as const,
    describe: 'Least important events in the log of each node',
  },
} as const;

function build(parser: Argv<CliContext>): Argv {
  return parser
    .command(
      'up',
      'Start beacon, validators and providers, and show how they are until Ctrl-C',
      (command) =>
        command
          .options(OPTIONS)
          .example('$0 testnet up --validators 8 --providers 2 --dir ./net', '')
          .epilogue(EPILOGUE),
      async (argv) => {
        const { runTestnet } = await import('./handler.ts');
        await runTestnet(argv);
      },
    )
    .command(
      'make',
      'Make the folder of a network and start nothing: for containers and supervisors',
      (command) => command.options({ ...SHAPE_OPTIONS, ...JSON_OPTION }),
      async (argv) => {
        const { answerMake } = await import('./single.ts');
        printAnswer(argv.io, await answerMake(argv), argv.json);
      },
    )
    .command(
      'run <dir> <name>',
      'Run one process of a network that was made, in the foreground',
      (command) =>
        command
          .positional('dir', { ...TEXT, demandOption: true, describe: 'Folder of the network' })
          .positional('name', { ...TEXT, demandOption: true, describe: 'E.g. beacon, validator-1' })
          .options({ 'log-level': OPTIONS['log-level'] }),
      async (argv) => {
        const { runSingle } = await import('./single.ts');
        await runSingle(argv);
      },
    )
    .command(
      'chaos <dir>',
      'Let processes and links go wrong under load, heal them, and judge what nodes recorded',
      (command) =>
        command
          .positional('dir', { ...TEXT, demandOption: true, describe: 'Folder; made if need be' })
          .options(CHAOS_OPTIONS)
          .example('$0 testnet chaos ./net --kill 2 --partition 3,3 --delay 200ms --for 60s', '')
          .epilogue(CHAOS_EPILOGUE),
      async (argv) => {
        const { runChaos } = await import('./chaos/handler.ts');
        await runChaos(argv);
      },
    )
    .demandCommand(1, 'name what to do') as Argv;
}

const EPILOGUE = [
  'Real processes, real libp2p, on 127.0.0.1 only. The same folder starts the same',
  'network again. All passphrases are in the folder: for trying things, not for',
  'money. On a busy machine rounds of 1 s are missed, and answers get no verdict:',
  'then give a longer --period.',
].join('\n');

const CHAOS_EPILOGUE = [
  'Without a kind of fault, one of each. The same seed gives the same schedule; the',
  'next fault waits until all is well again. Exit code 1 if a promise of the',
  'protocol was broken.',
].join('\n');
