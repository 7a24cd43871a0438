/**
 * A claim and its batch as the page keeps them: what was said about them, each with its time, so
 * that they can be shown as they stood at any moment. What nodes report is counted, not kept: a
 * thousand nodes report the same.
 */
import type { BatchId, ClaimId, NodeId, Verdict } from '../../base/index.ts';
import type {
  CommitteeRecord,
  DistanceRecord,
  DoneRecord,
  EntryContent,
  MessageContent,
  MessageRecord,
  MovementRecord,
  ReportRecord,
  WorkRecord,
} from '../../trace/index.ts';
import { Series } from './series.ts';

/** One thing that a validator said in a bundle. */
export type EntryFact = {
  readonly kind: 'entry';
  readonly at: number;
  readonly node: number;
  readonly entry: EntryContent;
};

/** Something that was said or done about a claim or its batch. */
export type Fact =
  | EntryFact
  | MessageRecord
  | CommitteeRecord
  | DistanceRecord
  | WorkRecord
  | DoneRecord
  | MovementRecord;

/** What nodes report, with how many did up to when. */
export type Told = { readonly first: ReportRecord; readonly by: Series };

/** Where a claim stands. */
export type ClaimState = 'drawn' | 'judged' | 'provisional' | 'challenged' | 'final' | 'unresolved';

/** A claim changes its state. */
export type Transition = {
  readonly at: number;
  readonly state: ClaimState;
  readonly level: number;
  readonly verdict?: Verdict | undefined;
  /** A second final verdict that is not the first one: who saw the first was overruled. */
  readonly isOverruled?: boolean;
};

/** A batch: what its provider committed to in one round. */
export type Batch = {
  readonly id: BatchId;
  readonly firstAt: number;
  /** Of its header. */
  header: (Extract<MessageContent, { type: 'header' }> & { readonly at: number }) | undefined;
  readonly facts: Fact[];
  readonly told: Map<string, Told>;
  /** Claims of it that are kept. */
  claimCount: number;
};

/** A claim that was drawn or opened. */
export type Claim = {
  readonly key: string;
  readonly batch: Batch;
  readonly index: number;
  readonly firstAt: number;
  leaf:
    | { readonly claim: ClaimId; readonly requester: NodeId; readonly executionClass: string }
    | undefined;
  readonly facts: Fact[];
  readonly told: Map<string, Told>;
  readonly transitions: Transition[];
  /** First time that somebody voted otherwise than another, or challenged. */
  disputedAt: number | undefined;
  readonly verdictsSaid: Set<string>;
};

/** Facts of one claim beyond which further ones are not kept: a claim has a few hundred. */
export const FACTS_MAX = 20_000;

/** Returns the name of a claim: `<batch>/<index>`. */
export function claimKey(batch: string, index: number): string {
  return `${batch}/${index}`;
}

/** Returns a batch of which nothing is known yet. */
export function newBatch(id: BatchId, firstAt: number): Batch {
  return { id, firstAt, header: undefined, facts: [], told: new Map(), claimCount: 0 };
}

/** Returns a claim of which nothing is known yet. */
export function newClaim(batch: Batch, index: number, firstAt: number): Claim {
  return {
    key: claimKey(batch.id, index),
    batch,
    index,
    firstAt,
    leaf: undefined,
    facts: [],
    told: new Map(),
    transitions: [{ at: firstAt, state: 'drawn', level: 0 }],
    disputedAt: undefined,
    verdictsSaid: new Set(),
  };
}

/** Counts a report. */
export function tell(told: Map<string, Told>, report: ReportRecord): void {
  const key = `${report.what} ${report.level ?? ''} ${report.verdict ?? ''} ${report.code ?? ''}`;
  const known = told.get(key);
  if (known !== undefined) known.by.add(report.at);
  else {
    const by = new Series();
    by.add(report.at);
    told.set(key, { first: report, by });
  }
}

/**
 * Takes a change of state, unless it tells nothing new: nodes report the same one after the other,
 * and what a slow node still sees open is final elsewhere.
 */
export function advance(claim: Claim, next: Transition): void {
  const now = claim.transitions.at(-1);
  if (next.state === 'challenged') claim.disputedAt ??= next.at;
  if (next.level > 0) claim.disputedAt ??= next.at;
  if (now === undefined || isNews(now, next)) claim.transitions.push(next);
}

const RANK: Readonly<Record<ClaimState, number>> = {
  drawn: 0,
  judged: 1,
  provisional: 2,
  challenged: 3,
  unresolved: 4,
  final: 5,
};

function isNews(now: Transition, next: Transition): boolean {
  if (now.state === 'final') return next.isOverruled === true && next.verdict !== now.verdict;
  if (next.state === 'final') return true;
  if (next.level !== now.level) return next.level > now.level;
  return RANK[next.state] > RANK[now.state];
}

/** Where a claim stood at a moment; before it was drawn, `undefined`. */
export function stateAt(claim: Claim, at: number): Transition | undefined {
  return claim.transitions.findLast((transition) => transition.at <= at);
}

/** Whether somebody had voted otherwise, or a further level ran, by then. */
export function isDisputedAt(claim: Claim, at: number): boolean {
  return claim.disputedAt !== undefined && claim.disputedAt <= at;
}
