/** How a link is, in one direction: what a network does to those who use it. */

/** State of a link from one node to another. */
export type Conditions = {
  /** Added to each byte, ms. Order is kept, as TCP keeps it. */
  readonly delayMs: number;
  /** Added on top, evenly from 0 to this, ms. */
  readonly jitterMs: number;
  /** Bytes per second; no limit if absent. */
  readonly bytesPerSecond?: number;
  /** Nothing passes: what was sent waits, as if it were sent again and again. */
  readonly isCut: boolean;
};

/** A link on which nothing goes wrong. */
export const CALM: Conditions = { delayMs: 0, jitterMs: 0, isCut: false };
