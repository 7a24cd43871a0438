/**
 * The network as the core sees it: who is staked, which models are admitted, which parameters
 * hold. Built once from a network file or a scenario and shared, unchanged, by all parts.
 *
 * [SET-1] One definition serves a subject at all its levels.
 */
import {
  assert,
  type BlobId,
  type Digest,
  digest,
  type ModelManifest,
  type NodeId,
  nodeId,
  type ProtocolParameters,
  type Round,
  round,
  type Stake,
  sha256,
  stake,
  type TimeMs,
  timeMs,
} from '../base/index.ts';
import { type CanonicalValue, encodeCanonical } from '../wire/index.ts';
import { phaseRounds } from './calendar.ts';

/** A staked validator. Order in the set is the order of the network file. */
export type ValidatorRecord = {
  readonly id: NodeId;
  /** BLS12-381 public key, 48 bytes; its possession was proved when it entered. [KEY-1] */
  readonly voteKey: Uint8Array;
  readonly stake: Stake;
  /** Models it declares to hold. [MODEL-1] */
  readonly models: readonly BlobId[];
};

/** A staked provider. */
export type ProviderRecord = { readonly id: NodeId; readonly stake: Stake };

/** What a network file or a scenario says. */
export type NetworkDefinition = {
  /** 32 bytes: hash of the network file. */
  readonly id: Uint8Array;
  /** [SET-2] Who proposes changes of the set; absent: the set never changes. */
  readonly operator?: NodeId;
  readonly parameters: ProtocolParameters;
  /** Round 1 is due at `genesisMs`, the next ones every `roundMs`. */
  readonly beacon: { readonly chainKey: Uint8Array; readonly genesisMs: TimeMs };
  readonly validators: readonly ValidatorRecord[];
  readonly providers: readonly ProviderRecord[];
  readonly models: readonly ModelManifest[];
  /**
   * Rules switched off, by tag. Empty in every real network: simulations use it to show what a
   * rule is for.
   */
  readonly ablated: ReadonlySet<string>;
};

/** A definition with the look-ups that every message needs. */
export type Network = NetworkDefinition & {
  readonly validatorIndex: ReadonlyMap<NodeId, number>;
  readonly providerById: ReadonlyMap<NodeId, ProviderRecord>;
  readonly modelById: ReadonlyMap<BlobId, ModelManifest>;
  readonly totalStake: Stake;
  readonly setHash: Digest;
  readonly parametersHash: Digest;
};

/** [SET-1] What all sets of a network have in common: no members. */
export type CommonNetwork = Pick<
  Network,
  | 'id'
  | 'operator'
  | 'parameters'
  | 'beacon'
  | 'models'
  | 'modelById'
  | 'parametersHash'
  | 'ablated'
>;

/**
 * Prepares `definition`. Bad definitions are refused where they are read (`src/config`), so that
 * here they are our own faults.
 * @throws AssertionError if an id, a key or a model occurs twice, or there is no validator
 */
export function createNetwork(definition: NetworkDefinition): Network {
  const { validators, providers, models } = definition;
  assert(validators.length > 0, 'a network has a validator');
  assert(definition.id.length === 32, 'a network id has 32 bytes');
  const validatorIndex = new Map(validators.map((v, index) => [v.id, index]));
  assert(validatorIndex.size === validators.length, 'a validator occurs once in the set');
  const providerById = new Map(providers.map((p) => [p.id, p]));
  assert(providerById.size === providers.length, 'a provider occurs once');
  const modelById = new Map(models.map((m) => [m.model, m]));
  assert(modelById.size === models.length, 'a model occurs once');
  const totalStake = stake(validators.reduce((sum, v) => sum + v.stake, 0n));
  return {
    ...definition,
    validatorIndex,
    providerById,
    modelById,
    totalStake,
    setHash: hashOf(validators.map((v) => [v.id, v.voteKey, v.stake, [...v.models]])),
    parametersHash: hashOf(parameterValues(definition.parameters)),
  };
}

/** Tells whether `tag` is in force. */
export function isInForce(network: CommonNetwork, tag: string): boolean {
  return !network.ablated.has(tag);
}

/** [COMMIT-1] Whom a commitment binds: its owner, or nobody in particular where that is ablated. */
export function boundTo(network: CommonNetwork, owner: NodeId): NodeId {
  return network.ablated.has('COMMIT-1') ? NOBODY : owner;
}

const NOBODY = nodeId('0'.repeat(64));

/** Returns when beacon `r` is due. */
export function nominalTime(network: CommonNetwork, r: Round): TimeMs {
  return timeMs(network.beacon.genesisMs + (r - 1) * network.parameters.roundMs);
}

/** Returns the round that is due at `wallMs` if the chain keeps its time, 0 before the first. */
export function roundDueAt({ beacon, parameters }: Network, wallMs: number): number {
  return Math.max(0, Math.floor((wallMs - beacon.genesisMs) / parameters.roundMs) + 1);
}

/** Returns the round `count` after `r`. */
export function later(r: Round, count: number): Round {
  return round(r + count);
}

/** Returns E of [TIME-5]: rounds that one execution of `manifest` takes, at least 1. */
export function executionRounds(network: CommonNetwork, manifest: ModelManifest): number {
  return Math.max(1, Math.ceil(manifest.executionMs / network.parameters.roundMs));
}

/** [TIME-5] Rounds that a level of the slowest model takes, from its drawing beacon to the next. */
export function levelRounds(network: CommonNetwork): number {
  const slowest = Math.max(1, ...network.models.map((model) => executionRounds(network, model)));
  return phaseRounds(network.parameters, slowest).reduce((sum, length) => sum + length, 0);
}

/** Rounds after which nobody votes on a claim of a batch any more: sampling and all levels. */
export function votingRounds(network: CommonNetwork): number {
  return network.parameters.levels.length * levelRounds(network) + 8;
}

/** Rounds after which nothing of a batch is left: levels, executions and both windows. */
export function windowRounds(network: CommonNetwork): number {
  const { evidenceWindowRounds, postWindowRounds } = network.parameters;
  return votingRounds(network) + evidenceWindowRounds + postWindowRounds;
}

function hashOf(value: CanonicalValue): Digest {
  return digest(sha256(encodeCanonical(value)));
}

function parameterValues(parameters: ProtocolParameters): CanonicalValue {
  return Object.keys(parameters)
    .sort()
    .map((key) => [key, canonical(parameters[key as keyof ProtocolParameters])]);
}

function canonical(value: ProtocolParameters[keyof ProtocolParameters]): CanonicalValue {
  if (typeof value === 'number') return Number.isInteger(value) ? value : String(value);
  if (typeof value === 'bigint') return value;
  if (value instanceof Map) return [...value].map(([name, m]) => [name, m]);
  if (Array.isArray(value)) return [...value];
  assert('numerator' in value, 'a parameter is a number, a list, a map or a fraction');
  return [value.numerator, value.denominator];
}
