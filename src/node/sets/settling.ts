/**
 * [SETTLE-1] Settles epochs that are over: gathers what members vouch for, fetches what this node
 * lacks, computes what the epochs come to, and tells the core, which signs it if it is a member.
 *
 * Statements come over connections whose peer is authenticated; nobody passes on another's. What a
 * member says can only make this node's root differ, and then it gathers again.
 */
import { compareText, equalBytes, type NodeId, toHex } from '../../base/index.ts';
import {
  agreedBills,
  billDigest,
  type ChainLink,
  epochOf,
  type NamedBill,
  type Network,
  quorumStake,
  type SetChain,
  type Statement,
  settleEpochs,
  settlingRound,
} from '../../core/index.ts';
import { type SettlementResult, settlementRoot } from '../../wire/index.ts';
import type { RpcRequest } from '../rpc/index.ts';
import type { BillBook, EpochSpan } from './bill-book.ts';
import { namedBillFormat, readBill, statementFormat } from './formats.ts';

/** Rounds until what is not agreed is gathered again. */
const RETRY_ROUNDS = 3;
/** Results kept for operators that ask. */
const RESULTS_MAX = 16;
/** Calls for bills, one after the other, before it is tried again later. */
const FETCHES_MAX = 256;

export type SettlingOptions = {
  readonly self: NodeId;
  /** Who is connected. */
  readonly peers: () => readonly NodeId[];
  /** Asks a peer; no frames if it does not answer. */
  readonly ask: (peer: NodeId, request: RpcRequest) => Promise<readonly Uint8Array[]>;
  readonly chain: SetChain;
  readonly book: BillBook;
  /** Tells the core what was found. */
  readonly found: (result: SettlementResult) => void;
  /** Whether a quorum signed something for an epoch on the head. */
  readonly isAgreed: (epoch: number) => boolean;
};

export class Settling {
  readonly #options: SettlingOptions;
  readonly #results = new Map<string, SettlementResult>();
  #nextTry = 0;
  #isRunning = false;

  constructor(options: SettlingOptions) {
    this.#options = options;
  }

  /** What this node found, by the hexadecimal digits of its root. */
  result(root: string): SettlementResult | undefined {
    return this.#results.get(root);
  }

  /** Settles what is due at round `latest`; resolves when it did what it could. */
  async tick(latest: number): Promise<void> {
    const { chain, isAgreed } = this.#options;
    const { head } = chain;
    const upTo = settleableEpoch(head.state.network, latest);
    if (upTo <= head.state.settledEpoch || isAgreed(upTo)) return;
    if (this.#isRunning || latest < this.#nextTry) return;
    this.#isRunning = true;
    this.#nextTry = latest + RETRY_ROUNDS;
    try {
      await this.#settle(head, { above: head.state.settledEpoch, upTo });
    } finally {
      this.#isRunning = false;
    }
  }

  /** [SET-2] Another head: what was found does not stand on it. */
  restart(): void {
    this.#nextTry = 0;
  }

  async #settle(head: ChainLink, span: EpochSpan): Promise<void> {
    const { self, book, chain, found } = this.#options;
    const { network } = head.state;
    const own = { validator: self, bills: await book.statement(span) };
    const others = await Promise.all(this.#members(network).map((id) => this.#ask(id, span)));
    const statements = [own, ...others.flatMap((statement) => statement ?? [])];
    const heard = statements.reduce((sum, { validator }) => sum + stakeOf(network, validator), 0n);
    if (heard < quorumStake(network)) return;
    const agreed = agreedBills(network, statements);
    const bills = await this.#collect(span, { agreed, statements });
    if (bills === undefined || chain.head !== head) return;
    const result = settleEpochs(head.state, span.upTo, bills);
    this.#remember(toHex(settlementRoot(network.id, head.digest, result)), result);
    found(result);
  }

  /** The bills that count; `undefined` if one of them is not to be had now. */
  async #collect(
    span: EpochSpan,
    at: { agreed: ReadonlyMap<string, string>; statements: readonly Statement[] },
  ): Promise<readonly NamedBill[] | undefined> {
    const bills = new Map<string, NamedBill>();
    const own = new Set<string>();
    for await (const { name, bill } of this.#options.book.bills(span)) {
      own.add(name);
      if (at.agreed.get(name) === toHex(billDigest(bill))) bills.set(name, { name, bill });
    }
    for (let calls = 0; calls < FETCHES_MAX; calls++) {
      const missing = [...at.agreed].find(([name]) => !bills.has(name));
      if (missing === undefined) return [...bills.values()];
      const before = bills.size;
      for (const named of await this.#fetch(span, { missing, statements: at.statements })) {
        if (bills.has(named.name)) continue;
        if (at.agreed.get(named.name) !== toHex(billDigest(named.bill))) continue;
        bills.set(named.name, named);
        if (!own.has(named.name)) await this.#options.book.adopt(span.upTo, named);
      }
      if (bills.size === before) return undefined;
    }
    return undefined;
  }

