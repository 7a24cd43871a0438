/**
 * Headers, acknowledgements, seals and the draw: everything about batches that one node knows.
 */
import { assert, type BatchId, type Round, SparseMap, SparseSet } from '../../base/index.ts';
import { findInvalidVotes } from '../../crypto/index.ts';
import {
  type AckEntry,
  ackSigningBytes,
  type BundleMessage,
  batchId,
  bitmapOf,
  type HeaderMessage,
  type Seal,
} from '../../wire/index.ts';
import { checkHeader, isSealValid } from '../certificate/certificate.ts';
import { weightOfHolders } from '../committee/committee.ts';
import type { Context } from '../context.ts';
import { EARLY_ROUNDS_MAX } from '../early.ts';
import { type GuardRecord, type Slot, slotKey } from '../guard.ts';
import { ACCEPTED, ignored, type Judgement, rejected } from '../judgement.ts';
import { nominalTime } from '../network.ts';
import {
  type Acknowledgement,
  type Batch,
  closingRound,
  lastRound,
  samplingRound,
} from './batch.ts';
import { SkewWatch } from './skew-watch.ts';

/** Batches tracked for one slot: the second one is evidence, a third one tells nothing new. */
const BATCHES_PER_SLOT_MAX = 2;

export class BatchBook {
  readonly #context: Context;
  readonly #batches = new Map<BatchId, Batch>();
  readonly #slots = new Map<string, BatchId[]>();
  /** [GUARD-1] What this node acknowledged, by slot. */
  readonly #acked = new Map<string, BatchId>();
  readonly #skew: SkewWatch;
  readonly #acknowledge: (batch: Batch) => void;

  /** @param acknowledge says what is durable by then: sends the acknowledgement */
  constructor(
    context: Context,
    guard: readonly GuardRecord[],
    acknowledge: (batch: Batch) => void,
  ) {
    this.#context = context;
    this.#acknowledge = acknowledge;
    this.#skew = new SkewWatch(context.network.parameters);
    for (const record of guard) {
      if (record.kind === 'ack') this.#acked.set(slotKey(record.slot), record.batch);
    }
  }

  get(id: BatchId): Batch | undefined {
    return this.#batches.get(id);
  }

  all(): Iterable<Batch> {
    return this.#batches.values();
  }

