/** Does the work of `assay serve`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AssayError, type BlobId } from '../../../base/index.ts';
import { decodeTensors } from '../../../compare/index.ts';
import { type InferenceEngine, openModel, openOnnxEngine } from '../../../inference/index.ts';
import type { NetworkFile } from '../../../network-file/index.ts';
import { BlobDirectory, openProviderNode, type RunResult } from '../../../node/index.ts';
import { readLimited } from '../../files.ts';
import {
  type NodeSession,
  type NodeValues,
  openSession,
  runUntilStopped,
} from '../../node-session.ts';

export type ServeValues = NodeValues & {
  readonly model: readonly string[];
  readonly substitute: string | undefined;
};

/** Bytes of a model given as a substitute. */
const SUBSTITUTE_BYTES_MAX = 2 ** 31;
/** What a substitute may cost. */
const SUBSTITUTE_LIMITS = { timeoutMs: 60_000, memoryBytes: 2 * 1024 ** 3 };

/** Runs a provider until the user stops it. @throws what opening and starting throw */
export async function runProvider(values: ServeValues): Promise<void> {
  const session = await openSession(values, 'provider');
  const engine = values.substitute === undefined ? undefined : openOnnxEngine();
  try {
    const { folder } = session;
    const node = await openProviderNode({
      ...folder,
      serves: await modelsOf(values.model, session),
      ...session.watching,
      ...(engine === undefined || values.substitute === undefined
        ? {}
        : { substitute: await substituteOf(values.substitute, engine) }),
    });
    await runUntilStopped(node, { values, session });
  } finally {
    await engine?.close();
    await session.release();
  }
}

/** Ids of the models to serve; files are added to the folder. */
async function modelsOf(
  words: readonly string[],
  { folder: { directory, file } }: NodeSession,
): Promise<readonly BlobId[]> {
  const models = await BlobDirectory.open(join(directory, 'models'));
  return Promise.all(
    words.map(async (word) => {
      const id = existsSync(word) ? await models.add(word) : idOf(word, file);
      if (id !== undefined && file.models.some(({ model }) => model === id)) return id;
      throw new AssayError({
        code: 'model-unknown',
        message:
          id === undefined
            ? `${word} is neither a file nor a model of the network`
            : `the network does not list this file: its content id is ${id}`,
        where: '--model',
        remedy: `The network's models are ${file.models.map(({ name }) => name).join(', ')}.`,
      });
    }),
  );
}

function idOf(word: string, { models }: NetworkFile): BlobId | undefined {
  return models.find(({ name, model }) => name === word || model === word)?.model as BlobId;
}

async function substituteOf(
  path: string,
  engine: InferenceEngine,
): Promise<(input: Uint8Array) => Promise<RunResult>> {
  const model = openModel(await readLimited(path, SUBSTITUTE_BYTES_MAX));
  return async (input) => {
    const inputs = decodeTensors(input);
    if (inputs === undefined) {
      return {
        kind: 'failure',
        reason: 'missing-input',
        detail: 'the input is no list of tensors',
      };
    }
    return await engine.run(model, inputs, SUBSTITUTE_LIMITS);
  };
}
