/**
 * The batches of one provider: answers collected until their round comes, headers signed once,
 * leaves kept until they can no longer be drawn.
 */
import {
  assert,
  type BatchId,
  type BlobId,
  type Digest,
  digest,
  type NodeId,
  type Round,
} from '../base/index.ts';
import { merkleRoot, merkleTree, pathOf, type Signer } from '../crypto/index.ts';
import {
  batchId,
  encodeCanonical,
  encodeClaim,
  type HeaderBody,
  type HeaderMessage,
  headerSigningBytes,
  LIMITS,
  type Opening,
  outputCommitment,
  type RequestMessage,
} from '../wire/index.ts';
import type { Context } from './context.ts';
import { type AnsweredLeaf, type GuardRecord, type Slot, slotKey } from './guard.ts';
import { type CommonNetwork, later } from './network.ts';

/** Answers of one slot. */
export type AnswerBatch = { readonly slot: Slot; readonly leaves: readonly AnsweredLeaf[] };

export class ProviderBatches {
  readonly #context: Context;
  /** Answers whose header was not published yet. */
  readonly #open = new Map<string, { slot: Slot; leaves: AnsweredLeaf[] }>();
  /** [GUARD-1] Headers signed, by slot. */
  readonly #headers = new Map<string, BatchId>();
  readonly #closed = new Map<BatchId, AnswerBatch>();

  constructor(context: Context, guard: readonly GuardRecord[]) {
    this.#context = context;
    for (const record of guard) {
      if (record.kind === 'promise') this.#slotOf(record.slot).leaves[record.index] = record.leaf;
      if (record.kind === 'header') this.#headers.set(slotKey(record.slot), record.batch);
    }
  }

