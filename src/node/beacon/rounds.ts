/**
 * Rounds from strangers: the same one again and again, as peers, endpoints and a sync all bring it.
 */
import { toHex } from '../../base/index.ts';
import { type Network, roundDueAt } from '../../core/index.ts';
import type { Crypto } from '../../crypto/index.ts';

type Signed = { readonly round: number; readonly signature: Uint8Array };

/** Rounds that a beacon of now may be away from the clock: latency, and skew of the clock. */
const CURRENT_ROUNDS = 2;

/** Returns what tells whether a beacon is signed by the chain and due about now. [TIME-1] */
export function currentBeacons(
  network: Network,
  crypto: Pick<Crypto, 'verifyBeacon'>,
): (beacon: { readonly round: number; readonly signature: Uint8Array }) => boolean {
  return ({ round, signature }) =>
    Math.abs(roundDueAt(network, Date.now()) - round) <= CURRENT_ROUNDS &&
    crypto.verifyBeacon(network.beacon.chainKey, round, signature) !== undefined;
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
    const names = rounds.map((signed) => nameOf(chainKey, signed));
    const unknown = rounds.filter((_, i) => !known.has(names[i] ?? ''));
    const values = crypto.verifyBeacons(chainKey, unknown);
    if (values === undefined) return undefined;
    const found = new Map(unknown.map((signed, i) => [nameOf(chainKey, signed), values[i]]));
    const all = names.flatMap((name) => known.get(name) ?? found.get(name) ?? []);
    for (const [name, value] of found) if (value !== undefined) remember(name, value);
    return all;
  };
  return { ...crypto, verifyBeacon, verifyBeacons };
}

function nameOf(chainKey: Uint8Array, { round, signature }: Signed): string {
  return `${round}/${toHex(signature)}/${toHex(chainKey)}`;
}
