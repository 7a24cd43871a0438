/**
 * Does cheating pay? How often a cheat is caught, and how often claims must be sampled.
 *
 * Source: PoSP (proof of sampling) for the equilibrium with one checker; the specification,
 * section 6, with false alarms. Amounts are in one unit, whichever.
 */
import type { Share } from './arguments.ts';
import { requireAmount, requireCount, split } from './arguments.ts';
import { TheoryError } from './error.ts';

/** A provider that cheats on a share of its claims, and the sampling it lives under. */
export type Cheating = {
  /** Share of claims that are drawn, p. */
  readonly rate: Share;
  /** Share of claims that are cheated on, c. */
  readonly cheatShare: Share;
  /** Probability that a drawn cheat is convicted, d. */
  readonly catchShare: Share;
};

/**
 * Returns 1−(1−p·c·d)^N: the cheater is caught at least once in N claims.
 * Draws are taken as independent; one draw per run of m leaves is never worse.
 */
export function caught(cheating: Cheating & { readonly claims: number }): number {
  requireCount(cheating.claims, 'claims', { min: 0 });
  const once = caughtOnce(cheating);
  return once === 1 && cheating.claims === 0 ? 0 : -Math.expm1(cheating.claims * Math.log1p(-once));
}

/** Returns the least N with `caught` ≥ `target`; `undefined` if no number of claims suffices. */
export function claimsUntilCaught(
  cheating: Cheating & { readonly target: Share },
): number | undefined {
  const target = split(cheating.target, 'target').share;
  const once = caughtOnce(cheating);
  if (target === 0) return 0;
  if (once === 1) return 1;
  if (once === 0 || target === 1) return undefined;
  return Math.ceil(Math.log1p(-target) / Math.log1p(-once));
}

/** A beacon of which the last speakers choose the value, and the wrong answers that they hide. */
export type Bias = {
  /** Last revealers in the coalition, j: each may withhold. 0 is a sound beacon. */
  readonly revealers: number;
  /** Runs of `leaves` answers that one round draws from, one of each; `wrong` of them are wrong. */
  readonly runs: readonly { readonly wrong: number; readonly leaves: number }[];
};

/**
 * Returns the share of the n wrong answers of a round that escape the draw if the best of 2^j
 * values is taken: 1 − Σ P[X ≥ x]^(2^j) / n, where X counts the wrong ones that one value draws:
 * a sum of independent draws, one for each run. For one wrong answer that is 1 − p^(2^j) with
 * p = 1 / leaves.
 * @throws TheoryError argument-out-of-range if no answer is wrong, or more than a run has
 */
export function escapedByBias({ revealers, runs }: Bias): number {
  requireCount(revealers, 'revealers', { min: 0, max: 30 });
  const wrong = runs.reduce((sum, run) => sum + run.wrong, 0);
  requireCount(wrong, 'wrong', { min: 1 });
  // mass[x] = P[X = x]
  let mass = [1];
  for (const run of runs) {
    const { share, rest } = split(run.wrong / run.leaves, 'wrong');
    const next = [...mass, 0];
    for (let x = 0; x < next.length; x++) {
      next[x] = (mass[x] ?? 0) * rest + (mass[x - 1] ?? 0) * share;
    }
    mass = next;
  }
  let fewest = 0;
  let atLeast = 0;
  for (let x = mass.length - 1; x >= 1; x--) {
    atLeast += mass[x] ?? 0;
    fewest += atLeast ** (2 ** revealers);
  }
  return 1 - fewest / wrong;
}

/** One provider, one checker, and what is at stake between them. */
export type Deterrence = {
  /** Cost of computing honestly, C; what a cheater saves. */
  readonly cost: number;
  /** What an accepted answer earns, R. */
  readonly reward: number;
  /** The least penalty that the cheater can choose, S. */
  readonly slash: number;
  /** Share of checkers that collude with the provider, r. */
  readonly collusion: Share;
  /** Probability that an honest checker misses the cheat, δ. */
  readonly miss: Share;
  /** Probability that an honest answer is convicted, ε. */
  readonly falseAlarm: Share;
};

/**
 * Returns the sampling rate above which honesty pays: C / ((k−ε)(R+S) − rR), k = (1−r)(1−δ).
 * `undefined` if not even checking every claim makes it pay.
 * With committees use collusion = P[captured] and miss = falseAlarm = 0.
 */
export function leastSamplingRate(deterrence: Deterrence): number | undefined {
  const { cost, reward, slash } = deterrence;
  requireAmount(cost, 'cost');
  requireAmount(reward, 'reward');
  requireAmount(slash, 'slash');
  const collusion = split(deterrence.collusion, 'collusion');
  const miss = split(deterrence.miss, 'miss');
  const falseAlarm = split(deterrence.falseAlarm, 'falseAlarm');
  const caughtShare = collusion.rest * miss.rest;
  const loss = (caughtShare - falseAlarm.share) * (reward + slash) - collusion.share * reward;
  if (cost === 0) return loss >= 0 ? 0 : undefined;
  return loss > 0 && cost <= loss ? cost / loss : undefined;
}

/**
 * Returns S/G above which a cheat worth G does not pay: (1−pd)/(pd).
 * @throws TheoryError argument-out-of-range if nothing is ever caught
 */
export function leastSlashFactor(sampling: {
  readonly rate: Share;
  readonly catchShare: Share;
}): number {
  const once = split(sampling.rate, 'rate').share * split(sampling.catchShare, 'catch').share;
  if (once === 0) throw new TheoryError('rate', 'must be above 0: no slash deters who is not seen');
  return (1 - once) / once;
}

function caughtOnce({ rate, cheatShare, catchShare }: Cheating): number {
  return (
    split(rate, 'rate').share *
    split(cheatShare, 'cheatShare').share *
    split(catchShare, 'catch').share
  );
}
