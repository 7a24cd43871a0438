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
  readonly machines: Oracle['machines'];
  readonly #options: Options;
  readonly #book: OutputBook;
  readonly #digests = new Map<string, Digest>();

  constructor(options: Options) {
    this.#options = options;
    this.#book = new OutputBook(options.sketchSize);
    const { models, distinctInputs } = options.workload;
    const drifting = options.oracle.drift?.share ?? 0;
    this.machines = [
      { executionClass: 'modelled/0', share: 1 - drifting },
      ...(drifting === 0 ? [] : [{ executionClass: 'modelled/drifting', share: drifting }]),
    ];
    this.models = models.map(({ share }, index) => ({
      model: blobId(utf8(`model/${index}`)),
      share,
      inputs: Array.from({ length: distinctInputs }, (_, i) => blobId(utf8(`input/${index}/${i}`))),
    }));
  }

  output({ model, input, variant, machine }: Execution): Digest {
    if (variant === REFERENCE && machine > 0) return this.#found({ model, input, machine });
    const { honestDistance, cheatDistance } = this.#options.oracle;
    const distance = variant === REFERENCE ? honestDistance : cheatDistance;
    return this.#at({ model, input, name: variant, distance });
  }

  nearby({ model, input }: Omit<Execution, 'variant'>, distance: number): Digest {
    return this.#book.nearby(this.#found({ model, input, machine: 0 }), distance);
  }

  run(
    { model, input, machine }: Omit<Execution, 'variant'>,
    { beacon, drawn, claimed }: RunContext,
  ): Measurement {
    const { seed, oracle } = this.#options;
    const random = new RandomStream(seed, `seat/${drawn}`);
    const isMiss = random.chance(oracle.missShare);
    const isAlarm = random.chance(oracle.falseAlarmShare);
    const honest = this.#found({ model, input, machine });
    const isRight = this.machines.some((_, index) => {
      const right = this.output({ model, input, variant: REFERENCE, machine: index });
      return toHex(right) === toHex(claimed);
    });
    let digest = honest;
    if (!isRight) digest = isMiss ? claimed : honest;
    else if (isAlarm) {
      digest = this.#at({ model, input, name: `alarm/${drawn}`, distance: ALARM_DISTANCE });
    }
    return defined(this.#book.measure(digest, beacon), 'an output that was made is measured');
  }

  measure(digest: Digest, beacon: Uint8Array): Measurement | undefined {
    return this.#book.measure(digest, beacon);
  }

  /** What a validator finds; distances are counted from it. A class that drifts finds one thing. */
  #found({ model, input, machine }: Omit<Execution, 'variant'>): Digest {
    if (machine === 0) return this.#at({ model, input, name: 'validator', distance: 0 });
    const index = this.models.findIndex((known) => known.model === model);
    const { oracle, workload } = this.#options;
    const tolerance = workload.models[index]?.tolerance ?? 0;
    const distance = (oracle.drift?.factor ?? 0) * tolerance;
    return this.#at({ model, input, name: 'drifting', distance });
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
