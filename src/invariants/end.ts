/** What can only be judged when a run is over: one verdict per subject, and that there is one. */
import type { NodeId, Subject } from '../base/index.ts';
import { isConflict, type Network } from '../core/index.ts';
import type { Checker } from './checker.ts';
import type { Committees } from './committees.ts';

/** Rounds after the last fault in which batches of before it are still drawn. */
export const CALM_ROUNDS = 4;

/**
 * Holds: one final verdict per subject, at all honest nodes, unless a level was captured.
 * @param subjectOf the subject of a key; decisions on others are not judged
 * @throws InvariantViolation
 */
export function checkOneVerdict(
  checker: Checker,
  committees: Committees,
  subjectOf: (key: string) => Subject | undefined,
): void {
  for (const [key, decisions] of checker.decisions()) {
    const subject = subjectOf(key);
    if (subject === undefined) continue;
    const [first, ...others] = decisions;
    const isOne = others.every(
      (other) => first === undefined || !isConflict(first.verdict, other.verdict),
    );
    const isCaptured = decisions.some(({ level }) => {
      const committee = committees.of(subject, level);
      if (committee === undefined) return false;
      const least = 2n * committee.quorum - committee.weight;
      return committees.dishonestWeight(committee) >= least;
    });
    checker.holdUnless(isCaptured, 'one-final-verdict', { isKept: isOne, detail: () => key });
  }
}

/**
 * Whether every drawn leaf has to be decided: honest nodes that are up hold more than 2/3 of all
 * stake, and the last level is the whole pool, which then always finds a quorum.
 */
export function isLivenessPromised(network: Network, isUp: (id: NodeId) => boolean): boolean {
  const stakeUp = network.validators.reduce(
    (sum, { id, stake }) => sum + (isUp(id) ? stake : 0n),
    0n,
  );
  const isWholePoolLast = network.parameters.levels.some(
    (seats) => seats >= network.validators.length,
  );
  return 3n * stakeUp > 2n * network.totalStake && isWholePoolLast;
}

/** Holds: a drawn leaf is decided, everywhere that it was asked for. @throws InvariantViolation */
export function checkDecided(checker: Checker, key: string, isDecided: () => boolean): void {
  // a node that knows of no end at all is stuck
  checker.hold(isDecided(), 'every-drawn-leaf-decided', () => key);
}
