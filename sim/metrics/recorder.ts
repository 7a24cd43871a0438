/**
 * What happened in a run: answers, draws, certificates, decisions, traffic, executions. Facts only;
 * rates and intervals are computed from them at the end.
 */
import {
  type BatchId,
  type Digest,
  defined,
  type NodeId,
  type Subject,
  type SubjectKey,
  subjectKey,
  type TimeMs,
  toHex,
  type Verdict,
} from '../../src/base/index.ts';
import {
  type AnswerEffect,
  type JudgedSubject,
  type Report,
  uniteJudged,
} from '../../src/core/index.ts';
import type { Message, RequestMessage } from '../../src/wire/index.ts';
import type { SimNode } from '../node.ts';
import { type Oracle, REFERENCE } from '../oracle/oracle.ts';
import type { Truth } from '../truth.ts';
import { Decisions } from './decisions.ts';

/** What is known of one drawn leaf. */
export type SubjectRecord = {
  readonly subject: Subject;
  readonly drawnAt: TimeMs;
  certifiedAt: TimeMs | undefined;
  /** Verdicts certified by level 0 as honest nodes saw them. */
  readonly certified: Map<number, Set<Verdict>>;
  /** What each observer holds final. */
  readonly decisions: Decisions;
  /** Highest level that started at an honest node. */
  level: number;
  /** Levels at which an honest node counted a challenge. */
  readonly challenged: Set<number>;
};

export type Traffic = { messages: number; transmissions: number; bytes: number };

export type RecorderOptions = {
  readonly truth: Truth;
  readonly oracle: Oracle;
  /** Honest validators that are up: they must decide every drawn leaf. */
  readonly observers: ReadonlySet<NodeId>;
  readonly nodeCount: number;
};

/** An answer that was computed, and whether it was claimed. */
type ComputedAnswer = {
  readonly variant: string;
  readonly outputDigest: Digest;
  readonly right: Digest;
  isClaimed: boolean;
};

export class Recorder {
  readonly #options: RecorderOptions;
  readonly #computed = new Map<string, ComputedAnswer>();
  readonly #outputs = new Map<string, { readonly node: SimNode }>();
  readonly #open = new Set<SubjectKey>();
  readonly subjects = new Map<SubjectKey, SubjectRecord>();
  readonly sealed = new Set<BatchId>();
  readonly judgedSubjects = new Map<SubjectKey, JudgedSubject>();
  readonly guilty = new Set<NodeId>();
  readonly traffic = new Map<Message['type'], Traffic>();
  /** Announcements, requests, grafts and prunes of gossip. */
  readonly control = { messages: 0, bytes: 0 };
  requestCount = 0;
  /** Distinct (validator, leaf) executions. */
  executionCount = 0;
  /** Drawn leaves on which an honest validator measured against the truth. */
  readonly erring = new Set<SubjectKey>();
  readonly #executed = new Set<string>();

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** Whether every drawn leaf is decided, or given up, at every observer. */
  get isQuiet(): boolean {
    return this.#open.size === 0;
  }

  /** Drawn leaves that are not. */
  get openCount(): number {
    return this.#open.size;
  }

