/**
 * The log of a node: events with stable names and plain fields. JSON Lines by pino for machines,
 * one short line each for a person at a terminal. Secrets never get here: they have no text form.
 */
import { pino } from 'pino';

/** Plain values only; anything from a peer is shortened and made printable. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Where a node says what it does. `event` is a stable kebab-case name. */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type LogOptions = {
  readonly level: LogLevel;
  /** For people at a terminal; JSON Lines otherwise. */
  readonly isPretty: boolean;
  readonly write: (text: string) => void;
};

/** Characters of one value: peers choose some of them. */
const VALUE_MAX = 256;

/** Returns a log that writes lines with `options.write`. */
export function createLog({ level, isPretty, write }: LogOptions): Log {
  const weight = LOG_LEVELS.indexOf(level);
  const line = isPretty ? prettyLine : jsonLines(write);
  const at =
    (name: Exclude<LogLevel, 'silent'>) =>
    (event: string, fields: LogFields = {}): void => {
      if (LOG_LEVELS.indexOf(name) < weight) return;
      const text = line(name, event, printableFields(fields));
      if (text !== undefined) write(text);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** A log of nothing, for tests and libraries. */
export const silentLog: Log = createLog({
  level: 'silent',
  isPretty: false,
  write: () => undefined,
});

type LevelName = Exclude<LogLevel, 'silent'>;

function jsonLines(write: (text: string) => void) {
  const logger = pino({ level: 'debug', base: null }, { write });
  return (name: LevelName, event: string, fields: LogFields): undefined => {
    logger[name]({ event, ...fields });
  };
}

function prettyLine(name: LevelName, event: string, fields: LogFields): string {
  const time = new Date().toISOString().slice(11, 19);
  const mark = name === 'error' ? 'ERROR ' : name === 'warn' ? 'WARN  ' : '';
  const values = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${String(value)}`);
  return `${[`${time} ${mark}${event}`, ...values].join('  ')}\n`;
}

function printableFields(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      typeof value === 'string' ? printable(value) : value,
    ]),
  );
}

/** Control characters of strangers would obey them in a terminal. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e\u00a0-\uffff]/g, '\ufffd').slice(0, VALUE_MAX);
}
