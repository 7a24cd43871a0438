/**
 * What the members of a network say of themselves, put together. A status is a node's own word and
 * proves nothing: rounds are those that half of the answering validators know, and what one node
 * says of another is told with the number of nodes that say it.
 */
import { compareText, type NodeId } from '../../../base/index.ts';
import { quorumOf } from '../../../core/index.ts';
import type { NodeStatus } from '../../../node/index.ts';
import type { Member } from './members.ts';

export type MemberView = Member & {
  readonly status: NodeStatus | undefined;
  /** Why a connected member has no status. */
  readonly failure?: string;
};

/** What nodes say that somebody lost or did. */
export type Loss = {
  readonly id: NodeId;
  /** `convicted`, or the reason of a slash. */
  readonly reason: string;
  /** As most nodes have it; 0 for a conviction. */
  readonly amount: bigint;
  readonly toldBy: number;
};

export type NetworkView = {
  readonly state: 'alive' | 'beacon-late' | 'no-quorum' | 'not-begun';
  /** Known to half of the validators that answer, 0 before the first. */
  readonly round: number;
  /** Due by the clock of this machine, 0 before the first. */
  readonly due: number;
  readonly roundMs: number;
  /** [SET-1] As half of the validators that answer know them. */
  readonly setNumber: number;
  readonly epoch: number;
  readonly answering: number;
  readonly validators: number;
  /** Of validators that say that they take part. */
  readonly stakeUp: bigint;
  readonly stakeNeeded: bigint;
  readonly stakeTotal: bigint;
  readonly members: readonly MemberView[];
  readonly losses: readonly Loss[];
};

/** A beacon needs a moment to be made and carried. */
const LATE_ROUNDS = 1;

/** Puts answers together. */
export function viewOf(
  members: readonly MemberView[],
  clock: { readonly due: number; readonly roundMs: number },
): NetworkView {
  const validators = members.filter(({ role }) => role === 'validator');
  const answering = validators.filter(({ status }) => status !== undefined);
  const up = answering.filter(({ status }) => isTakingPart(status));
  const stakeTotal = stakeOf(validators);
  const stakeNeeded = quorumOf(stakeTotal);
  const stakeUp = stakeOf(up);
  const round = common(answering, (status) => status.round);
  const setNumber = common(answering, (status) => status.setNumber);
  const epoch = common(answering, (status) => status.epoch);
  const { due } = clock;
  return {
    state: stateOf({ due, round, isQuorum: stakeUp >= stakeNeeded }),
    ...{ setNumber, epoch },
    ...{ round, ...clock, answering: answering.length, validators: validators.length },
    ...{ stakeUp, stakeNeeded, stakeTotal, members, losses: lossesOf(members) },
  };
}

function stateOf(at: { due: number; round: number; isQuorum: boolean }): NetworkView['state'] {
  if (at.due === 0) return 'not-begun';
  if (!at.isQuorum) return 'no-quorum';
  return at.due - at.round > LATE_ROUNDS ? 'beacon-late' : 'alive';
}

function isTakingPart(status: NodeStatus | undefined): boolean {
  return status?.state === 'in-sync' || status?.state === 'degraded';
}

function stakeOf(members: readonly Member[]): bigint {
  return members.reduce((sum, { stake }) => sum + stake, 0n);
}

/** The greatest number that at least half of them have reached. */
function common(answering: readonly MemberView[], of: (status: NodeStatus) => number): number {
  const numbers = answering
    .map(({ status }) => (status === undefined ? 0 : of(status)))
    .sort((a, b) => b - a);
  return numbers[Math.floor((numbers.length - 1) / 2)] ?? 0;
}

function lossesOf(members: readonly MemberView[]): readonly Loss[] {
  const told = new Map<string, { id: NodeId; reason: string; amounts: bigint[] }>();
  const tell = (id: NodeId, reason: string, amount: bigint): void => {
    const key = `${id}/${reason}`;
    const entry = told.get(key) ?? { id, reason, amounts: [] };
    entry.amounts.push(amount);
    told.set(key, entry);
  };
  const known = new Set(members.map(({ id }) => id));
  for (const { status } of members) {
    for (const id of status?.convicted ?? []) if (known.has(id)) tell(id, 'convicted', 0n);
    for (const { id, reason, amount } of status?.slashed ?? []) {
      if (known.has(id) && /^\d+$/.test(amount)) tell(id, reason, BigInt(amount));
    }
  }
  return [...told.values()]
    .map(({ id, reason, amounts }) => ({
      ...{ id, reason, toldBy: amounts.length, amount: commonest(amounts) },
    }))
    .sort((a, b) => compareText(a.id, b.id) || compareText(a.reason, b.reason));
}

/** Of what nodes say, the value that most of them have; the smaller one of two. */
function commonest(amounts: readonly bigint[]): bigint {
  const counts = new Map<bigint, number>();
  for (const amount of amounts) counts.set(amount, (counts.get(amount) ?? 0) + 1);
  const [best] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return best?.[0] ?? 0n;
}
