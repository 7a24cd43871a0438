/**
 * A validator: acknowledges batches, re-executes what is drawn, commits, reveals, certifies.
 *
 * A program without I/O. `step` is the only way to change anything; `nextDeadline` says when to
 * call again if nothing else comes; `snapshot` is plain data.
 */
import {
  type BatchId,
  type NodeId,
  type Round,
  type TimeMs,
  timeMs,
  unreachable,
} from '../base/index.ts';
import type { Crypto, Signer } from '../crypto/index.ts';
import { ackSigningBytes, type EvidenceMessage } from '../wire/index.ts';
import type { Draws } from './committee/draws.ts';
import { Context, validatorEffects } from './context.ts';
import type { CoreEvent, Effect, WorkId } from './events.ts';
import { Follower } from './follower.ts';
import type { GuardRecord } from './guard.ts';
import { Assembly } from './membership/assembly.ts';
import type { SetChain } from './membership/chain.ts';
import { Outbox } from './outbox.ts';
import { PATIENCE, type Patience, patienceFor } from './patience.ts';
import type { Batch } from './sampling/batch.ts';
import { BatchBook } from './sampling/batch-book.ts';
import type { JudgedSubject } from './settlement/outcome.ts';
import { Court } from './verification/court.ts';
import { judgedSubject } from './verification/judged.ts';
import type { SignedBefore } from './verification/progress.ts';
import { snapshotOf } from './verification/snapshot.ts';
import type { SubjectSnapshot, SubjectState } from './verification/state.ts';

export type ValidatorOptions = {
  /** Draws of the network; nodes of one simulation share them. */
  readonly draws: Draws;
  readonly crypto: Crypto;
  readonly signer: Signer;
  /** [GUARD-1] Everything this identity persisted before, in order. */
  readonly guard: readonly GuardRecord[];
  /** Execution class of this machine, for measurements of nothing. */
  readonly executionClass: string;
  /** How long things wait to be said together; default {@link PATIENCE}. */
  readonly patience?: Patience;
};

export type ValidatorSnapshot = {
  readonly id: NodeId;
  readonly now: TimeMs;
  readonly latestRound: Round | undefined;
  readonly batches: readonly {
    readonly id: BatchId;
    readonly isSealed: boolean;
    readonly sampled: readonly number[] | undefined;
  }[];
  readonly subjects: readonly SubjectSnapshot[];
  readonly convicted: readonly NodeId[];
  readonly earlyCount: number;
};

export class Validator {
  readonly #context: Context;
  readonly #outbox: Outbox;
  readonly #books: BatchBook;
  readonly #court: Court;
  readonly #assembly: Assembly;
  readonly #follower: Follower;
  readonly #signed = new Map<string, SignedBefore>();
  readonly #patience: Patience;
  /** Executions under way: their commits leave together. [WIRE-5] */
  readonly #executing = new Set<WorkId>();

  constructor(options: ValidatorOptions) {
    const { draws, crypto, signer, guard, executionClass } = options;
    const context = new Context({ draws, crypto, signer });
    this.#context = context;
    const patience = patienceFor(draws.network, options.patience ?? PATIENCE);
    this.#patience = patience;
    this.#outbox = new Outbox(context);
    this.#restore(guard);
    this.#books = new BatchBook(context, guard, (batch) => this.#acknowledge(batch));
    this.#court = new Court(context, {
      participation: {
        say: (entry, toAll) => {
          const isBusy = this.#executing.size > 0;
          const shard =
            toAll === 'to-all'
              ? undefined
              : context.shards.of(entry.kind === 'ack' ? { batch: entry.batch } : entry);
          this.#outbox.add(entry, isBusy ? patience.busyMs : patience.voteMs, shard);
        },
        executionClass,
        signed: ({ key }: SubjectState, level: number) => this.#signed.get(`${key}/${level}`) ?? {},
      },
      patience,
    });
    this.#assembly = new Assembly(context, { guard, isActive: true });
    this.#follower = new Follower(context, {
      books: this.#books,
      court: this.#court,
      assembly: this.#assembly,
      isOfInterest: () => true,
    });
  }

  get id(): NodeId {
    return this.#context.id;
  }

  /** [SET-2] The sets of the network, as this node knows them. */
  get chain(): SetChain {
    return this.#context.chain;
  }

  /** [SET-2] How the chain stands here. */
  get assembly(): Pick<Assembly, 'snapshot' | 'pending'> {
    return this.#assembly;
  }

  /** Takes an event and returns what to do, in order. Does not throw on what peers send. */
  step(event: CoreEvent): readonly Effect[] {
    this.#context.begin(event.now);
    this.#apply(event);
    this.#court.advance();
    for (const bundle of this.#outbox.flushIfDue()) this.#follower.takeOwn(bundle);
    const effects = validatorEffects(this.#context.take());
    for (const effect of effects) if (effect.kind === 'execute') this.#executing.add(effect.id);
    return effects;
  }

  /** When to step again if nothing else comes. */
  nextDeadline(): TimeMs | undefined {
    const court = this.#follower.nextDeadline();
    const flush = this.#outbox.nextDeadline;
    if (court === undefined || flush === undefined) return court ?? flush;
    return timeMs(Math.min(court, flush));
  }

  /** Evidence seen, by whom it convicts. */
  get evidence(): ReadonlyMap<NodeId, EvidenceMessage> {
    return this.#follower.convicted;
  }

  /** What settlement may be told about the subjects that are not closed yet. */
  judged(): readonly JudgedSubject[] {
    return [...this.#court.all()].map(judgedSubject);
  }

  snapshot(): ValidatorSnapshot {
    return {
      id: this.id,
      now: this.#context.now,
      latestRound: this.#context.beacons.latest,
      batches: [...this.#books.all()].map(({ id, seal, sampled }) => ({
        id,
        isSealed: seal !== undefined,
        sampled,
      })),
      subjects: [...this.#court.all()].map(snapshotOf),
      convicted: [...this.#follower.convicted.keys()],
      earlyCount: this.#follower.earlyCount,
    };
  }

  #apply(event: CoreEvent): void {
    switch (event.kind) {
      case 'message-received':
        return this.#follower.receive(event);
      case 'execution-finished':
      case 'execution-failed':
        this.#executing.delete(event.id);
        return this.#court.takeWork(event);
      case 'output-measured':
        return this.#court.takeWork(event);
      case 'clock-adjusted':
        return this.#context.adjustClock(event.wallOffsetMs);
      case 'settlement-computed':
        return this.#assembly.vouch(event.result);
      case 'time-reached':
        return;
      default:
        return unreachable(event);
    }
  }

  /** [TIME-3] Signs a batch id; the guard record is durable by now. */
  #acknowledge(batch: Batch): void {
    const { signer, network } = this.#context;
    const signature = signer.signVote(ackSigningBytes(network.id, batch.id));
    const { ackMs } = this.#patience;
    const { shards } = this.#context;
    const matter = { batch: batch.id };
    shards.follow(matter);
    this.#outbox.add({ kind: 'ack', batch: batch.id, signature }, ackMs, shards.of(matter));
    this.#context.report({ kind: 'batch-acked', batch: batch.id });
  }

  #restore(guard: readonly GuardRecord[]): void {
    for (const record of guard) {
      if (record.kind !== 'commit' && record.kind !== 'abstain' && record.kind !== 'vote') continue;
      const key = `${record.subject.batch}/${record.subject.index}/${record.level}`;
      const known = this.#signed.get(key) ?? {};
      this.#signed.set(
        key,
        record.kind === 'vote' ? { ...known, vote: record } : { ...known, commit: record },
      );
    }
  }
}
