/** What a coalition that chooses the beacon wants: that few of its wrong answers are drawn. */
import type { Round } from '../../src/base/index.ts';
import { drawnIndices } from '../../src/core/index.ts';

/** A batch of a member, as the draw sees it, with the places of its wrong answers. */
export type MarkedBatch = Parameters<typeof drawnIndices>[1] & {
  readonly wrong: ReadonlySet<number>;
};

export class BeaconCoalition {
  readonly #batches = new Map<Round, MarkedBatch[]>();

  /** A member tells of a batch whose leaves `drawing` draws. */
  note(drawing: Round, batch: MarkedBatch): void {
    this.#batches.set(drawing, [...(this.#batches.get(drawing) ?? []), batch]);
  }

  /** Index of the value that draws fewest wrong answers: the first of them, if they are several. */
  choose(drawing: Round, randomness: readonly Uint8Array[]): number {
    const batches = this.#batches.get(drawing) ?? [];
    const counts = randomness.map((value) =>
      batches.reduce((sum, batch) => sum + wrongDrawn(value, batch), 0),
    );
    return counts.indexOf(Math.min(...counts));
  }
}

function wrongDrawn(randomness: Uint8Array, batch: MarkedBatch): number {
  return drawnIndices(randomness, batch).filter((index) => batch.wrong.has(index)).length;
}
