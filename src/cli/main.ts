/**
 * The command line of Assay: parses, runs one command, ends with a message and a code.
 *
 * Commands are listed with their options only; what they do is loaded when one is run, so that
 * `assay --help` starts fast.
 */
import '../polyfill.ts';
import type { Argv } from 'yargs';
import yargs from 'yargs';
import { AssayError } from '../base/index.ts';
import { beaconCommand } from './commands/beacon/index.ts';
import { configCommand } from './commands/config/index.ts';
import { dbCommand } from './commands/db/index.ts';
import { doctorCommand } from './commands/doctor/index.ts';
import { earningsCommand } from './commands/earnings/index.ts';
import { explorerCommand } from './commands/explorer/index.ts';
import { guardCommand } from './commands/guard/index.ts';
import { inferCommand } from './commands/infer/index.ts';
import { initCommand } from './commands/init/index.ts';
import { joinCommand } from './commands/join/index.ts';
import { keysCommand } from './commands/keys/index.ts';
import { modelCommand } from './commands/model/index.ts';
import { networkCommand } from './commands/network/index.ts';
import { peersCommand } from './commands/peers/index.ts';
import { planCommand } from './commands/plan/index.ts';
import { receiptCommand } from './commands/receipt/index.ts';
import { serveCommand } from './commands/serve/index.ts';
import { simCommand } from './commands/sim/index.ts';
import { EXIT_VIOLATION, isViolation } from './commands/sim/violation.ts';
import { startCommand } from './commands/start/index.ts';
import { statusCommand } from './commands/status/index.ts';
import { testnetCommand } from './commands/testnet/index.ts';
import { theoryCommand } from './commands/theory/index.ts';
import { whyCommand } from './commands/why/index.ts';
import { describeFailure, EXIT_BUG, EXIT_INTERRUPTED, EXIT_OK } from './failure.ts';
import type { CliContext, Io } from './io.ts';
import { commandWords, explainUsage, UsageError } from './usage.ts';
import { readVersion } from './version.ts';

const COLUMNS = 80;
/** How long a handler may take to stop after Ctrl-C before the process ends without it. */
const STOP_MS = 10_000;

/** What the parser says, in words that a user has seen before. */
const WORDING = {
  'Invalid values:': 'not among the choices:',
  'Argument: %s, Given: %s, Choices: %s': '%s cannot be %s; it is one of %s',
  'Not enough arguments following: %s': 'no value follows --%s',
};

/** Commands that run until they are told to stop. */
const SERVICES = ['start', 'serve', 'beacon', 'testnet', 'explorer'];

/** What may be given several times; everything else would arrive as a list, whatever its type. */
const REPEATABLE = [
  '_',
  'proof',
  'fail-if',
  'failIf',
  'set',
  'file',
  'model',
  'claim',
  'node',
  'without',
];

/** Runs the command line of this process. */
export async function main(): Promise<void> {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(EXIT_INTERRUPTED);
      controller.abort(name);
      setTimeout(() => process.exit(EXIT_INTERRUPTED), STOP_MS).unref();
    });
  }
  // nobody waits for it and nobody can tell what it left undone: the guard makes stopping safe
  for (const name of ['unhandledRejection', 'uncaughtException'] as const) {
    process.on(name, (reason) => {
      const failure = describeFailure(reason, { isVerbose: true });
      process.stderr.write(failure.text);
      process.exit(EXIT_BUG);
    });
  }
  // A reader that has seen enough (`assay … | head`) is no failure.
  process.stdout.on('error', (error: Error & { code?: string }) => {
    if (error.code === 'EPIPE') process.exit(EXIT_OK);
    const failure = describeFailure(error, { isVerbose: false });
    process.stderr.write(failure.text);
    process.exit(failure.exitCode);
  });
  process.exitCode = await runCli(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    signal: controller.signal,
  });
}

