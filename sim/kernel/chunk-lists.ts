/**
 * Many first-in-first-out lists of pairs of 32-bit integers in one pool of chunks.
 *
 * A chunk is 64 words: the next chunk of its list or −1, the words in use, and 30 pairs. To append
 * touches the last chunk of a list only, so that a thousand open lists stay within the cache, and
 * emptied chunks are used again. The pool doubles when it is full, which copies it once.
 */
import { assert } from '../../src/base/index.ts';

/** Words of a chunk, as a power of two. */
const CHUNK_SHIFT = 6;
/** Words before the first pair: next chunk, words in use. */
const HEADER_WORDS = 2;
/** Words in use of a full chunk: an even number of pairs, so that no two that belong are parted. */
const FULL_WORDS = HEADER_WORDS + 60;
/** Chunks that a pool may have: their words are numbered by 31 bits. */
const CHUNKS_MAX = 2 ** (31 - CHUNK_SHIFT);
/** Pairs in a chunk. */
const CHUNK_PAIRS = (FULL_WORDS - HEADER_WORDS) / 2;

export class ChunkLists {
  readonly #heads: Int32Array;
  readonly #tails: Int32Array;
  #words: Int32Array;
  /** Chunks ever used; those that are free are chained from `#free`. */
  #used = 0;
  #free = -1;

  /** @param lists how many; @param pairsHint pairs at a time before the pool must grow */
  constructor(lists: number, pairsHint: number) {
    this.#heads = new Int32Array(lists).fill(-1);
    this.#tails = new Int32Array(lists).fill(-1);
    this.#words = new Int32Array((Math.ceil(pairsHint / CHUNK_PAIRS) + lists) << CHUNK_SHIFT);
  }

  /** Words of all chunks; another array after the pool grew. */
  get words(): Int32Array {
    return this.#words;
  }

  isEmpty(list: number): boolean {
    return (this.#heads[list] as number) < 0;
  }

  /** Puts a pair at the end of a list. */
  append(list: number, x: number, y: number): void {
    let chunk = this.#tails[list] as number;
    if (chunk < 0 || this.#words[(chunk << CHUNK_SHIFT) + 1] === FULL_WORDS) {
      chunk = this.#extend(list, chunk);
    }
    const words = this.#words;
    const base = chunk << CHUNK_SHIFT;
    const end = words[base + 1] as number;
    words[base + end] = x;
    words[base + end + 1] = y;
    words[base + 1] = end + 2;
  }

  /** Empties a list and returns its first chunk, −1 if it had none; each chunk is to be freed. */
  take(list: number): number {
    const chunk = this.#heads[list] as number;
    this.#heads[list] = -1;
    this.#tails[list] = -1;
    return chunk;
  }

  /** Index in `words` of the first word of a chunk's pairs. */
  begin(chunk: number): number {
    return (chunk << CHUNK_SHIFT) + HEADER_WORDS;
  }

  /** Index in `words` behind the last word of a chunk's pairs. */
  end(chunk: number): number {
    const base = chunk << CHUNK_SHIFT;
    return base + (this.#words[base + 1] as number);
  }

  /** The next chunk of the same list, −1 behind the last. */
  next(chunk: number): number {
    return this.#words[chunk << CHUNK_SHIFT] as number;
  }

  /** Gives a chunk back to the pool and returns the next one of its list, −1 behind the last. */
  release(chunk: number): number {
    const next = this.next(chunk);
    this.#words[chunk << CHUNK_SHIFT] = this.#free;
    this.#free = chunk;
    return next;
  }

  #extend(list: number, last: number): number {
    let chunk = this.#free;
    if (chunk >= 0) this.#free = this.#words[chunk << CHUNK_SHIFT] as number;
    else {
      chunk = this.#used;
      this.#used += 1;
      if (this.#used << CHUNK_SHIFT > this.#words.length) this.#grow();
    }
    this.#words[chunk << CHUNK_SHIFT] = -1;
    this.#words[(chunk << CHUNK_SHIFT) + 1] = HEADER_WORDS;
    if (last < 0) this.#heads[list] = chunk;
    else this.#words[last << CHUNK_SHIFT] = chunk;
    this.#tails[list] = chunk;
    return chunk;
  }

  #grow(): void {
    assert(this.#used < CHUNKS_MAX, 'fewer than a thousand million events wait');
    const words = new Int32Array(this.#words.length * 2);
    words.set(this.#words);
    this.#words = words;
  }
}
