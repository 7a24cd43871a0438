/**
 * Verified beacons and when they became known here. The network's clock, and its only randomness.
 */
import { assert, type Round, type TimeMs } from '../base/index.ts';

export type KnownBeacon = {
  /** 48 bytes. */
  readonly signature: Uint8Array;
  /** 32 bytes. */
  readonly randomness: Uint8Array;
  /** Local monotonic time at which it became known. */
  readonly knownAt: TimeMs;
};

/** Beacons of a sliding window of rounds. */
export class BeaconLog {
  readonly #known = new Map<Round, KnownBeacon>();
  readonly #windowRounds: number;
  #latest: Round | undefined;
  #additions = 0;

  /** @param windowRounds rounds kept behind the latest one; at least 1 */
  constructor(windowRounds: number) {
    assert(windowRounds >= 1, 'a beacon log keeps at least one round');
    this.#windowRounds = windowRounds;
  }

  /** Highest round known. */
  get latest(): Round | undefined {
    return this.#latest;
  }

  /** How many were added so far: tells whether anything changed. */
  get additions(): number {
    return this.#additions;
  }

  get(round: Round): KnownBeacon | undefined {
    return this.#known.get(round);
  }

  /** Tells whether `round` is too old to matter or already known. */
  isStale(round: Round): boolean {
    const oldest = (this.#latest ?? 0) - this.#windowRounds;
    return round < oldest || this.#known.has(round);
  }

  /** Adds a verified beacon. [TIME-1] */
  add(round: Round, beacon: KnownBeacon): void {
    assert(!this.#known.has(round), 'a beacon round is added once');
    this.#known.set(round, beacon);
    this.#additions += 1;
    if (this.#latest === undefined || round > this.#latest) this.#latest = round;
    for (const known of this.#known.keys()) {
      if (known < this.#latest - this.#windowRounds) this.#known.delete(known);
    }
  }
}
