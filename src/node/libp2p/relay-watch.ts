/**
 * Tells who does not forward. Each round of the beacon is due from everybody: a node that accepts
 * one sends it to its whole mesh, the one it came from included, so that each link carries each
 * round in both directions. A peer of our mesh that did not send us what we accepted missed it.
 *
 * This is what P3 of gossipsub is for, measured against what there was to forward and not against
 * a fixed rate: when the beacon stalls nobody is guilty, and a peer that is merely farther from the
 * source than we are is not either. The price is one small message per link and round.
 *
 * A peer from which nothing at all came meanwhile is no judge's case: its link is cut, or its
 * machine stands still. It is told of, so that the connection ends; when the link heals the two
 * meet again without a stain, and in the mesh at the next heartbeat.
 */
import type { NodeId } from '../../base/index.ts';
import { HOST_LIMITS } from './limits.ts';
import { setRecent } from './recent.ts';

/** Misses, less what was delivered, from which a peer is punished: half of eight rounds. */
export const MISSED_LIMIT = 4;
const MISSED_MAX = 8;
/** Rounds outside of the mesh after which one miss is forgiven. */
const FORGIVEN_EVERY = 4;
/** Off the score while punished: more than everything that a peer can earn (`topicScoreCap`). */
const PENALTY = 30;
const ROUNDS_MAX = 64;
/** Rounds of silence after which a peer is told of. */
export const SILENT_LIMIT = 4;

type Round = { readonly copies: Set<NodeId>; acceptedAtMs?: number; expected: readonly NodeId[] };

/** Counts, per peer, the rounds that it did not forward. */
export class RelayWatch {
  readonly #windowMs: number;
  readonly #rounds = new Map<string, Round>();
  readonly #missed = new Map<NodeId, number>();
  readonly #heardAtMs = new Map<NodeId, number>();
  readonly #silent = new Map<NodeId, number>();
  readonly #onSilent: (peer: NodeId) => void;
  #meshBefore: ReadonlySet<NodeId> = new Set();
  #judged = 0;

  /** @param onSilent told of a peer of the mesh from which nothing comes */
  constructor(windowMs: number, onSilent: (peer: NodeId) => void = () => undefined) {
    this.#windowMs = windowMs;
    this.#onSilent = onSilent;
  }

  /** A peer sent us something. */
  onHeard(peer: NodeId, nowMs: number): void {
    // what comes after its sender left is not kept for good
    setRecent(this.#heardAtMs, [peer, nowMs], HOST_LIMITS.ratedPeersMax);
    this.#silent.delete(peer);
  }

  /** A peer sent us the message `id`, for the first time or again. */
  onCopy(peer: NodeId, id: string): void {
    this.#round(id).copies.add(peer);
  }

  /** We accepted or published `id`; peers of the mesh, then as before, owe it. */
  onAccepted(id: string, mesh: ReadonlySet<NodeId>, nowMs: number): void {
    const round = this.#round(id);
    if (round.acceptedAtMs !== undefined) return;
    round.acceptedAtMs = nowMs;
    round.expected = [...mesh].filter((peer) => this.#meshBefore.has(peer));
    this.#meshBefore = new Set(mesh);
  }

  /** Counts what is due by now. `mesh` are the peers that are in it still. */
  tick(mesh: ReadonlySet<NodeId>, nowMs: number): void {
    for (const [id, round] of this.#rounds) {
      const { acceptedAtMs } = round;
      if (acceptedAtMs === undefined || nowMs - acceptedAtMs < this.#windowMs) continue;
      this.#rounds.delete(id);
      this.#judge({ ...round, acceptedAtMs }, mesh);
    }
  }

  /** What `peer` loses of its score for not forwarding, 0 or more. */
  penalty(peer: NodeId): number {
    return (this.#missed.get(peer) ?? 0) >= MISSED_LIMIT ? PENALTY : 0;
  }

  /** A peer disconnected: what it missed stays, and time forgives it. */
  left(peer: NodeId): void {
    this.#heardAtMs.delete(peer);
    this.#silent.delete(peer);
  }

  #judge(
    { copies, expected, acceptedAtMs }: Round & { readonly acceptedAtMs: number },
    mesh: ReadonlySet<NodeId>,
  ): void {
    for (const peer of expected) {
      if (!mesh.has(peer)) continue;
      const heardAtMs = this.#heardAtMs.get(peer);
      if (heardAtMs !== undefined && heardAtMs < acceptedAtMs - this.#windowMs) {
        this.#noteSilence(peer);
        continue;
      }
      const missed = this.#missed.get(peer) ?? 0;
      this.#set(peer, copies.has(peer) ? missed - 1 : Math.min(MISSED_MAX, missed + 1));
    }
    this.#judged += 1;
    if (this.#judged % FORGIVEN_EVERY !== 0) return;
    for (const [peer, missed] of this.#missed) if (!mesh.has(peer)) this.#set(peer, missed - 1);
  }

  #noteSilence(peer: NodeId): void {
    const silent = (this.#silent.get(peer) ?? 0) + 1;
    this.#silent.set(peer, silent);
    if (silent < SILENT_LIMIT) return;
    this.left(peer);
    this.#onSilent(peer);
  }

  #set(peer: NodeId, missed: number): void {
    if (missed > 0) this.#missed.set(peer, missed);
    else this.#missed.delete(peer);
  }

  #round(id: string): Round {
    const known = this.#rounds.get(id);
    if (known !== undefined) return known;
    const round: Round = { copies: new Set(), expected: [] };
    setRecent(this.#rounds, [id, round], ROUNDS_MAX);
    return round;
  }
}
