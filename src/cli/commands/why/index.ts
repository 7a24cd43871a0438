/** `assay why`: why a claim stands where it stands. */
import type { Argv, CommandModule } from 'yargs';
import { type CliContext, printAnswer } from '../../io.ts';
import { WHY_EPILOGUE, WHY_OPTIONS } from './options.ts';

/** The command. */
export const whyCommand: CommandModule<object, WhyArguments> = {
  command: 'why <claim>',
  describe: 'Who was drawn for a claim, who voted what, what is missing',
  builder: (parser) => build(parser as Argv<CliContext>),
  handler: async ({ claim, net, json, io }) => {
    const { answerWhy, terminalColumns } = await import('./handler.ts');
    const columns = terminalColumns();
    printAnswer(io, await answerWhy({ claim, net, columns, signal: io.signal }), json);
  },
};

type WhyArguments = CliContext & {
  readonly claim: string;
  readonly net: string;
  readonly json: boolean;
};

function build(parser: Argv<CliContext>): Argv<WhyArguments> {
  return parser
    .positional('claim', {
      type: 'string',
      demandOption: true,
      describe: 'Claim id, or BATCH/INDEX',
    })
    .options(WHY_OPTIONS)
    .example('$0 why bafyreic5a2dn… --net network.yaml', '')
    .epilogue(WHY_EPILOGUE);
}
