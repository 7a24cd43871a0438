/** The log of a node: events with stable names and plain fields. */
export {
  type EventAt,
  type EventLevel,
  eventTable,
  LOG_EVENTS,
  LOG_MODULES,
  type LogEvent,
  type LogModule,
} from './events.ts';
export {
  LOG_LEVELS,
  type LogLevel,
  type LogLevels,
  logLevelsText,
  parseLogLevels,
} from './levels.ts';
export {
  createLog,
  type Log,
  type LogFields,
  type Logged,
  type LogOptions,
  type NodeLog,
  silentLog,
} from './log.ts';
