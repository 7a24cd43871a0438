/** The beacon chain of a network that is being made. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandLines } from '../../../../sim/report/table.ts';
import { AssayError, fromHex, toHex } from '../../../base/index.ts';
import { createBeaconSource, QUICKNET } from '../../../crypto/index.ts';
import type { NetworkDraft } from '../../../network-file/index.ts';
import { chainInfoOf } from '../../../node/index.ts';

export type BeaconChoice = {
  readonly beacon: 'devnet' | 'quicknet';
  readonly 'beacon-url': string;
};

/** Files of a devnet chain in the operator's folder: 64 hexadecimal digits, and Unix ms. */
export const CHAIN_FILES = { seed: 'beacon-seed', genesis: 'beacon-genesis' } as const;

const SEED_BYTES = 32;
const MS_PER_S = 1000;
/** @see https://docs.drand.love/about/#quicknet */
const QUICKNET_HASH = '52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971';
const QUICKNET_SERVERS = [
  'https://api.drand.sh',
  'https://api2.drand.sh',
  'https://drand.cloudflare.com',
];

/**
 * Returns the chain; one of our own is made the first time, and stays.
 * @throws AssayError not-a-url, beacon-seed
 */
export async function chainOf(
  choice: BeaconChoice,
  { dir, periodMs }: { readonly dir: string; readonly periodMs: number },
): Promise<NetworkDraft['beacon']> {
  const scheme = 'bls-unchained-g1-rfc9380';
  if (choice.beacon === 'quicknet') {
    const { publicKey, genesisSeconds, periodSeconds } = QUICKNET;
    return {
      ...{ scheme, publicKey },
      genesisMs: genesisSeconds * MS_PER_S,
      periodMs: periodSeconds * MS_PER_S,
      endpoints: QUICKNET_SERVERS.map((server) => `${server}/${QUICKNET_HASH}`),
    };
  }
  const url = readUrl(choice['beacon-url']);
  const { seed, genesisMs } = await devnetChain(dir);
  const { chainKey } = createBeaconSource(seed);
  const { hash } = chainInfoOf({ chainKey, genesisMs, periodMs });
  return {
    ...{ scheme, publicKey: toHex(chainKey), genesisMs, periodMs },
    endpoints: [`${url.origin}/${hash}`],
  };
}

/** The command that serves a devnet chain, in lines to copy. */
export function beaconCommandLines(
  choice: BeaconChoice,
  at: { readonly dir: string; readonly beacon: NetworkDraft['beacon']; readonly columns: number },
): readonly string[] {
  if (choice.beacon === 'quicknet') return [];
  const { genesisMs, periodMs } = at.beacon;
  const { port } = readUrl(choice['beacon-url']);
  const seedFile = join(at.dir, CHAIN_FILES.seed);
  const words = ['assay', 'beacon', '--period', `${periodMs}ms`, '--port', port];
  words.push('--genesis', String(genesisMs), '--seed-file', seedFile);
  return commandLines(words, at.columns);
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' && url.port !== '' && url.pathname === '/') return url;
  throw new AssayError({
    code: 'not-a-url',
    message: `${JSON.stringify(text)} is no address of a beacon`,
    where: '--beacon-url',
    remedy: 'Give protocol, host and port, such as http://127.0.0.1:4100.',
  });
}

async function devnetChain(dir: string): Promise<{ seed: Uint8Array; genesisMs: number }> {
  const seedPath = join(dir, CHAIN_FILES.seed);
  const genesisPath = join(dir, CHAIN_FILES.genesis);
  if (!existsSync(seedPath)) {
    await writeFile(genesisPath, `${Date.now()}\n`);
    await writeFile(seedPath, `${toHex(randomBytes(SEED_BYTES))}\n`, { mode: 0o600 });
  }
  const seed = fromHex((await readFile(seedPath, 'utf8')).trim());
  const genesisMs = Number(await readFile(genesisPath, 'utf8').catch(() => ''));
  if (seed?.length === SEED_BYTES && Number.isSafeInteger(genesisMs) && genesisMs > 0) {
    return { seed, genesisMs };
  }
  throw new AssayError({
    code: 'beacon-seed',
    message: `${CHAIN_FILES.seed} or ${CHAIN_FILES.genesis} is damaged`,
    where: dir,
    remedy: 'Remove both: the next draft gets another chain, and all prove their keys anew.',
  });
}
