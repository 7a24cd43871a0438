/**
 * A provider: answers requests with a promise, commits to its answers in batches, opens what is
 * drawn, and reveals outputs once the committee has committed. Same shape as the validator.
 */
import {
  assert,
  type BatchId,
  type NodeId,
  type Subject,
  type SubjectKey,
  subjectKey,
  type TimeMs,
} from '../base/index.ts';
import type { Crypto, Signer } from '../crypto/index.ts';
import {
  type Claim,
  claimId,
  type EvidenceMessage,
  type OpeningsMessage,
  type OutputMessage,
  promiseSigningBytes,
  type RequestMessage,
  requestSigningBytes,
} from '../wire/index.ts';
import type { Draws } from './committee/draws.ts';
import { Context } from './context.ts';
import type { ProviderEffect, ProviderEvent } from './events.ts';
import { Follower } from './follower.ts';
import type { AnsweredLeaf, GuardRecord } from './guard.ts';
import { Assembly } from './membership/assembly.ts';
import type { SetChain } from './membership/chain.ts';
import { PATIENCE } from './patience.ts';
import { claimOf, isWithinStake, openingsOf, ProviderBatches } from './provider-batches.ts';
import type { Batch } from './sampling/batch.ts';
import { BatchBook } from './sampling/batch-book.ts';
import { Court } from './verification/court.ts';
import { isCommitComplete } from './verification/level.ts';
import { snapshotOf } from './verification/snapshot.ts';
import type { SubjectSnapshot } from './verification/state.ts';

export type ProviderOptions = {
  readonly draws: Draws;
  readonly crypto: Crypto;
  readonly signer: Signer;
  /** [GUARD-1] Everything this identity persisted before, in order. */
  readonly guard: readonly GuardRecord[];
};

export type ProviderSnapshot = {
  readonly id: NodeId;
  readonly now: TimeMs;
  readonly openCount: number;
  readonly subjects: readonly SubjectSnapshot[];
};

type AnswerEvent = ProviderEvent & { readonly kind: 'answer-computed' };

export class Provider {
  readonly #context: Context;
  readonly #books: BatchBook;
  readonly #court: Court;
  readonly #assembly: Assembly;
  readonly #follower: Follower;
  readonly #batches: ProviderBatches;
  /** Batches whose drawn leaves were opened. */
  readonly #opened = new Set<BatchId>();
  /** Drawn leaves whose output is still hidden. */
  readonly #hidden = new Map<SubjectKey, OutputMessage>();

