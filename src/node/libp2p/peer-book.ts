/** Who is connected and admitted, over which connections, since when. */
import type { NodeId } from '../../base/index.ts';
import type { Connection } from './admission.ts';
import type { Hello } from './types.ts';

/** A connected peer. */
export type Acquaintance = {
  /** The latest. */
  hello: Hello;
  readonly sinceMs: number;
  /** The oldest first; nearly always one. */
  readonly connections: Connection[];
};

/** The admitted peers; as many as there are connections. */
export class PeerBook {
  readonly #peers = new Map<NodeId, Acquaintance>();

  get size(): number {
    return this.#peers.size;
  }

  get(peer: NodeId): Acquaintance | undefined {
    return this.#peers.get(peer);
  }

  /** The connections of a peer, as they are now; none if it is not booked. */
  connections(peer: NodeId): readonly Connection[] {
    return [...(this.#peers.get(peer)?.connections ?? [])];
  }

  /** Whether these are the connections of a peer now. */
  hasOnly(peer: NodeId, connections: readonly Connection[]): boolean {
    const now = this.connections(peer);
    return now.length === connections.length && now.every((each, i) => each === connections[i]);
  }

  entries(): IterableIterator<[NodeId, Acquaintance]> {
    return this.#peers.entries();
  }

  /** Adds an admitted connection; returns whether the peer is new. */
  add(peer: NodeId, connection: Connection, hello: Hello): boolean {
    const known = this.#peers.get(peer);
    if (known !== undefined) {
      known.connections.push(connection);
      known.hello = hello;
      return false;
    }
    this.#peers.set(peer, { hello, sinceMs: Date.now(), connections: [connection] });
    return true;
  }

  /** Removes a connection that closed; returns whether the peer is gone with it. */
  remove(peer: NodeId, connection: Connection): boolean {
    const known = this.#peers.get(peer);
    const index = known?.connections.indexOf(connection) ?? -1;
    if (known === undefined || index < 0) return false;
    known.connections.splice(index, 1);
    if (known.connections.length > 0) return false;
    return this.#peers.delete(peer);
  }
}
