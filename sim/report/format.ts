/** Numbers as people read them: three significant digits, a unit, no more. */

const DIGITS = 3;
const THOUSAND = 1000;
/** Below this a share is written as a power of ten. */
const TINY_SHARE = 1e-5;

/** Returns a number in full, with commas: `12,345`. */
export function formatCount(count: number): string {
  const [whole = '', fraction] = String(count).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** Returns three significant digits: `0.00467`, `22.4`, `3,780`, `7.29 M`, `-304 k`, `1.28e-5`. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < THOUSAND ** -1) return value.toExponential(DIGITS - 1);
  const rounded = Number(value.toPrecision(DIGITS));
  if (Math.abs(rounded) < 10 * THOUSAND) return formatCount(rounded);
  return scaled(rounded, ['', ' k', ' M', ' G', ' T']);
}

/** Returns a share as a percentage: `25.5 %`; small ones as powers of ten: `1.28e-5`. */
export function formatShare(share: number): string {
  return share > 0 && share < TINY_SHARE ? share.toExponential(DIGITS - 1) : `${percent(share)} %`;
}

/** Returns an interval of shares: `[21.7, 29.7] %`. */
export function formatInterval({ low, high }: { low: number; high: number }): string {
  return `[${percent(low)}, ${percent(high)}] %`;
}

/** Returns an amount of data: `2.19 MB`. */
export function formatBytes(bytes: number): string {
  return scaled(Number(bytes.toPrecision(DIGITS)), [' B', ' kB', ' MB', ' GB', ' TB']);
}

/** Returns a duration: `345 ms`, `9.53 s`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 0) return `-${formatDuration(-durationMs)}`;
  if (durationMs < THOUSAND) return `${formatNumber(durationMs)} ms`;
  return `${formatNumber(durationMs / THOUSAND)} s`;
}

/** Returns `1 node`, `2 nodes`. */
export function formatPlural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

function percent(share: number): string {
  const rounded = Number((100 * share).toPrecision(DIGITS));
  return rounded === 100 && share < 1 ? '>99.9' : formatNumber(rounded);
}

function scaled(value: number, units: readonly string[]): string {
  let rest = value;
  let step = 0;
  while (Math.abs(rest) >= THOUSAND && step < units.length - 1) {
    rest /= THOUSAND;
    step += 1;
  }
  return `${formatNumber(Number(rest.toPrecision(DIGITS)))}${units[step] ?? ''}`;
}
