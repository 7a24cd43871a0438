/** The explorer's server: the trace of a live node, or of a file, for a page in a browser. */
export { NodeTrace, type NodeTraceOptions } from './node-trace.ts';
export { type Recorded, readRecorded } from './recorded.ts';
export {
  type Explorer,
  type ExplorerOptions,
  type ExplorerSource,
  startExplorer,
} from './server.ts';
