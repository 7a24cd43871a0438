/** `assay init`: makes the folder and the key of a node. */
import type { Argv, CommandModule } from 'yargs';
import { type CliContext, JSON_OPTION, printAnswer, TEXT } from '../../io.ts';
import { NEW_DIR_OPTION, PASSPHRASE_OPTIONS } from '../../node-options.ts';

/** The command. */
export const initCommand: CommandModule = {
  command: 'init',
  describe: 'Make the folder and the key of a validator or provider',
  builder: (parser) => build(parser as Argv<CliContext>),
  handler: () => undefined,
};

const OPTIONS = {
  ...NEW_DIR_OPTION,
  ...PASSPHRASE_OPTIONS,
  description: { ...TEXT, describe: 'Words about the key, for people' },
  ...JSON_OPTION,
} as const;

function build(parser: Argv<CliContext>): Argv {
  return parser.command(
    '$0',
    'Make a folder with a new key, encrypted under a passphrase',
    (command) => command.options(OPTIONS).example('$0 init --dir ./val', 'asks for a passphrase'),
    async (argv) => {
      const { answerInit } = await import('./handler.ts');
      printAnswer(argv.io, await answerInit(argv), argv.json);
    },
  ) as Argv;
}
