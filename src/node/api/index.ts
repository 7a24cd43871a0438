/** HTTP API of a provider: for programs in any language. */
export { ApiError } from './error.ts';
export {
  type ApiOptions,
  type ProviderApi,
  startProviderApi,
} from './server.ts';
