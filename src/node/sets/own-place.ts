/** [SET-1] The place of one identity in the set that serves now, and what it has in exit. */
import type { NodeId } from '../../base/index.ts';
import { balancesOf, epochOf, type SetChain } from '../../core/index.ts';

/** `admitted`: in a later set; `leaving`: in no set, with stake in exit. */
export const PLACES = ['member', 'admitted', 'leaving', 'outside'] as const;

/** Amounts in the smallest unit, decimal. */
export type OwnPlace = {
  readonly kind: (typeof PLACES)[number];
  readonly setNumber: number;
  readonly epoch: number;
  /** In the set that serves, or the one that will. */
  readonly stake: string;
  /** Of that set, tenths of a percent; of validators alone. */
  readonly permille: number;
  /** First epoch, of who is admitted. */
  readonly fromEpoch?: number;
  readonly inExit: string;
  /** First epoch in which nothing of it is in exit. */
  readonly freeInEpoch?: number;
  /** Stake and what is in exit, by the latest set. */
  readonly balance: string;
};

/** Returns the place of `id` at round `latest`. */
export function placeOf(
  chain: SetChain,
  { id, latest }: { readonly id: NodeId; readonly latest: number },
): OwnPlace {
  const now = chain.at(Math.max(1, latest));
  const { head } = chain;
  const exits = head.state.leaving.filter((each) => each.id === id);
  const inExit = exits.reduce((sum, { stake }) => sum + stake, 0n);
  const held = stakeIn(now.state.network, id);
  const coming = stakeIn(head.state.network, id);
  const serving = held === undefined ? head : now;
  const stake = held ?? coming ?? 0n;
  const { totalStake, validatorIndex } = serving.state.network;
  const freeInEpoch = exits.at(-1)?.untilEpoch;
  return {
    kind: kindOf({ isIn: held !== undefined, isComing: coming !== undefined, inExit }),
    ...{ setNumber: now.number, epoch: epochOf(now.state.network, latest) },
    stake: stake.toString(),
    permille: validatorIndex.has(id) ? Number((1000n * stake) / totalStake) : 0,
    ...(held === undefined && coming !== undefined ? { fromEpoch: head.epoch } : {}),
    inExit: inExit.toString(),
    ...(freeInEpoch === undefined ? {} : { freeInEpoch }),
    balance: (balancesOf(head.state).get(id) ?? 0n).toString(),
  };
}

function kindOf(at: { isIn: boolean; isComing: boolean; inExit: bigint }): OwnPlace['kind'] {
  if (at.isIn) return 'member';
  if (at.isComing) return 'admitted';
  return at.inExit > 0n ? 'leaving' : 'outside';
}

type Members = ReturnType<SetChain['at']>['state']['network'];

function stakeIn({ validators, validatorIndex, providerById }: Members, id: NodeId) {
  return validators[validatorIndex.get(id) ?? -1]?.stake ?? providerById.get(id)?.stake;
}
