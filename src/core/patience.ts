/**
 * How long a node waits to say things together: fewer messages for a little time. Free for an
 * implementation; nothing but traffic and latency depends on it.
 */
import type { Network } from './network.ts';

export type Patience = {
  /** Acknowledgements wait for those of other batches: they have most of two rounds. */
  readonly ackMs: number;
  /** Commits and reveals wait for each other. */
  readonly voteMs: number;
  /** They wait longer while executions of this node are under way: their commits go along. */
  readonly busyMs: number;
  /** A quorum waits for the last votes before its certificate is published. */
  readonly certificateMs: number;
  /** Between the turns of those who may publish a certificate: time for it to go around. */
  readonly turnMs: number;
};

/** Measured on the eight-region network of the simulator: a flood takes 150 to 350 ms. */
export const PATIENCE: Patience = {
  ackMs: 250,
  voteMs: 25,
  busyMs: 300,
  certificateMs: 150,
  turnMs: 350,
};

/** Returns `patience` with no wait longer than rounds allow, for devnets with short rounds. */
export function patienceFor({ parameters }: Network, patience: Patience): Patience {
  const longest = parameters.roundMs / 8;
  return {
    ackMs: Math.min(patience.ackMs, 2 * longest),
    voteMs: Math.min(patience.voteMs, longest),
    busyMs: Math.min(patience.busyMs, longest),
    certificateMs: Math.min(patience.certificateMs, longest),
    turnMs: Math.min(patience.turnMs, 3 * longest),
  };
}
