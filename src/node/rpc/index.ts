/** Asking other nodes, and answering them. */
export { RpcError } from './error.ts';
export { type Reachability, reachability, reachabilityFormat } from './reachability.ts';
export { ANSWER_LIMITS, type RpcRequest, requestFormat } from './requests.ts';
export {
  callForMessages,
  callForStatus,
  callRpc,
  type RpcService,
  serveRpc,
  withinLimits,
} from './rpc.ts';
export {
  COUNTERS,
  type Counter,
  type Loss,
  NODE_STATES,
  type NodeState,
  type NodeStatus,
  statusFormat,
} from './status.ts';