  /** Checks a header and remembers its batch. `early` if its beacon is not known yet. */
  addHeader(header: HeaderMessage): Judgement | 'early' {
    const { beacons } = this.#context;
    const latest = beacons.latest;
    if (latest === undefined || header.round > latest) return this.#earlyHeader(header);
    const id = batchId(header);
    if (this.#batches.has(id)) return ignored('known-batch');
    // [WIRE-6] nothing is left of a header four rounds on, unless a seal brings it back
    if (header.round + 4 <= latest) return ignored('old-header');
    const rivals = this.#rivalsOf(header);
    if (rivals.length >= BATCHES_PER_SLOT_MAX) return ignored('slot-full');
    const batch = this.#read(id, header);
    if ('verdict' in batch) return batch;
    this.#track(batch);
    if (batch.draws.network.validatorIndex.has(this.#context.id)) this.#considerAck(batch);
    return ACCEPTED;
  }

  /** Adds a batch that others sealed: openings and certificates carry header and seal. */
  addSealed(header: HeaderMessage, seal: Seal): Judgement | 'early' {
    const { crypto, beacons } = this.#context;
    const id = batchId(header);
    const known = this.#batches.get(id);
    if (known?.seal !== undefined) return ignored('known-seal');
    const { latest } = beacons;
    if (known === undefined && (latest === undefined || header.round > latest)) {
      return this.#earlyHeader(header);
    }
    const batch = known ?? this.#read(id, header);
    if ('verdict' in batch) return batch;
    // [WIRE-6] what is closed stays closed, whoever brings it again
    const isClosed = known === undefined && lastRound(batch) <= (latest ?? 0);
    if (isClosed) return ignored('closed-batch');
    // a slot has one sealed batch, unless a quorum of its seats is dishonest
    const sealed = this.#rivalsOf(header).filter((rival) => rival.seal !== undefined);
    if (sealed.length >= BATCHES_PER_SLOT_MAX) return ignored('slot-full');
    // [TIME-3] a bad seal leaves nothing behind: the header itself may still come
    if (!isSealValid(batch.draws.network, crypto, { header, seal, seats: batch.seats })) {
      return rejected('bad-seal');
    }
    batch.seal = seal;
    if (known === undefined) this.#track(batch);
    return ACCEPTED;
  }

  /** Adds one seat's acknowledgement; its signature is checked in aggregate, when it is needed. */
  addAck(bundle: BundleMessage, entry: AckEntry): Judgement | 'early' {
    const batch = this.#batches.get(entry.batch);
    if (batch === undefined) return 'early';
    // [TIME-3] only sealing seats acknowledge
    const index = batch.seats.indexOf.get(bundle.validator);
    if (index === undefined) return rejected('ack-without-seat');
    if (batch.acks.has(index) || batch.badAcks.has(index)) return ignored('known-ack');
    batch.acks.set(index, { signature: entry.signature, bundle });
    return ACCEPTED;
  }

  /** [TIME-3] Aggregates the acknowledgements of `batch` if they reach a quorum. */
  trySeal(batch: Batch): boolean {
    if (batch.seal !== undefined) return true;
    const { crypto, network } = this.#context;
    if (weightOfHolders(batch.seats, batch.acks.keys()) < batch.seats.quorum) return false;
    const indices = [...batch.acks.keys()].sort((a, b) => a - b);
    const votes = indices.map((index) => ({
      voteKey: batch.seats.voteKeys[index] as Uint8Array,
      signature: (batch.acks.get(index) as Acknowledgement).signature,
    }));
    const message = ackSigningBytes(network.id, batch.id);
    const { invalid } = findInvalidVotes(crypto, message, votes);
    for (const position of invalid) this.#dropAck(batch, indices[position] as number);
    if (invalid.length > 0) return this.trySeal(batch);
    const signature = crypto.aggregate(votes.map((vote) => vote.signature));
    if (signature === undefined) return false;
    batch.seal = { holders: bitmapOf(indices, batch.seats.holders.length), signature };
    this.#context.report({ kind: 'batch-sealed', batch: batch.id, round: batch.header.round });
    return true;
  }

  /** [SAMPLE-1] Draws the leaves of `batch` if it is sealed and the beacon is known. */
  tryDraw(batch: Batch): boolean {
    if (batch.sampled !== undefined) return false;
    const beacon = this.#context.beacons.get(samplingRound(batch.header));
    if (beacon === undefined || !this.trySeal(batch)) return false;
    batch.sampled = this.#context.isInForce('SAMPLE-1')
      ? batch.draws.sample(beacon.randomness, {
          batch: batch.id,
          count: batch.header.count,
          oneIn: batch.oneIn,
        })
      : [];
    // [SHARD-1] acknowledgements are over; what is drawn has shards of its own
    this.#context.shards.leave({ batch: batch.id });
    return true;
  }

  /** [TIME-4] Judges the local clock by a beacon that just became known. */
  watchClock(r: Round): void {
    const { network, wallNow, now } = this.#context;
    const skewMs = wallNow - nominalTime(network, r);
    if (this.#skew.observe({ round: r, skewMs, now })) {
      this.#context.report({ kind: 'clock-skewed', skewMs });
    }
  }

  /**
   * [WIRE-6] Forgets batches whose time is over; returns them.
   * @param isUnderWay tells whether a level still runs: after a stall, rounds outrun deadlines
   */
  dropClosed(latest: Round, isUnderWay: (batch: Batch) => boolean): readonly Batch[] {
    const { beacons } = this.#context;
    const closed: Batch[] = [];
    for (const batch of this.#batches.values()) {
      if (closingRound(batch) > latest) continue;
      // [TIME-5] every phase keeps its length, as long as its beacons are remembered
      const isRemembered = beacons.get(samplingRound(batch.header)) !== undefined;
      if (isRemembered && isUnderWay(batch)) continue;
      this.#drop(batch);
      closed.push(batch);
      if (batch.sampled !== undefined) continue;
      this.#context.report({ kind: 'batch-void', batch: batch.id, round: batch.header.round });
    }
    return closed;
  }

  /** [WIRE-3] Only what a provider signed, and for a round that is near, is worth keeping. */
  #earlyHeader(header: HeaderMessage): Judgement | 'early' {
    const { chain, crypto, beacons } = this.#context;
    const { latest } = beacons;
    if (latest !== undefined && header.round > latest + EARLY_ROUNDS_MAX) {
      return ignored('far-round');
    }
    const { network } = chain.drawsAt(header.round);
    const fault = checkHeader(network, crypto, header);
    if (fault === undefined) return 'early';
    return fault === 'provider' ? this.#context.stranger(fault) : rejected(fault);
  }

  /** Other batches of the slot of `header`, in order of arrival. */
  #rivalsOf(header: HeaderMessage): readonly Batch[] {
    const ids = this.#slots.get(slotKey(slotOf(header))) ?? [];
    return ids.flatMap((id) => this.#batches.get(id) ?? []);
  }

  /** Checks a header and reads it as a batch, which is not remembered yet. */
  #read(id: BatchId, header: HeaderMessage): Batch | Judgement {
    const { chain, beacons, crypto } = this.#context;
    const beacon = beacons.get(header.round);
    if (beacon === undefined) return ignored('forgotten-round');
    const draws = chain.drawsAt(header.round);
    const { network } = draws;
    // [MODEL-1] [CLAIM-6] admitted model and class, count within the limit, signed by the provider
    const fault = checkHeader(network, crypto, header);
    if (fault === 'provider') return this.#context.stranger(fault);
    if (fault !== undefined) return rejected(fault);
    const manifest = network.modelById.get(header.model);
    const oneIn = network.parameters.classes.get(header.assuranceClass);
    assert(manifest !== undefined && oneIn !== undefined, 'a checked header names both');
    // [SEAT-1] a batch with an empty pool can never be judged
    if (draws.pool({ id, provider: header.provider, model: header.model }).stake === 0n) {
      return ignored('empty-pool');
    }
    return {
      id,
      provider: header.provider,
      model: header.model,
      header,
      draws,
      manifest,
      oneIn,
      seats: draws.seal(header.provider, header.round, beacon.randomness),
      acks: new SparseMap(),
      badAcks: new SparseSet(),
      seal: undefined,
      sampled: undefined,
    };
  }

  #track(batch: Batch): void {
    const rivals = this.#rivalsOf(batch.header);
    this.#batches.set(batch.id, batch);
    const slot = slotKey(slotOf(batch.header));
    this.#slots.set(slot, [...rivals.map(({ id }) => id), batch.id]);
    // [SHARD-1] a provider hears who acknowledges its batches
    const isOwn = batch.provider === this.#context.id;
    if (isOwn && batch.seal === undefined) this.#context.shards.follow({ batch: batch.id });
    const [rival] = rivals;
    if (rival !== undefined) this.#accuse(rival.header, batch.header);
  }