  /** Answers that are neither sealed nor void. */
  get openCount(): number {
    let count = 0;
    for (const { leaves } of this.#open.values()) count += leaves.length;
    return count;
  }

  /** The slot into which an answer goes now: the next round's. */
  nextSlot(assuranceClass: string, model: BlobId): Slot {
    const round = later(this.#context.beacons.latest ?? (0 as Round), 1);
    return { provider: this.#context.id, round, assuranceClass, model };
  }

  /** Number of answers in `slot` so far: the index of the next one. */
  count(slot: Slot): number {
    return this.#open.get(slotKey(slot))?.leaves.length ?? 0;
  }

  /** Tells whether the header of `slot` was signed: nothing can be added to it. [CLAIM-2] */
  isSigned(slot: Slot): boolean {
    return this.#headers.has(slotKey(slot));
  }

  /** Adds an answer whose promise is durable. */
  add(slot: Slot, leaf: AnsweredLeaf): void {
    assert(!this.isSigned(slot), 'no answer is added to a batch that was signed');
    this.#slotOf(slot).leaves.push(leaf);
  }

  get(batch: BatchId): AnswerBatch | undefined {
    return this.#closed.get(batch);
  }

  /** [WIRE-6] Forgets batches that are over; returns them. */
  forget(isOver: (batch: BatchId) => boolean): readonly BatchId[] {
    const over = [...this.#closed.keys()].filter(isOver);
    for (const id of over) {
      const slot = this.#closed.get(id)?.slot;
      this.#closed.delete(id);
      if (slot !== undefined) this.#headers.delete(slotKey(slot));
    }
    return over;
  }

  /** [CLAIM-2] Signs the header of every slot whose round has come, once. */
  closeDue(): readonly HeaderMessage[] {
    const { beacons } = this.#context;
    const latest = beacons.latest;
    const headers: HeaderMessage[] = [];
    for (const [key, batch] of this.#open) {
      if (latest === undefined || batch.slot.round > latest) continue;
      this.#open.delete(key);
      // [TIME-3] too late to be sealed: void, nobody is charged
      if (latest >= later(batch.slot.round, 2)) {
        const id = batchId(this.#body(batch));
        this.#context.report({ kind: 'batch-void', batch: id, round: batch.slot.round });
      } else headers.push(this.#close(batch));
    }
    return headers;
  }

  #close(batch: AnswerBatch): HeaderMessage {
    const body = this.#body(batch);
    const id = batchId(body);
    const before = this.#headers.get(slotKey(batch.slot));
    assert(before === undefined || before === id, 'a slot is signed once');
    if (before === undefined) {
      const record: GuardRecord = { kind: 'header', slot: batch.slot, batch: id };
      this.#context.emit({ kind: 'persist', record });
      this.#headers.set(slotKey(batch.slot), id);
    }
    this.#closed.set(id, batch);
    const { signer, network } = this.#context;
    const signature = signer.sign(headerSigningBytes(network.id, body));
    return { type: 'header', ...body, signature };
  }

  #body({ slot, leaves }: AnswerBatch): HeaderBody {
    const root = merkleRoot(leaves.map(({ claim }) => encodeClaim(claim)));
    return { ...slot, root, count: leaves.length };
  }

  #slotOf(slot: Slot): { slot: Slot; leaves: AnsweredLeaf[] } {
    const key = slotKey(slot);
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    const created = { slot, leaves: [] };
    this.#open.set(key, created);
    return created;
  }
}

/** [SAMPLE-2] Openings of the leaves at `indices`, in parts that fit into a message. */
export function openingsOf(
  { leaves }: AnswerBatch,
  indices: readonly number[],
): readonly (readonly Opening[])[] {
  const tree = merkleTree(leaves.map(({ claim }) => encodeClaim(claim)));
  const parts: Opening[][] = [];
  let roomBytes = 0;
  for (const index of indices) {
    const leaf = leaves[index];
    assert(leaf !== undefined, 'a drawn index names a leaf');
    const { claim, input } = leaf;
    const path = pathOf(tree, index);
    const sizeBytes = OPENING_BYTES + path.length * DIGEST_BYTES + (input?.length ?? 0);
    const part = parts.at(-1);
    const opening = { index, claim, path, ...(input === undefined ? {} : { input }) };
    const isFull = part === undefined || part.length >= LIMITS.openingsPerMessage;
    if (isFull || sizeBytes > roomBytes) {
      parts.push([opening]);
      roomBytes = LIMITS.messageBytes - HEAD_BYTES - sizeBytes;
    } else {
      part.push(opening);
      roomBytes -= sizeBytes;
    }
  }
  return parts;
}

/** Upper bound of an encoded claim with its map heads. */
const OPENING_BYTES = 448;
/** A digest with its head. */
const DIGEST_BYTES = 34;
/** Upper bound of header, list heads, and a seal whose bitmap holds 16,384 holders. */
const HEAD_BYTES = 4_096;

/** Who may be asked for `count` more answers: [CLAIM-6] within the provider's stake. */
export function isWithinStake(
  { chain, beacons }: Context,
  provider: NodeId,
  count: number,
): boolean {
  const { network } = chain.drawsAt(beacons.latest ?? 0);
  const record = network.providerById.get(provider);
  return BigInt(count) * network.parameters.claimValue <= (record?.stake ?? 0n);
}

/** What a claim is made of. */
export type AnswerParts = {
  readonly request: RequestMessage;
  readonly executionClass: string;
  readonly outputDigest: Digest;
  readonly input?: Uint8Array;
};

/** [CLAIM-3] The leaf of an answer; one request always gets one salt: a crash loses nothing. */
export function claimOf(
  signer: Signer,
  network: CommonNetwork,
  { request, executionClass, outputDigest, input }: AnswerParts,
): AnsweredLeaf {
  const { requester, nonce, model } = request;
  const name = ['assay/output-salt', network.id, requester, nonce, model, request.input];
  const salt = digest(signer.deriveSecret(encodeCanonical(name)));
  const commitment = outputCommitment(salt, outputDigest);
  const claim = { requester, nonce, input: request.input, model, executionClass, commitment };
  // a larger input is fetched by its content id
  const isInline = input !== undefined && input.length <= LIMITS.inlineInputBytes;
  return { claim, salt, outputDigest, ...(isInline ? { input } : {}) };
}
