/**
 * Keeps the number of connections. libp2p finds addresses (identify, DHT) but dials nobody by
 * itself; this does, one address book of bounded size, each address with a backoff that doubles.
 * The bootstrap addresses are never forgotten and are tried again soon when nobody is left.
 *
 * Of two nodes that learn of each other at once, the one with the smaller id dials first, so that
 * a pair gets one connection: two would cost double gossip streams.
 */
import type { multiaddr } from '@multiformats/multiaddr';
import { compareText, type NodeId } from '../../base/index.ts';
import { nodeIdOf, nodeIdOfText, type PeerId } from './identity.ts';
import { HOST_LIMITS } from './limits.ts';

/** A multiaddr as libp2p takes it. */
export type Multiaddr = ReturnType<typeof multiaddr>;

type Candidate = {
  readonly peer: NodeId | undefined;
  readonly isBootstrap: boolean;
  addresses: readonly Multiaddr[];
  notBeforeMs: number;
  triedAtMs: number;
  isDialling: boolean;
  /** Dials that failed, or were not followed by a connection that lasted. */
  failures: number;
};

/** Failures after which a discovered address is forgotten. */
const FAILURES_MAX = 5;
/** How long the one with the larger id waits for the other to dial. */
const COURTESY_MS = 2_000;
/** A connection that lasts this long clears the failures before it. */
const LASTING_MS = 30_000;

/** What the dialler may do, and whom it shall leave alone. */
export type DialerHooks = {
  readonly self: NodeId;
  readonly wanted: number;
  readonly connected: () => number;
  readonly isConnected: (peer: NodeId) => boolean;
  readonly isRefused: (peer: NodeId) => boolean;
  readonly dial: (addresses: readonly Multiaddr[]) => Promise<NodeId>;
};

/** Dials until there are enough connections. */
export class Dialer {
  readonly #hooks: DialerHooks;
  readonly #candidates = new Map<string, Candidate>();
  #dialling = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(hooks: DialerHooks, bootstrap: readonly Multiaddr[]) {
    this.#hooks = hooks;
    for (const address of bootstrap) {
      const peer = peerIn(address);
      if (peer !== hooks.self) this.#add(address.toString(), [address], { peer, notBeforeMs: 0 });
    }
  }

  start(): void {
    this.#timer = setInterval(() => this.tick(Date.now()), HOST_LIMITS.dialIntervalMs);
    this.tick(Date.now());
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Somebody told us of a peer. */
  onDiscovered(id: PeerId, addresses: readonly Multiaddr[], nowMs: number): void {
    const peer = nodeIdOf(id);
    if (peer === undefined || peer === this.#hooks.self || addresses.length === 0) return;
    const named = addresses
      .slice(0, HOST_LIMITS.addressesPerPeerMax)
      .map((address) => (peerIn(address) === peer ? address : address.encapsulate(`/p2p/${id}`)));
    const known = this.#candidates.get(peer);
    if (known !== undefined) {
      known.addresses = named;
      return;
    }
    const isFirst = compareText(this.#hooks.self, peer) < 0;
    this.#add(peer, named, { peer, notBeforeMs: nowMs + (isFirst ? 0 : COURTESY_MS) });
    if (this.#candidates.size > HOST_LIMITS.candidatesMax) this.#forgetOldest();
  }

  /** Dials whom it is time to dial. */
  tick(nowMs: number): void {
    const { wanted, connected, isConnected } = this.#hooks;
    for (const [key, candidate] of this.#candidates) {
      const { peer, notBeforeMs } = candidate;
      if (peer !== undefined && isConnected(peer)) {
        if (nowMs - notBeforeMs > LASTING_MS) candidate.failures = 0;
        continue;
      }
      if (this.#dialling >= HOST_LIMITS.parallelDialsMax) return;
      if (connected() + this.#dialling >= wanted) return;
      if (this.#isDue(candidate, nowMs)) void this.#dial(key, candidate);
    }
  }

  #add(
    key: string,
    addresses: readonly Multiaddr[],
    { peer, notBeforeMs }: { peer: NodeId | undefined; notBeforeMs: number },
  ): void {
    const isBootstrap = key !== peer;
    this.#candidates.set(key, {
      ...{ peer, isBootstrap, addresses, notBeforeMs },
      ...{ triedAtMs: notBeforeMs, isDialling: false, failures: 0 },
    });
  }

  #isDue(candidate: Candidate, nowMs: number): boolean {
    const { peer, notBeforeMs, triedAtMs, isBootstrap, isDialling } = candidate;
    if (isDialling || (peer !== undefined && this.#hooks.isRefused(peer))) return false;
    const isAlone = isBootstrap && this.#hooks.connected() === 0;
    // However often it failed, an address of the bootstrap list is the only way back when alone.
    return (
      nowMs >=
      (isAlone ? Math.min(notBeforeMs, triedAtMs + HOST_LIMITS.aloneBackoffMaxMs) : notBeforeMs)
    );
  }

  /** Does not reject: a failure is a reason to wait longer. */
  async #dial(key: string, candidate: Candidate): Promise<void> {
    this.#dialling += 1;
    candidate.isDialling = true;
    candidate.failures += 1;
    try {
      await this.#hooks.dial(candidate.addresses);
    } catch {
      const isHopeless = candidate.failures >= FAILURES_MAX && !candidate.isBootstrap;
      if (isHopeless && this.#candidates.get(key) === candidate) this.#candidates.delete(key);
    }
    this.#dialling -= 1;
    candidate.isDialling = false;
    const { dialBackoffFirstMs, dialBackoffMaxMs } = HOST_LIMITS;
    const doubledMs = dialBackoffFirstMs * 2 ** (candidate.failures - 1);
    candidate.triedAtMs = Date.now();
    candidate.notBeforeMs = candidate.triedAtMs + Math.min(doubledMs, dialBackoffMaxMs);
  }

  #forgetOldest(): void {
    for (const [key, { isBootstrap, isDialling }] of this.#candidates) {
      if (isBootstrap || isDialling) continue;
      this.#candidates.delete(key);
      return;
    }
  }
}

/** Returns the peer that an address names, if it names one. */
function peerIn(address: Multiaddr): NodeId | undefined {
  const text = address.getComponents().findLast(({ name }) => name === 'p2p')?.value;
  return text === undefined ? undefined : nodeIdOfText(text);
}
