/** What the explorer shows: the trace of a live node, or of a file. */
export { leafReceipt } from './leaf-receipt.ts';
export { leafRecords } from './leaf-records.ts';
export { NodeTrace, type NodeTraceOptions } from './node-trace.ts';
export { type Recorded, readRecorded, recordLines } from './recorded.ts';
export { RecordRing, type Sequence } from './ring.ts';
