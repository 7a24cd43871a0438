/**
 * Who judges: the holders of the seats of one level, their weight, and what makes a quorum.
 */
import { assert, type BlobId, type NodeId, type Round, type Subject } from '../../base/index.ts';
import type { Network } from '../network.ts';
import { DrawStream } from '../sampling/draw.ts';

/** The holders of one level of a subject, or of the seal of a batch. */
export type Committee = {
  /** Distinct holders, in order of first seat; in set order when weight is stake. [SEAT-3] */
  readonly holders: readonly NodeId[];
  /** Weight of each holder: its seats, or its stake. */
  readonly weights: readonly bigint[];
  readonly indexOf: ReadonlyMap<NodeId, number>;
  /** BLS keys in the order of `holders`. */
  readonly voteKeys: readonly Uint8Array[];
  readonly unit: 'seats' | 'stake';
  /** Listed number of seats: what the level costs. */
  readonly seats: number;
  /** k of [QUORUM-1]: sum of all weights. */
  readonly weight: bigint;
  /** q = ⌊2k/3⌋ + 1. */
  readonly quorum: bigint;
  /** k − q + 1: weight without which no quorum exists. */
  readonly blocking: bigint;
};

/** Validators that may be drawn, in set order, with prefix sums of their stake. */
export type Pool = {
  readonly members: readonly number[];
  readonly prefixSums: readonly bigint[];
  readonly stake: bigint;
};

/** [SEAT-1] Validators of the set that hold `model`, without the provider. */
export function poolOf(network: Network, model: BlobId, provider: NodeId): Pool {
  return createPool(network, (index) => {
    const validator = network.validators[index];
    return validator !== undefined && validator.id !== provider && validator.models.includes(model);
  });
}

/** [QUORUM-1] The pool of sealing is the whole set. */
export function wholeSet(network: Network): Pool {
  return createPool(network, () => true);
}

function createPool(network: Network, isMember: (index: number) => boolean): Pool {
  const members: number[] = [];
  const prefixSums: bigint[] = [];
  let sum = 0n;
  const byIdentity = network.totalStake / BigInt(network.validators.length);
  network.validators.forEach((validator, index) => {
    if (!isMember(index) || validator.stake === 0n) return;
    sum += network.ablated.has('SEAT-1') ? byIdentity : validator.stake;
    members.push(index);
    prefixSums.push(sum);
  });
  return { members, prefixSums, stake: sum };
}

/** [QUORUM-1] Index of the last level of `pool`: the whole pool, or the largest listed. */
export function lastLevel(levels: readonly number[], pool: Pool): number {
  const whole = levels.findIndex((seats) => seats >= pool.members.length);
  return whole === -1 ? levels.length - 1 : whole;
}

/** What names one draw of seats. */
export type SeatRequest = {
  readonly pool: Pool;
  readonly seats: number;
  /** Beacon randomness, 32 bytes. */
  readonly randomness: Uint8Array;
} & (
  | { readonly kind: 'level'; readonly subject: Subject; readonly level: number }
  | { readonly kind: 'seal'; readonly provider: NodeId; readonly round: Round }
);

/**
 * Draws a committee. A level with no fewer seats than its pool has members is the whole pool,
 * weighed by stake.
 * @throws AssertionError if the pool is empty: such a batch is not acknowledged
 */
export function drawCommittee(network: Network, request: SeatRequest): Committee {
  const { pool, seats } = request;
  assert(pool.members.length > 0, 'a committee is drawn from a pool with members');
  if (seats >= pool.members.length) return wholePool(network, pool, seats);
  const stream = new DrawStream(request.randomness, seatName(request));
  const weightOf = new Map<number, bigint>();
  for (let seat = 0; seat < seats; seat++) {
    const member = memberAt(pool, stream.below(pool.stake));
    weightOf.set(member, (weightOf.get(member) ?? 0n) + 1n);
  }
  return createCommittee(network, { weightOf, unit: 'seats', seats });
}

function seatName(request: SeatRequest): readonly (string | number)[] {
  return request.kind === 'level'
    ? ['assay/seat', request.subject.batch, request.subject.index, request.level]
    : ['assay/seal-seat', request.provider, request.round];
}

function wholePool(network: Network, pool: Pool, seats: number): Committee {
  const weightOf = new Map<number, bigint>();
  let before = 0n;
  pool.members.forEach((member, i) => {
    const upTo = pool.prefixSums[i] ?? before;
    weightOf.set(member, upTo - before);
    before = upTo;
  });
  return createCommittee(network, { weightOf, unit: 'stake', seats });
}

/** [SEAT-1] Binary search for the first prefix sum above `point`. */
function memberAt(pool: Pool, point: bigint): number {
  let low = 0;
  let high = pool.prefixSums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pool.prefixSums[middle] as bigint) > point) high = middle;
    else low = middle + 1;
  }
  const member = pool.members[low];
  assert(member !== undefined, 'a point below the pool stake falls on a member');
  return member;
}

type Weighed = {
  readonly weightOf: ReadonlyMap<number, bigint>;
  readonly unit: 'seats' | 'stake';
  readonly seats: number;
};

function createCommittee(network: Network, { weightOf, unit, seats }: Weighed): Committee {
  const holders: NodeId[] = [];
  const voteKeys: Uint8Array[] = [];
  for (const member of weightOf.keys()) {
    const validator = network.validators[member];
    assert(validator !== undefined, 'a drawn member is in the set');
    holders.push(validator.id);
    voteKeys.push(validator.voteKey);
  }
  const weights = [...weightOf.values()];
  const weight = weights.reduce((sum, w) => sum + w, 0n);
  const quorum = quorumOf(weight);
  return {
    holders,
    weights,
    indexOf: new Map(holders.map((id, index) => [id, index])),
    voteKeys,
    unit,
    seats,
    weight,
    quorum,
    blocking: weight - quorum + 1n,
  };
}

/** [QUORUM-1] q = ⌊2k/3⌋ + 1. */
export function quorumOf(weight: bigint): bigint {
  return (2n * weight) / 3n + 1n;
}

/** Returns the weight of the holders at `indices`, each counted once. */
export function weightOfHolders(committee: Committee, indices: Iterable<number>): bigint {
  let sum = 0n;
  for (const index of indices) sum += committee.weights[index] ?? 0n;
  return sum;
}
