/**
 * What two nodes compare when they meet: are they of one network, and if not, in what do they
 * differ and who has to do something about it.
 */
import { sha256, toHex } from '../base/index.ts';
import type { Network } from '../core/index.ts';
import { encodeCanonical, PROTOCOL_VERSION } from '../wire/index.ts';
import { manifestValues } from './identity.ts';

/** What a node says about its network. Hashes in hexadecimal, 64 digits. */
export type NetworkHello = {
  readonly networkId: string;
  readonly protocolVersion: number;
  readonly setHash: string;
  readonly parametersHash: string;
  readonly modelsHash: string;
};

/** One thing in which two nodes differ. */
export type NetworkDifference = {
  readonly what: 'protocol-version' | 'network-id' | 'parameters' | 'models' | 'validator-set';
  readonly message: string;
  readonly remedy: string;
};

/** Returns what a node of `network` says about it. */
export function helloOf(network: Network): NetworkHello {
  return {
    networkId: toHex(network.id),
    protocolVersion: PROTOCOL_VERSION,
    setHash: toHex(network.setHash),
    parametersHash: toHex(network.parametersHash),
    modelsHash: toHex(sha256(encodeCanonical(manifestValues(network.models)))),
  };
}

const SAME_FILE = 'Compare your network file with that of the operator; one of the two is another.';

/** Returns in what two nodes differ, the most telling first; empty if they are of one network. */
export function compareNetworks(
  own: NetworkHello,
  other: NetworkHello,
): readonly NetworkDifference[] {
  const differences: NetworkDifference[] = [];
  if (own.protocolVersion !== other.protocolVersion) {
    const isOld = own.protocolVersion < other.protocolVersion;
    differences.push({
      what: 'protocol-version',
      message: `protocol version ${own.protocolVersion} here, ${other.protocolVersion} there`,
      remedy: isOld ? 'Install a newer release here.' : 'The other node needs a newer release.',
    });
  }
  const hashes = [
    ['network-id', 'network id', own.networkId, other.networkId],
    ['parameters', 'hash of the parameters', own.parametersHash, other.parametersHash],
    ['models', 'hash of the models', own.modelsHash, other.modelsHash],
    ['validator-set', 'hash of the validator set', own.setHash, other.setHash],
  ] as const;
  for (const [what, name, here, there] of hashes) {
    if (here === there) continue;
    const message = `${name} ${shortened(here)} here, ${shortened(there)} there`;
    differences.push({ what, message, remedy: SAME_FILE });
  }
  return differences;
}

/** Enough of a hash to tell two apart by eye. */
const SHOWN_DIGITS = 16;

function shortened(hash: string): string {
  return `${hash.slice(0, SHOWN_DIGITS)}…`;
}
