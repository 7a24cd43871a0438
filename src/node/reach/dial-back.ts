/**
 * Dials a peer back to tell it whether strangers can: over a fresh connection, to the address that
 * it comes from, at a port that it names. So nobody can make this node look at a third machine.
 *
 * The connection is a bare one: the other side has to answer the greeting of libp2p, no more. A
 * connection of libp2p would be the second of the pair and end the first.
 */
import { connect, type Socket } from 'node:net';
import type { NodeId } from '../../base/index.ts';
import { reasonOf } from '../error.ts';
import type { Host } from '../libp2p/index.ts';
import {
  type Reachability,
  type RpcRequest,
  type RpcService,
  reachability,
  reachabilityFormat,
} from '../rpc/index.ts';

/** Who may ask how often, and how many at a time. */
export const DIAL_BACK_LIMITS = Object.freeze({ perPeerMs: 10_000, atOnce: 4, peersMax: 1024 });
const TIMEOUT_MS = 5_000;
/** The line with which both sides of a libp2p connection begin, with its length before it. */
const GREETING = Buffer.from('\x13/multistream/1.0.0\n', 'latin1');

type Asked = Extract<RpcRequest, { method: 'reach' }>;

export type DialBackOptions = {
  readonly peers: Host['peers'];
  readonly nowMs: () => number;
  /** Resolves if a libp2p host answers there. */
  readonly dial: (ip: string, port: number) => Promise<void>;
};

export class DialBack {
  readonly #options: DialBackOptions;
  readonly #lastMs = new Map<NodeId, number>();
  #underWay = 0;

  constructor(options: DialBackOptions) {
    this.#options = options;
  }

  /** Dials the one who asks; does not reject. */
  async answer({ port }: Asked, peer: NodeId): Promise<Reachability> {
    const [observed] = this.#options.peers().find(({ id }) => id === peer)?.addresses ?? [];
    const ip = observed === undefined ? undefined : ipIn(observed);
    if (observed === undefined || ip === undefined) {
      return refused(observed ?? '-', 'you come from no IP address');
    }
    if (!this.#mayAsk(peer)) return refused(observed, 'too many dials: ask again later');
    this.#underWay += 1;
    try {
      await this.#options.dial(ip, port);
      return reachability({ outcome: 'reached', observed, detail: '-' });
    } catch (error) {
      return reachability({ outcome: 'unreached', observed, detail: reasonOf(error) });
    } finally {
      this.#underWay -= 1;
    }
  }

  #mayAsk(peer: NodeId): boolean {
    const now = this.#options.nowMs();
    const { perPeerMs, atOnce, peersMax } = DIAL_BACK_LIMITS;
    if (this.#underWay >= atOnce) return false;
    if (now - (this.#lastMs.get(peer) ?? Number.NEGATIVE_INFINITY) < perPeerMs) return false;
    this.#lastMs.delete(peer);
    this.#lastMs.set(peer, now);
    const [oldest] = this.#lastMs.keys();
    if (this.#lastMs.size > peersMax && oldest !== undefined) this.#lastMs.delete(oldest);
    return true;
  }
}

/** Answers `reach` by dialling back, and everything else by `service`. */
export function withDialBack(
  host: Host,
  service: (request: Exclude<RpcRequest, Asked>, peer: NodeId) => Promise<readonly Uint8Array[]>,
): RpcService {
  const options = { peers: () => host.peers(), nowMs: () => performance.now(), dial: greet };
  const dialBack = new DialBack(options);
  return async (request, peer) => {
    if (request.method !== 'reach') return await service(request, peer);
    return [reachabilityFormat.encode(await dialBack.answer(request, peer))];
  };
}

/** The address in the beginning of a multiaddr. */
export function ipIn(address: string): string | undefined {
  return /^\/ip[46]\/([0-9a-f.:]+)\/tcp\//i.exec(address)?.[1];
}

/** Connects and exchanges greetings. Rejects with what went wrong. */
export function greet(ip: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ host: ip, port });
    let heard = Buffer.alloc(0);
    const timer = setTimeout(() => end(new Error('no answer in 5 s')), TIMEOUT_MS);
    const end = (error?: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      if (error === undefined) resolve();
      else reject(error);
    };
    socket.once('error', end);
    socket.once('close', () => end(new Error('the connection ended without a greeting')));
    socket.once('connect', () => socket.write(GREETING));
    socket.on('data', (part: Buffer) => {
      heard = Buffer.concat([heard, part]);
      if (heard.length < GREETING.length) return;
      const isGreeting = heard.subarray(0, GREETING.length).equals(GREETING);
      end(isGreeting ? undefined : new Error('something else than libp2p answers'));
    });
  });
}

function refused(observed: string, detail: string): Reachability {
  return reachability({ outcome: 'refused', observed, detail });
}
