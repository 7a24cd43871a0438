/** What happened in a network, as records and as lines: of simulated runs and of live nodes. */
export type * from './records.ts';
export { TRACE_FORMAT } from './records.ts';
