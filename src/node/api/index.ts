/** HTTP: the API of nodes, for programs in any language, and the explorer. */
export { isHostAllowed, isLoopback, isTokenRight } from './access.ts';
export { ApiError } from './error.ts';
export {
  type Explorer,
  type ExplorerOptions,
  type ExplorerSource,
  startExplorer,
} from './explorer.ts';
export { cannotListen, checkListenAt, type ListenAt } from './listening.ts';
export { type ApiOptions, type NodeApi, type ServedNode, startNodeApi } from './server.ts';
