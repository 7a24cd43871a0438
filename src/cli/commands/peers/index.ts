/** `assay peers`: whom the own node is connected to, and whom it refuses. */
import type { Argv, CommandModule } from 'yargs';
import { type CliContext, printAnswer } from '../../io.ts';
import { BAN_OPTIONS, PEER_POSITIONAL, PEERS_OPTIONS } from './options.ts';

/** The command and its subcommands. */
export const peersCommand: CommandModule = {
  command: 'peers',
  describe: 'Show whom the own node is connected to, and ban or unban peers',
  builder: (parser) => build(parser as Argv<CliContext>),
  handler: () => undefined,
};

function build(parser: Argv<CliContext>): Argv {
  return parser
    .command(
      '$0',
      'Peers of the node that runs with a folder',
      (command) => command.options(PEERS_OPTIONS).example('$0 peers --dir ./val', ''),
      async (argv) => {
        const { answerPeers } = await import('./handler.ts');
        printAnswer(argv.io, await answerPeers(argv), argv.json);
      },
    )
    .command(
      'ban <peer>',
      'Disconnect a peer and refuse it for a while, also after a restart',
      (command) =>
        command
          .positional('peer', PEER_POSITIONAL)
          .options(BAN_OPTIONS)
          .example('$0 peers ban 3fa9c2 --for 7d --dir ./val', ''),
      async (argv) => {
        const { answerBan } = await import('./handler.ts');
        printAnswer(argv.io, await answerBan(argv), argv.json);
      },
    )
    .command(
      'unban <peer>',
      'End a ban',
      (command) =>
        command
          .positional('peer', PEER_POSITIONAL)
          .options(PEERS_OPTIONS)
          .example('$0 peers unban 3fa9c2 --dir ./val', ''),
      async (argv) => {
        const { answerUnban } = await import('./handler.ts');
        printAnswer(argv.io, await answerUnban(argv), argv.json);
      },
    ) as Argv;
}
