/** Who is dishonest: shares of a scenario turned into nodes. */
import type { Stake } from '../../src/base/index.ts';
import {
  type Adversary,
  providerShareOf,
  type Scenario,
  validatorShareOf,
} from '../../src/config/index.ts';
import type { RandomStream } from '../kernel/random.ts';

/** What a node is; `undefined` is honest. */
export type Roles = {
  readonly validators: readonly (Adversary | undefined)[];
  readonly providers: readonly (Adversary | undefined)[];
  /** Honest validators that are down. */
  readonly down: ReadonlySet<number>;
};

/**
 * Assigns behaviours: to providers by count, to validators by stake, each group as near to its
 * share as whole nodes allow. Who they are is drawn from `random`.
 */
export function assignRoles(
  scenario: Scenario,
  { stakes, random }: { stakes: readonly Stake[]; random: RandomStream },
): Roles {
  const validators: (Adversary | undefined)[] = stakes.map(() => undefined);
  const order = random.shuffled(stakes.map((_, index) => index));
  const total = stakes.reduce((sum, stake) => sum + Number(stake), 0);
  let next = 0;
  for (const adversary of scenario.adversaries) {
    const wanted = validatorShareOf(adversary) * total;
    let taken = 0;
    while (next < order.length) {
      const index = order[next] as number;
      const amount = Number(stakes[index]);
      // nearest to the wanted share: the last one only if it brings the sum nearer
      if (taken + amount / 2 > wanted) break;
      validators[index] = adversary;
      taken += amount;
      next += 1;
    }
  }
  const honest = order.slice(next);
  const downCount = Math.round(scenario.validators.silentShare * honest.length);
  return {
    validators,
    providers: assignProviders(scenario, random),
    down: new Set(honest.slice(0, downCount)),
  };
}

function assignProviders(
  { adversaries, providers }: Scenario,
  random: RandomStream,
): readonly (Adversary | undefined)[] {
  const roles: (Adversary | undefined)[] = Array.from({ length: providers.count });
  const order = random.shuffled(roles.map((_, index) => index));
  let next = 0;
  for (const adversary of adversaries) {
    const share = providerShareOf(adversary);
    if (share === 0) continue;
    const count = Math.max(1, Math.round(share * providers.count));
    for (const index of order.slice(next, next + count)) roles[index] = adversary;
    next += count;
  }
  return roles;
}
