/**
 * What peers did wrong, and who is banned. Points fade by one per second; a hundred of them, or a
 * gossip score below the gray list, is a ban. The points also weigh in the gossip score, so that a
 * peer on its way out loses its place in the mesh first.
 */
import type { NodeId } from '../../base/index.ts';
import { HOST_LIMITS } from './limits.ts';
import { setRecent } from './recent.ts';

/** Points per fault. Faults that an honest peer commits by accident weigh little. */
export const FAULT_POINTS = Object.freeze({
  /** Bytes that are no RPC, or one beyond the decoding limits. */
  'rpc-malformed': 20,
  'rpc-too-large': 50,
  'foreign-topics': 20,
  /** A prune with a longer backoff than anybody means. */
  'prune-backoff': 10,
  'control-flood': 25,
  'hello-malformed': 50,
  'hello-missing': 25,
  'stream-frame-too-large': 50,
  'stream-truncated': 10,
  'stream-timeout': 10,
  'stream-refused': 5,
  'handler-failed': 5,
  'unread-output': 25,
});

/** A kind of misbehaviour. */
export type Fault = keyof typeof FAULT_POINTS;

/** Points at which a peer is banned. */
export const BAN_POINTS = 100;

type Record = { points: number; atMs: number };

/** Faults and bans of peers, connected or not; bounded, the oldest forgotten. */
export class Conduct {
  readonly #faults = new Map<NodeId, Record>();
  readonly #bannedUntilMs = new Map<NodeId, number>();

  /** Notes `fault` and returns whether `peer` has now earned a ban. */
  note(peer: NodeId, fault: Fault, nowMs: number): boolean {
    const points = this.points(peer, nowMs) + FAULT_POINTS[fault];
    setRecent(this.#faults, [peer, { points, atMs: nowMs }], HOST_LIMITS.bansMax);
    return points >= BAN_POINTS;
  }

  /** Returns the points of `peer`, 0 for one without fault. */
  points(peer: NodeId, nowMs: number): number {
    const record = this.#faults.get(peer);
    if (record === undefined) return 0;
    return Math.max(0, record.points - (nowMs - record.atMs) / 1_000);
  }

  /** Refuses `peer` until `untilMs`. */
  ban(peer: NodeId, untilMs: number): void {
    setRecent(this.#bannedUntilMs, [peer, untilMs], HOST_LIMITS.bansMax);
  }

  /** Ends a ban and forgets the faults; tells whether `peer` was banned. */
  unban(peer: NodeId, nowMs: number): boolean {
    const wasBanned = this.isBanned(peer, nowMs);
    this.#bannedUntilMs.delete(peer);
    this.#faults.delete(peer);
    return wasBanned;
  }

  /** Who is refused, and until when. */
  bans(nowMs: number): ReadonlyMap<NodeId, number> {
    return new Map([...this.#bannedUntilMs].filter(([, untilMs]) => untilMs > nowMs));
  }

  /** Tells whether `peer` is refused. */
  isBanned(peer: NodeId, nowMs: number): boolean {
    return (this.#bannedUntilMs.get(peer) ?? -Infinity) > nowMs;
  }
}
