/**
 * [TIME-5] The deadlines of all levels of a subject, as one chain of milestones.
 *
 * A milestone passes when its beacon is known and the rounds since the one before have run on the
 * local monotonic clock since that one passed. So a stall or a burst of beacons leaves every phase
 * its length, and all subjects with the same drawing beacon and execution time share one calendar.
 */
import {
  assert,
  type ProtocolParameters,
  type Round,
  round,
  type TimeMs,
  timeMs,
} from '../base/index.ts';
import type { BeaconLog } from './beacon-log.ts';

/** Phases of a level, in order; `settle` is also the start of the next level. */
export const PHASES = ['open', 'commit', 'output', 'reveal', 'challenge', 'settle'] as const;
export type Phase = (typeof PHASES)[number];

export type Milestone = { readonly level: number; readonly phase: Phase };

/** Lengths of the phases, in rounds, for executions of `executionRounds` (E). */
export function phaseRounds(
  parameters: ProtocolParameters,
  executionRounds: number,
): readonly number[] {
  return [
    parameters.openRounds,
    parameters.commitRounds + executionRounds,
    parameters.outputRounds,
    parameters.revealRounds,
    parameters.challengeRounds,
    parameters.settleRounds,
  ];
}

/** [SEAT-2] Returns the beacon that draws `level`: a constant of subject, level and manifest. */
export function drawingRound(first: Round, lengths: readonly number[], level: number): Round {
  return round(first + level * lengths.reduce((sum, length) => sum + length, 0));
}

/** One chain of deadlines. */
export class Calendar {
  readonly first: Round;
  readonly lengths: readonly number[];
  readonly #roundMs: number;
  #passed = 0;
  #round: Round;
  #passedAt: TimeMs | undefined;

  /**
   * @param first round that draws level 0
   * @param lengths of the phases in rounds, see {@link phaseRounds}
   */
  constructor(first: Round, lengths: readonly number[], roundMs: number) {
    assert(lengths.length === PHASES.length, 'each phase has a length');
    this.first = first;
    this.lengths = lengths;
    this.#roundMs = roundMs;
    this.#round = first;
  }

  /** Passes the next milestone if it is time, and returns it. Call until it returns nothing. */
  advance(now: TimeMs, beacons: BeaconLog): Milestone | undefined {
    this.#start(beacons);
    const due = this.nextDeadline(beacons);
    if (due === undefined || due > now) return undefined;
    const milestone = milestoneAt(this.#passed);
    this.#round = this.#nextRound();
    this.#passed += 1;
    this.#passedAt = due;
    return milestone;
  }

  /** When the next milestone passes, if its beacon is known. */
  nextDeadline(beacons: BeaconLog): TimeMs | undefined {
    this.#start(beacons);
    if (this.#passedAt === undefined) return undefined;
    const next = beacons.get(this.#nextRound());
    if (next === undefined) return undefined;
    const length = this.lengths[this.#passed % PHASES.length] ?? 0;
    return timeMs(Math.max(next.knownAt, this.#passedAt + length * this.#roundMs));
  }

  /** Tells whether `phase` of `level` has passed. */
  hasPassed(level: number, phase: Phase): boolean {
    return this.#passed > level * PHASES.length + PHASES.indexOf(phase);
  }

  /** Level that is under way. */
  get level(): number {
    return Math.floor(this.#passed / PHASES.length);
  }

  #nextRound(): Round {
    return round(this.#round + (this.lengths[this.#passed % PHASES.length] ?? 0));
  }

  #start(beacons: BeaconLog): void {
    this.#passedAt ??= beacons.get(this.first)?.knownAt;
  }
}

function milestoneAt(index: number): Milestone {
  const phase = PHASES[index % PHASES.length];
  assert(phase !== undefined, 'a milestone index names a phase');
  return { level: Math.floor(index / PHASES.length), phase };
}
