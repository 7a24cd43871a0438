/**
 * [SETTLE-1] What epochs come to: which bills count, and what accounts hold after them. Pure.
 */
import { compareText, isNodeId, type NodeId, stake } from '../../base/index.ts';
import { LIMITS, type SettledBalance, type SettlementResult } from '../../wire/index.ts';
import { balancesOf, type SetState } from '../membership/set-state.ts';
import type { Network } from '../network.ts';
import { Accounts } from './accounts.ts';
import { convictedBy, type NamedBill } from './bill.ts';

/** What one member vouches for: digests of bills in hexadecimal, by name. */
export type Statement = {
  readonly validator: NodeId;
  readonly bills: ReadonlyMap<string, string>;
};

/**
 * [SETTLE-1] Returns the digest of each bill that counts: the one that members of most stake vouch
 * for, if that is more than a third of all, so that one of them is honest. Who was away takes so
 * what others saw, and nobody can smuggle in what few saw.
 */
export function agreedBills(
  { validatorIndex, validators, totalStake }: Network,
  statements: readonly Statement[],
): ReadonlyMap<string, string> {
  const weights = new Map<string, Map<string, bigint>>();
  for (const { validator, bills } of statements) {
    const stake = validators[validatorIndex.get(validator) ?? -1]?.stake ?? 0n;
    for (const [name, digest] of bills) {
      const byDigest = weights.get(name) ?? new Map<string, bigint>();
      weights.set(name, byDigest);
      byDigest.set(digest, (byDigest.get(digest) ?? 0n) + stake);
    }
  }
  const agreed = new Map<string, string>();
  for (const name of [...weights.keys()].sort(compareText)) {
    const [first] = [...(weights.get(name) ?? [])].sort(([a, x], [b, y]) => {
      return x === y ? compareText(a, b) : x > y ? -1 : 1;
    });
    if (first !== undefined && 3n * first[1] > totalStake) agreed.set(name, first[0]);
  }
  return agreed;
}

/**
 * [SETTLE-1] Returns what the epochs up to `epoch` come to on top of `state`. Bills are taken in
 * order of their names, all charges before all rewards; who was convicted in an earlier settlement
 * is not slashed again.
 */
export function settleEpochs(
  state: SetState,
  epoch: number,
  bills: readonly NamedBill[],
): SettlementResult {
  const before = balancesOf(state);
  const accounts = new Accounts(before, state);
  const sorted = unsettled(state, bills);
  for (const { bill } of sorted) for (const charge of bill.charges) accounts.apply(charge);
  for (const { bill } of sorted) for (const reward of bill.rewards) accounts.apply(reward);
  accounts.check();
  const balances: SettledBalance[] = [...accounts.balances()]
    .filter(([id, balance]) => balance !== before.get(id))
    .map(([id, balance]) => ({ id, stake: stake(balance) }))
    .sort((a, b) => compareText(a.id, b.id));
  const convicted = sorted.flatMap(({ name }) => {
    const id = convictedBy(name);
    return id !== undefined && isNodeId(id) ? [id] : [];
  });
  return { epoch, balances, pool: accounts.pool, burned: accounts.burned, convicted };
}

/** In order of names; convictions that one settlement cannot hold wait for the next. [WIRE-4] */
function unsettled(state: SetState, bills: readonly NamedBill[]): readonly NamedBill[] {
  let convictions = 0;
  return [...bills]
    .sort((a, b) => compareText(a.name, b.name))
    .filter(({ name }) => {
      if (convictedBy(name) === undefined) return true;
      if (isSettled(state, name)) return false;
      convictions += 1;
      return convictions <= LIMITS.settledConvicted;
    });
}

function isSettled({ convicted }: SetState, name: string): boolean {
  const id = convictedBy(name);
  return id !== undefined && isNodeId(id) && convicted.has(id);
}
