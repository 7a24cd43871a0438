/** Does the work of `assay serve`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AssayError, type BlobId } from '../../../base/index.ts';
import { decodeTensors } from '../../../compare/index.ts';
import { type InferenceEngine, openModel, openOnnxEngine } from '../../../inference/index.ts';
import type { NetworkFile } from '../../../network-file/index.ts';
import {
  BlobDirectory,
  openProviderNode,
  type ProviderApi,
  type ProviderNode,
  type RunResult,
  startProviderApi,
} from '../../../node/index.ts';
import { readLimited } from '../../files.ts';
import { readWhole } from '../../node-options.ts';
import {
  type NodeSession,
  type NodeValues,
  openSession,
  runUntilStopped,
} from '../../node-session.ts';

export type ServeValues = NodeValues & {
  readonly model: readonly string[];
  readonly substitute: string | undefined;
  readonly api: string | undefined;
  readonly 'api-token-file': string | undefined;
};

/** Bytes of a model given as a substitute. */
const SUBSTITUTE_BYTES_MAX = 2 ** 31;
const TOKEN_FILE_BYTES_MAX = 4096;
/** What a substitute may cost. */
const SUBSTITUTE_LIMITS = { timeoutMs: 60_000, memoryBytes: 2 * 1024 ** 3 };

/** Runs a provider until the user stops it. @throws what opening and starting throw */
export async function runProvider(values: ServeValues): Promise<void> {
  const session = await openSession(values, 'provider');
  const engine = values.substitute === undefined ? undefined : openOnnxEngine();
  try {
    const { folder, record, trace } = session;
    const node = await openProviderNode({
      ...folder,
      serves: await modelsOf(values.model, session),
      ...(record === undefined ? {} : { record }),
      ...(trace === undefined ? {} : { trace }),
      ...(engine === undefined || values.substitute === undefined
        ? {}
        : { substitute: await substituteOf(values.substitute, engine) }),
    });
    await runUntilStopped(await withApi(node, values, session), { ...values, session });
  } finally {
    await engine?.close();
    await session.release();
  }
}

/** The provider, with its HTTP API around it if one is wanted. */
async function withApi(
  provider: ProviderNode,
  { api, 'api-token-file': tokenFile }: ServeValues,
  { log }: NodeSession,
): Promise<Pick<ProviderNode, 'operated' | 'start' | 'stop'>> {
  if (api === undefined) return provider;
  const token = tokenFile === undefined ? undefined : await tokenOf(tokenFile);
  const at = { ...addressOf(api), log, ...(token === undefined ? {} : { token }) };
  let server: ProviderApi | undefined;
  return {
    operated: provider.operated,
    start: async () => {
      server = await startProviderApi(provider, at);
      await provider.start();
    },
    stop: async () => {
      try {
        await server?.close();
      } finally {
        await provider.stop();
      }
    },
  };
}

/** `8080`, `127.0.0.1:8080` or `[::1]:8080`. */
function addressOf(text: string): { readonly host: string; readonly port: number } {
  const [, host = '127.0.0.1', port = ''] = /^(?:(.+):)?([^:]*)$/.exec(text) ?? [];
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  return { host: bare, port: readWhole(port, { option: '--api', min: 0, max: 65_535 }) };
}

async function tokenOf(path: string): Promise<string> {
  const bytes = await readLimited(path, TOKEN_FILE_BYTES_MAX);
  return new TextDecoder().decode(bytes).trim();
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
