/**
 * Asks for a line at a terminal without showing it. However it ends, the terminal shows again what
 * is typed: on return, on Ctrl-C, when the input ends, and, by Node, when the process exits.
 */
import { KeyError } from './error.ts';

/** What is asked of a terminal: `process.stdin` and `process.stderr`. */
export type Terminal = {
  readonly input: {
    readonly isTTY: boolean;
    setRawMode(isRaw: boolean): unknown;
    on(event: 'data', listener: (chunk: Buffer) => void): unknown;
    on(event: 'end', listener: () => void): unknown;
    off(event: 'data', listener: (chunk: Buffer) => void): unknown;
    off(event: 'end', listener: () => void): unknown;
    resume(): unknown;
    pause(): unknown;
  };
  readonly output: { write(text: string): unknown };
};

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_U = '\u0015';
const ESCAPE = '\u001b';
const CHARS_MAX = 1024;

/** @throws KeyError `passphrase-interrupted` on Ctrl-C and at the end of the input */
export function promptHidden(question: string, { input, output }: Terminal): Promise<string> {
  return new Promise((resolve, reject) => {
    const typed: string[] = [];
    const decoder = new TextDecoder();
    const finish = (act: () => void) => {
      input.off('data', onData);
      input.off('end', onEnd);
      input.setRawMode(false);
      input.pause();
      output.write('\n');
      act();
    };
    const onEnd = () => finish(() => reject(interrupted()));
    const onData = (chunk: Buffer) => {
      const text = decoder.decode(chunk, { stream: true });
      // Arrow keys and the like come as one chunk.
      if (text.startsWith(ESCAPE)) return;
      for (const char of text) {
        const end = take(char, typed);
        if (end === 'line') return finish(() => resolve(typed.join('')));
        if (end === 'interrupt') return onEnd();
      }
    };
    output.write(question);
    input.setRawMode(true);
    input.on('data', onData);
    input.on('end', onEnd);
    input.resume();
  });
}

/** Adds a character to what was typed, or says what it ends. */
function take(char: string, typed: string[]): 'line' | 'interrupt' | undefined {
  if (char === '\r' || char === '\n') return 'line';
  if (char === CTRL_C || (char === CTRL_D && typed.length === 0)) return 'interrupt';
  if (char === CTRL_D) return 'line';
  if (char === '\u007f' || char === '\b') typed.pop();
  else if (char === CTRL_U) typed.length = 0;
  else if (!/\p{Cc}/u.test(char) && typed.length < CHARS_MAX) typed.push(char);
  return undefined;
}

function interrupted(): KeyError {
  return new KeyError({
    code: 'passphrase-interrupted',
    message: 'no passphrase was entered',
    remedy: 'Start the command again.',
  });
}
