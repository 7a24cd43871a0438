/** Drives a core: events in, effects out in order, and a record of both. */
export { type Clock, systemClock } from './clock.ts';
export {
  type Decode,
  EVENT_LOG_FORMAT,
  type EventLogHead,
  type EventLogLine,
  effectsHash,
  eventLogHead,
  eventRecorder,
  readEventLogHead,
  readEventLogLine,
  replayEventLog,
  type ToldEffect,
} from './event-log.ts';
export {
  type Core,
  joined,
  Runner,
  type RunnerOptions,
  type RunnerPorts,
  type StepObserver,
  type Timeless,
  validatorCore,
} from './runner.ts';
