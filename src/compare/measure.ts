/**
 * [MEASURE-1] What a validator sends of an output: its digest, a digest keyed by the level's
 * beacon, and a sketch per tensor, from which distances can be estimated.
 *
 * A sketch is a ±1 random projection (Achlioptas 2003; Johnson-Lindenstrauss): with m rows the
 * estimated distance over the true one follows √(χ²_m/m), so 32 rows give ±12.5 %. Tensors of up to
 * 4 · m numbers are sent whole and compared exactly.
 *
 * Deterministic on every machine: only + − × on binary64, in index order. Limits: strings have no
 * sketch and compare by digest only; 64-bit integers beyond 2^53 lose their last bits in the
 * sketch (not in the digests); magnitudes above 2^960 count as 2^960 in projections, so that sums
 * stay finite.
 */
import {
  assert,
  concatBytes,
  type Digest,
  digest,
  equalBytes,
  type Measurement,
  sha256,
  type TensorSketch,
  utf8,
} from '../base/index.ts';
import { ROWS_PER_WORD, signWords } from './signs.ts';
import { elementCount, numbersOf, type Tensor } from './tensor.ts';
import { decodeTensors, encodeTensors } from './tensor-codec.ts';

/** Numbers up to `WHOLE_FACTOR · sketchSize` are sent as they are. */
const WHOLE_FACTOR = 4;
/** The sum of 2^53 clamped values is below 2^1013: no sum overflows. */
const CLAMP = 2 ** 960;
/** Both output digests hash one 64-byte block, domain and key, before the encoding. */
const BLOCK_BYTES = 64;
const KEY_OFFSET = 32;
const DIGEST_DOMAIN = utf8('assay/output-digest/1');
const LEVEL_DOMAIN = utf8('assay/level-digest/1');
const MASK_DOMAIN = utf8('assay/mask/1\0');
const STRINGS_DOMAIN = utf8('assay/strings/1\0');

/** What `measure` needs to know about the level. */
export type MeasureOptions = {
  /** Randomness of the beacon that drew the level, 32 bytes. */
  readonly beacon: Uint8Array;
  /** Rows of a sketch, 1 .. 1024; default of the network: 32. */
  readonly sketchSize: number;
};

/**
 * Returns the digest of an output: SHA-256 over domain and canonical encoding. Names, types,
 * shapes and every bit of the data count, NaN payloads and the sign of zero included.
 */
export function outputDigest(tensors: readonly Tensor[]): Digest {
  return digest(sha256(outputBlock(tensors)));
}

/** Returns the bytes whose SHA-256 is the output digest: what is served under that digest. */
export function outputBlock(tensors: readonly Tensor[]): Uint8Array {
  const block = encodeTensors(tensors, BLOCK_BYTES);
  block.set(DIGEST_DOMAIN);
  return block;
}

/** Returns the tensors of an output block, or `undefined` if `block` is none. Does not throw. */
export function tensorsOfBlock(block: Uint8Array): Tensor[] | undefined {
  const head = new Uint8Array(BLOCK_BYTES);
  head.set(DIGEST_DOMAIN);
  if (!equalBytes(block.subarray(0, BLOCK_BYTES), head)) return undefined;
  return decodeTensors(block.subarray(BLOCK_BYTES));
}

/**
 * [MEASURE-1] Returns the measurement of an output at one level.
 * @throws AssertionError if the beacon has not 32 bytes or the sketch size is out of range
 */
export function measure(tensors: readonly Tensor[], options: MeasureOptions): Measurement {
  const { beacon, sketchSize } = options;
  assert(beacon.length === 32, 'the randomness of a beacon has 32 bytes');
  assert(
    Number.isInteger(sketchSize) && sketchSize >= 1 && sketchSize <= 1024,
    'a sketch has 1 to 1024 rows',
  );
  const block = encodeTensors(tensors, BLOCK_BYTES);
  return {
    kind: 'output',
    digest: digestUnder(DIGEST_DOMAIN, undefined, block),
    levelDigest: digestUnder(LEVEL_DOMAIN, beacon, block),
    tensors: tensors.map((tensor, index) => sketch(tensor, index, options)),
  };
}

/** Hashes `block` after writing domain and key into its first 64 bytes. */
function digestUnder(domain: Uint8Array, key: Uint8Array | undefined, block: Uint8Array): Digest {
  block.fill(0, 0, BLOCK_BYTES);
  block.set(domain);
  if (key !== undefined) block.set(key, KEY_OFFSET);
  return digest(sha256(block));
}

function sketch(tensor: Tensor, index: number, options: MeasureOptions): TensorSketch {
  const { type, shape } = tensor;
  if (type === 'string') {
    const mask = keyedDigest(STRINGS_DOMAIN, options.beacon, index, encodeTensors([tensor]));
    return { type, shape, mask, values: new Float64Array(), whole: true };
  }
  const { values, kinds } = finitePart(numbersOf(tensor));
  const mask =
    kinds === undefined ? new Uint8Array() : keyedDigest(MASK_DOMAIN, options.beacon, index, kinds);
  const whole = isWhole(shape, options.sketchSize);
  return {
    type,
    shape,
    mask,
    values: whole ? Float64Array.from(values) : project(values, index, options),
    whole,
  };
}

/** [MEASURE-1] Tells whether a tensor of this shape is sent whole. */
export function isWhole(shape: readonly number[], sketchSize: number): boolean {
  return elementCount(shape) <= WHOLE_FACTOR * sketchSize;
}

function keyedDigest(
  domain: Uint8Array,
  beacon: Uint8Array,
  index: number,
  content: Uint8Array,
): Uint8Array {
  const place = new Uint8Array(4);
  new DataView(place.buffer).setUint32(0, index, true);
  return sha256(concatBytes(domain, beacon, place, content));
}

/**
 * Splits numbers into finite values (zero where there is none) and two bits per number that tell
 * what is not finite: 0 finite, 1 NaN, 2 +Inf, 3 −Inf. `kinds` is absent if all are finite.
 */
export function finitePart(numbers: ArrayLike<number>): {
  readonly values: ArrayLike<number>;
  readonly kinds?: Uint8Array;
} {
  let kinds: Uint8Array | undefined;
  let values: Float64Array | undefined;
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i] as number;
    if (Number.isFinite(value)) continue;
    kinds ??= new Uint8Array(Math.ceil(numbers.length / 4));
    values ??= Float64Array.from(numbers);
    const kind = Number.isNaN(value) ? 1 : value > 0 ? 2 : 3;
    kinds[i >>> 2] = (kinds[i >>> 2] as number) | (kind << (2 * (i & 3)));
    values[i] = 0;
  }
  return kinds === undefined || values === undefined ? { values: numbers } : { values, kinds };
}

function project(values: ArrayLike<number>, tensor: number, options: MeasureOptions): Float64Array {
  const sums = new Float64Array(options.sketchSize);
  for (let first = 0; first < sums.length; first += ROWS_PER_WORD) {
    const rows = sums.subarray(first, Math.min(sums.length, first + ROWS_PER_WORD));
    projectRows(values, rows, signWords(options.beacon, tensor, first / ROWS_PER_WORD));
  }
  return sums;
}

function projectRows(values: ArrayLike<number>, rows: Float64Array, next: () => number): void {
  for (let i = 0; i < values.length; i++) {
    let word = next();
    const value = Math.min(CLAMP, Math.max(-CLAMP, values[i] as number));
    for (let row = 0; row < rows.length; row++) {
      // A product, not a branch: a processor cannot predict random signs.
      rows[row] = (rows[row] as number) + value * (1 - 2 * (word & 1));
      word >>>= 1;
    }
  }
}
