/** `assay plan`: parameters for a network, and the scenario that checks them. */
import type { Argv, CommandModule } from 'yargs';
import type { CliContext } from '../../io.ts';
import { PLAN_EPILOGUE, PLAN_OPTIONS } from './options.ts';

/** The command. */
export const planCommand: CommandModule = {
  command: 'plan',
  describe: 'Choose sampling rate, committees and slash for a network',
  builder: (parser) => build(parser as Argv<CliContext>),
  handler: () => undefined,
};

function build(parser: Argv<CliContext>): Argv {
  return parser.command(
    '$0',
    'Parameters that withstand an adversary, and the scenario that checks them',
    (command) =>
      command
        .options(PLAN_OPTIONS)
        .example('$0 plan --epsilon 1e-9 --adversary 0.25 --cost 1 --reward 1.2', '')
        .epilogue(PLAN_EPILOGUE),
    async (argv) => {
      const { runPlan } = await import('./handler.ts');
      await runPlan(argv);
    },
  ) as Argv;
}