  /** Bills from a missing one on, of one of those who vouch for it. */
  async #fetch(
    { above, upTo }: EpochSpan,
    at: { missing: readonly [string, string]; statements: readonly Statement[] },
  ): Promise<readonly NamedBill[]> {
    const { self, ask } = this.#options;
    const [from, digest] = at.missing;
    const who = at.statements.filter(({ validator, bills }) => {
      return validator !== self && bills.get(from) === digest;
    });
    for (const { validator } of who) {
      const frames = await ask(validator, { method: 'bills', above, upTo, from });
      const bills = frames.flatMap((frame) => {
        const read = namedBillFormat.decode(frame);
        const bill = read.kind === 'ok' ? readBill(read.value.bytes) : undefined;
        return read.kind === 'ok' && bill !== undefined ? [{ name: read.value.name, bill }] : [];
      });
      // who sends another bill than it vouches for is passed over
      const isThere = bills.some(({ name, bill }) => {
        return name === from && toHex(billDigest(bill)) === digest;
      });
      if (isThere) return bills;
    }
    return [];
  }

  /** What a member vouches for; `undefined` while it is not so far. */
  async #ask(validator: NodeId, { above, upTo }: EpochSpan): Promise<Statement | undefined> {
    const frames = await this.#options.ask(validator, { method: 'statement', above, upTo });
    if (frames.length === 0) return undefined;
    const bills = new Map<string, string>();
    for (const frame of frames) {
      const read = statementFormat.decode(frame);
      if (read.kind !== 'ok') return undefined;
      for (const { name, digest } of read.value.bills) bills.set(name, digest);
    }
    return { validator, bills };
  }

  #members({ validatorIndex }: Network): readonly NodeId[] {
    const members = this.#options.peers().filter((id) => validatorIndex.has(id));
    return members.sort(compareText);
  }

  #remember(root: string, result: SettlementResult): void {
    this.#results.delete(root);
    this.#results.set(root, result);
    for (const oldest of this.#results.keys()) {
      if (this.#results.size <= RESULTS_MAX) break;
      this.#results.delete(oldest);
    }
  }
}

/** Returns the last epoch that can be settled at round `latest`, −1 before the first. */
export function settleableEpoch(network: Network, latest: number): number {
  let epoch = epochOf(network, latest);
  while (epoch >= 0 && settlingRound(network, epoch) > latest) epoch -= 1;
  return epoch;
}

/** Whether a result is what a root names, on a head. */
export function isResultOf(
  head: ChainLink,
  { root, result }: { readonly root: Uint8Array; readonly result: SettlementResult },
): boolean {
  return equalBytes(settlementRoot(head.state.network.id, head.digest, result), root);
}

function stakeOf({ validatorIndex, validators }: Network, id: NodeId): bigint {
  return validators[validatorIndex.get(id) ?? -1]?.stake ?? 0n;
}
