/**
 * The set chain of a network as a file: written by who has a chain, walked by who reads it, with
 * nothing but the network file. Nothing in a file has to be believed.
 *
 * Limits: `LIMITS.chainFileBytes`, `LIMITS.chainFileJsonBytes`. A file may end early: its reader
 * then does not know the latest sets, and is told of no others.
 */
import { digest, equalBytes } from '../base/index.ts';
import { Draws, type Network, type SetChain, walkChain } from '../core/index.ts';
import type { Crypto } from '../crypto/index.ts';
import { CHAIN_FILE_FORMAT, type ChainFile, chainDocument } from '../wire/index.ts';
import { stepFaultWords } from './sets.ts';

/** A chain that was walked, or why there is none. */
export type ChainReading =
  | { readonly kind: 'ok'; readonly chain: SetChain }
  | { readonly kind: 'wrong'; readonly reason: string };

/** First character of JSON text; dag-cbor of a chain begins with a map. */
const BRACE = 0x7b;

/** Returns the dag-cbor of a chain. @throws AssertionError when it exceeds the limit */
export function encodeChain(chain: SetChain): Uint8Array {
  return chainDocument.encode(fileOf(chain));
}

/** Returns the JSON text of a chain. @throws AssertionError when it exceeds the limit */
export function encodeChainJson(chain: SetChain): Uint8Array {
  return chainDocument.encodeJson(fileOf(chain));
}

/** Reads either form, and walks the chain from the network file. Total: does not throw. */
export function readChain(network: Network, crypto: Crypto, bytes: Uint8Array): ChainReading {
  const isJson = bytes[0] === BRACE;
  const result = isJson ? chainDocument.decodeJson(bytes) : chainDocument.decode(bytes);
  if (result.kind === 'malformed') return { kind: 'wrong', reason: result.reason };
  const { network: id, steps } = result.value;
  if (!equalBytes(id, network.id)) return { kind: 'wrong', reason: 'it is of another network' };
  const { chain, fault } = walkChain(crypto, new Draws(network), steps);
  if (fault === undefined) return { kind: 'ok', chain };
  const reason = `step ${chain.head.number + 1} is wrong: ${stepFaultWords(fault)}`;
  return { kind: 'wrong', reason };
}

function fileOf({ genesis, steps }: SetChain): ChainFile {
  const network = digest(genesis.draws.network.id);
  return { type: 'set-chain', format: CHAIN_FILE_FORMAT, network, steps };
}
