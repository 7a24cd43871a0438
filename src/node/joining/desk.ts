/**
 * Where a node keeps who wants to be a member, until the operator comes and looks. Anybody may ask,
 * and identities cost nothing: requests are few, small, proved and rate-limited, and when there is
 * no room the address with the most of them loses its oldest.
 */
import { equalBytes, isNodeId, type NodeId } from '../../base/index.ts';
import type { Network, SetChain } from '../../core/index.ts';
import type { Crypto } from '../../crypto/index.ts';
import type { Store } from '../../store/index.ts';
import type { Host } from '../libp2p/index.ts';
import { TokenBucket } from '../libp2p/rate.ts';
import { ipIn } from '../reach/dial-back.ts';
import { type RpcRequest, withinLimits } from '../rpc/index.ts';
import {
  type JoinAnswer,
  joinAnswerFormat,
  joinEntryFormat,
  type KeptEntry,
  keptEntryFormat,
} from './formats.ts';
import { checkJoin, checkRefusal, type JoinRequest } from './request.ts';

/** Requests kept, and what one IP address may say: verifying takes some milliseconds. [WIRE-4] */
export const DESK_LIMITS = Object.freeze({
  entries: 256,
  perSecond: 0.2,
  burst: 16,
  askers: 1_024,
});

/** In memory, peers have no IP address. */
const NO_SOURCE = '-';

/** Requests about members to be. */
export type JoinCall = Extract<RpcRequest, { readonly method: 'join' | 'refuse' | 'joins' }>;

export type DeskOptions = {
  readonly store: Store;
  readonly crypto: Crypto;
  readonly network: Network;
  readonly chain: SetChain;
  readonly peers: Host['peers'];
  readonly nowMs: () => number;
};

type Kept = KeptEntry & { readonly request: JoinRequest };

