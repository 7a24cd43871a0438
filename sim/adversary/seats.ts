/** The committee for which a dishonest validator was asked to execute. */
import { defined } from '../../src/base/index.ts';
import type { Committee } from '../../src/core/index.ts';
import type { AdversaryTools, ExecuteEffect } from './behaviour.ts';

/** A committee, and where it stands on the ladder of its leaf. */
export type Bench = {
  readonly committee: Committee;
  readonly level: number;
  readonly lastLevel: number;
  readonly poolSize: number;
};

/** Returns the committee of some work; the opening of its leaf was noted before. */
export function benchOf(
  { draws, conspiracy }: Pick<AdversaryTools, 'draws' | 'conspiracy'>,
  { subject, level, beacon }: ExecuteEffect,
): Bench {
  const { claim, provider } = defined(conspiracy.claimOf(subject), 'its opening was seen');
  const batch = { id: subject.batch, provider, model: claim.model };
  return {
    committee: draws.level(batch, { index: subject.index, level, randomness: beacon }),
    level,
    lastLevel: draws.lastLevel(batch),
    poolSize: draws.pool(batch).members.length,
  };
}