  constructor({ draws, crypto, signer, guard }: ProviderOptions) {
    const context = new Context({ draws, crypto, signer });
    this.#context = context;
    this.#batches = new ProviderBatches(context, guard);
    this.#books = new BatchBook(context, [], () => {});
    this.#court = new Court(context, {
      // [SEAT-1] a provider holds no seat in judging its own leaves
      participation: {
        say: () => assert(false, 'a provider does not vote'),
        executionClass: '',
        signed: () => ({}),
      },
      patience: PATIENCE,
    });
    this.#assembly = new Assembly(context, { guard: [], isActive: false });
    this.#follower = new Follower(context, {
      books: this.#books,
      court: this.#court,
      assembly: this.#assembly,
      isOfInterest: (header) => header.provider === signer.id,
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

  /** Evidence seen, by whom it convicts. */
  get evidence(): ReadonlyMap<NodeId, EvidenceMessage> {
    return this.#follower.convicted;
  }

  /** Takes an event and returns what to do, in order. Does not throw on what peers send. */
  step(event: ProviderEvent): readonly ProviderEffect[] {
    this.#context.begin(event.now);
    this.#apply(event);
    this.#court.advance();
    for (const header of this.#batches.closeDue()) {
      this.#books.addHeader(header);
      this.#context.publish(header);
    }
    this.#openDrawn();
    this.#revealOutputs();
    return this.#context.take();
  }

  /** When to step again if nothing else comes. */
  nextDeadline(): TimeMs | undefined {
    return this.#follower.nextDeadline();
  }

  snapshot(): ProviderSnapshot {
    return {
      id: this.id,
      now: this.#context.now,
      openCount: this.#batches.openCount,
      subjects: [...this.#court.all()].map(snapshotOf),
    };
  }

  /**
   * The leaf of a claim that this provider answered, with the seal of its batch: what proves to a
   * requester that a promise was kept, drawn or not. `undefined` before the seal and after the
   * batch closed. [WIRE-6]
   */
  opening({ batch, index }: Subject): OpeningsMessage | undefined {
    const known = this.#books.get(batch);
    const answers = this.#batches.get(batch);
    if (known?.seal === undefined || answers === undefined) return undefined;
    if (index >= answers.leaves.length) return undefined;
    const [openings = []] = openingsOf(answers, [index]);
    return { type: 'openings', header: known.header, seal: known.seal, openings };
  }

  /** Batches that are not closed. */
  get openBatches(): readonly BatchId[] {
    return [...this.#books.all()].map(({ id }) => id);
  }

  #apply(event: ProviderEvent): void {
    if (event.kind === 'message-received') this.#follower.receive(event);
    else if (event.kind === 'answer-computed') this.#answer(event);
    else if (event.kind === 'clock-adjusted') this.#context.adjustClock(event.wallOffsetMs);
    else if ('id' in event) this.#court.takeWork(event);
  }

  /** [CLAIM-4] [CLAIM-5] Adds an answer to the next batch and promises its place. */
  #answer(event: AnswerEvent): void {
    const { request, input } = event;
    const refusal = this.#refusalOf(request, input);
    if (refusal !== undefined) {
      this.#context.report({ kind: 'fault', code: refusal, from: request.requester });
      return;
    }
    const { model, assuranceClass } = request;
    const leaf = claimOf(this.#context.signer, this.#context.network, event);
    const { claim } = leaf;
    const slot = this.#batches.nextSlot(assuranceClass, model);
    const index = this.#batches.count(slot);
    this.#context.emit({ kind: 'persist', record: { kind: 'promise', slot, index, leaf } });
    this.#batches.add(slot, leaf);
    this.#promise({ leaf, claim, index, round: slot.round, assuranceClass });
  }

  #promise(at: {
    leaf: AnsweredLeaf;
    claim: Claim;
    index: number;
    round: ReturnType<ProviderBatches['nextSlot']>['round'];
    assuranceClass: string;
  }): void {
    const { signer, network } = this.#context;
    const body = {
      provider: this.id,
      claim: claimId(at.claim),
      assuranceClass: at.assuranceClass,
      round: at.round,
      index: at.index,
    };
    const signature = signer.sign(promiseSigningBytes(network.id, body));
    this.#context.emit({
      kind: 'answer',
      requester: at.claim.requester,
      promise: { type: 'promise', ...body, signature },
      claim: at.claim,
      salt: at.leaf.salt,
      outputDigest: at.leaf.outputDigest,
    });
    this.#context.report({ kind: 'promised', claim: body.claim });
  }

  /** Why a request is not answered, if it is not. */
  #refusalOf(request: RequestMessage, input: Uint8Array | undefined): string | undefined {
    const { network, crypto } = this.#context;
    const { assuranceClass, model } = request;
    const manifest = network.modelById.get(model);
    if (manifest === undefined) return 'unknown-model';
    if ((input?.length ?? 0) > manifest.inputBytesMax) return 'input-too-large';
    if (!network.parameters.classes.has(assuranceClass)) return 'unknown-class';
    const signed = requestSigningBytes(network.id, request);
    if (!crypto.verify(request.requester, signed, request.signature)) return 'request-signature';
    // no round yet, or one whose header went out before a restart: the next beacon helps
    if (this.#context.beacons.latest === undefined) return 'no-beacon';
    const slot = this.#batches.nextSlot(assuranceClass, model);
    if (this.#batches.isSigned(slot)) return 'batch-signed';
    if (this.#batches.count(slot) >= network.parameters.batchCountMax) return 'batch-full';
    // [CLAIM-6] seats would not acknowledge more than the stake covers
    let count = this.#batches.openCount + 1;
    for (const batch of this.#books.all()) count += batch.header.count;
    return isWithinStake(this.#context, this.id, count) ? undefined : 'stake-exhausted';
  }

  /** [SAMPLE-2] Opens the drawn leaves of its batches, once. */
  #openDrawn(): void {
    for (const batch of this.#books.all()) {
      if (batch.sampled === undefined || this.#opened.has(batch.id)) continue;
      this.#opened.add(batch.id);
      this.#open(batch);
    }
    for (const id of this.#batches.forget((batch) => this.#books.get(batch) === undefined)) {
      this.#opened.delete(id);
    }
  }

  #open(batch: Batch): void {
    const answers = this.#batches.get(batch.id);
    if (answers === undefined || batch.seal === undefined) return;
    const { header, seal, sampled = [] } = batch;
    for (const openings of openingsOf(answers, sampled)) {
      this.#context.publish({ type: 'openings', header, seal, openings });
      for (const opening of openings) {
        this.#court.takeOpening(batch, opening);
        const { salt, outputDigest } = answers.leaves[opening.index] as AnsweredLeaf;
        const at = { batch: batch.id, index: opening.index };
        this.#hidden.set(subjectKey(at), { type: 'output', ...at, digest: outputDigest, salt });
      }
    }
  }

  /** [COMMIT-2] Shows an output when all holders committed, or the commit deadline passed. */
  #revealOutputs(): void {
    for (const [key, output] of this.#hidden) {
      const state = this.#court.get(output);
      const level = state?.levels.get(0);
      const mayReveal =
        !this.#context.isInForce('COMMIT-2') ||
        level === undefined ||
        isCommitComplete(level) ||
        state?.calendar.hasPassed(0, 'commit');
      if (!mayReveal) continue;
      this.#hidden.delete(key);
      this.#court.takeOutput(output);
      this.#context.publish(output);
    }
  }
}