export class JoinDesk {
  readonly #options: DeskOptions;
  /** In the order in which they came. */
  readonly #entries = new Map<NodeId, Kept>();
  readonly #buckets = new Map<string, TokenBucket>();
  #loading: Promise<void> | undefined;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** Answers a request; rejects only if the store fails. */
  async answer(call: JoinCall, peer: NodeId): Promise<readonly Uint8Array[]> {
    this.#loading ??= this.#load();
    await this.#loading;
    if (call.method === 'joins') return this.#list(call.id);
    const source = this.#sourceOf(peer);
    if (!this.#mayAsk(source === NO_SOURCE ? peer : source)) return [told('too-often')];
    if (call.method === 'refuse') return [await this.#refuse(call.signed)];
    return [await this.#take(call.signed, source)];
  }

  async #take(signed: Uint8Array, source: string): Promise<Uint8Array> {
    const { crypto, network } = this.#options;
    const checked = checkJoin(crypto, network, signed);
    if (checked.kind === 'invalid') return told('invalid', checked.check);
    const request = checked.value;
    if (this.#isMember(request)) return told('member');
    const known = this.#entries.get(request.id);
    if (known !== undefined && equalBytes(known.signed, signed)) return told('kept');
    if (known !== undefined && known.request.atMs >= request.atMs) return told('invalid', 'older');
    if (known === undefined) await this.#makeRoom();
    await this.#keep({ signed, source, request });
    return told('kept');
  }

  async #refuse(signed: Uint8Array): Promise<Uint8Array> {
    const { crypto, network } = this.#options;
    const checked = checkRefusal(crypto, network, signed);
    if (checked.kind === 'invalid') return told('invalid', checked.check);
    const known = this.#entries.get(checked.value.id);
    // who asks again after a refusal has a new request
    if (known === undefined || known.request.atMs > checked.value.atMs) return told('unknown');
    await this.#keep({ ...known, refusal: signed });
    return told('kept');
  }

  #list(id: NodeId | undefined): readonly Uint8Array[] {
    const wanted = id === undefined ? [...this.#entries.values()] : [this.#entries.get(id)];
    const frames = wanted.flatMap((entry) => {
      if (entry === undefined || this.#isMember(entry.request)) return [];
      const { signed, refusal } = entry;
      return [joinEntryFormat.encode({ signed, ...(refusal === undefined ? {} : { refusal }) })];
    });
    return withinLimits(frames);
  }

  /** Requests of members are done with, and go first. */
  async #makeRoom(): Promise<void> {
    if (this.#entries.size < DESK_LIMITS.entries) return;
    const done = [...this.#entries].find(([, { request }]) => this.#isMember(request));
    const counts = new Map<string, number>();
    for (const { source } of this.#entries.values()) {
      counts.set(source, (counts.get(source) ?? 0) + 1);
    }
    const [most] = [...counts].sort(([, a], [, b]) => b - a);
    const crowd = [...this.#entries].find(([, { source }]) => source === most?.[0]);
    const [id] = done ?? crowd ?? [];
    if (id === undefined) return;
    this.#entries.delete(id);
    await this.#options.store.put([{ space: 'join', key: id, value: undefined }]);
  }

  async #keep({ request, ...entry }: Kept): Promise<void> {
    this.#entries.set(request.id, { request, ...entry });
    const value = keptEntryFormat.encode(entry);
    await this.#options.store.put([{ space: 'join', key: request.id, value }]);
  }

  async #load(): Promise<void> {
    const { store, crypto, network } = this.#options;
    const keys = await store.keys('join', { limit: DESK_LIMITS.entries });
    for (const key of keys.filter(isNodeId)) {
      const bytes = await store.get('join', key);
      const read = bytes === undefined ? undefined : keptEntryFormat.decode(bytes);
      if (read?.kind !== 'ok') continue;
      const checked = checkJoin(crypto, network, read.value.signed);
      if (checked.kind === 'invalid') continue;
      this.#entries.set(key, { ...read.value, request: checked.value });
    }
  }

  #isMember({ id, role }: JoinRequest): boolean {
    const { validatorIndex, providerById } = this.#options.chain.head.state.network;
    return role === 'validator' ? validatorIndex.has(id) : providerById.has(id);
  }

  #sourceOf(peer: NodeId): string {
    const [address] = this.#options.peers().find(({ id }) => id === peer)?.addresses ?? [];
    return (address === undefined ? undefined : ipIn(address)) ?? NO_SOURCE;
  }

  /** @param who an IP address, or a peer that has none */
  #mayAsk(who: string): boolean {
    const nowMs = this.#options.nowMs();
    const { perSecond, burst, askers } = DESK_LIMITS;
    const bucket = this.#buckets.get(who) ?? new TokenBucket({ perSecond, burst, nowMs });
    this.#buckets.delete(who);
    this.#buckets.set(who, bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > askers && oldest !== undefined) this.#buckets.delete(oldest);
    return bucket.take(1, nowMs) === 0;
  }
}

/** Returns the desk of a node. */
export function deskOf(
  of: Pick<DeskOptions, 'store' | 'crypto' | 'network'> & {
    readonly host: Pick<Host, 'peers'>;
    readonly view: { readonly membership: { readonly chain: SetChain } };
  },
): JoinDesk {
  const { store, crypto, network, host, view } = of;
  return new JoinDesk({
    ...{ store, crypto, network, chain: view.membership.chain },
    peers: () => host.peers(),
    nowMs: () => performance.now(),
  });
}

/** Answers what is about members to be at the desk, and everything else by `service`. */
export function withDesk(
  desk: JoinDesk,
  service: (request: Exclude<Answered, JoinCall>) => Promise<readonly Uint8Array[]>,
): (request: Answered, peer: NodeId) => Promise<readonly Uint8Array[]> {
  return (request, peer) => {
    switch (request.method) {
      case 'join':
      case 'refuse':
      case 'joins':
        return desk.answer(request, peer);
      default:
        return service(request);
    }
  };
}

type Answered = Exclude<RpcRequest, { readonly method: 'reach' }>;

function told(outcome: JoinAnswer['outcome'], detail = '-'): Uint8Array {
  return joinAnswerFormat.encode({ outcome, detail });
}
