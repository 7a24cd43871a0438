/** The database of a node: names of what it keeps, its check, its pruning, its migrations. */
export {
  ageEntry,
  certificateKey,
  claimsIn,
  pack,
  roundKey,
  roundOf,
  subjectText,
  unpack,
} from './archive-keys.ts';
export {
  checkStore,
  type DatabaseProblem,
  type DatabaseReport,
  mendStore,
} from './check.ts';
export { MIGRATIONS } from './migrations.ts';
export {
  firstKept,
  KEEP_EPOCHS_DEFAULT,
  keepEpochsMin,
  latestKept,
  type Pruned,
  pruneStore,
} from './pruning.ts';
