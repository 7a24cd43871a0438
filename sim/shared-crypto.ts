/**
 * Cryptography that all simulated nodes share: a signature on one message object is checked once,
 * whoever asks. Results are pure, so nothing can tell the difference but the clock.
 *
 * Messages are decoded once and delivered to all nodes as the same objects, so object identity
 * names them; equal bytes in other objects are checked anew.
 */
import type { NodeId, Round } from '../src/base/index.ts';
import type { Crypto } from '../src/crypto/index.ts';

type Checked = { readonly signer: NodeId; readonly signature: Uint8Array; readonly holds: boolean };

/** @param randomness is told every beacon that verified */
export function sharedCrypto(crypto: Crypto, randomness: Map<Round, Uint8Array>): Crypto {
  const beacons = new WeakMap<Uint8Array, { round: number; value: Uint8Array }>();
  const messages = new WeakMap<Uint8Array, Checked>();
  return {
    ...crypto,
    verify: (signer, message, signature) => {
      const known = messages.get(message);
      if (known?.signer === signer && known.signature === signature) return known.holds;
      const holds = crypto.verify(signer, message, signature);
      messages.set(message, { signer, signature, holds });
      return holds;
    },
    verifyBeacon: (chainKey, round, signature) => {
      const known = beacons.get(signature);
      if (known?.round === round) return known.value;
      const value = crypto.verifyBeacon(chainKey, round, signature);
      if (value === undefined) return undefined;
      beacons.set(signature, { round, value });
      randomness.set(round as Round, value);
      return value;
    },
  };
}
