/**
 * Validators that look like many: their stake is split over more identities, which work honestly.
 * Stopped because seats are drawn by stake: a split wins none. [SEAT-1]
 */
import { type Stake, stake } from '../../src/base/index.ts';
import type { Roles } from './roles.ts';

/** Stakes of a validator set and who they are, before and after a split. */
export type Staked = { readonly stakes: readonly Stake[]; readonly roles: Roles };

/**
 * Splits the stake of each sybil validator evenly, the rest of the division to the first; new
 * identities come after those that were there.
 */
export function splitSybils({ stakes, roles }: Staked): Staked {
  const split = [...stakes];
  const validators = [...roles.validators];
  for (const [index, adversary] of roles.validators.entries()) {
    if (adversary?.behaviour !== 'sybil-split') continue;
    const whole = stakes[index] ?? stake(0n);
    const part = whole / BigInt(adversary.identities);
    split[index] = stake(whole - part * BigInt(adversary.identities - 1));
    for (let i = 1; i < adversary.identities; i++) {
      split.push(stake(part));
      validators.push(adversary);
    }
  }
  return { stakes: split, roles: { ...roles, validators } };
}
