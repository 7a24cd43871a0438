/** `assay sim`: runs scenarios, and lists what they may contain. */
import type { Argv, CommandModule } from 'yargs';
import type { CliContext } from '../../io.ts';
import { printAnswer } from '../../io.ts';
import { LIST_OPTIONS, LISTS, RUN_EPILOGUE, RUN_OPTIONS } from './options.ts';

/** The command and its subcommands. */
export const simCommand: CommandModule = {
  command: 'sim',
  describe: 'Simulate a network with dishonest actors',
  builder: (parser) => build(parser as Argv<CliContext & { verbose: boolean }>),
  handler: () => undefined,
};

function build(parser: Argv<CliContext & { verbose: boolean }>): Argv {
  return parser
    .command(
      'run <scenario>',
      'Run a scenario: what got through, who was hurt, what it cost',
      (command) =>
        command
          .positional('scenario', { type: 'string', demandOption: true, describe: 'YAML file' })
          .options(RUN_OPTIONS)
          .epilogue(RUN_EPILOGUE),
      async (argv) => {
        const { runSimulation } = await import('./handler.ts');
        await runSimulation(argv);
      },
    )
    .command(
      'list <what>',
      'What a scenario may contain',
      (command) =>
        command
          .positional('what', { choices: LISTS, demandOption: true, describe: 'Which list' })
          .options(LIST_OPTIONS),
      async (argv) => {
        const { listAdversaries } = await import('./adversaries.ts');
        printAnswer(argv.io, listAdversaries(), argv.json);
      },
    )
    .demandCommand(1, 'name what to do') as Argv;
}
