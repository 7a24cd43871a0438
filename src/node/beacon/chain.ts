/**
 * A beacon chain as drand's HTTP API describes it, and the arithmetic of its rounds.
 *
 * @see https://docs.drand.love/dev-guide/developer/http-api/
 */
import { sha256, toHex } from '../../base/index.ts';
import { encodeCanonical } from '../../wire/index.ts';

export const BEACON_SCHEME = 'bls-unchained-g1-rfc9380';

/** What defines a chain. */
export type ChainDefinition = {
  /** 96 bytes. */
  readonly chainKey: Uint8Array;
  /** Time of round 1, Unix ms. */
  readonly genesisMs: number;
  readonly periodMs: number;
};

/** What `/info` says. Seconds are drand's; a devnet chain may be finer, hence the fields in ms. */
export type ChainInfo = {
  readonly public_key: string;
  readonly period: number;
  readonly genesis_time: number;
  readonly hash: string;
  readonly groupHash: string;
  readonly schemeID: typeof BEACON_SCHEME;
  readonly metadata: { readonly beaconID: string };
  readonly genesisMs: number;
  readonly periodMs: number;
};

/** Returns what a server says about a chain. */
export function chainInfoOf(chain: ChainDefinition): ChainInfo {
  const { chainKey, genesisMs, periodMs } = chain;
  const named = encodeCanonical(['assay/devnet-chain', chainKey, genesisMs, periodMs]);
  const hash = toHex(sha256(named));
  return {
    public_key: toHex(chainKey),
    period: Math.max(1, Math.round(periodMs / 1000)),
    genesis_time: Math.floor(genesisMs / 1000),
    hash,
    groupHash: hash,
    schemeID: BEACON_SCHEME,
    metadata: { beaconID: 'devnet' },
    genesisMs,
    periodMs,
  };
}

/** Returns the latest round that is due at `wallMs`, 0 before the first. */
export function roundAt({ genesisMs, periodMs }: ChainDefinition, wallMs: number): number {
  return wallMs < genesisMs ? 0 : Math.floor((wallMs - genesisMs) / periodMs) + 1;
}

/** Returns when `round` is due, Unix ms. */
export function dueAt({ genesisMs, periodMs }: ChainDefinition, round: number): number {
  return genesisMs + (round - 1) * periodMs;
}
