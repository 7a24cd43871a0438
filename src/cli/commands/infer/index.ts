/** `assay infer`: asks a provider, follows the claim, writes the receipt. */
import type { Argv, CommandModule } from 'yargs';
import type { CliContext } from '../../io.ts';
import { INFER_EPILOGUE, INFER_OPTIONS } from './options.ts';

/** The command. */
export const inferCommand: CommandModule = {
  command: 'infer',
  describe: 'Ask for an inference, and get its receipt',
  builder: (parser) => build(parser as Argv<CliContext>),
  handler: () => undefined,
};

function build(parser: Argv<CliContext>): Argv {
  return parser.command(
    '$0',
    'Ask a provider of a network, print the answer, wait for the verdict',
    (command) =>
      command
        .options(INFER_OPTIONS)
        .example('$0 infer --net network.yaml --model mlp --input x.json', '')
        .example('$0 infer --net network.yaml --model mlp --input x.npy --wait --out r.json', '')
        .epilogue(INFER_EPILOGUE),
    async (argv) => {
      const { runInfer } = await import('./handler.ts');
      await runInfer(argv);
    },
  ) as Argv;
}
