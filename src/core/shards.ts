/**
 * [SHARD-1] Which shards this node hears: those of the batches that it acknowledged or provides,
 * until they are drawn, and of the drawn leaves for which it holds seats or which it answered. With
 * one shard there is nothing to choose, and nothing to do.
 */
import { type BatchId, Remembered, sha256, utf8 } from '../base/index.ts';
import type { ProviderEffect } from './events.ts';

/** What a shard carries: acknowledgements of a batch, or what holders say about a leaf of it. */
export type Matter = { readonly batch: BatchId; readonly index?: number };

const numbers = new Remembered<Matter, number>();

/** Returns the shard of a batch or a drawn leaf: uniform, by its name. */
export function shardOf(matter: Matter, shards: number): number {
  return numbers.get(matter, [shards], () => {
    const hash = sha256(utf8(`assay/shard/${nameOf(matter)}`));
    // a bias of 2^10 / 2^32 at most
    return new DataView(hash.buffer, hash.byteOffset).getUint32(0) % shards;
  });
}

/** The shards of one node; each is heard as long as something that it carries is of concern. */
export class Shards {
  readonly #count: number;
  readonly #emit: (effect: ProviderEffect) => void;
  readonly #matters = new Map<number, Set<string>>();

  /** @param count shards of the network, at least 1 */
  constructor(count: number, emit: (effect: ProviderEffect) => void) {
    this.#count = count;
    this.#emit = emit;
  }

  /** The shard that carries what seats say about `matter`; `undefined` if everybody hears it. */
  of(matter: Matter): number | undefined {
    return this.#count === 1 ? undefined : shardOf(matter, this.#count);
  }

  follow(matter: Matter): void {
    const shard = this.of(matter);
    if (shard === undefined) return;
    const matters = this.#matters.get(shard);
    if (matters !== undefined) {
      matters.add(nameOf(matter));
      return;
    }
    this.#matters.set(shard, new Set([nameOf(matter)]));
    this.#emit({ kind: 'follow', shard, isFollowed: true });
  }

  /** Something is of no concern any more. */
  leave(matter: Matter): void {
    if (this.#matters.size === 0) return;
    const shard = this.of(matter);
    if (shard === undefined) return;
    const matters = this.#matters.get(shard);
    if (!matters?.delete(nameOf(matter)) || matters.size > 0) return;
    this.#matters.delete(shard);
    this.#emit({ kind: 'follow', shard, isFollowed: false });
  }
}

function nameOf({ batch, index }: Matter): string {
  return index === undefined ? batch : `${batch}/${index}`;
}
