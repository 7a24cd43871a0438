/**
 * What is wrong with a command line, in one sentence, with the word that was probably meant.
 *
 * The parser says that something is unknown, but not what would have been right. What it knows is
 * in its help, so words are looked up there; its messages are never parsed.
 */
import type { ErrorDetail } from '../base/index.ts';
import { AssayError, nearestText } from '../base/index.ts';

/** A command line that does not fit the commands. */
export class UsageError extends AssayError {
  override readonly name = 'UsageError';
}

/** Returns the words before the first option: the command, then its positional arguments. */
export function commandWords(args: readonly string[]): readonly string[] {
  const end = args.findIndex((arg) => arg.startsWith('-'));
  return end < 0 ? args : args.slice(0, end);
}

/**
 * Explains a refused command line.
 * @param refused.args the command line
 * @param refused.help what the command that it names prints for `--help`
 * @param refused.message what the parser says, used when no word is unknown
 */
export function explainUsage(refused: {
  readonly args: readonly string[];
  readonly help: string;
  readonly message: string;
}): ErrorDetail {
  const { args, help, message } = refused;
  return (
    unknownOption(args, help) ??
    unknownCommand(args, help) ??
    missingArgument(args, help) ?? {
      code: 'usage',
      message: message.charAt(0).toLowerCase() + message.slice(1),
      remedy: seeHelp(help),
    }
  );
}

function unknownOption(args: readonly string[], help: string): ErrorDetail | undefined {
  const known = [...help.matchAll(/(?<=[ ,])--?([a-z][a-z-]*)/g)].map((match) => match[1] ?? '');
  const end = args.indexOf('--');
  for (const arg of end < 0 ? args : args.slice(0, end)) {
    const name = /^--?([A-Za-z][^=]*)/.exec(arg)?.[1];
    if (name === undefined || known.includes(toKebab(name))) continue;
    const dashes = arg.startsWith('--') ? '--' : '-';
    return unknown(`option ${dashes}${name}`, prefixed('--', nearestText(name, known)), help);
  }
  return undefined;
}

function unknownCommand(args: readonly string[], help: string): ErrorDetail | undefined {
  const listed = [...help.matchAll(/^ {2}assay ([a-z-]+(?: [a-z-]+)*)/gm)].map((match) =>
    (match[1] ?? '').split(' '),
  );
  const depth = listed[0]?.length;
  if (!help.includes('Commands:') || depth === undefined) return undefined;
  const word = commandWords(args)[depth - 1];
  const names = listed.map((words) => words.at(-1) ?? '');
  if (word === undefined || names.includes(word)) return undefined;
  return unknown(`command ${word}`, nearestText(word, names), help);
}

/** Told only if it is sure: words after options may be their values. */
function missingArgument(args: readonly string[], help: string): ErrorDetail | undefined {
  const wanted = /^assay((?: [a-z-]+| <[^>]+>)*)/.exec(help)?.[1]?.trim().split(' ') ?? [];
  const name = wanted[args.filter((arg) => !arg.startsWith('-')).length];
  if (name?.startsWith('<') !== true) return undefined;
  return { code: 'usage', message: `${name} is missing`, remedy: seeHelp(help) };
}

function unknown(what: string, nearest: string | undefined, help: string): ErrorDetail {
  const meant = nearest === undefined ? '' : `Did you mean ${nearest}? `;
  return { code: 'usage', message: `unknown ${what}`, remedy: `${meant}${seeHelp(help)}` };
}

/** The command whose help this is: the words before its first argument. */
function seeHelp(help: string): string {
  const command = /^assay(?: [a-z-]+)*/.exec(help)?.[0] ?? 'assay';
  return `Run \`${command} --help\` for what is possible.`;
}

function prefixed(prefix: string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : `${prefix}${text}`;
}

function toKebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
