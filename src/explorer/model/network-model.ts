/**
 * What the page knows: a pure reduction of trace records, without anything of a browser. Every fact
 * keeps its time, so that one model shows the network as it was at any moment: the time slider
 * moves a number and nothing is computed again.
 *
 * Bounded for live networks: the newest claims are kept with all their facts, everything else is
 * counted. A recorded trace is kept whole.
 */
import type { Verdict } from '../../base/index.ts';
import type {
  CommitteeRecord,
  LinkRecord,
  MessageRecord,
  ReportRecord,
  StartRecord,
  TraceRecord,
} from '../../trace/index.ts';
import {
  advance,
  type Batch,
  type Claim,
  claimKey,
  FACTS_MAX,
  type Fact,
  newBatch,
  newClaim,
  tell,
} from './claim.ts';
import type { EvidenceEntry, FaultEntry, Link, ModelLimits } from './kept.ts';
import { keep, move, type NodeEntry, newNode } from './node-entry.ts';
import { Series } from './series.ts';
import { kindNumber, Traffic } from './traffic.ts';

const EVENTS_MAX = 1_000;
const BATCHES_PER_CLAIM = 2;
const BATCHES_MIN = 500;
const WORKS_MAX = 50_000;

/** All that was told. Owner of its state: `apply` changes it in place. */
export class NetworkModel {
  readonly limits: ModelLimits;
  start: StartRecord | undefined;
  /** Counts changes: whoever draws compares it. */
  version = 0;
  firstAt: number | undefined;
  lastAt = 0;
  isWhole = false;
  /** First movement that names no claim: some account was settled for all claims at once. */
  settledAt: number | undefined;
  readonly nodes: NodeEntry[] = [];
  readonly links = new Map<string, Link>();
  readonly linkChanges = new Series();
  readonly batches = new Map<string, Batch>();
  readonly claims = new Map<string, Claim>();
  /** Claims that are kept, in the order in which they were drawn. */
  order: Claim[] = [];
  readonly traffic: Traffic;
  readonly evidence: EvidenceEntry[] = [];
  readonly faults: FaultEntry[] = [];
  /** Faults of the scenario. */
  readonly scenario: { at: number; what: string; isOver: boolean; nodes: readonly number[] }[] = [];
  readonly beacons: { readonly round: number; readonly at: number }[] = [];
  readonly committed = new Series();
  readonly drawn = new Series();
  readonly messages = new Series();
  readonly decided = new Map<Verdict | 'unresolved', Series>();
  /** Claims that were dropped: older than what is kept. */
  forgotten = 0;
  readonly #kindOf = new Map<number, number>();
  readonly #works = new Map<string, string>();

  constructor(limits: ModelLimits) {
    this.limits = limits;
    this.traffic = new Traffic(limits.hops);
  }

  /** Takes the next record. Total: a record that speaks of what is not known is taken as news. */
  apply(record: TraceRecord): void {
    this.version += 1;
    this.firstAt ??= record.at;
    this.lastAt = Math.max(this.lastAt, record.at);
    switch (record.kind) {
      case 'start':
        this.start = record;
        return;
      case 'node':
        this.#takeNode(record);
        return;
      case 'link':
        this.#takeLink(record);
        return;
      case 'state':
        this.#node(record.node)?.changes.push({ at: record.at, isUp: record.isUp });
        return;
      case 'fault':
        keep(this.scenario, { nodes: [], ...record }, EVENTS_MAX);
        return;
      case 'message':
        this.#takeMessage(record);
        return;
      case 'delivery':
        this.#takeDelivery(record);
        return;
      case 'end':
        this.isWhole = true;
        return;
      default:
        this.#takeFact(record);
    }
  }

