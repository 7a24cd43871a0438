/** Connections to admitted peers: found, made, ended. */
import type { NodeId } from '../../base/index.ts';
import type { Admission, Connection } from './admission.ts';
import type { Multiaddr } from './dialer.ts';
import { HostError } from './error.ts';
import { nodeIdOf, type PeerId, peerIdOf } from './identity.ts';
import { HOST_LIMITS } from './limits.ts';
import type { Node } from './node.ts';
import type { PeerBook } from './peer-book.ts';

/** Makes connections and waits for their hello. */
export class Connector {
  readonly #node: Node;
  readonly #book: PeerBook;
  readonly #admission: Admission;

  constructor(node: Node, book: PeerBook, admission: Admission) {
    this.#node = node;
    this.#book = book;
    this.#admission = admission;
  }

  /** Returns an open connection to an admitted peer. */
  to(peer: NodeId): Connection | undefined {
    return this.#book.get(peer)?.connections.find(({ status }) => status === 'open');
  }

  /** @throws HostError peer-unreachable, peer-refused */
  async dial(addresses: readonly Multiaddr[]): Promise<NodeId> {
    const signal = AbortSignal.timeout(HOST_LIMITS.dialTimeoutMs + HOST_LIMITS.helloTimeoutMs);
    const connection = await this.connect([...addresses], signal);
    const peer = nodeIdOf(connection.remotePeer);
    if (peer === undefined) throw refused(connection);
    return peer;
  }

  /** Connects and waits for the hello. @throws HostError peer-unreachable, peer-refused */
  async connect(target: PeerId | Multiaddr[], signal: AbortSignal): Promise<Connection> {
    let connection: Connection;
    try {
      connection = await this.#node.dial(target, { signal });
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      const where = target.toString();
      throw new HostError({ code: 'peer-unreachable', where, message }, { cause });
    }
    if (await this.#admission.settled(connection)) return connection;
    // The pair may have another connection, and this one was the one too many.
    const peer = nodeIdOf(connection.remotePeer);
    const other = peer === undefined ? undefined : this.to(peer);
    if (other === undefined) throw refused(connection);
    return other;
  }

  /** Ends all connections to `peer`, admitted or not. */
  disconnect(peer: NodeId, reason: string): void {
    for (const connection of this.#node.getConnections(peerIdOf(peer))) {
      connection.abort(new Error(reason));
    }
  }
}

function refused({ remoteAddr }: Connection): HostError {
  const message = 'the peer belongs to another network, or ended the connection';
  return new HostError({ code: 'peer-refused', where: remoteAddr.toString(), message });
}
