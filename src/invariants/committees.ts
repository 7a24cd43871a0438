/**
 * The committees of a run as the judge computes them: from the headers that were published and the
 * beacon, not from what any node says.
 */
import {
  type BatchId,
  defined,
  type NodeId,
  type Round,
  type Subject,
  type TimeMs,
} from '../base/index.ts';
import {
  type Committee,
  drawingRound,
  executionRounds,
  type Network,
  nominalTime,
  phaseRounds,
  type SetChain,
  samplingRound,
} from '../core/index.ts';
import { batchId, type HeaderMessage } from '../wire/index.ts';

/** Who keeps to the protocol: the judge knows, nodes do not. */
export type Honesty = { isHonest(id: NodeId): boolean };

export type CommitteesOptions = {
  /** [SET-2] The validator sets, as far as they are known now. */
  readonly sets: () => SetChain;
  readonly truth: Honesty;
  /** Randomness of a beacon round that was published. */
  readonly randomnessOf: (round: Round) => Uint8Array | undefined;
};

export class Committees {
  readonly #options: CommitteesOptions;
  readonly #headers = new Map<BatchId, HeaderMessage>();

  constructor(options: CommitteesOptions) {
    this.#options = options;
  }

  /** As the network file defines it: what holds for all sets. */
  get network(): Network {
    return this.#options.sets().genesis.state.network;
  }

  /** Notes a header that was published. */
  note(header: HeaderMessage): void {
    this.#headers.set(batchId(header), header);
  }

  header(batch: BatchId): HeaderMessage | undefined {
    return this.#headers.get(batch);
  }

  samplingRoundOf(batch: BatchId): Round | undefined {
    const header = this.#headers.get(batch);
    return header === undefined ? undefined : samplingRound(header);
  }

  /** Committee of a level, `undefined` before its beacon or without its header. */
  of(subject: Subject, level: number): Committee | undefined {
    const header = this.#headers.get(subject.batch);
    if (header === undefined) return undefined;
    const randomness = this.#options.randomnessOf(this.#drawingRound(header, level));
    if (randomness === undefined) return undefined;
    const batch = { id: subject.batch, provider: header.provider, model: header.model };
    const draws = this.#options.sets().drawsAt(header.round);
    return draws.level(batch, { index: subject.index, level, randomness });
  }

  /** Earliest time at which the commit deadline of a level can pass anywhere. [TIME-5] */
  commitDeadline(subject: Subject, level: number): TimeMs | undefined {
    const header = this.#headers.get(subject.batch);
    if (header === undefined) return undefined;
    const [open = 0, commit = 0] = this.#lengths(header);
    const drawn = this.#drawingRound(header, level);
    return nominalTime(this.network, (drawn + open + commit) as Round);
  }

  isDrawn({ batch, index }: Subject): boolean {
    const header = this.#headers.get(batch);
    if (header === undefined) return false;
    const randomness = this.#options.randomnessOf(samplingRound(header));
    if (randomness === undefined) return false;
    const oneIn = defined(
      this.network.parameters.classes.get(header.assuranceClass),
      'a published header names a class',
    );
    const request = { batch, count: header.count, oneIn };
    return this.#options.sets().drawsAt(header.round).sample(randomness, request).includes(index);
  }

  /** Weight of dishonest holders. */
  dishonestWeight(committee: Committee): bigint {
    return this.#weight(committee, (id) => !this.#options.truth.isHonest(id));
  }

  #weight(committee: Committee, isCounted: (id: Committee['holders'][number]) => boolean): bigint {
    return committee.holders.reduce(
      (sum, id, index) => sum + (isCounted(id) ? (committee.weights[index] ?? 0n) : 0n),
      0n,
    );
  }

  #drawingRound(header: HeaderMessage, level: number): Round {
    return drawingRound(samplingRound(header), this.#lengths(header), level);
  }

  #lengths({ model }: HeaderMessage): readonly number[] {
    const manifest = defined(this.network.modelById.get(model), 'a published header names a model');
    return phaseRounds(this.network.parameters, executionRounds(this.network, manifest));
  }
}
