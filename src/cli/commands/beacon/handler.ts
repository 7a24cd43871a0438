/** Does the work of `assay beacon`. */
import { randomBytes } from 'node:crypto';
import { AssayError, fromHex } from '../../../base/index.ts';
import { startBeaconServer } from '../../../node/beacon/index.ts';
import { readLimited } from '../../files.ts';
import { aborted, type Io } from '../../io.ts';
import { readPeriod, readWhole } from '../../node-options.ts';

const GENESIS_MS = { min: 0, max: Number.MAX_SAFE_INTEGER } as const;
const PORT_MAX = 65_535;
const SEED_FILE_BYTES_MAX = 1024;

/** Options as they were given. */
export type BeaconValues = {
  readonly period: string;
  readonly port: string;
  readonly seedFile: string | undefined;
  readonly genesis: string | undefined;
  readonly io: Io;
};

/**
 * Serves a chain until the signal of `io`.
 * @throws AssayError not-a-period, not-a-whole-number, beacon-seed, file-unreadable
 * @throws BeaconError beacon-port
 */
export async function runBeacon(values: BeaconValues): Promise<void> {
  const { io, seedFile } = values;
  const periodMs = readPeriod(values.period);
  const port = readWhole(values.port, { option: '--port', min: 0, max: PORT_MAX });
  const genesisMs =
    values.genesis === undefined
      ? Date.now()
      : readWhole(values.genesis, { option: '--genesis', ...GENESIS_MS });
  const seed = seedFile === undefined ? randomBytes(32) : await readSeed(seedFile);
  const server = await startBeaconServer({ seed, periodMs, genesisMs, port });
  try {
    io.out(`${JSON.stringify({ event: 'beacon-ready', url: server.url, ...server.info })}\n`);
    await aborted(io.signal);
  } finally {
    await server.close();
  }
}

async function readSeed(file: string): Promise<Uint8Array> {
  const bytes = await readLimited(file, SEED_FILE_BYTES_MAX);
  const seed = fromHex(new TextDecoder().decode(bytes).trim());
  if (seed?.length === 32) return seed;
  throw new AssayError({
    code: 'beacon-seed',
    message: 'does not hold 64 hexadecimal digits',
    where: file,
    remedy: 'Make one with: openssl rand -hex 32',
  });
}
