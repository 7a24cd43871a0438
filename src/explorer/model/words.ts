/** Sentences and numbers as people read them: amounts, times, quorum arithmetic. */
import type { Verdict } from '../../base/index.ts';
import type { TraceTime } from '../../trace/index.ts';
import type { Transition } from './claim.ts';
import type { LevelStory, SealStory } from './story.ts';

const US_PER_MS = 1_000;
const US_PER_SECOND = 1_000_000;

/** Returns a whole number with thin spaces between thousands. */
export function grouped(value: bigint | number): string {
  const text = typeof value === 'number' ? String(Math.round(value)) : String(value);
  return text.replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** Returns an amount with its sign. */
export function signed(value: bigint): string {
  if (value === 0n) return '0';
  return value < 0n ? `−${grouped(-value)}` : `+${grouped(value)}`;
}

/** Returns the beginning of an id. */
export function shortId(id: string, digits = 8): string {
  const end = id.length > 3 * digits ? id.slice(-4) : '';
  return id.length <= digits + 4 ? id : `${id.slice(0, digits)}…${end}`;
}

/** Returns the end of a content id: they all begin alike. */
export function shortCid(id: string, digits = 8): string {
  return id.length <= digits ? id : `…${id.slice(-digits)}`;
}

/** Returns a span of time. @param us microseconds */
export function span(us: number): string {
  if (us < US_PER_MS) return `${Math.round(us)} µs`;
  if (us < US_PER_SECOND) return `${Math.round(us / US_PER_MS)} ms`;
  const seconds = us / US_PER_SECOND;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Returns how long ago something was. @param us microseconds */
export function ago(us: number): string {
  return us < US_PER_MS ? 'now' : `${span(us)} ago`;
}

/** Returns a moment of a run: minutes, seconds, milliseconds since the beginning. */
export function moment(us: TraceTime): string {
  const ms = Math.floor(us / US_PER_MS);
  const pad = (value: number, width: number) => String(Math.floor(value)).padStart(width, '0');
  const hours = Math.floor(ms / 3_600_000);
  const rest = `${pad((ms / 60_000) % 60, 2)}:${pad((ms / 1_000) % 60, 2)}.${pad(ms % 1_000, 3)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/**
 * Returns a moment of a live network as people read it: the local time of day, with the date if it
 * is not that of `nowMs`. Unix times, ms.
 */
export function timeOfDay(unixMs: number, nowMs: number, digits: 0 | 3 = 3): string {
  const [then, now] = [new Date(unixMs), new Date(nowMs)];
  const pad = (value: number, width = 2) => String(value).padStart(width, '0');
  const clock = [then.getHours(), then.getMinutes(), then.getSeconds()].map((n) => pad(n));
  const time = `${clock.join(':')}${digits === 0 ? '' : `.${pad(then.getMilliseconds(), 3)}`}`;
  if (then.toDateString() === now.toDateString()) return time;
  return `${then.getFullYear()}-${pad(then.getMonth() + 1)}-${pad(then.getDate())} ${time}`;
}

/** Returns a measured number in three digits, small ones with a power of ten. */
export function measured(value: number): string {
  if (value === 0 || (value >= 0.01 && value < 10_000)) return String(Number(value.toPrecision(3)));
  const exponent = Math.floor(Math.log10(value));
  return `${Number((value / 10 ** exponent).toPrecision(3))}·10${superscript(exponent)}`;
}

/** Returns a probability as people say it: percent, or a power of ten, or one in so many. */
export function chance(value: number): string {
  if (value <= 0) return '0';
  if (value >= 0.9999) return value >= 1 ? '100\u00a0%' : '>\u00a099.99\u00a0%';
  if (value >= 0.001) return `${(100 * value).toPrecision(3)}\u00a0%`;
  const exponent = Math.floor(Math.log10(value));
  return `${(value / 10 ** exponent).toFixed(1)}·10${superscript(exponent)}`;
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** Returns a whole number in raised digits. */
export function superscript(value: number): string {
  return [...String(value)]
    .map((digit) => (digit === '-' ? '⁻' : (SUPERSCRIPTS[Number(digit)] ?? digit)))
    .join('');
}

/** Says where a claim stands. */
export function stateWords(state: Transition | undefined): string {
  if (state === undefined) return 'not drawn yet';
  const { verdict, level } = state;
  switch (state.state) {
    case 'drawn':
      return 'drawn, waits for votes';
    case 'judged':
      return `voting at level ${level}`;
    case 'provisional':
      return `${verdict}, provisional`;
    case 'challenged':
      return `challenged at level ${level}`;
    case 'final':
      return `${verdict}, final`;
    default:
      return 'unresolved';
  }
}

/** Says what a verdict means. */
export const VERDICT_MEANINGS: Readonly<Record<Verdict, string>> = {
  valid: 'validators ran the model themselves and found the same',
  invalid: 'validators ran the model themselves and found something else',
  unavailable: 'the provider did not show what it had committed to, or the input was missing',
  inconclusive: 'too close to call: nobody is slashed, the provider is not paid',
};

/** Says the arithmetic of a level: who needs how much, who has it, and what follows. */
export function quorumWords(level: LevelStory): readonly string[] {
  const { unit, weight, quorum, tally, holders, certificates, challengers } = level;
  const who = `${holders.length} ${holders.length === 1 ? 'validator' : 'validators'}`;
  const lines = [
    `${who} hold ${grouped(weight)} ${unit === 'seats' ? seats(weight) : 'of stake'}. ` +
      `A verdict needs more than two thirds: ${grouped(quorum)}.`,
  ];
  for (const { verdict, weight: has } of tally) {
    const lacks = quorum - has;
    lines.push(
      lacks <= 0n
        ? `${verdict} has ${grouped(has)}: a quorum.`
        : `${verdict} has ${grouped(has)}: ${grouped(lacks)} too few.`,
    );
  }
  const silent = holders.filter((each) => each.revealed === undefined);
  const silentWeight = silent.reduce((sum, each) => sum + each.weight, 0n);
  if (silentWeight > 0n && tally.length > 0) {
    lines.push(`${grouped(silentWeight)} did not say a verdict: ${silent.length} of ${who}.`);
  }
  const best = certificates.toSorted((a, b) => (a.weight < b.weight ? 1 : -1))[0];
  if (best !== undefined) lines.push(certificateWords(level, best.verdict, best.weight));
  if (challengers.length > 0) {
    const many = challengers.length === 1 ? 'One holder' : `${challengers.length} holders`;
    lines.push(`${many} revealed invalid against it: a challenge, a larger committee decides.`);
  }
  return lines;
}

function seats(weight: bigint): string {
  return weight === 1n ? 'seat' : 'seats';
}

function certificateWords(level: LevelStory, verdict: Verdict, weight: bigint): string {
  if (verdict !== 'valid' && !level.isHeavy) {
    return `The level is too small to make ${verdict} final, because that takes money.`;
  }
  if (weight === level.weight) return 'All weight signed: final at once, nobody is left to object.';
  if (level.isLast) return 'It is the last level: its verdict is final.';
  return 'Final when the challenge window closes without a challenge.';
}

/** Says how a batch was sealed. */
export function sealWords(seal: SealStory): string {
  const { committee, weight, sealedAt, isVoid, acks } = seal;
  if (isVoid) return 'No quorum sealed it in time: it is void, nobody is charged.';
  const quorum = committee === undefined ? undefined : BigInt(committee.quorum);
  const has =
    quorum === undefined
      ? `${acks.size} validators acknowledged it`
      : `${grouped(weight)} of ${grouped(BigInt(committee?.weight ?? '0'))} ` +
        `${committee?.unit === 'stake' ? 'of stake' : 'sealing seats'} acknowledged it, ` +
        `${grouped(quorum)} are a quorum`;
  if (sealedAt === undefined) return `Not sealed yet: ${has}.`;
  return `Sealed before anybody could know what would be drawn: ${has}.`;
}

/** Says why money moved. The words of reasons are those of the settlement. */
export function reasonWords(reason: string): string {
  return reason.replaceAll('-', ' ');
}
