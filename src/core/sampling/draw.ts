/**
 * Draws from the beacon: pure functions of the round's randomness and what is drawn.
 *
 * PRF = HMAC-SHA-256 keyed by the randomness over canonical dag-cbor, read as a 256-bit
 * big-endian integer; the incomplete last multiple of the bound is rejected, so no value is
 * favoured. Frozen by golden vectors.
 */
import { assert, type BatchId, bigIntFromBytes, prf } from '../../base/index.ts';
import { type CanonicalValue, encodeCanonical } from '../../wire/index.ts';

const RANGE = 1n << 256n;

/** Consecutive uniform draws under one name: one counter runs on through all of them. */
export class DrawStream {
  readonly #randomness: Uint8Array;
  readonly #name: readonly CanonicalValue[];
  #counter = 0;

  /**
   * @param randomness 32 bytes of a verified beacon
   * @param name domain and arguments, the same on every node
   */
  constructor(randomness: Uint8Array, name: readonly CanonicalValue[]) {
    assert(randomness.length === 32, 'beacon randomness has 32 bytes');
    this.#randomness = randomness;
    this.#name = name;
  }

  /** Returns the next integer, uniform in 0 .. bound−1. */
  below(bound: bigint): bigint {
    assert(bound > 0n, 'a draw has at least one outcome');
    const limit = RANGE - (RANGE % bound);
    for (;;) {
      const message = encodeCanonical([...this.#name, this.#counter]);
      this.#counter += 1;
      const value = bigIntFromBytes(prf(this.#randomness, message));
      if (value < limit) return value % bound;
    }
  }
}

/** What decides which leaves of a batch are drawn. */
export type SampleRequest = {
  readonly batch: BatchId;
  /** Leaves of the batch, at least 1. */
  readonly count: number;
  /** m of the assurance class: one leaf in m is drawn. */
  readonly oneIn: number;
};

/**
 * [SAMPLE-1] Returns the drawn leaf indices, ascending: in each run of m leaves exactly one index,
 * none in the last, incomplete run if the index falls beyond the end.
 * @param randomness 32 bytes of beacon r+2
 */
export function drawnIndices(randomness: Uint8Array, request: SampleRequest): readonly number[] {
  const { count, oneIn } = request;
  const drawn: number[] = [];
  for (let run = 0; run * oneIn < count; run++) {
    const index = drawnOfRun(randomness, request, run);
    if (index < count) drawn.push(index);
  }
  return drawn;
}

/** [SAMPLE-1] Tells whether leaf `index` is drawn, without drawing all others. */
export function isLeafDrawn(
  randomness: Uint8Array,
  request: SampleRequest,
  index: number,
): boolean {
  if (index >= request.count) return false;
  return drawnOfRun(randomness, request, Math.floor(index / request.oneIn)) === index;
}

function drawnOfRun(randomness: Uint8Array, { batch, oneIn }: SampleRequest, run: number): number {
  const stream = new DrawStream(randomness, ['assay/sample', batch, run]);
  return run * oneIn + Number(stream.below(BigInt(oneIn)));
}
