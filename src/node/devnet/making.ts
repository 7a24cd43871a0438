/**
 * Makes a network to try things on: keys, a demo model, a network file, all from one seed or from
 * chance. Everything that a real network gets from different people comes from one here.
 */
import {
  DEFAULT_PARAMETERS,
  type ModelManifest,
  type NodeId,
  type ProtocolParameters,
  prf,
  stake,
  timeMs,
  toHex,
  utf8,
} from '../../base/index.ts';
import { createBeaconSource, createSigner, type Signer } from '../../crypto/index.ts';
import {
  type KeyProofs,
  type NetworkDraft,
  type NetworkFile,
  networkId,
  proveKeys,
  signNetworkFile,
} from '../../network-file/index.ts';
import { PROTOCOL_VERSION } from '../../wire/index.ts';

export type DevnetOptions = {
  /** 32 secret bytes from which all keys come. */
  readonly seed: Uint8Array;
  readonly name: string;
  readonly validators: number;
  readonly providers: number;
  /** All validators hold all models. */
  readonly models: readonly ModelManifest[];
  readonly roundMs: number;
  /** Unix time of round 1. */
  readonly genesisMs: number;
  /** Multiaddr of a node without its peer id, by role and position. */
  readonly address: (role: 'validator' | 'provider', index: number, id: NodeId) => string;
  /** Validators whose addresses everybody knows. */
  readonly bootstrapMax?: number;
  readonly endpoints: readonly string[];
  readonly parameters?: Partial<ProtocolParameters>;
};

/** A member with its secret. */
export type DevnetMember = {
  readonly name: string;
  readonly seed: Uint8Array;
  readonly id: NodeId;
};

export type Devnet = {
  readonly file: NetworkFile;
  readonly beaconSeed: Uint8Array;
  /** Secret of the operator, who may change the set. */
  readonly operatorSeed: Uint8Array;
  readonly validators: readonly DevnetMember[];
  readonly providers: readonly DevnetMember[];
};

/** Money of a devnet: nobody runs out of it while trying things. */
const VALIDATOR_STAKE = stake(1_000_000_000n);
const PROVIDER_STAKE = stake(1_000_000_000_000_000n);
const BOOTSTRAP_MAX = 32;

/** Returns a network with all its keys. Deterministic in its options. */
export function makeDevnet(options: DevnetOptions): Devnet {
  const { seed, models, roundMs } = options;
  const seedOf = (name: string): Uint8Array => prf(seed, utf8(`assay/devnet/${name}`));
  const member = (role: 'validator' | 'provider', index: number) => {
    const name = `${role}-${index + 1}`;
    const secret = seedOf(name);
    const signer = createSigner(secret);
    const address = options.address(role, index, signer.id);
    return { name, seed: secret, signer, id: signer.id, address };
  };
  const validators = Array.from({ length: options.validators }, (_, i) => member('validator', i));
  const providers = Array.from({ length: options.providers }, (_, i) => member('provider', i));
  const operator = createSigner(seedOf('operator'));
  const beaconSeed = seedOf('beacon');
  const draft: NetworkDraft = {
    format: 1,
    name: options.name,
    protocolVersion: PROTOCOL_VERSION,
    operator: operator.id,
    beacon: {
      scheme: 'bls-unchained-g1-rfc9380',
      publicKey: toHex(createBeaconSource(beaconSeed).chainKey),
      genesisMs: timeMs(options.genesisMs),
      periodMs: roundMs,
      endpoints: [...options.endpoints],
    },
    bootstrap: validators
      .slice(0, options.bootstrapMax ?? BOOTSTRAP_MAX)
      .map(({ address }) => address),
    parameters: devnetParameters(roundMs, options.parameters),
    models: models.map((m) => ({ ...m, executionClasses: [...m.executionClasses] })),
    validators: validators.map(({ id, signer }) => ({
      id,
      voteKey: toHex(signer.voteKey),
      stake: VALIDATOR_STAKE,
      models: models.map(({ name }) => name),
    })),
    providers: providers.map(({ id, address }) => ({
      id,
      stake: PROVIDER_STAKE,
      addresses: [address],
    })),
  };
  const file = signNetworkFile(draft, proofsOf(networkId(draft), validators), operator);
  const publicPart = ({ name, seed: secret, id }: DevnetMember): DevnetMember => ({
    name,
    seed: secret,
    id,
  });
  return {
    file,
    beaconSeed,
    operatorSeed: seedOf('operator'),
    validators: validators.map(publicPart),
    providers: providers.map(publicPart),
  };
}

function proofsOf(
  id: Uint8Array,
  validators: readonly { readonly id: NodeId; readonly signer: Signer }[],
): ReadonlyMap<NodeId, KeyProofs> {
  return new Map(validators.map((v) => [v.id, proveKeys(id, v.signer)]));
}

/** Besides the default classes, one that is checked seldom: for trying many claims. */
const DEVNET_CLASSES = new Map([...DEFAULT_PARAMETERS.classes, ['rare', 100]]);

/**
 * The defaults, for rounds of this length. Clocks of one machine agree, but its beacons come late
 * while it is busy: a skew of half a round is allowed.
 */
function devnetParameters(
  roundMs: number,
  changes: Partial<ProtocolParameters> = {},
): ProtocolParameters {
  const skewMaxMs = Math.floor(roundMs / 2);
  return { ...DEFAULT_PARAMETERS, roundMs, skewMaxMs, classes: DEVNET_CLASSES, ...changes };
}
