/**
 * Peers that refuse this process because another one with its key is connected to them. One may
 * lie; validators with more than a third of the stake do not all.
 */
import type { NodeId } from '../../base/index.ts';
import type { Network } from '../../core/index.ts';

export class Refusals {
  readonly #network: () => Network;
  readonly #peers = new Set<NodeId>();

  /** @param network the members of now */
  constructor(network: () => Network) {
    this.#network = network;
  }

  /** Members that refuse; what strangers say is not counted. */
  get count(): number {
    return this.#peers.size;
  }

  /** Whether somebody honest must be among them. */
  get areBelievable(): boolean {
    const { validators, totalStake } = this.#network();
    const refusing = validators.filter(({ id }) => this.#peers.has(id));
    return 3n * refusing.reduce((sum, { stake }) => sum + stake, 0n) > totalStake;
  }

  note(peer: NodeId): void {
    const { validators, providers } = this.#network();
    if ([...validators, ...providers].some(({ id }) => id === peer)) this.#peers.add(peer);
  }

  /** The peer took this process after all. */
  forget(peer: NodeId): void {
    this.#peers.delete(peer);
  }
}
