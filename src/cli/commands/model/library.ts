/** Does the work of `assay model add` and `assay model list`: the models that a node holds. */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError } from '../../../base/index.ts';
import { inspectModel, MODEL_LIMITS } from '../../../inference/index.ts';
import { readNetworkFile } from '../../../network-file/index.ts';
import { BlobDirectory } from '../../../node/index.ts';
import { readLimited } from '../../files.ts';
import type { Answer } from '../../io.ts';
import { networkPathIn } from '../../network-path.ts';
import { block, count, labelled } from './tensors.ts';

const MODELS = 'models';

/**
 * Copies a model of any size into the folder of a node.
 * @throws AssayError no-folder, file-unreadable; BlobError blob-changed
 */
export async function answerAdd(values: {
  readonly file: string;
  readonly dir: string;
}): Promise<Answer> {
  const { file, dir } = values;
  const { sizeBytes, refusals } = await inspectionOf(file);
  const directory = await modelsOf(dir);
  const model = await directory.add(file);
  const admission = refusals.length === 0 ? 'may run' : 'refused: no node runs it';
  return {
    json: { model, sizeBytes, dir, refusals },
    lines: [
      `Added ${file} to ${dir}.`,
      labelled('model', model),
      labelled('size', `${count(sizeBytes)} bytes`),
      labelled('admission', admission),
      ...refusals.flatMap((reason) => block('', reason)),
    ],
  };
}

/**
 * Lists what a node holds and, with a network file, which models of the network it lacks.
 * @throws AssayError no-folder; ConfigError, NetworkFileError
 */
export async function answerList(values: {
  readonly dir: string;
  readonly net: string | undefined;
}): Promise<Answer> {
  const { dir } = values;
  const net = networkPathIn(values);
  const file = net === undefined ? undefined : readNetworkFile(net);
  const held = await (await modelsOf(dir)).list();
  const models = held.map(({ id, sizeBytes }) => {
    return { model: id, sizeBytes, name: file?.models.find(({ model }) => model === id)?.name };
  });
  const missing = (file?.models ?? [])
    .filter(({ model }) => !held.some(({ id }) => id === model))
    .map(({ model, name, sizeBytes }) => ({ model, sizeBytes, name }));
  return {
    json: { dir, models, ...(file === undefined ? {} : { missing }) },
    lines: [
      ...(models.length === 0 ? [`${dir} holds no model.`] : models.map(modelLine)),
      ...(file === undefined ? [] : missingLines(missing)),
    ],
  };
}

type Listed = { readonly model: string; readonly sizeBytes: number; readonly name?: unknown };

function modelLine({ model, sizeBytes, name }: Listed): string {
  return `${model}  ${name === undefined ? `${count(sizeBytes)} bytes` : String(name)}`;
}

function missingLines(missing: readonly Listed[]): readonly string[] {
  if (missing.length === 0) return ['', 'All models of the network are here.'];
  return [
    '',
    'Models of the network that are missing here:',
    ...missing.map(modelLine),
    'A validator fetches them from its peers; or add the file: assay model add.',
  ];
}

async function modelsOf(dir: string): Promise<BlobDirectory> {
  if (existsSync(dir)) return BlobDirectory.open(join(dir, MODELS));
  throw new AssayError({
    code: 'no-folder',
    message: 'there is no such folder',
    where: dir,
    remedy: 'Name the folder of a node, or make one with `assay init --dir`.',
  });
}

/** What speaks against a model. One that is too large to be read whole is refused unread. */
async function inspectionOf(file: string) {
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  if (size > MODEL_LIMITS.sizeBytesMax) {
    const most = `${count(MODEL_LIMITS.sizeBytesMax)} bytes`;
    return { sizeBytes: size, refusals: [`larger than the ${most} that a model may have`] };
  }
  const report = inspectModel(await readLimited(file, MODEL_LIMITS.sizeBytesMax));
  const refusals = report.refusals.map(({ code, message }) => `${code}: ${message}`);
  return { sizeBytes: report.sizeBytes, refusals };
}
