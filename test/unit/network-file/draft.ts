/** A network of three validators and one provider with real keys, made in the two steps. */
import {
  DEFAULT_PARAMETERS,
  type NodeId,
  type ProtocolParameters,
  sha256,
  stake,
  toHex,
  utf8,
} from '../../../src/base/index.ts';
import { createBeaconSource, createSigner, type Signer } from '../../../src/crypto/index.ts';
import {
  type KeyProofs,
  type NetworkDraft,
  type NetworkFile,
  networkId,
  proveKeys,
  signNetworkFile,
} from '../../../src/network-file/index.ts';
import { blobId, PROTOCOL_VERSION } from '../../../src/wire/index.ts';

const seed = (name: string) => sha256(utf8(`network-file/${name}`));
export const OPERATOR: Signer = createSigner(seed('operator'));
export const VALIDATORS: readonly Signer[] = ['a', 'b', 'c'].map((name) =>
  createSigner(seed(name)),
);
const PARAMETERS: ProtocolParameters = { ...DEFAULT_PARAMETERS, roundMs: 1000, skewMaxMs: 250 };

/** Returns the draft, with some parts exchanged. */
export function draftOf(changes: Partial<NetworkDraft> = {}): NetworkDraft {
  return {
    format: 1,
    name: 'devnet',
    protocolVersion: PROTOCOL_VERSION,
    operator: OPERATOR.id,
    beacon: {
      scheme: 'bls-unchained-g1-rfc9380',
      publicKey: toHex(createBeaconSource(seed('beacon')).chainKey),
      genesisMs: 1_700_000_000_000,
      periodMs: PARAMETERS.roundMs,
      endpoints: ['http://127.0.0.1:4001'],
    },
    bootstrap: ['/ip4/127.0.0.1/tcp/4002'],
    parameters: PARAMETERS,
    models: [
      {
        name: 'mlp',
        model: blobId(utf8('a model')),
        sizeBytes: 7,
        executionClasses: ['test/cpu'],
        comparator: { kind: 'relative-rms', tolerance: 5e-6, rejection: 1.5e-5, scale: 0 },
        executionMs: 100,
        inputBytesMax: 4096,
      },
    ],
    validators: VALIDATORS.map(({ id, voteKey }, index) => ({
      id,
      voteKey: toHex(voteKey),
      stake: stake(1000n + BigInt(index)),
      models: ['mlp'],
    })),
    providers: [{ id: createSigner(seed('p')).id, stake: stake(2n ** 63n), addresses: [] }],
    ...changes,
  };
}

/** Returns the proofs of all validators for the id of `draft`. */
export function proofsFor(draft: NetworkDraft): Map<NodeId, KeyProofs> {
  const id = networkId(draft);
  return new Map(VALIDATORS.map((signer) => [signer.id, proveKeys(id, signer)]));
}

/** Returns the signed file of a draft. */
export function fileOf(draft: NetworkDraft = draftOf()): NetworkFile {
  return signNetworkFile(draft, proofsFor(draft), OPERATOR);
}
