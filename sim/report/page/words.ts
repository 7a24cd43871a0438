/** How numbers are said in reports: what there is not is said, never written as zero. */
import type { Expected } from '../../metrics/rate.ts';
import { formatShare } from '../format.ts';

/** Says an interval: `[1.2 s, 3.4 s]`; an end that so few samples do not give is `-`. */
export function intervalText(
  ends: { readonly low: number | null; readonly high: number | null } | null,
  format: (value: number) => string,
): string {
  if (ends === null || (ends.low === null && ends.high === null)) return 'none: too few';
  const end = (value: number | null): string => (value === null ? '-' : format(value));
  return `[${end(ends.low)}, ${end(ends.high)}]`;
}

/** Says a closed form of a share, with how it is meant. */
export function expectedText(expected: Expected): string {
  if (expected.value === null) return 'none';
  const signs = { exact: '', approximation: '≈ ', 'upper-bound': '≤ ', 'lower-bound': '≥ ' };
  const share = formatShare(expected.value);
  if (!share.startsWith('>')) return `${signs[expected.kind]}${share}`;
  return expected.kind === 'upper-bound' ? '≤ 100 %' : share;
}
