/** A request to become a member, as a file that people can hand over and read. */
import { AssayError, type BlobId, defined, fromHex, toHex } from '../../../base/index.ts';
import {
  configYaml,
  type JoinRequestFile,
  readDocument,
  resolveJoinRequest,
} from '../../../config/index.ts';
import type { Network } from '../../../core/index.ts';
import { realCrypto } from '../../../crypto/index.ts';
import { checkJoin, type JoinRequest, joinBytes, joinSignature } from '../../../node/index.ts';
import { writeWhole } from '../../files.ts';

/** A request with the bytes that were signed. */
export type SignedJoin = { readonly request: JoinRequest; readonly signed: Uint8Array };

const HEADING = [
  '# Asks to become a member of one network. Not secret: for its operator, who runs',
  '#   assay network admit FILE --dir ./op',
].join('\n');

/** Writes a request. @throws AssayError file-unwritable */
export async function writeRequest(
  path: string,
  network: Network,
  { request, signed }: SignedJoin,
): Promise<void> {
  const signature = defined(joinSignature(signed), 'a request of ours reads');
  const { role, id, stake, atMs, addresses } = request;
  const file: JoinRequestFile = {
    ...{ format: 1, network: toHex(network.id), id, stake, addresses: [...addresses] },
    ...{ askedAtMs: atMs, signature: toHex(signature) },
    ...(role === 'provider'
      ? { role }
      : {
          role,
          voteKey: toHex(request.voteKey),
          proofs: {
            possession: toHex(request.possession),
            ownership: toHex(request.ownership),
          },
          models: request.models.map((model) => network.modelById.get(model)?.name ?? model),
        }),
  };
  await writeWhole(path, new TextEncoder().encode(`${HEADING}\n${configYaml(file)}`));
}

/**
 * Reads a request and checks it: signature, proofs of keys, network.
 * @throws ConfigError; AssayError request-of-another-network, request-wrong, unknown-model
 */
export function readRequest(path: string, network: Network): SignedJoin {
  const file = resolveJoinRequest(readDocument(path));
  if (file.network !== toHex(network.id)) {
    throw new AssayError({
      code: 'request-of-another-network',
      message: `it is for network ${file.network}, and this one is ${toHex(network.id)}`,
      where: path,
      remedy: 'Let the other run `assay join` on the network file of this network.',
    });
  }
  const { id, stake, askedAtMs: atMs, addresses } = file;
  const asked = { id, stake, atMs, addresses };
  const request: JoinRequest =
    file.role === 'provider'
      ? { role: 'provider', ...asked }
      : {
          ...{ role: 'validator', ...asked, models: modelIds(network, file.models, path) },
          voteKey: bytes(file.voteKey),
          possession: bytes(file.proofs.possession),
          ownership: bytes(file.proofs.ownership),
        };
  const signed = joinBytes(request, bytes(file.signature));
  const checked = checkJoin(realCrypto, network, signed);
  if (checked.kind === 'valid') return { request, signed };
  throw new AssayError({
    code: 'request-wrong',
    message: `the request is not what its owner signed (${checked.check})`,
    where: path,
    remedy: 'Get the file again as `assay join` wrote it.',
  });
}

/** Content ids of models that are named. @throws AssayError unknown-model */
export function modelIds(
  { models }: Network,
  names: readonly string[],
  where: string,
): readonly BlobId[] {
  return names.map((name) => {
    const found = models.find((model) => model.name === name || model.model === name);
    if (found !== undefined) return found.model;
    throw new AssayError({
      code: 'unknown-model',
      message: `the network has no model ${JSON.stringify(name)}`,
      where,
      remedy: `Its models are: ${models.map((model) => model.name).join(', ')}.`,
    });
  });
}

function bytes(text: string): Uint8Array {
  return defined(fromHex(text), 'the schema takes hexadecimal digits only');
}
