/**
 * [SET-2] The chain of validator sets in a node: kept on disk, fetched from peers after an absence,
 * told to whoever asks. The core checks every step; nothing here has to be believed.
 */
import { type NodeId, toHex } from '../../base/index.ts';
import { billFormat, epochOf, type Network, type Report, type SetChain } from '../../core/index.ts';
import type { Store } from '../../store/index.ts';
import {
  decodeMessage,
  encodeMessage,
  type HeaderMessage,
  type Message,
  type SettlementResult,
} from '../../wire/index.ts';
import type { CoreView } from '../core-view.ts';
import type { Feed } from '../feed.ts';
import type { Host } from '../libp2p/index.ts';
import { callForMessages, callRpc, type RpcRequest, withinLimits } from '../rpc/index.ts';
import { BillBook } from './bill-book.ts';
import { earningsOf } from './earnings.ts';
import {
  earningsFormat,
  namedBillFormat,
  STATEMENT_ENTRIES,
  settlementResultFormat,
  statementFormat,
} from './formats.ts';
import { Settling, settleableEpoch } from './settling.ts';

/** Peers asked for steps: a liar among them changes nothing. */
const PEERS_ASKED = 3;
const CALL_TIMEOUT_MS = 10_000;
/** Rounds after which a node asks for steps that gossip did not bring. */
const ASK_ROUNDS = 20;
const NUMBER_DIGITS = 16;

/** Requests about sets and settlements. */
export type SetRequest = Extract<
  RpcRequest,
  { readonly method: 'chain' | 'statement' | 'bills' | 'settlement' | 'earnings' }
>;

export type SetServiceOptions = {
  readonly host: Host;
  readonly network: Network;
  readonly view: CoreView;
  readonly store: Store;
  readonly feed: Feed;
  readonly latest: () => number;
  /** Resolves when what the core says now is durable. */
  readonly durable: () => Promise<unknown>;
  readonly found: (result: SettlementResult) => void;
  readonly track: (work: Promise<unknown>) => void;
  readonly signal: AbortSignal;
};

export class SetService {
  readonly #options: SetServiceOptions;
  readonly #book: BillBook;
  readonly #settling: Settling;
  #archived = 0;
  #askAt = 0;
  /** Round in which somebody last said that there are later sets. */
  #behindAt = -1;
  #asking: Promise<void> | undefined;

