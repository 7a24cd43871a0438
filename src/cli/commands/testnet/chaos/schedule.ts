/**
 * What goes wrong when: drawn from a seed before anything starts, so that it can be printed and run
 * again. One fault after the other, each healed before the next, so that recovery can be measured;
 * delay and bandwidth hold all the time.
 */
import { SeededRandom } from './random.ts';

/** What a user asks for; a kind that is absent does not happen. */
export type ChaosAsk = {
  readonly seed: number;
  /** Time in which faults begin, ms. */
  readonly forMs: number;
  /** Validators killed at once, and started again. */
  readonly kill: number;
  /** Validators that are asked to stop, and started again. */
  readonly restart: number;
  /** Validators that no fault ends: their memory shows over a long life. */
  readonly spare: number;
  /** Validators that stand still. */
  readonly pause: number;
  /** Sizes of groups that cannot reach each other; none: no partition. */
  readonly partition: readonly number[];
  /** Validators that are not heard, though they hear. */
  readonly oneWay: number;
  /** How much the wall clock of one validator is off, ms; 0: none. */
  readonly skewMs: number;
  /** Whether the beacon stops for a while. */
  readonly isStalling: boolean;
};

/** Something that goes wrong. */
export type Fault =
  | { readonly kind: 'kill' | 'restart' | 'pause'; readonly nodes: readonly string[] }
  | { readonly kind: 'partition'; readonly groups: readonly (readonly string[])[] }
  | { readonly kind: 'one-way'; readonly nodes: readonly string[] }
  | { readonly kind: 'skew'; readonly nodes: readonly string[]; readonly offsetMs: number }
  | { readonly kind: 'stall' };

/** A fault with its time: it is healed `lastsMs` after it began. */
export type Episode = { readonly startMs: number; readonly lastsMs: number; readonly fault: Fault };

/** How long a fault lasts. */
const LASTS_MS = { min: 4_000, max: 10_000 } as const;
/** From a heal to the next fault, at least; recovery is waited for besides. */
const REST_MS = { min: 3_000, max: 6_000 } as const;
/** Bits of a time that are kept: schedules are read by people. */
const STEP_MS = 500;

/** Returns what happens, in order. @param validators names of those who may be hit */
export function scheduleOf(ask: ChaosAsk, validators: readonly string[]): readonly Episode[] {
  const random = new SeededRandom(ask.seed, 'schedule');
  const kinds = kindsOf(ask);
  const episodes: Episode[] = [];
  let startMs = 0;
  let left: readonly Fault['kind'][] = [];
  while (startMs < ask.forMs && kinds.length > 0) {
    if (left.length === 0) left = random.shuffled(kinds);
    const [kind = 'stall', ...others] = left;
    left = others;
    const lastsMs = Math.min(stepped(random, LASTS_MS), Math.max(STEP_MS, ask.forMs - startMs));
    episodes.push({ startMs, lastsMs, fault: faultOf(kind, ask, { random, validators }) });
    startMs += lastsMs + stepped(random, REST_MS);
  }
  return episodes;
}

/** The kinds that are asked for. */
function kindsOf(ask: ChaosAsk): readonly Fault['kind'][] {
  const asked: readonly (readonly [Fault['kind'], boolean])[] = [
    ['kill', ask.kill > 0],
    ['restart', ask.restart > 0],
    ['pause', ask.pause > 0],
    ['partition', ask.partition.length > 0],
    ['one-way', ask.oneWay > 0],
    ['skew', ask.skewMs > 0],
    ['stall', ask.isStalling],
  ];
  return asked.flatMap(([kind, isAsked]) => (isAsked ? [kind] : []));
}

function faultOf(
  kind: Fault['kind'],
  ask: ChaosAsk,
  { random, validators }: { random: SeededRandom; validators: readonly string[] },
): Fault {
  const drawn = random.shuffled(validators);
  const mortal = drawn.filter((name) => validators.indexOf(name) >= ask.spare);
  switch (kind) {
    case 'kill':
      return { kind, nodes: mortal.slice(0, ask.kill) };
    case 'restart':
      return { kind, nodes: mortal.slice(0, ask.restart) };
    case 'pause':
      return { kind, nodes: drawn.slice(0, ask.pause) };
    case 'one-way':
      return { kind, nodes: drawn.slice(0, ask.oneWay) };
    case 'skew': {
      const offsetMs = random.next() < 0.5 ? -ask.skewMs : ask.skewMs;
      return { kind, nodes: drawn.slice(0, 1), offsetMs };
    }
    case 'stall':
      return { kind };
    case 'partition': {
      let from = 0;
      const groups = ask.partition.map((size) => {
        from += size;
        return drawn.slice(from - size, from);
      });
      return { kind, groups };
    }
  }
}

function stepped(random: SeededRandom, { min, max }: { min: number; max: number }): number {
  return random.between(min / STEP_MS, max / STEP_MS) * STEP_MS;
}
