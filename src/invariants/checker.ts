/**
 * Asserts the invariants of the protocol after every effect of every node, and at the end: of
 * simulated nodes as they run, of real ones by their event logs.
 *
 * It knows who is dishonest, and so what may be asked of a committee: agreement is only promised
 * while dishonest holders weigh less than 2q−k. Where they weigh more, a breach is excused, and
 * counted. With rules ablated the invariants need not hold: violations are counted, not thrown.
 */
import {
  type NodeId,
  type Subject,
  subjectKey,
  type TimeMs,
  VERDICTS,
  type Verdict,
} from '../base/index.ts';
import {
  type Committee,
  type Effect,
  type GuardRecord,
  isConflict,
  nominalTime,
  type ProviderEffect,
  type Report,
} from '../core/index.ts';
import type { BundleEntry, BundleMessage } from '../wire/index.ts';
import type { Committees, Honesty } from './committees.ts';
import { InvariantViolation } from './violation.ts';

/** Somebody whose effects are judged. */
export type Actor = {
  readonly id: NodeId;
  /** Place among all nodes. */
  readonly index: number;
  readonly isHonest: boolean;
};

/** What went wrong with a node that makes promises of it void. */
export type Excuses = {
  /** Its disk lost what was durable. */
  isForgetful(id: NodeId): boolean;
  /** Its clock is, or was, wrong. */
  isClockWrong(id: NodeId): boolean;
};

export type CheckerOptions = {
  readonly committees: Committees;
  readonly truth: Honesty;
  readonly faults: Excuses;
  /** Ablated rules: with any of them, violations are only counted. */
  readonly isLenient: boolean;
  readonly nodeCount: number;
  /** Told of each violation before it is thrown, or only counted. */
  readonly onViolation?: (violation: InvariantViolation) => void;
};

/** Whether a promise was kept, and what to say if not. */
export type Promised = { readonly isKept: boolean; readonly detail: () => string };

type Decided = { readonly verdict: Verdict; readonly level: number };

/** What an honest node signed, to find two different words. */
type Signed = {
  readonly persisted: Set<string>;
  readonly commitments: Map<string, string>;
  readonly votes: Map<string, Verdict>;
  /** What others heard of it. */
  readonly heard: Set<string>;
};

export class Checker {
  readonly #options: CheckerOptions;
  readonly #signed = new Map<NodeId, Signed>();
  readonly #committed = new Map<string, Set<NodeId>>();
  readonly #certified = new Map<string, Set<Verdict>>();
  /** Last decisions by subject, then by node: see `codeOf`. */
  readonly #decided = new Map<string, Uint8Array>();
  readonly #seenHolders = new WeakSet<readonly NodeId[]>();
  readonly #lastRound = new Map<NodeId, number>();
  readonly #violations = new Map<string, number>();
  readonly #excused = new Map<string, number>();
  #checkCount = 0;

  constructor(options: CheckerOptions) {
    this.#options = options;
  }

  /** Assertions made so far. */
  get checkCount(): number {
    return this.#checkCount;
  }

  /** Violations by invariant; empty unless rules were ablated. */
  get violations(): ReadonlyMap<string, number> {
    return this.#violations;
  }

  /** Promises that were broken where they are void: by invariant. */
  get excused(): ReadonlyMap<string, number> {
    return this.#excused;
  }

  /** What honest nodes decided at last, by subject: each decision once. */
  *decisions(): Generator<[subject: string, decided: readonly Decided[]]> {
    for (const [key, codes] of this.#decided) {
      const distinct = new Set(codes);
      yield [key, [...distinct].filter((code) => code !== 0).map(decidedBy)];
    }
  }

  /** Judges one effect, before the world runs it. */
  observe(node: Actor, effect: ProviderEffect, now: TimeMs): void {
    if (effect.kind === 'publish' && effect.message.type === 'bundle') {
      this.#noteCommits(effect.message);
    }
    if (!node.isHonest) return;
    if (effect.kind === 'persist') this.#notePersisted(node, effect, now);
    else if (effect.kind === 'publish' && effect.message.type === 'bundle') {
      this.#checkBundle(node, effect.message, now);
    } else if (effect.kind === 'report') this.#checkReport(node, effect.report);
  }

  /** Takes what a validator's guard holds when it starts: it may be said again. [GUARD-1] */
  recall(id: NodeId, record: GuardRecord): void {
    const key = guardedKey(record);
    if (key !== undefined) this.#signedBy(id).persisted.add(key);
  }

