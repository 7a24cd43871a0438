/** Runs models and measures outputs for a core. */
export { BoundedCache } from './bounded-cache.ts';
export {
  type ExecutionOptions,
  ExecutionService,
  type FetchBlob,
  type RunResult,
} from './execution-service.ts';
export { ModelLibrary } from './model-library.ts';