  answered(at: {
    node: SimNode;
    request: RequestMessage;
    variant: string;
    outputDigest: Digest;
  }): void {
    const { node, request, variant, outputDigest } = at;
    const { model, input } = request;
    const right = this.#options.oracle.output({
      model,
      input,
      variant: REFERENCE,
      machine: node.machine,
    });
    this.requestCount += 1;
    const computed = { variant, outputDigest, right, isClaimed: false };
    this.#computed.set(requestKey(request), computed);
    this.#outputs.set(toHex(outputDigest), { node });
  }

  promised(node: SimNode, { promise, claim, outputDigest }: AnswerEffect, now: TimeMs): void {
    const computed = defined(this.#computed.get(requestKey(claim)), 'an answer had a request');
    const isAsComputed = toHex(outputDigest) === toHex(computed.outputDigest);
    if (!isAsComputed) this.#outputs.set(toHex(outputDigest), { node });
    this.#options.truth.addAnswer({
      provider: node.id,
      model: claim.model,
      input: claim.input,
      assuranceClass: promise.assuranceClass,
      round: promise.round,
      index: promise.index,
      answeredAt: now,
      // who thought better of it computed the right answer after all
      variant: isAsComputed ? computed.variant : REFERENCE,
      isWrong: toHex(outputDigest) !== toHex(computed.right),
      isRepeat: computed.isClaimed,
      outputDigest,
    });
    computed.isClaimed = true;
  }

  /** What the provider answered for a drawn leaf. */
  claimedOutput(subject: Subject): Digest {
    const answer = this.#options.truth.answerOf(subject);
    return defined(answer, 'a drawn leaf has an answer').outputDigest;
  }

  serverOf(digest: Digest): SimNode | undefined {
    return this.#outputs.get(toHex(digest))?.node;
  }

  sent(type: Message['type'], sizeBytes: number, transmissions: number): void {
    const traffic = this.traffic.get(type) ?? { messages: 0, transmissions: 0, bytes: 0 };
    traffic.messages += 1;
    traffic.transmissions += transmissions;
    traffic.bytes += transmissions * sizeBytes;
    this.traffic.set(type, traffic);
  }

  /** Counts what gossip itself says. */
  controlled(messages: number, bytes: number): void {
    this.control.messages += messages;
    this.control.bytes += bytes;
  }

  /** Counts the execution of a drawn leaf by a node; tells whether it is the first one. */
  executed(node: SimNode, subject: Subject): boolean {
    const key = `${node.index}/${subjectKey(subject)}`;
    if (this.#executed.has(key)) return false;
    this.#executed.add(key);
    this.executionCount += 1;
    return true;
  }

  reported(node: SimNode, report: Report, now: TimeMs): void {
    if (report.kind === 'evidence-found' && node.isHonest) {
      for (const id of report.guilty) this.guilty.add(id);
    }
    if (!this.#options.observers.has(node.id)) return;
    switch (report.kind) {
      case 'batch-sealed':
        this.sealed.add(report.batch);
        return;
      case 'subject-drawn':
        return this.#drawn(report.subject, now);
      case 'level-started': {
        const record = this.#record(report.subject);
        record.level = Math.max(record.level, report.level);
        return;
      }
      case 'challenged':
        this.#record(report.subject).challenged.add(report.level);
        return;
      case 'revealed':
        return this.#revealed(report);
      case 'certified':
        return this.#certified(report, now);
      case 'decided':
        return this.#decided(node, report, now);
      case 'unresolved':
        this.#record(report.subject).decisions.giveUp(node.index, now);
        return this.#settle(report.subject);
      case 'closed':
        return this.judge(report.judged);
      default:
        return;
    }
  }

  /** Adds what one honest node can tell settlement about a drawn leaf. */
  judge(judged: JudgedSubject): void {
    const key = subjectKey(judged.subject);
    const known = this.judgedSubjects.get(key);
    this.judgedSubjects.set(key, known === undefined ? judged : uniteJudged(known, judged));
  }

  #drawn(subject: Subject, now: TimeMs): void {
    // who learns a seal from an opening does not report that it was made
    this.sealed.add(subject.batch);
    const key = subjectKey(subject);
    if (this.subjects.has(key)) return;
    this.#open.add(key);
    this.subjects.set(key, {
      subject,
      drawnAt: now,
      certifiedAt: undefined,
      certified: new Map(),
      decisions: new Decisions(this.#options.nodeCount),
      level: 0,
      challenged: new Set(),
    });
  }

  /** An honest vote against the truth: drift beyond the tolerance, or a modelled mistake. */
  #revealed({ subject, verdict }: Report & { kind: 'revealed' }): void {
    const isWrong = this.#options.truth.answerOf(subject)?.isWrong === true;
    const isErring = isWrong ? verdict === 'valid' : verdict === 'invalid';
    if (isErring || verdict === 'inconclusive') this.erring.add(subjectKey(subject));
  }

  #certified(report: Report & { kind: 'certified' }, now: TimeMs): void {
    const record = this.#record(report.subject);
    record.certifiedAt ??= now;
    const verdicts = record.certified.get(report.level) ?? new Set<Verdict>();
    record.certified.set(report.level, verdicts.add(report.verdict));
  }

  #decided(node: SimNode, report: Report & { kind: 'decided' }, now: TimeMs): void {
    const record = this.#record(report.subject);
    record.decisions.decide(node.index, report.verdict, now);
    this.#settle(report.subject);
  }

  #settle(subject: Subject): void {
    const { endedCount } = this.#record(subject).decisions;
    if (endedCount >= this.#options.observers.size) this.#open.delete(subjectKey(subject));
  }

  #record(subject: Subject): SubjectRecord {
    return defined(this.subjects.get(subjectKey(subject)), 'a judged leaf was drawn');
  }
}

function requestKey({ requester, nonce }: { requester: NodeId; nonce: Uint8Array }): string {
  return `${requester}/${nonce.join()}`;
}
