/** Words for sets, shares and times. */
import type { ChainLink, Network } from '../../../core/index.ts';
import { epochOf, firstRound, roundDueAt } from '../../../core/index.ts';

const MS_PER_S = 1000;
const S_PER_MINUTE = 60;
const MINUTES_PER_HOUR = 60;
const ID_DIGITS = 16;

/** As many digits of an id as people compare. */
export function shortId(id: string): string {
  return id.slice(0, ID_DIGITS);
}

/** Tenths of a percent, rounded down. */
export function shareOf(part: bigint, whole: bigint): string {
  const tenths = whole === 0n ? 0n : (1000n * part) / whole;
  return `${tenths / 10n}.${tenths % 10n} %`;
}

/** An amount with commas. */
export function amountText(amount: bigint): string {
  return amount.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

/** The epoch of now, by the clock of this machine. */
export function epochNow(network: Network): number {
  return epochOf(network, roundDueAt(network, Date.now()));
}

/** From when on a set serves, such as `from epoch 3 on (round 49, in about 2 min)`. */
export function inForceText({ epoch, state: { network } }: ChainLink): string {
  const first = firstRound(network, epoch);
  const left = first - roundDueAt(network, Date.now());
  if (left <= 0) return `since epoch ${epoch} (round ${first})`;
  const when = lengthText(left * network.parameters.roundMs);
  return `from epoch ${epoch} on (round ${first}, in about ${when})`;
}

/** A length of time in one unit. */
export function lengthText(ms: number): string {
  const seconds = Math.ceil(ms / MS_PER_S);
  if (seconds < 2 * S_PER_MINUTE) return `${seconds} s`;
  const minutes = Math.ceil(seconds / S_PER_MINUTE);
  if (minutes < 2 * MINUTES_PER_HOUR) return `${minutes} min`;
  return `${Math.ceil(minutes / MINUTES_PER_HOUR)} h`;
}
