/**
 * Making a network file in two steps: the content gives the id; each validator proves its keys for
 * that id; the operator signs all of it.
 */
import { assert, defined, type NodeId, toHex } from '../base/index.ts';
import type { NetworkFile } from '../config/index.ts';
import type { Signer } from '../crypto/index.ts';
import {
  type CanonicalValue,
  encodeCanonical,
  keyOwnershipSigningBytes,
  SIGNING_DOMAINS,
  signingBytes,
} from '../wire/index.ts';
import { bytesOfHex, type NetworkDraft, networkId } from './identity.ts';

/** [KEY-1] What a validator shows about its keys, for one network. Hexadecimal. */
export type KeyProofs = NetworkFile['validators'][number]['proofs'];

/**
 * [KEY-1] Returns a validator's proofs of its two keys, for one network only.
 * @param id of the network, 32 bytes
 */
export function proveKeys(id: Uint8Array, signer: Signer): KeyProofs {
  const keys = { signer: signer.id, voteKey: signer.voteKey };
  return {
    possession: toHex(signer.provePossession(id)),
    ownership: toHex(signer.sign(keyOwnershipSigningBytes(id, keys))),
  };
}

/**
 * Returns the network file of `draft`, signed by its operator.
 * @param proofs of every validator, for `networkId(draft)`
 * @throws AssertionError if a validator's proofs are missing, or `operator` is not the draft's
 */
export function signNetworkFile(
  draft: NetworkDraft,
  proofs: ReadonlyMap<NodeId, KeyProofs>,
  operator: Signer,
): NetworkFile {
  assert(draft.operator === operator.id, 'the operator that a file names signs it');
  const { format, ...rest } = draft;
  const unsigned = {
    format,
    id: toHex(networkId(draft)),
    ...rest,
    validators: draft.validators.map((validator) => ({
      ...validator,
      proofs: defined(proofs.get(validator.id), 'each validator proved its keys'),
    })),
  };
  return { ...unsigned, signature: toHex(operator.sign(operatorSigningBytes(unsigned))) };
}

/**
 * Returns a file with other versions to come, signed anew; its id and its members are the same.
 * @throws AssertionError if `operator` is not the file's
 */
export function announce(
  file: NetworkFile,
  activations: NonNullable<NetworkFile['activations']>,
  operator: Signer,
): NetworkFile {
  assert(file.operator === operator.id, 'the operator that a file names signs it');
  const { signature: _, ...rest } = file;
  const unsigned = { ...rest, activations };
  return { ...unsigned, signature: toHex(operator.sign(operatorSigningBytes(unsigned))) };
}

/** Returns what the operator signs: the id, and all that the id does not cover. */
export function operatorSigningBytes(file: Omit<NetworkFile, 'signature'>): Uint8Array {
  const value: CanonicalValue = {
    endpoints: [...file.beacon.endpoints],
    bootstrap: [...file.bootstrap],
    proofs: file.validators.map(({ proofs }) => [proofs.possession, proofs.ownership]),
    addresses: file.providers.map(({ addresses }) => [...addresses]),
    ...activationsValue(file),
  };
  return signingBytes(SIGNING_DOMAINS.networkFile, bytesOfHex(file.id), encodeCanonical(value));
}

/** A file without any is signed as it was before there were some. */
function activationsValue({ activations = [] }: Pick<NetworkFile, 'activations'>) {
  if (activations.length === 0) return {};
  return {
    activations: activations.map((each) => [each.protocolVersion, each.epoch, each.release]),
  };
}