  /**
   * Takes what others heard of a validator, with a good signature: an honest one has one word, in
   * its own log and with everybody else. [GUARD-2]
   */
  hear(message: BundleMessage): void {
    this.#noteCommits(message);
    const { validator, entries } = message;
    if (!this.#options.truth.isHonest(validator)) return;
    const signed = this.#signedBy(validator);
    for (const { entry } of entries) {
      signed.heard.add(saidKey(entry));
      if (entry.kind !== 'ack') this.#noteWord(validator, entry);
    }
  }

  /** [GUARD-1] Holds: whatever was heard of an honest validator was durable. Judged at the end. */
  checkHeard(): void {
    for (const [id, { heard, persisted }] of this.#signed) {
      for (const key of heard) {
        this.hold(persisted.has(key), 'guard-before-wire', () => `${id} said ${key}`);
      }
    }
  }

  /** [WIRE-3] Judges what a node says of a message that another one passed on. */
  observeVerdict(
    verdict: 'accept' | 'ignore' | 'reject',
    { node, sender, type }: { node: Actor; sender: Actor | undefined; type: string },
  ): void {
    const isBlamed = verdict === 'reject' && node.isHonest && sender?.isHonest === true;
    this.hold(!isBlamed, 'no-honest-relay-blamed', () => `for a ${type}`);
  }

  /** Holds `condition`, or counts and throws a violation. */
  hold(condition: boolean, invariant: string, detail: () => string): void {
    this.#checkCount += 1;
    if (condition) return;
    this.#violations.set(invariant, (this.#violations.get(invariant) ?? 0) + 1);
    const violation = new InvariantViolation(invariant, detail());
    this.#options.onViolation?.(violation);
    if (!this.#options.isLenient) throw violation;
  }

  /** Holds a promise that is void where a level was captured or a fault breaks it: counted. */
  holdUnless(isVoid: boolean, invariant: string, promise: Promised): void {
    const { isKept, detail } = promise;
    if (!isVoid || isKept) return this.hold(isKept, invariant, detail);
    this.#checkCount += 1;
    this.#excused.set(invariant, (this.#excused.get(invariant) ?? 0) + 1);
  }

  #notePersisted(node: Actor, { record }: Effect & { kind: 'persist' }, now: TimeMs): void {
    const { persisted } = this.#signedBy(node.id);
    const key = guardedKey(record);
    if (key !== undefined) persisted.add(key);
    if (record.kind === 'ack') this.#checkAckTime(node, record.batch, now);
  }

  /** Who committed or abstained, as far as anybody could know: dishonest nodes too. */
  #noteCommits({ validator, entries }: BundleMessage): void {
    for (const { entry } of entries) {
      if (entry.kind !== 'commit' && entry.kind !== 'abstain') continue;
      const key = placeKey(entry, entry.level);
      const known = this.#committed.get(key) ?? new Set();
      this.#committed.set(key, known.add(validator));
    }
  }

