/**
 * Committees as everybody can compute them: from headers and beacons that were said, by the draws
 * of the protocol. Told once each, when the first message or report needs them.
 */
import type { BatchId, NodeId, Round, Subject } from '../base/index.ts';
import {
  type Committee,
  drawingRound,
  executionRounds,
  isHeavyLevel,
  phaseRounds,
  type SetChain,
  samplingRound,
} from '../core/index.ts';
import type { Bitmap, HeaderMessage } from '../wire/index.ts';
import { batchId, bitmapIndices } from '../wire/index.ts';
import type { NodeNames } from './names.ts';
import { Recent } from './recent.ts';
import type { CommitteeRecord, NodeNumber } from './records.ts';

/** Batches, and committees that were told, that are remembered. */
const BATCHES_MAX = 8_192;
const TOLD_MAX = 65_536;

export type CommitteeOptions = {
  /** [SET-2] The validator sets, as far as they are known now. */
  readonly sets: () => SetChain;
  /** Randomness of a beacon round that was verified. */
  readonly randomnessOf: (round: Round) => Uint8Array | undefined;
  readonly names: NodeNames;
  readonly tell: (record: Omit<CommitteeRecord, 'at'>) => void;
};

export class TracedCommittees {
  readonly #options: CommitteeOptions;
  readonly #headers = new Recent<BatchId, HeaderMessage>(BATCHES_MAX);
  readonly #told = new Recent<string, true>(TOLD_MAX);

  constructor(options: CommitteeOptions) {
    this.#options = options;
  }

  header(batch: BatchId): HeaderMessage | undefined {
    return this.#headers.get(batch);
  }

  /** Notes a header that was said, and tells who may seal its batch. */
  note(header: HeaderMessage): BatchId {
    const batch = batchId(header);
    if (!this.#headers.has(batch)) this.#headers.set(batch, header);
    this.#tellSeal(batch, header);
    return batch;
  }

  /** Tells the committee of a level, once, if its beacon and header are known. */
  level(subject: Subject, level: number): Committee | undefined {
    const drawn = this.#drawn(subject, level);
    if (drawn === undefined) return undefined;
    const key = `${subject.batch}/${subject.index}/${level}`;
    if (!this.#told.has(key)) {
      this.#told.set(key, true);
      const { committee, drawnBy, isHeavy, isLast } = drawn;
      this.#options.tell({
        ...{ kind: 'committee', batch: subject.batch, index: subject.index, level, drawnBy },
        ...this.#sizes(committee),
        ...{ isHeavy, isLast, holders: this.#holders(committee) },
      });
    }
    return drawn.committee;
  }

  /** Round whose beacon draws a level; nothing if the network has no such model. */
  drawnBy(header: HeaderMessage, level: number): Round | undefined {
    const { network } = this.#options.sets().genesis.state;
    const manifest = network.modelById.get(header.model);
    if (manifest === undefined) return undefined;
    const lengths = phaseRounds(network.parameters, executionRounds(network, manifest));
    return drawingRound(samplingRound(header), lengths, level);
  }

  /** Holders of sealing seats in a bitmap; none if the draw is not known. */
  sealers(header: HeaderMessage, bitmap: Bitmap): readonly NodeNumber[] {
    const committee = this.#seal(header);
    return committee === undefined ? [] : this.#named(committee, bitmap);
  }

  /** Holders of a level in a bitmap; none if the draw is not known. */
  voters(subject: Subject, level: number, bitmap: Bitmap): readonly NodeNumber[] {
    const committee = this.level(subject, level);
    return committee === undefined ? [] : this.#named(committee, bitmap);
  }

  #tellSeal(batch: BatchId, header: HeaderMessage): void {
    if (this.#told.has(batch)) return;
    const committee = this.#seal(header);
    if (committee === undefined) return;
    this.#told.set(batch, true);
    this.#options.tell({
      ...{ kind: 'committee', batch, drawnBy: header.round },
      ...this.#sizes(committee),
      holders: this.#holders(committee),
    });
  }

  #seal({ provider, round }: HeaderMessage): Committee | undefined {
    const randomness = this.#options.randomnessOf(round);
    return randomness && this.#options.sets().drawsAt(round).seal(provider, round, randomness);
  }

  #drawn(subject: Subject, level: number) {
    const { sets, randomnessOf } = this.#options;
    const header = this.#headers.get(subject.batch);
    const drawnBy = header && this.drawnBy(header, level);
    const randomness = drawnBy && randomnessOf(drawnBy);
    if (header === undefined || drawnBy === undefined || randomness === undefined) return undefined;
    const draws = sets().drawsAt(header.round);
    const { network } = draws;
    const { provider, model } = header;
    const batch = { id: subject.batch, provider, model };
    const seats = network.parameters.levels[level] ?? 0;
    return {
      drawnBy,
      committee: draws.level(batch, { index: subject.index, level, randomness }),
      isHeavy: isHeavyLevel(network, { pool: draws.pool(batch), seats, provider }),
      isLast: level === draws.lastLevel(batch),
    };
  }

  #sizes({ unit, weight, quorum }: Committee) {
    return { unit, weight: String(weight), quorum: String(quorum) };
  }

  #holders({ holders, weights }: Committee): CommitteeRecord['holders'] {
    const { names } = this.#options;
    return holders.map((id, i) => ({ node: names.of(id), weight: String(weights[i] ?? 0n) }));
  }

  #named({ holders }: Committee, bitmap: Bitmap): readonly NodeNumber[] {
    const indices = bitmapIndices(bitmap, holders.length) ?? [];
    return indices.map((index) => this.#options.names.of(holders[index] as NodeId));
  }
}