/**
 * Runs one command line.
 * @param args the words after `assay`
 * @returns the exit code: 0, 1 (not valid), 2 (input), 3 (a promise of the protocol broke),
 *   70 (a bug), 130 (interrupted); does not throw
 */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  try {
    const output = await parse(args, io);
    if (output !== '') io.out(`${output}\n`);
    return isInterrupted(args, io.signal) ? EXIT_INTERRUPTED : EXIT_OK;
  } catch (error) {
    if (io.signal.aborted) return EXIT_INTERRUPTED;
    const failure = describeFailure(error, { isVerbose: args.includes('--verbose') });
    io.err(failure.text);
    return isViolation(error) ? EXIT_VIOLATION : failure.exitCode;
  }
}

/** A service that is told to end (SIGTERM) and ends has done what it should. */
function isInterrupted(args: readonly string[], signal: AbortSignal): boolean {
  const [command = '', verb] = args;
  // Ctrl-C is how a testnet is stopped, and a page that is looked at
  if (command === 'testnet' || command === 'explorer') return false;
  if (command === 'sim' && verb === 'view') return false;
  if (command === 'network' && verb === 'operate') return false;
  return signal.aborted && !(signal.reason === 'SIGTERM' && SERVICES.includes(command));
}

/** Runs the command, or returns the text that the parser itself wants to print. */
async function parse(args: readonly string[], io: Io): Promise<string> {
  let output = '';
  const parser = buildParser().fail((message: string | null, error: Error | undefined) => {
    // The parser's own errors are about the line; all others come from a handler.
    if (error !== undefined && error.name !== 'YError') throw error;
    throw new RefusedLine(message ?? 'the command line is not understood');
  });
  try {
    const context: CliContext = { io };
    await parser.parseAsync([...args], context, (_error, _argv, text) => {
      output = text;
    });
    return output;
  } catch (error) {
    if (!(error instanceof RefusedLine)) throw error;
    const help = await helpOf(commandWords(args));
    throw new UsageError(explainUsage({ args, help, message: error.message }));
  }
}

/** What the parser refuses; it becomes a `UsageError` once the help has been looked up. */
class RefusedLine extends Error {}

async function helpOf(words: readonly string[]): Promise<string> {
  let help = '';
  await buildParser().parseAsync([...words, '--help'], {}, (_error, _argv, text) => {
    help = text;
  });
  return help;
}

function buildParser(): Argv {
  return yargs()
    .scriptName('assay')
    .usage('assay <command>\n\nTells whether an AI inference was computed as claimed.')
    .locale('en')
    .updateStrings(WORDING)
    .parserConfiguration({
      'boolean-negation': false,
      'dot-notation': false,
      'greedy-arrays': false,
      'strip-aliased': true,
    })
    .command(testnetCommand)
    .command(initCommand)
    .command(joinCommand)
    .command(startCommand)
    .command(serveCommand)
    .command(simCommand)
    .command(modelCommand)
    .command(theoryCommand)
    .command(peersCommand)
    .command(planCommand)
    .command(configCommand)
    .command(inferCommand)
    .command(receiptCommand)
    .command(statusCommand)
    .command(earningsCommand)
    .command(doctorCommand)
    .command(whyCommand)
    .command(explorerCommand)
    .command(networkCommand)
    .command(keysCommand)
    .command(guardCommand)
    .command(dbCommand)
    .command(beaconCommand)
    .option('verbose', { type: 'boolean', default: false, describe: 'Show traces of errors' })
    .check(refuseRepeats, true)
    .demandCommand(1, 'name a command')
    .strict()
    .help()
    .version(readVersion())
    .wrap(COLUMNS)
    .exitProcess(false);
}

/** @throws AssayError option-repeated */
function refuseRepeats(argv: Readonly<Record<string, unknown>>): true {
  for (const [name, value] of Object.entries(argv)) {
    if (!Array.isArray(value) || REPEATABLE.includes(name)) continue;
    throw new AssayError({
      code: 'option-repeated',
      message: `given ${value.length} times`,
      where: `--${name}`,
      remedy: 'Give it once.',
    });
  }
  return true;
}