  #takeFact(
    record: Extract<
      TraceRecord,
      { kind: 'committee' | 'distance' | 'work' | 'done' | 'report' | 'movement' }
    >,
  ): void {
    switch (record.kind) {
      case 'committee':
        this.#takeCommittee(record);
        return;
      case 'report':
        this.#takeReport(record);
        return;
      case 'work':
        this.#takeWork(record);
        return;
      case 'done':
        this.#takeDone(record);
        return;
      case 'movement': {
        const node = this.#node(record.node);
        if (node !== undefined) move(node, record);
        if (record.batch === undefined && record.reason !== 'slash-equivocation') {
          this.settledAt ??= record.at;
        }
        this.#factOf(record, record);
        return;
      }
      default:
        this.#factOf(record, record);
    }
  }

  #node(number: number): NodeEntry | undefined {
    return this.nodes[number];
  }

  #takeNode(record: Extract<TraceRecord, { kind: 'node' }>): void {
    const known = this.nodes[record.node];
    if (known === undefined) this.nodes[record.node] = newNode(record);
    else known.record = record;
  }

  #takeLink({ a, b, at, isUp }: LinkRecord): void {
    const key = a < b ? `${a}-${b}` : `${b}-${a}`;
    const link = this.links.get(key) ?? { a, b, changes: [] };
    this.links.set(key, link);
    keep(link.changes, { at, isUp }, 64);
    this.linkChanges.add(at);
  }

  #takeDelivery(record: Extract<TraceRecord, { kind: 'delivery' }>): void {
    const { at, from, node, message, verdict } = record;
    const kind = this.#kindOf.get(message) ?? kindNumber('query');
    this.traffic.add({ at, from, to: node, kind });
    const entry = this.#node(node);
    entry?.heard.add(at);
    if (verdict === 'reject') entry?.refused.add(at);
  }

  #takeMessage(record: MessageRecord): void {
    const { at, node, content, message } = record;
    const kind = kindNumber(content.type);
    if (Number.isFinite(this.limits.claims) && this.#kindOf.size > 2 * this.limits.hops) {
      this.#kindOf.clear();
    }
    this.#kindOf.set(message, kind);
    this.messages.add(at);
    this.traffic.add({ at, from: node, to: record.to ?? node, kind });
    this.#node(node)?.said.add(at);
    this.#takeContent(record);
  }

  #takeContent(record: MessageRecord): void {
    const { at, node, content } = record;
    switch (content.type) {
      case 'header': {
        const batch = this.#batch(content.batch, at);
        batch.facts.push(record);
        if (batch.header !== undefined) return;
        batch.header = { ...content, at };
        for (let i = 0; i < content.count; i++) this.committed.add(at);
        const provider = this.#node(content.provider);
        if (provider !== undefined) keep(provider.batches, content.batch);
        return;
      }
      case 'openings': {
        const batch = this.#batch(content.batch, at);
        batch.facts.push(record);
        for (const { index, ...leaf } of content.leaves) {
          this.#claim(batch, index, at).leaf ??= leaf;
        }
        return;
      }
      case 'bundle':
        for (const entry of content.entries) this.#takeEntry({ kind: 'entry', at, node, entry });
        return;
      case 'beacon': {
        const last = this.beacons.at(-1)?.round ?? -1;
        if (content.round > last) keep(this.beacons, { round: content.round, at }, EVENTS_MAX);
        return;
      }
      case 'evidence': {
        const { evidence, guilty } = content;
        keep(this.evidence, { at, by: node, evidence, guilty }, EVENTS_MAX);
        return;
      }
      case 'certificate': {
        const { verdict, level } = content;
        const claim = this.#factOf(content, record);
        if (claim !== undefined) advance(claim, { at, state: 'provisional', level, verdict });
        return;
      }
      case 'output':
        this.#factOf(content, record);
        return;
      default:
    }
  }

  #takeEntry(fact: Extract<Fact, { kind: 'entry' }>): void {
    const { at, entry } = fact;
    const node = this.#node(fact.node);
    if (entry.kind === 'ack') {
      node?.acked.add(at);
      this.#batch(entry.batch, at).facts.push(fact);
      return;
    }
    if (entry.kind === 'reveal') node?.revealed.add(at);
    else node?.committed.add(at);
    if (entry.kind === 'abstain') node?.abstained.add(at);
    const claim = this.#factOf(entry, fact);
    if (claim === undefined || entry.kind !== 'reveal') return;
    claim.verdictsSaid.add(entry.verdict);
    if (claim.verdictsSaid.size > 1) claim.disputedAt ??= at;
  }

  #takeCommittee(record: CommitteeRecord): void {
    const { at, index, level } = record;
    const batch = this.#batch(record.batch, at);
    if (index === undefined || level === undefined) {
      batch.facts.push(record);
      return;
    }
    const claim = this.#claim(batch, index, at);
    this.#addFact(claim, record);
    advance(claim, { at, state: level === 0 ? 'drawn' : 'judged', level });
    for (const { node } of record.holders) {
      const holder = this.#node(node);
      holder?.drawn.add(at);
      if (holder !== undefined && level === 0) keep(holder.seats, claim.key);
    }
  }

  #takeReport(record: ReportRecord): void {
    const { at, node, what, about = [] } = record;
    if (what === 'fault') {
      const code = record.code ?? 'unknown';
      keep(this.faults, { at, by: node, code, about }, EVENTS_MAX);
      for (const blamed of about) {
        const entry = this.#node(blamed);
        if (entry !== undefined) keep(entry.blamed, { at, by: node, code });
      }
    }
    if (what === 'clock-skewed') {
      const entry = this.#node(node);
      if (entry !== undefined) entry.skewMs = { at, ms: record.skewMs ?? 0 };
    }
    if (record.batch === undefined) return;
    const batch = this.#batch(record.batch, at);
    if (record.index === undefined) tell(batch.told, record);
    else if (what !== 'closed' || this.claims.has(claimKey(batch.id, record.index))) {
      // a claim closes long after it was decided: one that is forgotten does not come back
      this.#takeClaimReport(this.#claim(batch, record.index, at), record);
    }
  }

  #takeClaimReport(claim: Claim, record: ReportRecord): void {
    const { at, what, verdict, level = claim.transitions.at(-1)?.level ?? 0 } = record;
    tell(claim.told, record);
    const before = claim.transitions.length;
    switch (what) {
      case 'level-started':
        advance(claim, { at, state: 'judged', level });
        break;
      case 'challenged':
        advance(claim, { at, state: 'challenged', level });
        break;
      case 'certified':
        advance(claim, { at, state: 'provisional', level, verdict });
        break;
      case 'decided':
        advance(claim, { at, state: 'final', level, verdict });
        break;
      case 'overruled':
        advance(claim, { at, state: 'final', level, verdict, isOverruled: true });
        break;
      case 'unresolved':
        advance(claim, { at, state: 'unresolved', level });
        break;
      default:
    }
    const last = claim.transitions.at(-1);
    if (claim.transitions.length === before || last === undefined) return;
    const ending = last.state === 'unresolved' ? 'unresolved' : last.verdict;
    if (last.state !== 'final' && last.state !== 'unresolved') return;
    if (ending === undefined || last.isOverruled === true) return;
    const series = this.decided.get(ending) ?? new Series();
    this.decided.set(ending, series);
    series.add(at);
  }

  #takeWork(record: Extract<TraceRecord, { kind: 'work' }>): void {
    this.#node(record.node)?.executed.add(record.at);
    const claim = this.#factOf(record, record);
    if (claim === undefined) return;
    if (this.#works.size > WORKS_MAX) this.#works.clear();
    this.#works.set(`${record.node} ${record.work}`, claim.key);
  }

  #takeDone(record: Extract<TraceRecord, { kind: 'done' }>): void {
    const name = `${record.node} ${record.work}`;
    const claim = this.claims.get(this.#works.get(name) ?? '');
    this.#works.delete(name);
    if (claim !== undefined) this.#addFact(claim, record);
  }

  #factOf(
    about: { readonly batch?: Batch['id']; readonly index?: number },
    fact: Fact,
  ): Claim | undefined {
    if (about.batch === undefined) return undefined;
    const batch = this.#batch(about.batch, fact.at);
    if (about.index === undefined) {
      batch.facts.push(fact);
      return undefined;
    }
    const claim = this.#claim(batch, about.index, fact.at);
    this.#addFact(claim, fact);
    return claim;
  }

  #addFact(claim: Claim, fact: Fact): void {
    if (claim.facts.length < FACTS_MAX) claim.facts.push(fact);
  }

  #batch(id: Batch['id'], at: number): Batch {
    const known = this.batches.get(id);
    if (known !== undefined) return known;
    const batch = newBatch(id, at);
    this.batches.set(id, batch);
    this.#forgetBatches();
    return batch;
  }

  #claim(batch: Batch, index: number, at: number): Claim {
    const key = claimKey(batch.id, index);
    const known = this.claims.get(key);
    if (known !== undefined) return known;
    const claim = newClaim(batch, index, at);
    batch.claimCount += 1;
    this.claims.set(key, claim);
    this.order.push(claim);
    this.drawn.add(at);
    if (this.order.length >= 2 * this.limits.claims) this.#forgetClaims();
    return claim;
  }

  #forgetClaims(): void {
    const over = this.order.length - this.limits.claims;
    for (const claim of this.order.slice(0, over)) {
      this.claims.delete(claim.key);
      claim.batch.claimCount -= 1;
    }
    this.order = this.order.slice(over);
    this.forgotten += over;
  }

  /** Oldest first, those without a claim that is kept. */
  #forgetBatches(): void {
    const max = Math.max(BATCHES_MIN, BATCHES_PER_CLAIM * this.limits.claims);
    if (this.batches.size <= max) return;
    for (const [id, batch] of this.batches) {
      if (batch.claimCount === 0) this.batches.delete(id);
      if (this.batches.size <= max / 2) return;
    }
  }
}
