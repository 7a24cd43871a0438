/** Bytes as they come, read in the pieces that are wanted: each byte is copied once. */

/** A queue of bytes. Unbounded: who fills it stops in time. */
export class ByteQueue {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  /** Bytes that wait. */
  get length(): number {
    return this.#length;
  }

  /** Adds `chunk`, which must not change afterwards. */
  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** Returns the first `count` bytes and removes them; there must be as many. */
  take(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      const chunk = this.#chunks[0];
      if (chunk === undefined) break;
      const part = chunk.subarray(0, count - filled);
      bytes.set(part, filled);
      filled += part.length;
      if (part.length === chunk.length) this.#chunks.shift();
      else this.#chunks[0] = chunk.subarray(part.length);
    }
    this.#length -= filled;
    return bytes;
  }

  clear(): void {
    this.#chunks.length = 0;
    this.#length = 0;
  }
}
