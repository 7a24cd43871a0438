/** `assay join`: what a validator does to become one of a network. */
import type { Argv, CommandModule } from 'yargs';
import { type CliContext, JSON_OPTION, printAnswer, TEXT } from '../../io.ts';
import { NEW_DIR_OPTION, PASSPHRASE_OPTIONS } from '../../node-options.ts';

/** The command. */
export const joinCommand: CommandModule = {
  command: 'join <network>',
  describe: 'Ask to become a member of a network, and see where that stands',
  builder: (parser) => build(parser as Argv<CliContext>),
  handler: () => undefined,
};

const OPTIONS = {
  ...NEW_DIR_OPTION,
  ...PASSPHRASE_OPTIONS,
  stake: { ...TEXT, describe: 'Stake to ask for', defaultDescription: 'the least of a validator' },
  models: { ...TEXT, describe: 'Models to hold, a,b', defaultDescription: 'all of the network' },
  provider: { type: 'boolean', default: false, describe: 'Ask to become a provider' },
  listen: {
    ...TEXT,
    describe: 'Address that the node will listen on',
    defaultDescription: '/ip4/0.0.0.0/tcp/4101',
  },
  out: { ...TEXT, describe: 'File for the proof for a draft; default: proof.yaml in the folder' },
  ...JSON_OPTION,
} as const;

function build(parser: Argv<CliContext>): Argv {
  return parser.command(
    '$0 <network>',
    'Ask to become a member, and say where it stands; prove your keys for a draft',
    (command) =>
      command
        .positional('network', {
          type: 'string',
          demandOption: true,
          describe: 'Network file, or network.draft.yaml of its operator',
        })
        .options(OPTIONS)
        .example('$0 join network.yaml --dir ./val', 'asks; run again: where it stands')
        .example('$0 join network.draft.yaml --dir ./val', 'writes ./val/proof.yaml'),
    async (argv) => {
      const { answerJoin } = await import('./handler.ts');
      printAnswer(argv.io, await answerJoin(argv), argv.json);
    },
  ) as Argv;
}