  /** [CLAIM-2] Two different headers for one slot convict the provider. */
  #accuse(first: HeaderMessage, second: HeaderMessage): void {
    const evidence = { type: 'evidence', kind: 'headers', first, second } as const;
    this.#context.accuse(evidence, [second.provider]);
  }

  #considerAck(batch: Batch): void {
    const context = this.#context;
    if (!batch.seats.indexOf.has(context.id)) return;
    const slot = slotOf(batch.header);
    const before = this.#acked.get(slotKey(slot));
    // [TIME-3] once per slot; [GUARD-1] after a restart, the same one again
    if (before !== undefined && before !== batch.id) return;
    if (before === undefined) {
      if (context.isInForce('TIME-3') && !this.#isInTime(batch)) return;
      if (!this.#isCovered(batch)) return;
      this.#acked.set(slotKey(slot), batch.id);
      context.emit({ kind: 'persist', record: { kind: 'ack', slot, batch: batch.id } });
    }
    this.#acknowledge(batch);
  }

  /** [TIME-3] Before beacon r+2 is known, and before it is due by a margin. [TIME-4] */
  #isInTime(batch: Batch): boolean {
    const sampling = samplingRound(batch.header);
    const { beacons, network } = this.#context;
    if ((beacons.latest ?? sampling) >= sampling || this.#skew.isSkewed) return false;
    return this.#context.isBefore(sampling, network.parameters.skewMaxMs);
  }

  /** [CLAIM-6] What the provider has sealed and not closed stays within its stake. */
  #isCovered(batch: Batch): boolean {
    const { network } = batch.draws;
    let count = 0;
    for (const other of this.#batches.values()) {
      if (other.provider === batch.provider) count += other.header.count;
    }
    const provider = network.providerById.get(batch.provider);
    return BigInt(count) * network.parameters.claimValue <= (provider?.stake ?? 0n);
  }

  #dropAck(batch: Batch, index: number): void {
    batch.acks.delete(index);
    batch.badAcks.add(index);
    this.#context.report({
      kind: 'fault',
      code: 'bad-ack',
      from: batch.seats.holders[index] ?? '',
    });
  }

  #drop(batch: Batch): void {
    const slot = slotKey(slotOf(batch.header));
    const rivals = this.#rivalsOf(batch.header).filter(({ id }) => id !== batch.id);
    this.#batches.delete(batch.id);
    this.#context.shards.leave({ batch: batch.id });
    if (rivals.length === 0) this.#slots.delete(slot);
    else {
      const ids = rivals.map(({ id }) => id);
      this.#slots.set(slot, ids);
    }
    if (this.#acked.get(slot) === batch.id) this.#acked.delete(slot);
  }
}

function slotOf(header: HeaderMessage): Slot {
  const { provider, round, assuranceClass, model } = header;
  return { provider, round, assuranceClass, model };
}
