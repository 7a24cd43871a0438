/** Options that the commands of nodes share, and how their values are read. */
import { isIP } from 'node:net';
import { AssayError } from '../base/index.ts';
import { TEXT } from './io.ts';

/** Levels of the log, repeated so that `--help` need not load it. */
export const LOG_LEVEL_NAMES = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** The folder that is meant if none is named. */
export const DIR_DEFAULT = process.env['ASSAY_DIR'] || '.';

const HERE = {
  default: DIR_DEFAULT,
  defaultDescription: '$ASSAY_DIR, else the current folder',
} as const;

/** Of a node that is there. */
export const DIR_OPTION = {
  dir: { ...TEXT, ...HERE, describe: 'Folder of the node: keystore, guard, models' },
} as const;

/** Of a node that is made: nobody gets a key where he happens to be. */
export const NEW_DIR_OPTION = {
  dir: { ...TEXT, demandOption: true, describe: 'Folder of the node: keystore, guard, models' },
} as const;

/** Of an operator who begins: not where ASSAY_DIR has a validator with another key. */
export const NEW_OPERATOR_DIR_OPTION = {
  dir: { ...TEXT, default: '.', describe: 'Folder of the operator: key, draft, network file' },
} as const;

export const OPERATOR_DIR_OPTION = {
  dir: { ...TEXT, ...HERE, describe: 'Folder of the operator: key, draft, network file' },
} as const;

export const NET_OPTION = {
  net: { ...TEXT, demandOption: true, describe: 'Network file' },
} as const;

/** Beside a folder; `networkPathOf` reads it. */
export const FOLDER_NET_OPTION = {
  net: { ...TEXT, describe: 'Network file', defaultDescription: 'network.yaml in the folder' },
} as const;

export const PASSPHRASE_OPTIONS = {
  'password-file': {
    ...TEXT,
    describe: 'File that holds the passphrase; only its owner may read it',
  },
  'password-fd': { ...TEXT, describe: 'Open descriptor to read the passphrase from' },
} as const;

export const NODE_OPTIONS = {
  ...DIR_OPTION,
  ...FOLDER_NET_OPTION,
  ...PASSPHRASE_OPTIONS,
  listen: {
    ...TEXT,
    default: '/ip4/127.0.0.1/tcp/0',
    describe: 'Address to listen on, e.g. /ip4/0.0.0.0/tcp/4101',
  },
  announce: { ...TEXT, describe: 'Address to tell others instead, e.g. /dns4/me.org/tcp/4101' },
  'dial-from': { ...TEXT, describe: 'IP address of this machine to dial from, if it has several' },
  'log-level': {
    ...TEXT,
    default: 'info',
    describe: 'Least important events to log, also by module: warn,protocol=debug',
  },
  'memory-mib': { ...TEXT, default: '2048', describe: 'Memory one execution may take, MiB' },
  'heap-mib': {
    ...TEXT,
    describe: 'Heap of the node, MiB',
    defaultDescription: 'what the machine has beside executions, 256 to 4096',
  },
  executions: { ...TEXT, default: '1', describe: 'Models that run at the same time' },
  'doppelganger-wait': {
    ...TEXT,
    describe: 'Rounds to listen whether the key runs elsewhere before it signs; 0: none',
    defaultDescription: 'the life of a claim',
  },
  'keep-epochs': {
    ...TEXT,
    describe: 'Epochs of which the database keeps everything',
    defaultDescription: '168, or as long as stake stays slashable',
  },
  record: { ...TEXT, describe: 'File to append every event of the core to, for replay' },
  explorer: {
    type: 'string',
    describe: 'Serve the explorer on loopback; give a port, or none for any',
  },
  api: {
    type: 'string',
    describe: 'Serve the HTTP API; give a port, or address and port, or none for 8080',
  },
  'api-token-file': {
    ...TEXT,
    describe: 'File with the token of API and metrics; without, the API of a node only reads',
  },
  metrics: {
    type: 'string',
    describe: 'Serve metrics for Prometheus; give a port, or address and port, or none for 9464',
  },
} as const;

/** Values of `PASSPHRASE_OPTIONS`. */
export type PassphraseValues = {
  readonly 'password-file': string | undefined;
  readonly 'password-fd': string | undefined;
};

/** The range of `roundMs`, which is the period of the beacon. */
const PERIOD_MIN_MS = 250;
const PERIOD_MAX_MS = 60_000;

/** Returns the ms of `--period`, such as `1s` or `500ms`. @throws AssayError not-a-period */
export function readPeriod(text: string): number {
  const [, digits, unit] = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s)$/.exec(text) ?? [];
  const periodMs = Number(digits) * (unit === 's' ? 1000 : 1);
  const isPeriod =
    Number.isInteger(periodMs) && periodMs >= PERIOD_MIN_MS && periodMs <= PERIOD_MAX_MS;
  if (isPeriod) return periodMs;
  throw new AssayError({
    code: 'not-a-period',
    message: `${JSON.stringify(text)} is no period`,
    where: '--period',
    remedy: 'Write 250ms to 60s, e.g. 1s or 500ms.',
  });
}

/** Returns the address of `--dial-from`. @throws AssayError not-an-ip-address */
export function readDialFrom(text: string | undefined): string | undefined {
  if (text === undefined || isIP(text) !== 0) return text;
  throw new AssayError({
    code: 'not-an-ip-address',
    message: `${JSON.stringify(text)} is no IP address`,
    where: '--dial-from',
    remedy: 'Give an address of this machine, e.g. 192.0.2.7, or leave it out.',
  });
}

/** Returns a whole number of an option. @throws AssayError not-a-whole-number */
export function readWhole(
  text: string,
  at: { readonly option: string; readonly min: number; readonly max: number },
): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= at.min && value <= at.max) return value;
  throw new AssayError({
    code: 'not-a-whole-number',
    message: `must be a whole number from ${at.min} to ${at.max}, found ${text}`,
    where: at.option,
    remedy: 'Give such a number, or leave it out.',
  });
}
