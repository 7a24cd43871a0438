/**
 * The network of a test cluster: a handful of validators and providers with keys from a seed, one
 * model, and outputs of eight numbers whose distances from each other are known.
 */
import {
  type BlobId,
  DEFAULT_PARAMETERS,
  type Digest,
  type ModelManifest,
  type ProtocolParameters,
  sha256,
  stake,
  timeMs,
  toHex,
  utf8,
} from '../../src/base/index.ts';
import { outputDigest, type Tensor } from '../../src/compare/index.ts';
import { createNetwork, type Network } from '../../src/core/index.ts';
import {
  type BeaconSource,
  type Crypto,
  createBeaconSource,
  createSigner,
  createStandInBeaconSource,
  createStandInSigner,
  realCrypto,
  type Signer,
  standInCrypto,
} from '../../src/crypto/index.ts';
import { blobId } from '../../src/wire/index.ts';

/** The one execution class that the manifests admit. */
export const EXECUTION_CLASS = 'test/cpu';
export const MODEL: BlobId = blobId(utf8('a model'));
export const OTHER_MODEL: BlobId = blobId(utf8('a model that few hold'));
export const INPUT: BlobId = blobId(utf8('an input'));

const TOLERANCE = 1e-3;
const RIGHT = [1, -2, 3, -4, 5, -6, 7, -8];
/** Factor on the right output: `drift` matches it, `noise` is between, the others mismatch. */
const FACTORS = { right: 1, drift: 1 + 5e-4, noise: 1 + 2e-3, wrong: 2, other: 3 } as const;
export type OutputName = keyof typeof FACTORS;

/** Returns the output of this name. */
export function outputOf(name: OutputName): readonly Tensor[] {
  const data = Float32Array.from(RIGHT, (value) => value * FACTORS[name]);
  return [{ name: 'y', type: 'float32', shape: [8], data }];
}

/** Returns the digest of the output of this name. */
export function digestOf(name: OutputName): Digest {
  return outputDigest(outputOf(name));
}

/** All outputs by digest, in hexadecimal: what an output store would serve. */
export const OUTPUTS: ReadonlyMap<string, readonly Tensor[]> = new Map(
  Object.keys(FACTORS).map((name) => {
    const output = outputOf(name as OutputName);
    return [toHex(outputDigest(output)), output];
  }),
);

/** Tells whether `name` names an output. */
export function isOutputName(name: string): name is OutputName {
  return Object.hasOwn(FACTORS, name);
}

/** Small and quick: rounds of a second, four levels, everything is judged. */
export const TEST_PARAMETERS: ProtocolParameters = {
  ...DEFAULT_PARAMETERS,
  roundMs: 1000,
  skewMaxMs: 250,
  sealSeats: 16,
  levels: [16, 64, 256],
  classes: new Map([
    ['full', 1],
    ['half', 2],
  ]),
  evidenceWindowRounds: 4,
  postWindowRounds: 6,
};

export type ClusterNetworkOptions = {
  readonly seed?: string;
  readonly crypto?: 'stand-in' | 'real';
  /** Stakes of the validators, in set order. */
  readonly stakes: readonly number[];
  /** How many of them, from the first one, hold the model that few hold. */
  readonly nicheCount?: number;
  readonly providers?: number;
  readonly providerStake?: bigint;
  readonly parameters?: Partial<ProtocolParameters>;
  /** Whether provider p1 is also the first validator. */
  readonly isProviderValidator?: boolean;
  readonly ablated?: readonly string[];
  /** [SET-2] Validators outside the set, named after those in it. */
  readonly standby?: number;
  /** [SET-2] Whether the set may change. */
  readonly hasOperator?: boolean;
};

export type ClusterKeys = {
  readonly network: Network;
  readonly crypto: Crypto;
  readonly beacon: BeaconSource;
  readonly validators: readonly Signer[];
  /** Validators outside the set. */
  readonly standby: readonly Signer[];
  readonly providers: readonly Signer[];
  readonly requester: Signer;
  /** [SET-2] Proposes sets. */
  readonly operator: Signer;
};

/** Makes the keys and the network of a cluster, the same for the same options. */
export function createClusterKeys(options: ClusterNetworkOptions): ClusterKeys {
  const seedOf = (name: string) => sha256(utf8(`cluster/${options.seed ?? ''}/${name}`));
  const isReal = options.crypto === 'real';
  const signer = (name: string) =>
    isReal ? createSigner(seedOf(name)) : createStandInSigner(seedOf(name));
  const beacon = isReal
    ? createBeaconSource(seedOf('beacon'))
    : createStandInBeaconSource(seedOf('beacon'));
  const validators = options.stakes.map((_, index) => signer(`v${index + 1}`));
  const standby = Array.from({ length: options.standby ?? 0 }, (_, index) =>
    signer(`v${validators.length + index + 1}`),
  );
  const providers = Array.from({ length: options.providers ?? 1 }, (_, index) =>
    index === 0 && options.isProviderValidator ? signer('v1') : signer(`p${index + 1}`),
  );
  const parameters = { ...TEST_PARAMETERS, ...options.parameters };
  const operator = signer('operator');
  const network = createNetwork({
    id: seedOf('network'),
    ...(options.hasOperator ? { operator: operator.id } : {}),
    parameters,
    beacon: { chainKey: beacon.chainKey, genesisMs: timeMs(parameters.roundMs) },
    validators: validators.map(({ id, voteKey }, index) => ({
      id,
      voteKey,
      stake: stake(BigInt(options.stakes[index] ?? 0)),
      models: index < (options.nicheCount ?? 0) ? [MODEL, OTHER_MODEL] : [MODEL],
    })),
    providers: providers.map(({ id }) => ({
      id,
      stake: stake(options.providerStake ?? 100_000_000n),
    })),
    models: [manifestOf('model', MODEL), manifestOf('niche', OTHER_MODEL)],
    ablated: new Set(options.ablated),
  });
  const crypto = isReal ? realCrypto : standInCrypto;
  const requester = signer('requester');
  return { network, crypto, beacon, validators, standby, providers, requester, operator };
}

function manifestOf(name: string, model: BlobId): ModelManifest {
  return {
    name,
    model,
    sizeBytes: 1,
    executionClasses: [EXECUTION_CLASS, 'test/other-cpu'],
    comparator: {
      kind: 'relative-rms',
      tolerance: TOLERANCE,
      rejection: 3 * TOLERANCE,
      scale: 0,
    },
    executionMs: 100,
    inputBytesMax: 64,
  };
}
