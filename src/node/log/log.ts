/**
 * Writes the log: JSON Lines by pino for machines, one short line each for a person at a terminal.
 * Secrets never get here: they have no text form.
 */
import { pino } from 'pino';
import {
  type EventAt,
  type EventLevel,
  LOG_EVENTS,
  type LogEvent,
  type LogModule,
} from './events.ts';
import { isWritten, type LogLevel, type LogLevels } from './levels.ts';

/** Plain values only; anything from a peer is shortened and made printable. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Where a node says what it does. */
export interface Log {
  debug(event: EventAt<'debug'>, fields?: LogFields): void;
  info(event: EventAt<'info'>, fields?: LogFields): void;
  warn(event: EventAt<'warn'>, fields?: LogFields): void;
  error(event: EventAt<'error'>, fields?: LogFields): void;
}

/** An event as it was logged, whether or not it was written. */
export type Logged = {
  readonly event: LogEvent;
  readonly level: EventLevel;
  readonly module: LogModule;
  /** Printable and short. */
  readonly fields: LogFields;
};

/** A log whose levels can change, and whose events can be heard. */
export interface NodeLog extends Log {
  readonly levels: LogLevels;
  setLevels(levels: LogLevels): void;
  /** Calls `listener` for each event, at whatever level, until what is returned is called. */
  subscribe(listener: (logged: Logged) => void): () => void;
}

export type LogOptions = {
  readonly level: LogLevel;
  /** Levels of modules that differ. */
  readonly modules?: LogLevels['modules'];
  /** For people at a terminal; JSON Lines otherwise. */
  readonly isPretty: boolean;
  readonly write: (text: string) => void;
};

/** Characters of one value: peers choose some of them. */
const VALUE_MAX = 256;

/** Returns a log that writes lines with `options.write`. */
export function createLog({ level, modules = {}, isPretty, write }: LogOptions): NodeLog {
  const writeLine = isPretty ? prettyLines(write) : jsonLines(write);
  const listeners = new Set<(logged: Logged) => void>();
  let levels: LogLevels = { level, modules };
  const take = (event: LogEvent, fields: LogFields = {}): void => {
    const known = LOG_EVENTS[event];
    const isWanted = isWritten(levels, known);
    if (!isWanted && listeners.size === 0) return;
    const { level: at, module } = known;
    const logged = { event, level: at, module, fields: printableFields(fields) };
    if (isWanted) writeLine(logged);
    for (const listener of listeners) listener(logged);
  };
  return {
    ...{ debug: take, info: take, warn: take, error: take },
    get levels() {
      return levels;
    },
    setLevels: (wanted) => {
      levels = wanted;
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** A log of nothing, for tests and libraries. */
export const silentLog: NodeLog = createLog({
  level: 'silent',
  isPretty: false,
  write: () => undefined,
});

function jsonLines(write: (text: string) => void): (logged: Logged) => void {
  const logger = pino({ level: 'debug', base: null }, { write });
  return ({ level, module, event, fields }) => {
    logger[level]({ module, event, ...fields });
  };
}

function prettyLines(write: (text: string) => void): (logged: Logged) => void {
  return ({ level, event, fields }) => {
    const time = new Date().toISOString().slice(11, 19);
    const mark = level === 'error' ? 'ERROR ' : level === 'warn' ? 'WARN  ' : '';
    const values = Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => `${key}=${String(value)}`);
    write(`${[`${time} ${mark}${event}`, ...values].join('  ')}\n`);
  };
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
