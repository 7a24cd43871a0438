/** `assay serve`: runs a provider. */
import type { Argv, CommandModule } from 'yargs';
import { type CliContext, TEXT } from '../../io.ts';
import { NODE_OPTIONS } from '../../node-options.ts';

/** The command. */
export const serveCommand: CommandModule = {
  command: 'serve',
  describe: 'Run a provider: answer requests for a model',
  builder: (parser) => build(parser as Argv<CliContext>),
  handler: () => undefined,
};

const OPTIONS = {
  ...NODE_OPTIONS,
  model: {
    type: 'string',
    array: true,
    requiresArg: true,
    demandOption: true,
    describe: 'ONNX file to serve; or name or id of one that the folder holds',
  },
  substitute: {
    ...TEXT,
    describe: 'Cheat: run this ONNX file instead, to see what becomes of it',
  },
} as const;

function build(parser: Argv<CliContext>): Argv {
  return parser.command(
    '$0',
    'Answer requests for models until Ctrl-C or SIGTERM',
    (command) =>
      command
        .options(OPTIONS)
        .example('$0 serve --model m.onnx --dir ./prov --net network.yaml', ''),
    async (argv) => {
      const { runProvider } = await import('./handler.ts');
      await runProvider(argv);
    },
  ) as Argv;
}
