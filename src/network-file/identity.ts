/**
 * The id of a network: the hash of everything that its nodes must agree on.
 *
 * Left out is what may change while the network lives (addresses) and what covers the id itself
 * (proofs of keys, the operator's signature). The operator's key is in: who knows the id knows who
 * may say where the nodes are.
 */
import type { Digest, ModelManifest, ProtocolParameters } from '../base/index.ts';
import { assert, compareText, defined, digest, fromHex, sha256 } from '../base/index.ts';
import type { NetworkFile } from '../config/index.ts';
import { type CanonicalValue, encodeCanonical } from '../wire/index.ts';

type ValidatorEntry = NetworkFile['validators'][number];

/** A network file before anybody proved or signed anything: enough for its id. */
export type NetworkDraft = Omit<NetworkFile, 'id' | 'signature' | 'validators'> & {
  readonly validators: readonly Omit<ValidatorEntry, 'proofs'>[];
};

/** Returns the id of a network, 32 bytes. What does not belong to the id is ignored. */
export function networkId(draft: NetworkDraft): Digest {
  return digest(sha256(encodeCanonical(contentOf(draft))));
}

function contentOf(draft: NetworkDraft): CanonicalValue {
  const { beacon } = draft;
  return {
    domain: 'assay/network',
    format: draft.format,
    protocolVersion: draft.protocolVersion,
    name: draft.name,
    operator: draft.operator,
    beacon: [beacon.scheme, bytesOfHex(beacon.publicKey), beacon.genesisMs, beacon.periodMs],
    parameters: parametersValue(draft.parameters),
    models: manifestValues(draft.models),
    validators: draft.validators.map(({ id, voteKey, stake, models }) => {
      return [id, bytesOfHex(voteKey), stake, models.map((word) => modelNamed(draft, word))];
    }),
    providers: draft.providers.map(({ id, stake }) => [id, stake]),
  };
}

/** Returns the content id of the model that a validator lists by name or content id. */
export function modelNamed({ models }: Pick<NetworkDraft, 'models'>, word: string): string {
  const found = models.find(({ name, model }) => name === word || model === word);
  return defined(found, 'a checked file names models that it lists').model;
}

/** Returns what the manifests say, for hashing; numbers that may have fractions are texts. */
export function manifestValues(
  models: readonly (Omit<ModelManifest, 'model'> & { readonly model: string })[],
): CanonicalValue {
  return models.map((manifest) => [
    manifest.name,
    manifest.model,
    manifest.sizeBytes,
    [...manifest.executionClasses],
    comparatorValue(manifest.comparator),
    manifest.executionMs,
    manifest.inputBytesMax,
  ]);
}

function comparatorValue(comparator: ModelManifest['comparator']): CanonicalValue {
  if (comparator.kind === 'exact') return [comparator.kind];
  const { kind, tolerance, rejection, scale } = comparator;
  return [kind, String(tolerance), String(rejection), String(scale)];
}

function parametersValue(parameters: ProtocolParameters): CanonicalValue {
  return Object.entries(parameters)
    .sort(([a], [b]) => compareText(a, b))
    .map(([key, value]) => [key, parameterValue(value)]);
}

function parameterValue(value: ProtocolParameters[keyof ProtocolParameters]): CanonicalValue {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (value instanceof Map) return [...value].map(([name, oneIn]) => [name, oneIn]);
  if (Array.isArray(value)) return [...value];
  assert('numerator' in value, 'a parameter is a number, a list, a map or a fraction');
  return [value.numerator, value.denominator];
}

/** Returns the bytes of text that the schema has found to be hexadecimal. */
export function bytesOfHex(text: string): Uint8Array {
  return defined(fromHex(text), 'a checked file has hexadecimal keys');
}
