/**
 * What a drawn honest claim costs on the ladder of levels.
 *
 * Level l + 1 runs when level l reaches no verdict or is challenged. A challenger that loses pays
 * for the level it started, so the adversary is taken to challenge once, at level 0, if at all;
 * above, its seats are silent or vote otherwise. Levels are independent draws.
 * Limit: an adversary that pays at every level costs more, and pays for it, [QUORUM-3].
 */
import type { Share } from './arguments.ts';
import { escalated, undecided } from './committee.ts';
import { TheoryError } from './error.ts';

/** A ladder and the stake against it. */
export type Ladder = {
  /** Seats of each level. */
  readonly levels: readonly number[];
  readonly adversary: Share;
  readonly silent: Share;
  /** Whether every adversary seat of level 0 challenges; else it withholds its vote. */
  readonly challenge: boolean;
};

/** How often a level runs and what it costs. */
export type LevelCost = {
  readonly seats: number;
  /** Probability that the level runs. */
  readonly reached: number;
  /** Expected executions at this level, per drawn claim. */
  readonly executions: number;
};

/** What a drawn honest claim costs in all. */
export type LadderCost = {
  readonly levels: readonly LevelCost[];
  /** Expected executions per drawn claim. */
  readonly executions: number;
  /** Probability that no level reaches a verdict. */
  readonly unresolved: number;
};

/**
 * Returns the expected executions of a drawn honest claim, level by level.
 * @throws TheoryError argument-out-of-range if there is no level
 */
export function ladderCost(ladder: Ladder): LadderCost {
  if (ladder.levels.length === 0) throw new TheoryError('levels', 'there must be at least one');
  const levels: LevelCost[] = [];
  let reached = 1;
  for (const [index, seats] of ladder.levels.entries()) {
    levels.push({ seats, reached, executions: reached * seats });
    const committee = { seats, adversary: ladder.adversary, silent: ladder.silent };
    const isChallenged = ladder.challenge && index === 0;
    reached *= isChallenged ? escalated(committee) : undecided(committee);
  }
  const executions = levels.reduce((sum, level) => sum + level.executions, 0);
  return { levels, executions, unresolved: reached };
}
