/**
 * One key, two names: `NodeId` is the hexadecimal Ed25519 public key, a peer id wraps the same key
 * in a multihash. Peers with other kinds of keys have no `NodeId` and are refused.
 */
import { generateKeyPairFromSeed, publicKeyFromRaw } from '@libp2p/crypto/keys';
import { peerIdFromPublicKey, peerIdFromString } from '@libp2p/peer-id';
import type { Libp2p } from 'libp2p';
import { assert, defined, fromHex, isNodeId, type NodeId, toHex } from '../../base/index.ts';

/** A peer as libp2p names it. */
export type PeerId = Libp2p['peerId'];

/** Returns the libp2p key of a node from its seed of 32 bytes. */
export async function privateKeyOf(seed: Uint8Array) {
  assert(seed.length === 32, 'the seed of an identity has 32 bytes');
  return await generateKeyPairFromSeed('Ed25519', seed);
}

/** Returns the id of a peer whose key is Ed25519, `undefined` of any other. */
export function nodeIdOf(peer: PeerId): NodeId | undefined {
  if (peer.type !== 'Ed25519') return undefined;
  const text = toHex(peer.publicKey.raw);
  return isNodeId(text) ? text : undefined;
}

/** Returns the peer id of `node`. */
export function peerIdOf(node: NodeId): PeerId {
  const raw = defined(fromHex(node), 'a node id is hexadecimal');
  return peerIdFromPublicKey(publicKeyFromRaw(raw));
}

/** Returns the text of the peer id of `node`, as it ends a multiaddr: `…/p2p/<text>`. */
export function peerIdText(node: NodeId): string {
  return peerIdOf(node).toString();
}

/** Returns the node that the text of a peer id names, `undefined` if it names none. */
export function nodeIdOfText(text: string): NodeId | undefined {
  try {
    return nodeIdOf(peerIdFromString(text));
  } catch {
    return undefined;
  }
}
