/** Drives a core: events in, effects out in order, and a record of both. */
export { type Clock, systemClock } from './clock.ts';
export {
  EVENT_LOG_FORMAT,
  type EventLogHead,
  effectsHash,
  eventLogHead,
  eventRecorder,
  readEventLogHead,
  replayEventLog,
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