  #checkBundle(node: Actor, { entries }: BundleMessage, now: TimeMs): void {
    const signed = this.#signedBy(node.id);
    for (const { entry } of entries) {
      const said = saidKey(entry);
      // [GUARD-1] durable before it leaves
      this.hold(signed.persisted.has(said), 'guard-before-wire', () => said);
      if (entry.kind === 'ack') continue;
      const key = placeKey(entry, entry.level);
      const committee = this.#options.committees.of(entry, entry.level);
      // [SEAT-3] holders are legitimate
      this.hold(committee?.indexOf.has(node.id) === true, 'holders-legitimate', () => key);
      if (entry.kind === 'reveal') this.#checkReveal(node, { key, entry, committee }, now);
      else this.#noteWord(node.id, entry);
    }
  }

  /** [GUARD-2] One commit and one vote at each place. */
  #noteWord(id: NodeId, entry: Exclude<BundleEntry, { kind: 'ack' }>): void {
    const { commitments, votes } = this.#signedBy(id);
    const key = placeKey(entry, entry.level);
    if (entry.kind === 'reveal') {
      const before = votes.get(key) ?? entry.verdict;
      votes.set(key, entry.verdict);
      this.#holdOneWord(id, before === entry.verdict, `two votes at ${key}`);
      return;
    }
    const word = entry.kind === 'commit' ? entry.commitment.join() : 'abstained';
    const before = commitments.get(key) ?? word;
    commitments.set(key, word);
    this.#holdOneWord(id, before === word, `two commits at ${key}`);
  }

  #checkReveal(
    node: Actor,
    at: {
      key: string;
      entry: BundleMessage['entries'][number]['entry'] & { kind: 'reveal' };
      committee: Committee | undefined;
    },
    now: TimeMs,
  ): void {
    const { key, entry, committee } = at;
    const signed = this.#signedBy(node.id);
    this.hold(signed.commitments.has(key), 'commits-precede-reveals', () => key);
    this.#noteWord(node.id, entry);
    // [COMMIT-2] all committed, or the commit deadline passed
    const isComplete =
      committee !== undefined && this.#committed.get(key)?.size === committee.holders.length;
    const deadline = this.#options.committees.commitDeadline(entry, entry.level);
    const isShown = isComplete || (deadline !== undefined && now >= deadline);
    // a clock that runs fast passes deadlines early; [TIME-4] a wrong one is noticed after a while
    const isExcused = this.#options.faults.isClockWrong(node.id);
    const promised = { isKept: isShown, detail: () => key };
    this.holdUnless(isExcused, 'blind-until-committed', promised);
  }

  /** [GUARD-2] One word in all lives of a node, unless its disk forgot the first one. */
  #holdOneWord(id: NodeId, isKept: boolean, detail: string): void {
    const isExcused = this.#options.faults.isForgetful(id);
    this.holdUnless(isExcused, 'no-honest-equivocation', { isKept, detail: () => detail });
  }

  /**
   * [TIME-3] Honest seats decide to seal before anybody can know the draw; what they decided in
   * time they may say again later, after a crash.
   */
  #checkAckTime(node: Actor, batch: Subject['batch'], now: TimeMs): void {
    const due = this.#options.committees.samplingRoundOf(batch);
    if (due === undefined) return;
    const { network } = this.#options.committees;
    const promised = { isKept: now < nominalTime(network, due), detail: () => batch };
    this.holdUnless(this.#options.faults.isClockWrong(node.id), 'sealed-before-draw', promised);
  }

  #checkReport(node: Actor, report: Report): void {
    switch (report.kind) {
      case 'subject-drawn':
        this.hold(this.#options.committees.isDrawn(report.subject), 'sampling-pure', () =>
          subjectKey(report.subject),
        );
        return;
      case 'certified':
        return this.#checkCertified(report);
      case 'decided': {
        const key = subjectKey(report.subject);
        const codes = this.#decided.get(key) ?? new Uint8Array(this.#options.nodeCount);
        codes[node.index] = codeOf(report);
        this.#decided.set(key, codes);
        return;
      }
      case 'batch-sealed': {
        const before = this.#lastRound.get(node.id) ?? 0;
        this.hold(report.round + 8 >= before, 'rounds-monotone', () => node.id);
        this.#lastRound.set(node.id, Math.max(before, report.round));
        return;
      }
      default:
        return;
    }
  }

  #checkCertified(report: Report & { kind: 'certified' }): void {
    const { subject, level, verdict, holders } = report;
    const key = placeKey(subject, level);
    const committee = this.#options.committees.of(subject, level);
    if (committee === undefined) {
      this.hold(false, 'holders-legitimate', () => key);
      return;
    }
    // validity: every honest signer cast a vote of a value that the verdict counts
    // nodes that took the same certificate report the same list: it is looked at once
    const isNews = !this.#seenHolders.has(holders);
    this.#seenHolders.add(holders);
    for (const id of isNews ? holders : []) {
      if (!this.#options.truth.isHonest(id)) continue;
      const vote = this.#signedBy(id).votes.get(key);
      this.hold(vote !== undefined && counts(vote, verdict), 'votes-were-cast', () => key);
    }
    const known = this.#certified.get(key) ?? new Set<Verdict>();
    this.#certified.set(key, known.add(verdict));
    for (const other of known) {
      if (!isConflict(verdict, other)) continue;
      const isInconclusive = verdict === 'inconclusive' || other === 'inconclusive';
      const least = isInconclusive ? 1n : 2n * committee.quorum - committee.weight;
      const guilty = this.#options.committees.dishonestWeight(committee);
      const detail = () => `${verdict} and ${other} at ${key}`;
      this.holdUnless(guilty >= least, 'agreement', { isKept: false, detail });
    }
  }

  #signedBy(id: NodeId): Signed {
    const known = this.#signed.get(id);
    if (known !== undefined) return known;
    const created: Signed = {
      persisted: new Set(),
      commitments: new Map(),
      votes: new Map(),
      heard: new Set(),
    };
    this.#signed.set(id, created);
    return created;
  }
}

/** A decision as one byte; 0 is none. */
function codeOf({ level, verdict }: Decided): number {
  return 1 + level * VERDICTS.length + VERDICTS.indexOf(verdict);
}

function decidedBy(code: number): Decided {
  const verdict = VERDICTS[(code - 1) % VERDICTS.length] as Verdict;
  return { level: Math.floor((code - 1) / VERDICTS.length), verdict };
}

/** [QUORUM-5] Whether a vote of this value may stand in a certificate for `verdict`. */
function counts(vote: Verdict, verdict: Verdict): boolean {
  if (vote === verdict || verdict === 'inconclusive') return true;
  return verdict === 'unavailable' && vote === 'invalid';
}

/** What a record lets a validator say; of a provider's records nothing. */
function guardedKey(record: GuardRecord): string | undefined {
  switch (record.kind) {
    case 'ack':
      return `ack/${record.batch}`;
    case 'commit':
    case 'abstain':
      return `commit/${placeKey(record.subject, record.level)}`;
    case 'vote':
      return `vote/${placeKey(record.subject, record.level)}`;
    default:
      return undefined;
  }
}

/** The record that an entry needs. */
function saidKey(entry: BundleEntry): string {
  if (entry.kind === 'ack') return `ack/${entry.batch}`;
  return `${entry.kind === 'reveal' ? 'vote' : 'commit'}/${placeKey(entry, entry.level)}`;
}

function placeKey(subject: Subject, level: number): string {
  return `${subjectKey(subject)}/${level}`;
}
