/**
 * [SHARD-1] Which shards this node hears: those of the batches that it acknowledged, holds seats
 * for, or provides. With one shard there is nothing to choose, and nothing to do.
 */
import { type BatchId, sha256, utf8 } from '../base/index.ts';
import type { ProviderEffect } from './events.ts';

/** Returns the shard of a batch: uniform, by its id. */
export function shardOf(batch: BatchId, shards: number): number {
  const hash = sha256(utf8(`assay/shard/${batch}`));
  // a bias of 2^10 / 2^32 at most
  return new DataView(hash.buffer, hash.byteOffset).getUint32(0) % shards;
}

/** The shards of one node; each is heard as long as one of its batches is of concern. */
export class Shards {
  readonly #count: number;
  readonly #emit: (effect: ProviderEffect) => void;
  readonly #batches = new Map<number, Set<BatchId>>();

  /** @param count shards of the network, at least 1 */
  constructor(count: number, emit: (effect: ProviderEffect) => void) {
    this.#count = count;
    this.#emit = emit;
  }

  /** The shard that carries what seats say about a batch; `undefined` if everybody hears it. */
  of(batch: BatchId): number | undefined {
    return this.#count === 1 ? undefined : shardOf(batch, this.#count);
  }

  follow(batch: BatchId): void {
    const shard = this.of(batch);
    if (shard === undefined) return;
    const batches = this.#batches.get(shard);
    if (batches !== undefined) {
      batches.add(batch);
      return;
    }
    this.#batches.set(shard, new Set([batch]));
    this.#emit({ kind: 'follow', shard, isFollowed: true });
  }

  /** A batch is of no concern any more. */
  leave(batch: BatchId): void {
    if (this.#batches.size === 0) return;
    const shard = this.of(batch);
    if (shard === undefined) return;
    const batches = this.#batches.get(shard);
    if (!batches?.delete(batch) || batches.size > 0) return;
    this.#batches.delete(shard);
    this.#emit({ kind: 'follow', shard, isFollowed: false });
  }
}
