/**
 * The trace digest: one hash over every event in order. The same seed gives the same digest on
 * every machine.
 *
 * Events are mixed into four 32-bit lanes (multiply, rotate, xor), because a cryptographic hash per
 * event would cost more than the event; the lanes and the count are hashed at the end.
 */
import { sha256, toHex } from '../../src/base/index.ts';

export class TraceDigest {
  readonly #lanes = Int32Array.from([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344]);
  #count = 0;

  /** Events mixed in so far. */
  get count(): number {
    return this.#count;
  }

  /**
   * Mixes in one event.
   * @param at virtual time in microseconds, up to 2^53
   * @param what three integers that tell the event: kind, node, content
   */
  add(at: number, kind: number, node: number, content: number): void {
    this.#mix(0, at | 0);
    this.#mix(1, Math.floor(at / 4_294_967_296) ^ Math.imul(kind, 0x9e3779b1));
    this.#mix(2, node);
    this.#mix(3, content);
    this.#count += 1;
  }

  /** Returns 64 hexadecimal digits. */
  digest(): string {
    const bytes = new Uint8Array(24);
    const view = new DataView(bytes.buffer);
    this.#lanes.forEach((lane, index) => {
      view.setInt32(4 * index, lane, true);
    });
    view.setBigUint64(16, BigInt(this.#count), true);
    return toHex(sha256(bytes));
  }

  #mix(lane: number, value: number): void {
    const lanes = this.#lanes;
    const before = lanes[(lane + 3) & 3] as number;
    let h = (lanes[lane] as number) ^ Math.imul(value, 0xcc9e2d51);
    h = (h << 13) | (h >>> 19);
    lanes[lane] = Math.imul(h, 5) + (before ^ 0xe6546b64);
  }
}

/** Returns the first 32 bits of a byte string's SHA-256: the content of a message in the trace. */
export function contentHash(bytes: Uint8Array): number {
  const hash = sha256(bytes);
  return new DataView(hash.buffer, hash.byteOffset).getInt32(0, true);
}
