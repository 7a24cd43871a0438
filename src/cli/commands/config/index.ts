/** `assay config`: checks scenario, sweep and network files, explains scenarios. */
import type { Argv, CommandModule } from 'yargs';
import type { CliContext } from '../../io.ts';
import { printAnswer } from '../../io.ts';
import { CHECK_OPTIONS, EXPLAIN_OPTIONS, SCHEMA_KINDS } from './options.ts';

/** The command and its subcommands. */
export const configCommand: CommandModule = {
  command: 'config',
  describe: 'Check scenario, sweep and network files, explain scenarios',
  builder: (parser) => build(parser as Argv<CliContext>),
  handler: () => undefined,
};

function build(parser: Argv<CliContext>): Argv {
  return parser
    .command(
      'check <file..>',
      'Check scenario, sweep and network files: all faults, with line and remedy',
      (command) =>
        command
          .positional('file', { type: 'string', array: true, demandOption: true, describe: 'YAML' })
          .options(CHECK_OPTIONS),
      async (argv) => {
        const { checkFiles } = await import('./handler.ts');
        printAnswer(argv.io, checkFiles({ files: argv.file, set: argv.set }), argv.json);
      },
    )
    .command(
      'explain [key]',
      'What a key means: unit, range, default, what breaks',
      (command) =>
        command
          .positional('key', { type: 'string', default: '', describe: 'e.g. network.degree' })
          .options(EXPLAIN_OPTIONS),
      async (argv) => {
        const { explain } = await import('./handler.ts');
        printAnswer(argv.io, explain(argv.key), argv.json);
      },
    )
    .command(
      'schema [kind]',
      'Print the JSON Schema (draft-07) for editors',
      (command) =>
        command.positional('kind', {
          choices: SCHEMA_KINDS,
          default: 'scenario' as const,
        }),
      async (argv) => {
        const { schemaText } = await import('./handler.ts');
        argv.io.out(schemaText(argv.kind));
      },
    )
    .demandCommand(1, 'name what to do') as Argv;
}
