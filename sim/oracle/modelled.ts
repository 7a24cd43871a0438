/**
 * Oracle `modelled`: outputs are synthetic vectors at given distances, nothing is executed. For
 * runs that need many claims more than real arithmetic.
 */
import {
  type BlobId,
  type Digest,
  defined,
  type Measurement,
  sha256,
  toHex,
  utf8,
} from '../../src/base/index.ts';
import type { OutputTensor } from '../../src/compare/index.ts';
import type { Scenario } from '../../src/config/index.ts';
import { blobId } from '../../src/wire/index.ts';
import { RandomStream } from '../kernel/random.ts';
import type { WorkModel } from '../workload/requests.ts';
import { type Execution, type Oracle, OutputBook, REFERENCE, type RunContext } from './oracle.ts';

/** Numbers of a synthetic output: few, so that they are compared whole. */
const OUTPUT_SIZE = 16;
/** A false alarm stands so far off that no tolerance covers it; outputs have norm 1. */
const ALARM_DISTANCE = 0.5;

type Options = {
  readonly seed: number;
  readonly sketchSize: number;
  readonly oracle: Scenario['oracle'] & { kind: 'modelled' };
  readonly workload: Scenario['workload'];
};

export class ModelledOracle implements Oracle {
  readonly models: readonly WorkModel[];
  readonly machines = [{ executionClass: 'modelled/0', share: 1 }];
  readonly #options: Options;
  readonly #book: OutputBook;
  readonly #digests = new Map<string, Digest>();

  constructor(options: Options) {
    this.#options = options;
    this.#book = new OutputBook(options.sketchSize);
    const { models, distinctInputs } = options.workload;
    this.models = models.map(({ share }, index) => ({
      model: blobId(utf8(`model/${index}`)),
      share,
      inputs: Array.from({ length: distinctInputs }, (_, i) => blobId(utf8(`input/${index}/${i}`))),
    }));
  }

  output({ model, input, variant }: Execution): Digest {
    const { honestDistance, cheatDistance } = this.#options.oracle;
    const distance = variant === REFERENCE ? honestDistance : cheatDistance;
    return this.#at({ model, input, name: variant, distance });
  }

  run(
    { model, input }: Omit<Execution, 'variant'>,
    { beacon, drawn, claimed }: RunContext,
  ): Measurement {
    const { seed, oracle } = this.#options;
    const random = new RandomStream(seed, `seat/${drawn}`);
    const isMiss = random.chance(oracle.missShare);
    const isAlarm = random.chance(oracle.falseAlarmShare);
    // distances are counted from what validators find
    const honest = this.#at({ model, input, name: 'validator', distance: 0 });
    const right = this.output({ model, input, variant: REFERENCE, machine: 0 });
    let digest = honest;
    if (toHex(claimed) !== toHex(right)) digest = isMiss ? claimed : honest;
    else if (isAlarm) {
      digest = this.#at({ model, input, name: `alarm/${drawn}`, distance: ALARM_DISTANCE });
    }
    return defined(this.#book.measure(digest, beacon), 'an output that was made is measured');
  }

  measure(digest: Digest, beacon: Uint8Array): Measurement | undefined {
    return this.#book.measure(digest, beacon);
  }

  /** A vector at `distance` from the base of (model, input), in a direction of its own name. */
  #at(what: { model: BlobId; input: BlobId; name: string; distance: number }): Digest {
    const key = `${what.model}/${what.input}/${what.name}`;
    const known = this.#digests.get(key);
    if (known !== undefined) return known;
    const base = direction(`${what.model}/${what.input}`);
    const error = direction(key);
    const data = base.map((value, i) => value + what.distance * (error[i] ?? 0));
    const tensor: OutputTensor = { name: 'y', type: 'float64', shape: [OUTPUT_SIZE], data };
    const digest = this.#book.add([tensor]);
    this.#digests.set(key, digest);
    return digest;
  }
}

/** A vector of norm 1 that depends on its name alone. */
function direction(name: string): Float64Array {
  const bytes = sha256(utf8(name));
  const values = Float64Array.from(bytes.subarray(0, OUTPUT_SIZE), (byte) => byte - 127.5);
  let square = 0;
  for (const value of values) square += value * value;
  return values.map((value) => value / Math.sqrt(square));
}
