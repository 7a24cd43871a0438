/** A model as a command line names it, with the manifest that a new network gives it. */
import { basename, extname } from 'node:path';
import type { ModelManifest } from '../../../base/index.ts';
import {
  buildModel,
  DEFAULT_COMPARATOR,
  executionClassOf,
  MODEL_KINDS,
  type ModelKind,
  manifestOf,
  openModel,
} from '../../../inference/index.ts';
import { readLimited } from '../../files.ts';

/** Seed of the weights of models that are named by their kind. */
export const MODEL_SEED = 1;
const MODEL_BYTES_MAX = 2 ** 31 - 1;
const EXECUTION_MS = 100;
const INPUT_BYTES_MAX = 16 * 1024 ** 2;

/** A model with its bytes; with its kind if it is built here. */
export type NamedModel = {
  readonly manifest: ModelManifest;
  readonly bytes: Uint8Array;
  readonly kind?: ModelKind;
};

/**
 * Reads or builds a model.
 * @param word a kind of the zoo, or an ONNX file
 * @throws AssayError file-unreadable, file-too-large; InferenceError if it cannot be admitted
 */
export async function modelNamed(word: string): Promise<NamedModel> {
  const kind = MODEL_KINDS.find((known) => known === word);
  const bytes =
    kind === undefined
      ? await readLimited(word, MODEL_BYTES_MAX)
      : buildModel(kind, { seed: MODEL_SEED });
  const manifest = manifestOf(openModel(bytes), {
    name: kind ?? nameOf(word),
    executionClasses: [executionClassOf('disabled')],
    comparator: DEFAULT_COMPARATOR,
    executionMs: EXECUTION_MS,
    inputBytesMax: INPUT_BYTES_MAX,
  });
  return { manifest, bytes, ...(kind === undefined ? {} : { kind }) };
}

/** A file's name as the network file takes names. */
function nameOf(path: string): string {
  const plain = basename(path, extname(path))
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-');
  return plain.replace(/^[^a-z0-9]+/, '').slice(0, 64) || 'model';
}
