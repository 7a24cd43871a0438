/** Numbers that follow from a seed: the same seed, the same faults. */
import { prf, utf8 } from '../../../../base/index.ts';

const UINT32_COUNT = 2 ** 32;

/** Draws from a seed. */
export class SeededRandom {
  readonly #key: Uint8Array;
  #drawn = 0;

  /** @param name what is drawn: another name, other numbers */
  constructor(seed: number, name: string) {
    this.#key = prf(utf8(`assay/chaos/${seed}`), utf8(name));
  }

  /** Evenly from 0 to 1, without 1. */
  next(): number {
    const bytes = prf(this.#key, utf8(String(this.#drawn)));
    this.#drawn += 1;
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) / UINT32_COUNT;
  }

  /** Evenly from `min` to `max`, both whole, both included. */
  between(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** All of `items` in an order that is drawn. */
  shuffled<T>(items: readonly T[]): readonly T[] {
    const keyed = items.map((item) => ({ item, key: this.next() }));
    return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
  }
}
