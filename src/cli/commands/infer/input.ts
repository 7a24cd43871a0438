/**
 * Inputs of a model that this machine does not have. Their names, types and shapes stand in the
 * ONNX file only, so it is read from `--model-file` or, while it is small, fetched from peers; its
 * content id is that of the manifest either way.
 */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { AssayError, type ModelManifest } from '../../../base/index.ts';
import { encodeTensors } from '../../../compare/index.ts';
import { inspectModel, MODEL_LIMITS, type ModelReport } from '../../../inference/index.ts';
import { fetchBlob } from '../../../node/blobs/index.ts';
import type { LightClient } from '../../../node/index.ts';
import { readLimited } from '../../files.ts';
import { readInputs } from '../model/tensors.ts';

/** Larger models are not fetched only to learn the names of their inputs. */
const FETCHED_BYTES_MAX = 16 * 1024 ** 2;

/**
 * Returns the report of the model in a file. Everything in it is what the model says of itself.
 * @throws AssayError model-differs, file-unreadable
 */
export async function reportOfFile(file: string, manifest: ModelManifest): Promise<ModelReport> {
  const report = inspectModel(await readLimited(file, MODEL_LIMITS.sizeBytesMax));
  if (report.model === manifest.model) return report;
  throw new AssayError({
    code: 'model-differs',
    message: `is not the model ${manifest.name} of the network`,
    where: file,
    remedy: `Its content id is ${report.model}, that of ${manifest.name} is ${manifest.model}.`,
  });
}

/**
 * Returns the report of a model that peers have.
 * @throws AssayError model-too-large; BlobError blob-unavailable
 */
export async function reportOfPeers(
  client: LightClient,
  manifest: ModelManifest,
  signal: AbortSignal,
): Promise<ModelReport> {
  const { name, model, sizeBytes } = manifest;
  if (sizeBytes > FETCHED_BYTES_MAX) {
    throw new AssayError({
      code: 'model-too-large',
      message: `${name} has ${sizeBytes} bytes: too many to fetch for the names of its inputs`,
      remedy: 'Name the ONNX file with --model-file.',
    });
  }
  const { host } = client;
  const peers = () => host.peers().map(({ id }) => id);
  return inspectModel(await fetchBlob(host, model, { peers, sizeBytesMax: sizeBytes, signal }));
}

/** Finds out whether there is something to read at all. @throws AssayError file-unreadable */
export async function assertReadable(file: string): Promise<void> {
  await access(file, constants.R_OK).catch((cause: unknown) => {
    throw new AssayError(
      {
        code: 'file-unreadable',
        message: 'there is no such file, or it may not be read',
        where: file,
        remedy: 'Check the path.',
      },
      { cause },
    );
  });
}

/**
 * Returns the bytes of the inputs in a file.
 * @throws AssayError input-too-large, file-unreadable; InferenceError if they do not fit the model
 */
export async function inputBytes(
  file: string,
  report: ModelReport,
  manifest: ModelManifest,
): Promise<Uint8Array> {
  const bytes = encodeTensors(await readInputs(file, report));
  if (bytes.length <= manifest.inputBytesMax) return bytes;
  throw new AssayError({
    code: 'input-too-large',
    message: `makes ${bytes.length} bytes; ${manifest.name} takes ${manifest.inputBytesMax}`,
    where: file,
    remedy: 'Ask with fewer rows at a time.',
  });
}
