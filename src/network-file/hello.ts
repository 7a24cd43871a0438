/** What a node says of its network when it meets another: hosts compare it, one part at a time. */
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
