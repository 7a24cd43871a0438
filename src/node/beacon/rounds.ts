/**
 * Rounds from strangers: many at once when a node catches up, and the same one again and again as
 * peers and endpoints all bring it.
 */
import { toHex } from '../../base/index.ts';
import type { Crypto } from '../../crypto/index.ts';

type Signed = { readonly round: number; readonly signature: Uint8Array };

/** One pairing for so many: 5 ms each instead of 20. */
const BATCH_MAX = 64;

/**
 * [TIME-1] Returns those of `rounds` that the chain signed, in their order. Good ones are found
 * together; what spoils a batch is found by halving. Total.
 */
export function verifyRounds<R extends Signed>(
  crypto: Pick<Crypto, 'verifyBeacons'>,
  chainKey: Uint8Array,
  rounds: readonly R[],
): readonly R[] {
  const good: R[] = [];
  for (let from = 0; from < rounds.length; from += BATCH_MAX) {
    good.push(...goodOf(crypto, chainKey, rounds.slice(from, from + BATCH_MAX)));
  }
  return good;
}

function goodOf<R extends Signed>(
  crypto: Pick<Crypto, 'verifyBeacons'>,
  chainKey: Uint8Array,
  rounds: readonly R[],
): readonly R[] {
  if (crypto.verifyBeacons(chainKey, rounds) !== undefined) return rounds;
  if (rounds.length === 1) return [];
  const middle = rounds.length >> 1;
  return [
    ...goodOf(crypto, chainKey, rounds.slice(0, middle)),
    ...goodOf(crypto, chainKey, rounds.slice(middle)),
  ];
}

/** Verified rounds kept; a verification takes 20 ms. */
const REMEMBERED_MAX = 1024;

/**
 * Returns `crypto` with a memory of beacons that verified, alone or together, so that what the
 * client or a sync checked costs the core nothing. Only good ones are remembered: nobody can fill
 * it but the chain.
 */
export function rememberBeacons(crypto: Crypto): Crypto {
  const known = new Map<string, Uint8Array>();
  const remember = (name: string, value: Uint8Array): void => {
    if (known.size >= REMEMBERED_MAX) {
      const [oldest] = known.keys();
      if (oldest !== undefined) known.delete(oldest);
    }
    known.set(name, value);
  };
  const verifyBeacon: Crypto['verifyBeacon'] = (chainKey, round, signature) => {
    const name = nameOf(chainKey, { round, signature });
    const before = known.get(name);
    if (before !== undefined) return before;
    const value = crypto.verifyBeacon(chainKey, round, signature);
    if (value !== undefined) remember(name, value);
    return value;
  };
  const verifyBeacons: Crypto['verifyBeacons'] = (chainKey, rounds) => {
    const values = crypto.verifyBeacons(chainKey, rounds);
    for (const [i, value] of (values ?? []).entries()) {
      const signed = rounds[i];
      if (signed !== undefined) remember(nameOf(chainKey, signed), value);
    }
    return values;
  };
  return { ...crypto, verifyBeacon, verifyBeacons };
}

function nameOf(chainKey: Uint8Array, { round, signature }: Signed): string {
  return `${round}/${toHex(signature)}/${toHex(chainKey)}`;
}
