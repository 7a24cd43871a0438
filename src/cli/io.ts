/**
 * What a command may do to the terminal. Handlers get it as `argv.io`, so that tests run commands
 * without a process.
 */

/** Where a command writes, and how it hears that the user wants it to stop. */
export type Io = {
  /** Writes to standard output: results, nothing else. */
  readonly out: (text: string) => void;
  /** Writes to standard error: errors and progress. */
  readonly err: (text: string) => void;
  /** Aborted by the first Ctrl-C. A handler then ends soon and leaves nothing half-written. */
  readonly signal: AbortSignal;
};

/** Resolves when the user wants the command to stop. */
export function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

/** What every handler finds among its arguments. */
export type CliContext = { readonly io: Io };

/** What a command has found: for programs, and for people. */
export type Answer = {
  /** The document that `--json` prints. */
  readonly json: object;
  /** Lines of at most 80 columns. */
  readonly lines: readonly string[];
};

/** Prints an answer as one JSON document, or as text. */
export function printAnswer(io: Io, answer: Answer, asJson: boolean): void {
  io.out(asJson ? `${JSON.stringify(answer.json, null, 2)}\n` : `${answer.lines.join('\n')}\n`);
}

/** The option that all commands with a result share. */
export const JSON_OPTION = {
  json: {
    type: 'boolean',
    default: false,
    describe: 'Print one JSON document and nothing else',
  },
} as const;

/** An option with a value, and refused without; numbers are read from its text later. */
export const TEXT = { type: 'string', requiresArg: true } as const;
