/** `assay join`: what a validator does to become one of a network. */
import type { Argv, CommandModule } from 'yargs';
import { type CliContext, JSON_OPTION, printAnswer, TEXT } from '../../io.ts';
import { DIR_OPTION, PASSPHRASE_OPTIONS } from '../../node-options.ts';

/** The command. */
export const joinCommand: CommandModule = {
  command: 'join <network>',
  describe: 'Check a network, or the draft of one, and prove your keys for it',
  builder: (parser) => build(parser as Argv<CliContext>),
  handler: () => undefined,
};

const OPTIONS = {
  ...DIR_OPTION,
  ...PASSPHRASE_OPTIONS,
  out: { ...TEXT, describe: 'File for the proof; default: proof.yaml in the folder' },
  ...JSON_OPTION,
} as const;

function build(parser: Argv<CliContext>): Argv {
  return parser.command(
    '$0 <network>',
    'Say what a network is and whether you are in it; prove your keys for a draft',
    (command) =>
      command
        .positional('network', {
          type: 'string',
          demandOption: true,
          describe: 'Network file, or network.draft.yaml of its operator',
        })
        .options(OPTIONS)
        .example('$0 join network.draft.yaml --dir ./val', 'writes ./val/proof.yaml'),
    async (argv) => {
      const { answerJoin } = await import('./handler.ts');
      printAnswer(argv.io, await answerJoin(argv), argv.json);
    },
  ) as Argv;
}