  constructor(options: SetServiceOptions) {
    const { store, network, latest, host, view, found } = options;
    this.#options = options;
    this.#book = new BillBook({ store, network, latest });
    this.#settling = new Settling({
      ...{ chain: view.membership.chain, book: this.#book, found, self: host.id },
      peers: () => host.peers().map((peer) => peer.id),
      ask: (peer, request) => this.#call(peer, request),
      isAgreed: (epoch) => isAgreed(view, epoch),
    });
  }

  /** [SET-2] The validator sets that the core knows. */
  get chain(): SetChain {
    return this.#options.view.membership.chain;
  }

  /** [SET-1] The network as of now: its latest set. */
  get current(): Network {
    return this.chain.at(Math.max(1, this.#options.latest())).state.network;
  }

  /** [SET-1] The network of the latest set, which may serve later. */
  get coming(): Network {
    return this.chain.head.state.network;
  }

  /** Gives the core the steps on disk. */
  async restore(): Promise<void> {
    const { store, feed, view } = this.#options;
    for (const key of await store.keys('step')) {
      const bytes = await store.get('step', key);
      const result = bytes === undefined ? undefined : decodeMessage(bytes);
      if (result?.kind !== 'ok' || !(await feed.take('disk', result.decoded))) break;
    }
    this.#archived = view.membership.chain.head.number;
  }

  /** Asks peers for the steps, proposals and votes that this node does not know. */
  async catchUp(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    await this.#asking;
  }

  /** A beacon came. */
  tick(latest: number): void {
    const { track } = this.#options;
    track(this.#settling.tick(latest));
    if (latest < this.#askAt) return;
    this.#askAt = latest + ASK_ROUNDS;
    track(this.catchUp());
    track(this.#book.prune(this.chain.head.state.settledEpoch));
  }

  /** Takes a report of the core. @param header looks up the header of a batch */
  take(report: Report, header: (report: Report) => HeaderMessage | undefined): void {
    const { track } = this.#options;
    switch (report.kind) {
      case 'batch-sealed': {
        const sealed = header(report);
        if (sealed !== undefined) track(this.#book.addBatch(sealed));
        return;
      }
      case 'closed': {
        const sealed = header(report);
        if (sealed !== undefined) track(this.#book.addSubject(sealed.round, report.judged));
        return;
      }
      case 'evidence-found':
        for (const id of report.guilty) {
          track(this.#book.addConviction(id, { isVoter: this.chain.wasValidator(id) }));
        }
        return;
      case 'set-behind': {
        // [WIRE-3] anybody can say so: once in a round is enough
        const latest = this.#options.latest();
        if (latest <= this.#behindAt) return;
        this.#behindAt = latest;
        return track(this.catchUp());
      }
      case 'set-changed':
        return track(this.#archive());
      default:
    }
  }

  /** Answers a request about sets and settlements. */
  async answer(request: SetRequest): Promise<readonly Uint8Array[]> {
    switch (request.method) {
      case 'chain':
        return await this.#steps(request.from);
      case 'statement':
        return await this.#statement(request);
      case 'bills':
        return await this.#bills(request);
      case 'settlement': {
        const result = this.#settling.result(toHex(request.root));
        return result === undefined ? [] : [settlementResultFormat.encode(result)];
      }
      default: {
        const { settledEpoch } = this.chain.head.state;
        const span = { above: -1, upTo: epochOf(this.#options.network, this.#options.latest()) };
        const earnings = await earningsOf(this.#book.bills(span), request.account, settledEpoch);
        return [earningsFormat.encode({ earnings })];
      }
    }
  }

  /** How the chain and its settlements stand, for the status of this node. */
  standing(): {
    readonly setNumber: number;
    readonly epoch: number;
    readonly epochsSettled: number;
    /** `epoch/root` of the latest settlement that a quorum signed; empty if none. */
    readonly settlement: string;
  } {
    const { chain, assembly } = this.#options.view.membership;
    const { head } = chain;
    const { quorum, settlements } = assembly.snapshot();
    const [agreed] = settlements
      .filter(({ weight }) => weight >= quorum)
      .sort((a, b) => b.epoch - a.epoch);
    const epoch = epochOf(this.#options.network, this.#options.latest());
    return {
      ...{ setNumber: head.number, epoch, epochsSettled: head.state.settledEpoch + 1 },
      settlement: agreed === undefined ? '' : `${agreed.epoch}/${toHex(agreed.root)}`,
    };
  }

  async #call(peer: NodeId, request: RpcRequest): Promise<readonly Uint8Array[]> {
    const { host, signal } = this.#options;
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]);
    return await callRpc(host, peer, request, deadline).catch(() => []);
  }

  async #ask(): Promise<void> {
    const { view, feed, signal } = this.#options;
    for (const peer of this.#peers()) {
      if (signal.aborted) return;
      // [SET-1] the latest again: others may know it for an earlier epoch
      const from = Math.max(1, view.membership.chain.head.number);
      const request = { method: 'chain', from } as const;
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]);
      const answer = await callForMessages(this.#options.host, peer, request, deadline).catch(
        () => [],
      );
      for (const decoded of answer) await feed.take(peer, decoded);
    }
  }

  #peers(): readonly NodeId[] {
    const members = this.#options.host
      .peers()
      .filter(({ role }) => role === 'validator' || role === 'provider')
      .map(({ id }) => id);
    // another one each time, so that no liar is asked for ever
    const first = members.length === 0 ? 0 : this.#options.latest() % members.length;
    return [...members.slice(first), ...members.slice(0, first)].slice(0, PEERS_ASKED);
  }

  async #archive(): Promise<void> {
    const { view, store } = this.#options;
    // the last one again: its epoch may have changed
    const { chain } = view.membership;
    const steps = chain.steps.slice(Math.max(0, this.#archived - 1));
    this.#archived = chain.head.number;
    this.#settling.restart();
    await store.put(
      steps.map((step) => ({
        space: 'step',
        key: String(step.body.number).padStart(NUMBER_DIGITS, '0'),
        value: encodeMessage(step),
      })),
    );
    await this.#book.prune(view.membership.chain.head.state.settledEpoch);
  }

  async #steps(from: number): Promise<readonly Uint8Array[]> {
    const { chain, assembly } = this.#options.view.membership;
    const messages = [...chain.steps.slice(Math.max(0, from - 1)), ...assembly.pending()];
    const frames = withinLimits(encoded(messages));
    // [GUARD-1] one of them may be a confirmation of this node
    await this.#options.durable();
    return frames;
  }

  /** Nothing while the span is not over here. */
  async #statement(
    span: Extract<SetRequest, { method: 'statement' }>,
  ): Promise<readonly Uint8Array[]> {
    if (settleableEpoch(this.#options.network, this.#options.latest()) < span.upTo) return [];
    const bills = [...(await this.#book.statement(span))].map(([name, digest]) => ({
      name,
      digest,
    }));
    const frames: Uint8Array[] = [];
    for (let at = 0; at === 0 || at < bills.length; at += STATEMENT_ENTRIES) {
      frames.push(statementFormat.encode({ bills: bills.slice(at, at + STATEMENT_ENTRIES) }));
    }
    return withinLimits(frames);
  }

  async #bills(request: Extract<SetRequest, { method: 'bills' }>): Promise<readonly Uint8Array[]> {
    const frames: Uint8Array[] = [];
    for await (const { name, bill } of this.#book.bills(request)) {
      if (frames.length === 0 && name !== request.from) continue;
      frames.push(namedBillFormat.encode({ name, bytes: billFormat.encode(bill) }));
      if (frames.length >= BILLS_PER_ANSWER) break;
    }
    return withinLimits(frames);
  }
}

function* encoded(messages: readonly Message[]): Iterable<Uint8Array> {
  for (const message of messages) yield encodeMessage(message);
}

/** Bills in one answer. */
const BILLS_PER_ANSWER = 256;

function isAgreed({ membership: { assembly } }: CoreView, epoch: number): boolean {
  const { quorum, settlements } = assembly.snapshot();
  return settlements.some((each) => each.epoch === epoch && each.weight >= quorum);
}
