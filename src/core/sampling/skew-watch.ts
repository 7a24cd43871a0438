/**
 * [TIME-4] Tells a wrong wall clock from a late beacon.
 *
 * A beacon that arrives regularly (one roundMs after the one before, within skewMax) and yet far
 * from its nominal time means that the local clock is wrong. A stalled beacon arrives irregularly
 * and proves nothing.
 */
import type { ProtocolParameters, Round, TimeMs } from '../../base/index.ts';

type Observation = { readonly round: Round; readonly skewMs: number; readonly now: TimeMs };

export class SkewWatch {
  readonly #roundMs: number;
  readonly #skewMaxMs: number;
  #last: Observation | undefined;
  #isSkewed = false;

  constructor({ roundMs, skewMaxMs }: ProtocolParameters) {
    this.#roundMs = roundMs;
    this.#skewMaxMs = skewMaxMs;
  }

  /** While it is, the validator stops sealing. */
  get isSkewed(): boolean {
    return this.#isSkewed;
  }

  /** Takes the arrival of a beacon; tells whether the clock has just been found wrong. */
  observe(observation: Observation): boolean {
    const last = this.#last;
    this.#last = observation;
    if (last === undefined || observation.round !== last.round + 1) return false;
    const spacing = observation.now - last.now;
    if (Math.abs(spacing - this.#roundMs) > this.#skewMaxMs) return false;
    const was = this.#isSkewed;
    this.#isSkewed =
      Math.abs(observation.skewMs) > this.#skewMaxMs && Math.abs(last.skewMs) > this.#skewMaxMs;
    return this.#isSkewed && !was;
  }
}
