/** `assay model`: builds, inspects and runs ONNX models, gives them to nodes. */
import type { Argv, CommandModule } from 'yargs';
import type { CliContext } from '../../io.ts';
import { printAnswer } from '../../io.ts';
import {
  ADD_OPTIONS,
  BUILD_OPTIONS,
  INSPECT_OPTIONS,
  KINDS,
  LIST_OPTIONS,
  RUN_EPILOGUE,
  RUN_OPTIONS,
} from './options.ts';

/** The command and its subcommands. */
export const modelCommand: CommandModule = {
  command: 'model',
  describe: 'Build, inspect and run ONNX models, give them to nodes',
  builder: (parser) => build(parser as Argv<CliContext>),
  handler: () => undefined,
};

function build(parser: Argv<CliContext>): Argv {
  return parser
    .command(
      'build <kind>',
      'Write a model of the zoo, the same bytes for the same seed',
      (command) =>
        command
          .positional('kind', { choices: KINDS, demandOption: true, describe: 'Architecture' })
          .options(BUILD_OPTIONS),
      async (argv) => {
        const { answerBuild } = await import('./handler.ts');
        printAnswer(argv.io, await answerBuild(argv), argv.json);
      },
    )
    .command(
      'inspect <file>',
      'What goes in and out, what it is made of, why it is refused',
      (command) => command.positional('file', MODEL_FILE).options(INSPECT_OPTIONS),
      async (argv) => {
        const { answerInspect } = await import('./handler.ts');
        const { answer, refusal } = await answerInspect(argv);
        printAnswer(argv.io, answer, argv.json);
        if (refusal !== undefined) throw refusal;
      },
    )
    .command(
      'run <file>',
      'Run a model once in the sandbox and print its outputs',
      (command) =>
        command.positional('file', MODEL_FILE).options(RUN_OPTIONS).epilogue(RUN_EPILOGUE),
      async (argv) => {
        const { answerRun } = await import('./handler.ts');
        printAnswer(argv.io, await answerRun({ ...argv, signal: argv.io.signal }), argv.json);
      },
    )
    .command(
      'add <file>',
      'Copy a model into the folder of a node',
      (command) =>
        command
          .positional('file', MODEL_FILE)
          .options(ADD_OPTIONS)
          .example('$0 model add mlp.onnx --dir ./prov', ''),
      async (argv) => {
        const { answerAdd } = await import('./library.ts');
        printAnswer(argv.io, await answerAdd(argv), argv.json);
      },
    )
    .command(
      'list',
      'The models that a node holds, and which of its network it lacks',
      (command) => command.options(LIST_OPTIONS).example('$0 model list --dir ./prov', ''),
      async (argv) => {
        const { answerList } = await import('./library.ts');
        printAnswer(argv.io, await answerList(argv), argv.json);
      },
    )
    .demandCommand(1, 'name what to do') as Argv;
}

const MODEL_FILE = { type: 'string', demandOption: true, describe: 'ONNX file' } as const;
