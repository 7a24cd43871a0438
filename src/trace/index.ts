/** What happened in a network, as records and as lines: of simulated runs and of live nodes. */
export type { LevelPlace } from './distances.ts';
export { TraceError } from './error.ts';
export { TraceGate, type TraceSink } from './filter.ts';
export { recordLine } from './lines.ts';
export { movementsOfBatch, movementsOfClaim } from './movements.ts';
export type { NodeEntry } from './names.ts';
export { CHROME_BEGIN, CHROME_END, CHROME_RECORDS, type TraceEnd, TraceReader } from './reader.ts';
export { Recent } from './recent.ts';
export type * from './records.ts';
export { TRACE_FORMAT } from './records.ts';
export { ChromeText, formOf, RecordText, type TextSink, type TraceForm } from './text.ts';
export { type Destination, type TracedEvent, Tracer, type TracerOptions } from './tracer.ts';
