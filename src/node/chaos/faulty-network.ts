/**
 * A network that goes wrong on command, between real processes on one machine: TCP proxies on
 * loopback, one in front of each node. Nodes know each other's proxied addresses only (`--announce`
 * and the network file), so no connection goes past it, however it was found.
 *
 * Who dials is told by the address that it dials from (`--dial-from`, one of 127.0.0.0/8 for each
 * node): a partition cuts exactly the links between two groups. Whoever dials from another address
 * is outside, and sees a network without faults.
 *
 * Limits: bytes that a kernel has taken are delivered; packets are not lost, doubled or reordered,
 * as TCP would hide all of that. Needs a machine whose whole 127.0.0.0/8 is loopback: Linux.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { CALM, type Conditions } from './conditions.ts';
import { Pipe } from './pipe.ts';

/** A node behind its proxy. */
export type ProxiedNode = {
  readonly name: string;
  /** Port that the others know. */
  readonly publicPort: number;
  /** Port on which the node listens. */
  readonly hiddenPort: number;
  /** Address that it dials from. */
  readonly dialFrom: string;
};

type Connection = {
  readonly dialler: string | undefined;
  readonly listener: string;
  readonly sockets: readonly [Socket, Socket];
  readonly pipes: readonly [Pipe, Pipe];
};

const LOOPBACK = '127.0.0.1';

export class FaultyNetwork {
  readonly #servers: Server[] = [];
  readonly #nameByAddress = new Map<string, string>();
  readonly #conditions = new Map<string, Conditions>();
  readonly #connections = new Set<Connection>();
  readonly #random: () => number;

  private constructor(nodes: readonly ProxiedNode[], random: () => number) {
    this.#random = random;
    for (const { name, dialFrom } of nodes) this.#nameByAddress.set(dialFrom, name);
  }

  /**
   * Opens the proxies.
   * @param random evenly from 0 to 1, for jitter
   * @throws the error of `listen` when a port is taken
   */
  static async open(
    nodes: readonly ProxiedNode[],
    { random }: { readonly random: () => number },
  ): Promise<FaultyNetwork> {
    const network = new FaultyNetwork(nodes, random);
    try {
      for (const node of nodes) await network.#listen(node);
    } catch (error) {
      await network.close();
      throw error;
    }
    return network;
  }

  /** Connections that are open, by who dialled whom; nobody's name for those from outside. */
  connections(): readonly { readonly dialler: string | undefined; readonly listener: string }[] {
    return [...this.#connections].map(({ dialler, listener }) => ({ dialler, listener }));
  }

  /** How the link from one node to another is. */
  conditions(from: string | undefined, to: string | undefined): Conditions {
    return this.#conditions.get(`${from}>${to}`) ?? CALM;
  }

  /** Changes the link from one node to another, and only in that direction. */
  change(from: string, to: string, change: Partial<Conditions>): void {
    this.#conditions.set(`${from}>${to}`, { ...this.conditions(from, to), ...change });
    this.#refresh();
  }

  /** Ends the connections of a pair, as a middlebox does that forgets them. */
  reset(one: string, other: string): void {
    for (const { dialler, listener, sockets } of [...this.#connections]) {
      const isPair =
        (dialler === one && listener === other) || (dialler === other && listener === one);
      if (isPair) for (const socket of sockets) socket.resetAndDestroy();
    }
  }

  /** Makes all links calm; what waited goes on. */
  heal(): void {
    this.#conditions.clear();
    this.#refresh();
  }

  /** Ends everything. */
  async close(): Promise<void> {
    const closed = this.#servers.map(
      (server) => new Promise<void>((resolve) => server.close(() => resolve())),
    );
    for (const { sockets } of this.#connections) for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
  }

  async #listen({ name, publicPort, hiddenPort }: ProxiedNode): Promise<void> {
    const options = { allowHalfOpen: true, noDelay: true };
    const server = createServer(options, (socket) => this.#accept(socket, name, hiddenPort));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(publicPort, LOOPBACK, resolve);
    });
    this.#servers.push(server);
  }

  #accept(incoming: Socket, listener: string, port: number): void {
    const dialler = this.#nameByAddress.get(incoming.remoteAddress ?? '');
    incoming.on('error', () => undefined);
    const isCut =
      this.conditions(dialler, listener).isCut || this.conditions(listener, dialler).isCut;
    // a handshake needs both directions
    if (isCut) return void incoming.resetAndDestroy();
    const options = { host: LOOPBACK, port, allowHalfOpen: true, noDelay: true };
    const outgoing = connect(options);
    outgoing.on('error', () => undefined);
    const pipe = (
      from: Socket,
      to: Socket,
      names: [string | undefined, string | undefined],
    ): Pipe =>
      new Pipe({ from, to, conditions: () => this.conditions(...names), random: this.#random });
    const connection: Connection = {
      dialler,
      listener,
      sockets: [incoming, outgoing],
      pipes: [
        pipe(incoming, outgoing, [dialler, listener]),
        pipe(outgoing, incoming, [listener, dialler]),
      ],
    };
    this.#connections.add(connection);
    const forget = (): void => {
      if (incoming.destroyed && outgoing.destroyed) this.#connections.delete(connection);
    };
    incoming.once('close', forget);
    outgoing.once('close', forget);
  }

  #refresh(): void {
    for (const { pipes } of this.#connections) for (const pipe of pipes) pipe.refresh();
  }
}
