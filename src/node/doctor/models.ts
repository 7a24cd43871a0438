/** Can this machine run the models that the network expects: in time, and the same twice? */
import { join } from 'node:path';
import { equalBytes, type ModelManifest, sha256, uint64Bytes } from '../../base/index.ts';
import type { OutputTensor } from '../../compare/index.ts';
import { outputDigest, relativeRms } from '../../compare/index.ts';
import type { Network } from '../../core/index.ts';
import {
  type ExecutionResult,
  type InferenceEngine,
  type ModelHandle,
  type NumberSource,
  openOnnxEngine,
  sampleInputs,
} from '../../inference/index.ts';
import { BlobDirectory } from '../blobs/index.ts';
import { ModelLibrary } from '../execution/index.ts';
import { type Finding, failed, ok, skipped, warning } from './finding.ts';

const MEMORY_BYTES = 2 * 1024 ** 3;

/**
 * Examines the models that a validator declares: are they here and what their ids say, and does a
 * run of each end in time, twice with the same output. A second run, with the runtime free to
 * rewrite the model, says how far arithmetic moves on this machine, against the tolerance.
 */
export async function examineModels(
  directory: string,
  held: readonly ModelManifest[],
): Promise<readonly Finding[]> {
  if (held.length === 0) return [skipped('models', 'this key is to hold no model')];
  const library = new ModelLibrary(await BlobDirectory.open(join(directory, 'models')));
  const pinned = openOnnxEngine({ memoryBytesMax: MEMORY_BYTES });
  const free = openOnnxEngine({ memoryBytesMax: MEMORY_BYTES, optimization: 'all' });
  try {
    const findings: Finding[] = [];
    for (const manifest of held) {
      const handle = await library.find(manifest.model);
      if ('problem' in handle) findings.push(notHere(manifest, handle.problem));
      else findings.push(...(await examineModel(manifest, { handle, pinned, free })));
    }
    return findings;
  } finally {
    await pinned.close();
    await free.close();
  }
}

/** Models that a key is to hold; any of the network, if the network file does not list it yet. */
export function heldModels(network: Network, id: string): readonly ModelManifest[] {
  const member = network.validators.find((validator) => validator.id === id);
  const isListed = member !== undefined || network.providers.some((each) => each.id === id);
  if (!isListed) return network.models;
  return (member?.models ?? []).flatMap((model) => network.modelById.get(model) ?? []);
}

function notHere({ name, model }: ModelManifest, problem: string): Finding {
  const remedy = 'A running node fetches it from peers; or add the file: assay model add.';
  return warning(`model ${name}`, `${model}: ${problem}`, remedy);
}

type Engines = {
  readonly handle: ModelHandle;
  readonly pinned: InferenceEngine;
  readonly free: InferenceEngine;
};

async function examineModel(
  manifest: ModelManifest,
  { handle, pinned, free }: Engines,
): Promise<readonly Finding[]> {
  const check = `inference ${manifest.name}`;
  const here = ok(`model ${manifest.name}`, 'here, and what its id says');
  const inputs = sampleInputs(handle.report, new HashedNumbers(manifest.model));
  const limits = { timeoutMs: manifest.executionMs * TIMES_TOO_LONG, memoryBytes: MEMORY_BYTES };
  const run = (engine: InferenceEngine): Promise<ExecutionResult> =>
    engine.run(handle, inputs, limits);
  const first = await run(pinned);
  if (first.kind === 'failure') return [here, cannotRun(check, first.detail)];
  const second = await run(pinned);
  if (second.kind === 'failure') return [here, cannotRun(check, second.detail)];
  if (!equalBytes(outputDigest(first.outputs), outputDigest(second.outputs))) {
    const remedy = 'This model draws at random: it cannot be verified.';
    return [here, failed(check, 'two runs of one input differ', remedy)];
  }
  const slow = slowness(check, manifest, Math.min(first.executionMs, second.executionMs));
  const moved = await run(free);
  return [
    here,
    classOf(manifest, pinned.executionClass),
    slow ?? ran(check, manifest, { first, moved }),
  ];
}

/** A run is given this many times what the network allows, to say how long it takes. */
const TIMES_TOO_LONG = 10;

function cannotRun(check: string, detail: string): Finding {
  return failed(check, detail, 'The node would abstain whenever it is drawn: give it more memory.');
}

function slowness(
  check: string,
  { executionMs }: ModelManifest,
  tookMs: number,
): Finding | undefined {
  if (tookMs <= executionMs) return undefined;
  const detail = `takes ${tookMs.toFixed(0)} ms, and the network allows ${executionMs} ms`;
  return failed(check, detail, 'The machine is too slow, or too busy, for this model.');
}

function classOf({ name, executionClasses }: ModelManifest, ours: string): Finding {
  const check = `execution-class ${name}`;
  if (executionClasses.includes(ours)) return ok(check, ours);
  return warning(
    check,
    `${ours} is not one that claims may name (${executionClasses.join(', ')})`,
    'Validators may differ; a provider of this machine could not serve the model.',
  );
}

function ran(
  check: string,
  { comparator, executionMs }: ModelManifest,
  {
    first,
    moved,
  }: {
    readonly first: { outputs: readonly OutputTensor[]; executionMs: number };
    readonly moved: ExecutionResult;
  },
): Finding {
  const time = `${first.executionMs.toFixed(1)} of ${executionMs} ms, the same twice`;
  if (moved.kind === 'failure' || comparator.kind === 'exact') return ok(check, time);
  const distance = relativeRms(first.outputs, moved.outputs, comparator.scale);
  const drift = `rewritten by the runtime it moves by ${distance.toExponential(1)}`;
  const detail = `${time}; ${drift}, tolerance ${comparator.tolerance}`;
  if (distance <= comparator.tolerance) return ok(check, detail);
  return warning(check, detail, 'Tell the operator: the tolerance is narrow for this model.');
}

/** Numbers from hashes of a text: the same on every machine. */
class HashedNumbers implements NumberSource {
  readonly #seed: Uint8Array;
  #count = 0;

  constructor(text: string) {
    this.#seed = sha256(new TextEncoder().encode(text));
  }

  uniform(): number {
    return this.below(2 ** 32) / 2 ** 32;
  }

  below(bound: number): number {
    const block = sha256(new Uint8Array([...this.#seed, ...uint64Bytes(BigInt(this.#count))]));
    this.#count += 1;
    return new DataView(block.buffer, block.byteOffset).getUint32(0) % bound;
  }
}
