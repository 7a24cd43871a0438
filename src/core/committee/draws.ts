/**
 * All draws of a network, each computed once: a memory of pure results, so that a node asks as
 * often as it likes and simulated nodes share the work.
 */
import type { BatchId, BlobId, NodeId, Round, Subject } from '../../base/index.ts';
import type { Network } from '../network.ts';
import { drawnIndices, type SampleRequest } from '../sampling/draw.ts';
import {
  type Committee,
  drawCommittee,
  lastLevel,
  type Pool,
  poolOf,
  wholeSet,
} from './committee.ts';

/** Results kept: oldest go first. A committee of 64 holders is about 10 kB. */
const MEMORY_MAX = 4096;

/** The part of a batch header on which draws depend. */
export type DrawnBatch = {
  readonly id: BatchId;
  readonly provider: NodeId;
  readonly model: BlobId;
};

/** Draws of one network. Only verified randomness may be passed in. */
export class Draws {
  readonly network: Network;
  readonly #pools = new Map<string, Pool>();
  readonly #committees = new Map<string, Committee>();
  readonly #samples = new Map<string, readonly number[]>();
  readonly #wholeSet: Pool;

  constructor(network: Network) {
    this.network = network;
    this.#wholeSet = wholeSet(network);
  }

  /** [SEAT-1] Pool of a batch. */
  pool(batch: DrawnBatch): Pool {
    const isValidator = this.network.validatorIndex.has(batch.provider);
    const key = `${batch.model}/${isValidator ? batch.provider : ''}`;
    return remember(this.#pools, key, () => poolOf(this.network, batch.model, batch.provider));
  }

  /** Index of the last level of a batch's subjects. */
  lastLevel(batch: DrawnBatch): number {
    return lastLevel(this.network.parameters.levels, this.pool(batch));
  }

  /** [TIME-3] Seats that seal what `provider` batches in round `r`; drawn by beacon r. */
  seal(provider: NodeId, r: Round, randomness: Uint8Array): Committee {
    return remember(this.#committees, `seal/${provider}/${r}`, () =>
      drawCommittee(this.network, {
        kind: 'seal',
        pool: this.#wholeSet,
        seats: this.network.parameters.sealSeats,
        randomness,
        provider,
        round: r,
      }),
    );
  }

  /** [SEAT-2] Committee of a level; `randomness` is that of the beacon that draws it. */
  level(
    batch: DrawnBatch,
    { index, level, randomness }: { index: number; level: number; randomness: Uint8Array },
  ): Committee {
    const subject: Subject = { batch: batch.id, index };
    return remember(this.#committees, `${batch.id}/${index}/${level}`, () =>
      drawCommittee(this.network, {
        kind: 'level',
        pool: this.pool(batch),
        seats: this.network.parameters.levels[level] ?? 0,
        randomness,
        subject,
        level,
      }),
    );
  }

  /** [SAMPLE-1] Drawn leaves of a batch. */
  sample(randomness: Uint8Array, request: SampleRequest): readonly number[] {
    return remember(this.#samples, request.batch, () => drawnIndices(randomness, request));
  }
}

function remember<T>(memory: Map<string, T>, key: string, compute: () => T): T {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const value = compute();
  memory.set(key, value);
  if (memory.size > MEMORY_MAX) {
    const oldest = memory.keys().next();
    if (!oldest.done) memory.delete(oldest.value);
  }
  return value;
}
