/**
 * A sealed set of answers, as one node knows it.
 */
import type {
  BatchId,
  BlobId,
  ModelManifest,
  Round,
  SparseMap,
  SparseSet,
} from '../../base/index.ts';
import type { BundleMessage, HeaderMessage, Seal } from '../../wire/index.ts';
import { drawingRound, phaseRounds } from '../calendar.ts';
import type { Committee } from '../committee/committee.ts';
import type { Draws } from '../committee/draws.ts';
import { executionRounds, later } from '../network.ts';

/** What a sealing seat said, and the bundle that carried it, for those who ask. [WIRE-6] */
export type Acknowledgement = {
  readonly signature: Uint8Array;
  readonly bundle: BundleMessage;
};

export type Batch = {
  readonly id: BatchId;
  readonly provider: HeaderMessage['provider'];
  readonly model: BlobId;
  readonly header: HeaderMessage;
  /** [SET-1] Draws of the set that serves it, at all levels. */
  readonly draws: Draws;
  readonly manifest: ModelManifest;
  /** m of its assurance class. */
  readonly oneIn: number;
  /** Sealing seats. */
  readonly seats: Committee;
  /** Acknowledgements of sealing seats by holder index; BLS signatures not yet checked. */
  readonly acks: SparseMap<number, Acknowledgement>;
  /** Holders whose signature was found bad. */
  readonly badAcks: SparseSet<number>;
  /** [TIME-3] Present once a quorum is known to have signed. */
  seal: Seal | undefined;
  /** [SAMPLE-1] Drawn leaves; present once sealed and the drawing beacon is known. */
  sampled: readonly number[] | undefined;
};

/** [SAMPLE-1] The beacon that draws leaves and level 0. */
export function samplingRound(header: { readonly round: Round }): Round {
  return later(header.round, 2);
}

/** [WIRE-6] The round at which nothing of `batch` is left. */
export function closingRound(batch: Batch): Round {
  const { parameters } = batch.draws.network;
  if (batch.sampled === undefined) return later(batch.header.round, 4);
  if (batch.sampled.length === 0) return later(batch.header.round, parameters.postWindowRounds);
  return lastRound(batch);
}

/** [WIRE-6] The round at which the drawn leaves of `batch` close. */
export function lastRound(batch: Batch): Round {
  const { draws } = batch;
  const { parameters } = draws.network;
  const lengths = phaseRounds(parameters, executionRounds(draws.network, batch.manifest));
  const levels = draws.lastLevel(batch) + 1;
  const end = drawingRound(samplingRound(batch.header), lengths, levels);
  return later(end, parameters.evidenceWindowRounds);
}
