/** Which events are written: one level for all, and others for single modules. */
import { AssayError } from '../../base/index.ts';
import { EVENT_LEVELS, type EventLevel, LOG_MODULES, type LogModule } from './events.ts';

export const LOG_LEVELS = [...EVENT_LEVELS, 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Least important events that are written. */
export type LogLevels = {
  readonly level: LogLevel;
  /** Of modules that differ. */
  readonly modules: Readonly<Partial<Record<LogModule, LogLevel>>>;
};

/** Tells whether events of this level and module are written. */
export function isWritten(
  { level, modules }: LogLevels,
  event: { readonly level: EventLevel; readonly module: LogModule },
): boolean {
  const least = modules[event.module] ?? level;
  return LOG_LEVELS.indexOf(event.level) >= LOG_LEVELS.indexOf(least);
}

/**
 * Reads levels such as `info` or `warn,protocol=debug,network=silent`; `info` for modules that are
 * not named if no level for all is given.
 * @throws AssayError log-level-invalid
 */
export function parseLogLevels(text: string): LogLevels {
  let level: LogLevel = 'info';
  const modules: Partial<Record<LogModule, LogLevel>> = {};
  for (const part of text.split(',')) {
    const [name = '', value] = part.split('=', 2).map((word) => word.trim());
    if (value === undefined) level = levelOf(name);
    else modules[moduleOf(name)] = levelOf(value);
  }
  return { level, modules };
}

/** Returns what `parseLogLevels` reads. */
export function logLevelsText({ level, modules }: LogLevels): string {
  return [level, ...Object.entries(modules).map(([name, least]) => `${name}=${least}`)].join();
}

function levelOf(text: string): LogLevel {
  const found = LOG_LEVELS.find((level) => level === text);
  if (found !== undefined) return found;
  throw invalid(`${JSON.stringify(text.slice(0, 32))} is no level`);
}

function moduleOf(text: string): LogModule {
  const found = LOG_MODULES.find((module) => module === text);
  if (found !== undefined) return found;
  throw invalid(`${JSON.stringify(text.slice(0, 32))} is no module`);
}

function invalid(message: string): AssayError {
  return new AssayError({
    code: 'log-level-invalid',
    message,
    where: 'log level',
    remedy:
      `Levels are ${LOG_LEVELS.join(', ')}; modules ${LOG_MODULES.join(', ')}. ` +
      'Write e.g. `info` or `warn,protocol=debug`.',
  });
}
