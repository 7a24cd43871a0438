/** Ids, units, bytes, hashes, assertions and errors: what every other layer stands on. */
export { AssertionError, assert, defined, unreachable } from './assert.ts';
export type { Brand } from './brand.ts';
export * from './bytes.ts';
export * from './error.ts';
export * from './fraction.ts';
export * from './hash.ts';
export * from './ids.ts';
export * from './manifest.ts';
export * from './measurement.ts';
export * from './nearest.ts';
export * from './parameters.ts';
export * from './parameters-check.ts';
export { Remembered } from './remembered.ts';
export { SmallMap, SparseMap, SparseSet } from './sparse.ts';
export * from './verdict.ts';
