/** HTTP: the API of a provider, for programs in any language, and the explorer. */
export { ApiError } from './error.ts';
export {
  type Explorer,
  type ExplorerOptions,
  type ExplorerSource,
  startExplorer,
} from './explorer.ts';
export {
  type ApiOptions,
  type ProviderApi,
  startProviderApi,
} from './server.ts';
