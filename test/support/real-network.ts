/** A network of test keys with real signatures, as an operator would publish it. */
import { toHex } from '../../src/base/index.ts';
import {
  type NetworkDraft,
  type NetworkFile,
  networkId,
  networkOf,
  proveKeys,
  signNetworkFile,
} from '../../src/network-file/index.ts';
import { draftOf } from '../unit/network-file/draft.ts';
import { type ClusterKeys, createClusterKeys } from './cluster-network.ts';

/** Returns the keys of four validators, of a beacon and of a provider, and their network file. */
export function realNetwork(): { readonly keys: ClusterKeys; readonly file: NetworkFile } {
  const keys = createClusterKeys({ stakes: [10, 10, 10, 10], crypto: 'real', seed: 'real' });
  const file = networkFileOf(keys);
  return { keys: { ...keys, network: networkOf(file) }, file };
}

/** Returns the network file of test keys. */
export function networkFileOf({ network, validators, beacon }: ClusterKeys): NetworkFile {
  const [operator] = validators;
  if (operator === undefined) throw new RangeError('a network has an operator');
  const draft: NetworkDraft = draftOf({
    operator: operator.id,
    beacon: {
      ...draftOf().beacon,
      publicKey: toHex(beacon.chainKey),
      periodMs: network.parameters.roundMs,
    },
    parameters: network.parameters,
    models: [...network.models].map((model) => ({
      ...model,
      executionClasses: [...model.executionClasses],
    })),
    validators: network.validators.map((validator) => ({
      ...validator,
      voteKey: toHex(validator.voteKey),
      models: [...validator.models],
    })),
    providers: network.providers.map((provider) => ({ ...provider, addresses: [] })),
  });
  const id = networkId(draft);
  const proofs = new Map(validators.map((signer) => [signer.id, proveKeys(id, signer)]));
  return signNetworkFile(draft, proofs, operator);
}
