/** Does the work of `assay beacon`. */
import { randomBytes } from 'node:crypto';
import { AssayError, fromHex } from '../../../base/index.ts';
import { startBeaconServer } from '../../../node/beacon/index.ts';
import { readLimited } from '../../files.ts';
import type { Io } from '../../io.ts';

/** The range of `roundMs`, which is the period. */
const PERIOD_MIN_MS = 250;
const PERIOD_MAX_MS = 60_000;
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
 * Serves a chain until the signal of `io`, or SIGTERM.
 * @throws AssayError beacon-option, beacon-seed, file-unreadable; BeaconError beacon-port
 */
export async function runBeacon(values: BeaconValues): Promise<void> {
  const { io, seedFile } = values;
  const periodMs = readPeriod(values.period);
  const port = readWhole(values.port, { option: '--port', max: PORT_MAX });
  const genesisMs =
    values.genesis === undefined
      ? Date.now()
      : readWhole(values.genesis, { option: '--genesis', max: Number.MAX_SAFE_INTEGER });
  const seed = seedFile === undefined ? randomBytes(32) : await readSeed(seedFile);
  const server = await startBeaconServer({ seed, periodMs, genesisMs, port });
  try {
    io.out(`${JSON.stringify({ event: 'beacon-ready', url: server.url, ...server.info })}\n`);
    await stopped(io.signal);
  } finally {
    await server.close();
  }
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      process.off('SIGTERM', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    process.once('SIGTERM', done);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}

function readPeriod(text: string): number {
  const [, digits, unit] = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s)$/.exec(text) ?? [];
  const periodMs = Number(digits) * (unit === 's' ? 1000 : 1);
  const isPeriod =
    Number.isInteger(periodMs) && periodMs >= PERIOD_MIN_MS && periodMs <= PERIOD_MAX_MS;
  if (isPeriod) return periodMs;
  throw new AssayError({
    code: 'beacon-option',
    message: `${JSON.stringify(text)} is no period`,
    where: '--period',
    remedy: 'Write 250ms to 60s, e.g. 1s or 500ms.',
  });
}

function readWhole(text: string, at: { readonly option: string; readonly max: number }): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= at.max) return value;
  throw new AssayError({
    code: 'beacon-option',
    message: `must be a whole number from 0 to ${at.max}, found ${text}`,
    where: at.option,
    remedy: 'Give such a number, or leave it out.',
  });
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
