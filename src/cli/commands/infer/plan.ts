/** Reads what `assay infer` was asked for, before anything leaves this machine. */
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  AssayError,
  isNodeId,
  type ModelManifest,
  type NodeId,
  nearestText,
  nodeId,
} from '../../../base/index.ts';
import type { Network } from '../../../core/index.ts';

/** Options as they were given. */
export type InferWords = {
  readonly model: string;
  readonly assurance: string;
  readonly provider: string | undefined;
  readonly wait: boolean;
  readonly out: string | undefined;
  readonly timeout: string;
};

/** What they mean in this network. */
export type InferPlan = {
  readonly manifest: ModelManifest;
  /** One answer in so many is re-executed. */
  readonly oneIn: number;
  readonly provider: NodeId | undefined;
  readonly timeoutMs: number;
};

const TIMEOUT_MS = { min: 1_000, max: 3_600_000 } as const;
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

/**
 * Finds model, class and provider in the network, and checks that the receipt can be written.
 * @throws AssayError infer-option, model-unknown, assurance-unknown, provider-unknown
 */
export async function planInfer(network: Network, words: InferWords): Promise<InferPlan> {
  const timeoutMs = readTimeout(words.timeout);
  const manifest = modelNamed(network, words.model);
  const oneIn = network.parameters.classes.get(words.assurance);
  if (oneIn === undefined) {
    const classes = [...network.parameters.classes].map(([name, m]) => `${name} (1 in ${m})`);
    throw new AssayError({
      code: 'assurance-unknown',
      message: `the network has no assurance class ${words.assurance}`,
      where: '--assurance',
      remedy: `Its classes are ${classes.join(', ')}: how many answers are re-executed.`,
    });
  }
  const provider = words.provider === undefined ? undefined : providerOf(network, words.provider);
  await checkOut(words);
  return { manifest, oneIn, provider, timeoutMs };
}

function readTimeout(text: string): number {
  const [, digits, unit = ''] = /^(\d{1,7})(ms|s|m)$/.exec(text) ?? [];
  const timeoutMs = Number(digits) * (UNITS[unit] ?? Number.NaN);
  if (timeoutMs >= TIMEOUT_MS.min && timeoutMs <= TIMEOUT_MS.max) return timeoutMs;
  throw new AssayError({
    code: 'infer-option',
    message: `${JSON.stringify(text)} is no time from 1s to 60m`,
    where: '--timeout',
    remedy: 'Write 90s or 2m.',
  });
}

function modelNamed(network: Network, word: string): ModelManifest {
  const found = network.models.find(({ name, model }) => name === word || model === word);
  if (found !== undefined) return found;
  const names = network.models.map(({ name }) => name);
  const nearest = nearestText(word, names);
  const meant = nearest === undefined ? '' : `Did you mean ${nearest}? `;
  throw new AssayError({
    code: 'model-unknown',
    message: `the network has no model ${word}`,
    where: '--model',
    remedy: `${meant}Its models are ${names.join(', ')}.`,
  });
}

function providerOf(network: Network, word: string): NodeId {
  const found = network.providers.filter(({ id }) => id.startsWith(word.toLowerCase()));
  const [provider] = found;
  if (provider !== undefined && found.length === 1) return provider.id;
  // [SET-3] one that was admitted later is not in the network file
  if (isNodeId(word.toLowerCase())) return nodeId(word.toLowerCase());
  const message = found.length === 0 ? 'no provider has this id' : 'several providers begin so';
  throw new AssayError({
    code: 'provider-unknown',
    message: `${message}: ${word}`,
    where: '--provider',
    remedy: '`assay status` lists the providers of the network; leave it out to ask any.',
  });
}

/** An answer costs somebody work: whether its receipt can be kept is found out before. */
async function checkOut({ out, wait }: InferWords): Promise<void> {
  if (out === undefined) return;
  if (!wait) {
    throw new AssayError({
      code: 'infer-option',
      message: 'there is a receipt only once there is a verdict',
      where: '--out',
      remedy: 'Add --wait, or leave --out away and ask later: assay why CLAIM.',
    });
  }
  const folder = await stat(dirname(out)).catch(() => undefined);
  const isFolder = folder?.isDirectory() === true;
  const target = await stat(out).catch(() => undefined);
  if (isFolder && out !== '' && target?.isDirectory() !== true) return;
  throw new AssayError({
    code: 'infer-option',
    message: isFolder ? 'is no name for a file' : `there is no folder ${dirname(out)}`,
    where: out === '' ? '--out' : out,
    remedy: 'Choose another file with --out, in a folder that exists.',
  });
}
