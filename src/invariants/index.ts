/** The invariants of the protocol, as a judge asserts them: of simulated and of real nodes. */
export {
  type Actor,
  Checker,
  type CheckerOptions,
  type Excuses,
  type Promised,
} from './checker.ts';
export { Committees, type CommitteesOptions, type Honesty } from './committees.ts';
export { CALM_ROUNDS, checkDecided, checkOneVerdict, isLivenessPromised } from './end.ts';
export { InvariantViolation } from './violation.ts';
