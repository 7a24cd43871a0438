/** A node as the page keeps it: who it is, and what it did, by time. Bounded. */
import type { MovementRecord, NodeRecord } from '../../trace/index.ts';
import { Series } from './series.ts';

/** Movements and seats of a node that are kept one by one; older ones are counted. */
const KEPT_MAX = 500;

/** Money that moved for one reason up to where movements are no longer kept. */
type Sums = { gained: bigint; lost: bigint };

/** A node and what it did. */
export type NodeEntry = {
  readonly number: number;
  record: NodeRecord;
  /** Ups and downs; up from the beginning. */
  readonly changes: { readonly at: number; readonly isUp: boolean }[];
  /** Messages that it said. */
  readonly said: Series;
  readonly heard: Series;
  readonly refused: Series;
  /** Levels of claims in which it holds seats. */
  readonly drawn: Series;
  /** Commits and abstentions. */
  readonly committed: Series;
  readonly abstained: Series;
  readonly revealed: Series;
  readonly acked: Series;
  readonly executed: Series;
  /** Faults that others found in what it said. */
  readonly blamed: { readonly at: number; readonly by: number; readonly code: string }[];
  readonly movements: MovementRecord[];
  readonly older: Sums;
  /** Claims in which it holds seats, newest last. */
  readonly seats: string[];
  /** Batches that it provided, newest last. */
  readonly batches: string[];
  skewMs: { readonly at: number; readonly ms: number } | undefined;
};

/** Returns a node that did nothing yet. */
export function newNode(record: NodeRecord): NodeEntry {
  return {
    number: record.node,
    record,
    changes: [],
    said: new Series(),
    heard: new Series(64),
    refused: new Series(64),
    drawn: new Series(),
    committed: new Series(),
    abstained: new Series(256),
    revealed: new Series(),
    acked: new Series(256),
    executed: new Series(256),
    blamed: [],
    movements: [],
    older: { gained: 0n, lost: 0n },
    seats: [],
    batches: [],
    skewMs: undefined,
  };
}

/** How many nodes found fault with it, up to a moment: a liar blames many, many blame a liar. */
export function blamersAt(node: NodeEntry, at: number): number {
  return new Set(node.blamed.filter((each) => each.at <= at).map(({ by }) => by)).size;
}

/** Appends to a list that keeps its newest entries. */
export function keep<T>(list: T[], item: T, max = KEPT_MAX): void {
  list.push(item);
  if (list.length > 2 * max) list.splice(0, list.length - max);
}

/** Takes money that moved. */
export function move(node: NodeEntry, movement: MovementRecord): void {
  node.movements.push(movement);
  if (node.movements.length <= 2 * KEPT_MAX) return;
  for (const { amount } of node.movements.splice(0, KEPT_MAX)) count(node.older, BigInt(amount));
}

function count(sums: Sums, amount: bigint): void {
  if (amount < 0n) sums.lost -= amount;
  else sums.gained += amount;
}

/** What a node gained and lost up to a moment, both positive. */
export function moneyAt(
  node: NodeEntry,
  at: number,
): { readonly gained: bigint; readonly lost: bigint } {
  const sums = { ...node.older };
  for (const movement of node.movements) {
    if (movement.at <= at) count(sums, BigInt(movement.amount));
  }
  return sums;
}

/** Whether a node was up at a moment. */
export function isUpAt(node: NodeEntry, at: number): boolean {
  return node.changes.findLast((change) => change.at <= at)?.isUp ?? true;
}

/** Rounds after which somebody who said nothing is not known to be there. */
const HEARD_ROUNDS = 60;

/** Whether a node said something lately: all that one node knows of another it is not linked to. */
export function isHeardAt(
  { said }: NodeEntry,
  time: { readonly at: number; readonly roundUs: number },
): boolean {
  const last = said.lastAt(time.at);
  return last !== undefined && time.at - last <= HEARD_ROUNDS * time.roundUs;
}

/** How long after a level began its holders have had the time to speak: two rounds. */
const GRACE_ROUNDS = 6;
const WINDOW_ROUNDS = 30;
/** Levels in the window below which nobody is called silent. */
const SILENT_LEVELS_MIN = 3;

/**
 * Tells how many of the levels of the last rounds a validator did not speak at. Only those whose
 * deadline passed count: a level takes some rounds.
 */
export function silenceAt(
  node: NodeEntry,
  time: { readonly at: number; readonly roundUs: number },
): { readonly levels: number; readonly missed: number; readonly isSilent: boolean } {
  const to = time.at - GRACE_ROUNDS * time.roundUs;
  const from = to - WINDOW_ROUNDS * time.roundUs;
  const levels = node.drawn.countBetween(from, to);
  const spoken = node.committed.countBetween(from, time.at);
  const missed = Math.max(0, levels - spoken);
  return { levels, missed, isSilent: levels >= SILENT_LEVELS_MIN && 2 * missed >= levels };
}
