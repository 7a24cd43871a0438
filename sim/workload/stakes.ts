/** Stakes of validators by distribution. */
import { assert, type Stake, stake } from '../../src/base/index.ts';
import type { Scenario } from '../../src/config/index.ts';
import { exponential, logarithm } from '../kernel/elementary.ts';
import type { RandomStream } from '../kernel/random.ts';

/**
 * Draws one stake per validator, at least 1 each; their mean is `perValidator` up to rounding.
 * @throws AssertionError if a list has another length: the configuration refuses it
 */
export function drawStakes(
  { count, stake: distribution }: Scenario['validators'],
  random: RandomStream,
): readonly Stake[] {
  if (distribution.distribution === 'list') {
    assert(distribution.values.length === count, 'a list of stakes names every validator');
    return distribution.values.map((value) => stake(BigInt(value)));
  }
  const shares = Array.from({ length: count }, (_, rank) =>
    relativeStake(distribution, rank, random),
  );
  const total = shares.reduce((sum, share) => sum + share, 0);
  const sum = distribution.perValidator * count;
  return shares.map((share) => stake(BigInt(Math.max(1, Math.round((share / total) * sum)))));
}

type Drawn = Exclude<Scenario['validators']['stake'], { distribution: 'list' }>;

function relativeStake(distribution: Drawn, rank: number, random: RandomStream): number {
  switch (distribution.distribution) {
    case 'equal':
      return 1;
    case 'zipf':
      return exponential(-distribution.exponent * logarithm(rank + 1));
    case 'pareto':
      return exponential(-logarithm(1 - random.uniform()) / distribution.exponent);
    default:
      return exponential(distribution.exponent * random.normal());
  }
}
