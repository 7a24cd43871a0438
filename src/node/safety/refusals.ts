/**
 * Peers that refuse this process because another one with its key is connected to them. One may
 * lie; validators with more than a third of the stake do not all.
 */
import type { NodeId } from '../../base/index.ts';
import type { Network } from '../../core/index.ts';

/** A refusal counts as long as it may take until a peer is dialled again, and twice. */
const KEPT_MS = 600_000;

export class Refusals {
  readonly #network: () => Network;
  readonly #now: () => number;
  /** When each peer refused last; members only. */
  readonly #atMs = new Map<NodeId, number>();

  /**
   * @param network the members of now
   * @param now milliseconds that never go back
   */
  constructor(network: () => Network, now: () => number = () => performance.now()) {
    this.#network = network;
    this.#now = now;
  }

  /** Members that refused lately. */
  get count(): number {
    const { validators, providers } = this.#network();
    return [...validators, ...providers].filter(({ id }) => this.#refusedLately(id)).length;
  }

  /** Whether somebody honest must be among them. */
  get areBelievable(): boolean {
    const { validators, totalStake } = this.#network();
    const refusing = validators.filter(({ id }) => this.#refusedLately(id));
    return 3n * refusing.reduce((sum, { stake }) => sum + stake, 0n) > totalStake;
  }

  /** @returns whether a member says so: what strangers say is not counted */
  note(peer: NodeId): boolean {
    const { validators, providers } = this.#network();
    const isMember = [...validators, ...providers].some(({ id }) => id === peer);
    if (isMember) this.#atMs.set(peer, this.#now());
    return isMember;
  }

  /** The peer took this process after all. */
  forget(peer: NodeId): void {
    this.#atMs.delete(peer);
  }

  #refusedLately(peer: NodeId): boolean {
    return this.#now() - (this.#atMs.get(peer) ?? Number.NEGATIVE_INFINITY) < KEPT_MS;
  }
}
