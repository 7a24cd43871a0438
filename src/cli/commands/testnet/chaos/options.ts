/** Options of `assay testnet chaos`, and how they are read. */
import { AssayError } from '../../../../base/index.ts';
import { TEXT } from '../../../io.ts';
import { readPeriod, readWhole } from '../../../node-options.ts';
import type { Background } from './chaos-net.ts';
import type { ChaosAsk } from './schedule.ts';

export const CHAOS_OPTIONS = {
  kill: { ...TEXT, describe: 'Validators killed at once, and started again' },
  restart: { ...TEXT, describe: 'Validators asked to stop, and started again' },
  spare: { ...TEXT, default: '0', describe: 'Validators that are never killed or restarted' },
  pause: { ...TEXT, describe: 'Validators that stand still for a while' },
  partition: { ...TEXT, describe: 'Sizes of groups that lose each other, e.g. 3,3' },
  'one-way': { ...TEXT, describe: 'Validators that hear and are not heard' },
  skew: { ...TEXT, describe: 'How far the clock of one validator jumps, e.g. 5s' },
  stall: { type: 'boolean', describe: 'Let the beacon stop for a while' },
  delay: {
    ...TEXT,
    default: '0ms',
    describe: 'Delay of all links, e.g. 200ms; a quarter of jitter',
  },
  bandwidth: { ...TEXT, describe: 'KiB per second of each connection' },
  for: { ...TEXT, default: '60s', describe: 'For how long faults begin, 1s .. 48h' },
  seed: { ...TEXT, default: '1', describe: 'What goes wrong when: same seed, same schedule' },
  rate: { ...TEXT, default: '0.5', describe: 'Inferences asked for per second, 0.01 .. 100' },
  validators: { ...TEXT, describe: 'Validators of a folder that is made, 4 .. 64' },
  period: { ...TEXT, describe: 'Period of the beacon of a folder that is made' },
  'log-level': { ...TEXT, default: 'info', describe: 'Least important events in logs of nodes' },
  json: { type: 'boolean', default: false, describe: 'Print the report as one JSON document' },
} as const;

/** Values of `CHAOS_OPTIONS`. */
export type ChaosWords = {
  readonly kill: string | undefined;
  readonly restart: string | undefined;
  readonly spare: string;
  readonly pause: string | undefined;
  readonly partition: string | undefined;
  readonly 'one-way': string | undefined;
  readonly skew: string | undefined;
  readonly stall: boolean | undefined;
  readonly delay: string;
  readonly bandwidth: string | undefined;
  readonly for: string;
  readonly seed: string;
  readonly rate: string;
  readonly validators: string | undefined;
  readonly period: string | undefined;
};

/** All that a run is asked for, besides its folder. */
export type ChaosPlan = ChaosAsk & { readonly background: Background; readonly perSecond: number };

/** What happens if no kind of fault is named: one of each. */
const SKEW_MS = 5_000;
const DELAY_MAX_MS = 60_000;
const FOR_MAX_MS = 48 * 3_600_000;
const KIB = 1024;
/** So that epochs are settled while things go wrong. */
const EPOCH_ROUNDS = 40;
const VALIDATORS_DEFAULT = 7;

/**
 * Reads the options.
 * @param count of validators
 * @throws AssayError not-a-whole-number, not-a-duration, not-a-partition, not-a-rate
 */
export function readChaos(words: ChaosWords, count: number): ChaosPlan {
  const spare = readWhole(words.spare, { option: '--spare', min: 0, max: count - 1 });
  const many = (name: 'kill' | 'restart' | 'pause' | 'one-way', max: number): number =>
    words[name] === undefined ? 0 : readWhole(words[name], { option: `--${name}`, min: 0, max });
  const named = {
    kill: many('kill', count - spare),
    restart: many('restart', count - spare),
    pause: many('pause', count),
    partition: readPartition(words.partition, count),
    oneWay: many('one-way', count),
    skewMs: words.skew === undefined ? 0 : readDuration(words.skew, '--skew', FOR_MAX_MS),
    isStalling: words.stall === true,
  };
  const isNone = Object.values(named).every((value) => !isAskedFor(value));
  const delayMs = readDuration(words.delay, '--delay', DELAY_MAX_MS);
  const isCalm = isNone && delayMs === 0 && words.bandwidth === undefined;
  return {
    ...(isCalm ? oneOfEach(count) : named),
    spare,
    seed: readWhole(words.seed, { option: '--seed', min: 0, max: Number.MAX_SAFE_INTEGER }),
    forMs: Math.max(1_000, readDuration(words.for, '--for', FOR_MAX_MS)),
    perSecond: readRate(words.rate),
    background: {
      delayMs,
      bytesPerSecond:
        words.bandwidth === undefined
          ? undefined
          : KIB * readWhole(words.bandwidth, { option: '--bandwidth', min: 1, max: 1_048_576 }),
    },
  };
}

function isAskedFor(value: number | boolean | readonly number[]): boolean {
  return typeof value === 'object' ? value.length > 0 : Number(value) > 0;
}

function oneOfEach(count: number): Omit<ChaosAsk, 'seed' | 'forMs' | 'spare'> {
  const half = Math.floor(count / 2);
  const few = Math.max(1, Math.floor((count - 1) / 3));
  return {
    ...{ kill: few, restart: few, pause: few, oneWay: 1, skewMs: SKEW_MS, isStalling: true },
    partition: [half, count - half],
  };
}

/** Returns the ms of a duration. @throws AssayError not-a-duration */
export function readDuration(text: string, option: string, maxMs: number): number {
  const [, digits, unit = 's'] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text) ?? [];
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
  const durationMs = Math.round(Number(digits) * (units[unit] ?? 1));
  if (durationMs >= 0 && durationMs <= maxMs) return durationMs;
  throw new AssayError({
    code: 'not-a-duration',
    message: `${JSON.stringify(text)} is no duration up to ${maxMs / 1000} s`,
    where: option,
    remedy: 'Write it with its unit, e.g. 200ms, 60s, 10m or 1h.',
  });
}

/** @throws AssayError not-a-partition */
function readPartition(text: string | undefined, count: number): readonly number[] {
  if (text === undefined) return [];
  const sizes = text.split(',').map((word) => (/^\d{1,3}$/.test(word) ? Number(word) : Number.NaN));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (sizes.length >= 2 && sizes.every((size) => size >= 1) && total <= count) return sizes;
  throw new AssayError({
    code: 'not-a-partition',
    message: `${JSON.stringify(text)} does not part ${count} validators`,
    where: '--partition',
    remedy: 'Give at least two sizes, no more validators than there are, e.g. 3,3.',
  });
}

/** @throws AssayError not-a-rate */
function readRate(text: string): number {
  const rate = /^\d{1,3}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (rate >= 0.01 && rate <= 100) return rate;
  throw new AssayError({
    code: 'not-a-rate',
    message: `${JSON.stringify(text)} is no rate`,
    where: '--rate',
    remedy: 'Give inferences per second, 0.01 to 100.',
  });
}

/** The shape of a network that is made for a run. @throws AssayError */
export function shapeOf(words: Pick<ChaosWords, 'validators' | 'period'>) {
  const { validators = String(VALIDATORS_DEFAULT), period = '1s' } = words;
  return {
    validators: readWhole(validators, { option: '--validators', min: 4, max: 64 }),
    ...{ providers: 1, dishonest: 0, models: ['mlp'], epochRounds: EPOCH_ROUNDS },
    periodMs: readPeriod(period),
  };
}
