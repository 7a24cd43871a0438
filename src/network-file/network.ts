/** From a verified network file to the network of the core. */
import { assert, type BlobId, nodeId, timeMs } from '../base/index.ts';
import type { NetworkFile } from '../config/index.ts';
import { createNetwork, type Network } from '../core/index.ts';
import { isBlobId } from '../wire/index.ts';
import { bytesOfHex, modelNamed } from './identity.ts';

/**
 * Returns the network that `file` defines.
 * @param file verified: `verifyNetworkFile` found nothing
 */
export function networkOf(file: NetworkFile): Network {
  const { beacon, parameters } = file;
  return createNetwork({
    id: bytesOfHex(file.id),
    operator: nodeId(file.operator),
    parameters,
    beacon: { chainKey: bytesOfHex(beacon.publicKey), genesisMs: timeMs(beacon.genesisMs) },
    validators: file.validators.map(({ id, voteKey, stake, models }) => ({
      id,
      voteKey: bytesOfHex(voteKey),
      stake,
      models: models.map((word) => blob(modelNamed(file, word))),
    })),
    providers: file.providers.map(({ id, stake }) => ({ id, stake })),
    models: file.models.map((manifest) => ({ ...manifest, model: blob(manifest.model) })),
    ablated: new Set(),
  });
}

function blob(text: string): BlobId {
  assert(isBlobId(text), 'a verified file has content ids of files');
  return text;
}
