/** What a node keeps: the sign guard, which must never be lost, and a store of the rebuildable. */
export { GuardError } from './guard/error.ts';
export type { SignGuard } from './guard/guard-log.ts';
export {
  exportGuard,
  type ImportedRecord,
  type ImportReport,
  importGuard,
} from './guard/interchange.ts';
export { createGuard, type GuardOptions, openGuard } from './guard/open.ts';
export type { RoundOf } from './guard/record-codec.ts';
export { openStore, STORE_SCHEMA, type StoreOptions, schemaOf } from './level/level-store.ts';
export {
  type Migration,
  type MigrationOptions,
  type MigrationReport,
  migrateStore,
} from './level/migration.ts';
export { createMemoryStore } from './memory-store.ts';
export {
  type KeyRange,
  type ScannedEntry,
  SPACES,
  type Space,
  type Store,
  type StoreEntry,
  StoreError,
} from './store.ts';
