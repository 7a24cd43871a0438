/**
 * [WIRE-5] Acks, commits and reveals leave in bundles: one signature per flush, over a Merkle
 * root of the entries.
 */
import { type TimeMs, timeMs } from '../base/index.ts';
import { merkleRoot } from '../crypto/index.ts';
import {
  type BundleEntry,
  type BundleMessage,
  bundleSigningBytes,
  type EncodedEntry,
  encodeEntry,
  LIMITS,
} from '../wire/index.ts';
import type { Context } from './context.ts';

/** Entries that wait for the next flush, by the shard whose topic will carry them. */
export class Outbox {
  readonly #context: Context;
  #entries = new Map<number | undefined, EncodedEntry[]>();
  #flushAt: TimeMs | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  get nextDeadline(): TimeMs | undefined {
    return this.#flushAt;
  }

  /**
   * Takes an entry whose guard record is durable. [GUARD-1]
   * @param waitMs how long it may wait for others to leave with it, at least 0
   * @param shard whose topic carries it; absent if everybody shall hear it [SHARD-1]
   */
  add(entry: BundleEntry, waitMs: number, shard: number | undefined): void {
    const entries = this.#entries.get(shard) ?? [];
    entries.push(encodeEntry(entry));
    this.#entries.set(shard, entries);
    const at = timeMs(this.#context.now + waitMs);
    if (this.#flushAt === undefined || at < this.#flushAt) this.#flushAt = at;
  }

  /** Publishes what waits, if it is time, in bundles within the limits; returns them. */
  flushIfDue(): readonly BundleMessage[] {
    if (this.#flushAt === undefined || this.#context.now < this.#flushAt) return [];
    this.#flushAt = undefined;
    const waiting = this.#entries;
    this.#entries = new Map();
    const bundles: BundleMessage[] = [];
    for (const [shard, entries] of waiting) {
      for (const part of partsOf(entries)) {
        const bundle = this.#bundle(part);
        bundles.push(bundle);
        this.#context.publish(bundle, shard);
      }
    }
    return bundles;
  }

  #bundle(entries: readonly EncodedEntry[]): BundleMessage {
    const { signer, network, id } = this.#context;
    const root = merkleRoot(entries.map((e) => e.bytes));
    const signature = signer.sign(bundleSigningBytes(network.id, id, root));
    return { type: 'bundle', validator: id, entries, signature };
  }
}

/** Head of a byte string in dag-cbor, at most. */
const ENTRY_HEAD_BYTES = 9;

function partsOf(entries: readonly EncodedEntry[]): readonly (readonly EncodedEntry[])[] {
  const parts: EncodedEntry[][] = [];
  let part: EncodedEntry[] = [];
  let sizeBytes = 0;
  for (const entry of entries) {
    const entryBytes = entry.bytes.length + ENTRY_HEAD_BYTES;
    const isFull =
      sizeBytes + entryBytes > LIMITS.bundlePayloadBytes || part.length >= LIMITS.bundleEntries;
    if (isFull && part.length > 0) {
      parts.push(part);
      part = [];
      sizeBytes = 0;
    }
    part.push(entry);
    sizeBytes += entryBytes;
  }
  if (part.length > 0) parts.push(part);
  return parts;
}
