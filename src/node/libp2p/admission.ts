/**
 * Who is a peer: a connection counts once both sides said hello and belong to one network. Until
 * then gossip and discovery do not hear of it, and streams of other protocols wait.
 *
 * The router and the DHT attach to connections through the registrar of libp2p; they get one that
 * keeps a connection to itself until it is admitted.
 */
import type { Libp2p } from 'libp2p';

/** A connection as libp2p gives it. */
export type Connection = ReturnType<Libp2p['getConnections']>[number];

type Verdict = {
  readonly settled: Promise<boolean>;
  readonly settle: (isAdmitted: boolean) => void;
  isAdmitted: boolean;
};

/** The verdict on each connection, as soon as there is one. */
export class Admission {
  readonly #verdicts = new WeakMap<Connection, Verdict>();

  /** Resolves to whether `connection` was admitted; false if it closes before. */
  settled(connection: Connection): Promise<boolean> {
    return this.#verdict(connection).settled;
  }

  /** Tells whether `connection` is admitted by now. */
  isAdmitted(connection: Connection): boolean {
    return connection.status === 'open' && this.#verdict(connection).isAdmitted;
  }

  /** Admits or refuses; the first word counts. */
  settle(connection: Connection, isAdmitted: boolean): void {
    const verdict = this.#verdict(connection);
    verdict.settle(isAdmitted);
  }

  #verdict(connection: Connection): Verdict {
    const known = this.#verdicts.get(connection);
    if (known !== undefined) return known;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    let isSettled = false;
    const verdict: Verdict = {
      settled: promise,
      isAdmitted: false,
      settle: (isAdmitted) => {
        if (isSettled) return;
        isSettled = true;
        verdict.isAdmitted = isAdmitted;
        resolve(isAdmitted);
      },
    };
    this.#verdicts.set(connection, verdict);
    connection.addEventListener('close', () => verdict.settle(false));
    return verdict;
  }
}

type Handler = Parameters<Libp2p['handle']>[1];
type HandlerOptions = Parameters<Libp2p['handle']>[2];
type Topology = Parameters<Libp2p['register']>[1];

/** The part of a registrar that lets a service hear of streams and peers. */
export interface Registrar {
  handle(protocol: string, handler: Handler, options?: HandlerOptions): Promise<void>;
  register(protocol: string, topology: Topology): Promise<string>;
}

/** Returns `registrar`, silent about connections that are not admitted. */
export function gatedRegistrar<R extends Registrar>(registrar: R, admission: Admission): R {
  const handle: Registrar['handle'] = (protocol, handler, options) =>
    registrar.handle(protocol, gatedHandler(handler, admission), options);
  const register: Registrar['register'] = (protocol, topology) =>
    registrar.register(protocol, gatedTopology(topology, admission));
  return new Proxy(registrar, {
    get(target, key) {
      if (key === 'handle') return handle;
      if (key === 'register') return register;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function gatedHandler(handler: Handler, admission: Admission): Handler {
  return async (stream, connection) => {
    if (await admission.settled(connection)) await handler(stream, connection);
    else stream.abort(new Error('no hello'));
  };
}

function gatedTopology(topology: Topology, admission: Admission): Topology {
  return {
    ...topology,
    onConnect: (peer, connection) => {
      // Not awaited: the registrar would hold back other services meanwhile.
      admission
        .settled(connection)
        .then((isAdmitted) => (isAdmitted ? topology.onConnect?.(peer, connection) : undefined))
        // A service that fails to attach is found without streams by the sweep of the host.
        .catch(() => {});
    },
  };
}
