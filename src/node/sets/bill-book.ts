/**
 * [SETTLE-1] The bills that this node wrote when something was over, by epoch, on disk: what it
 * vouches for when the epoch is settled, also after a restart.
 */
import type { NodeId, Round } from '../../base/index.ts';
import { toHex } from '../../base/index.ts';
import type { JudgedSubject } from '../../core/index.ts';
import {
  type Bill,
  batchBill,
  billDigest,
  billFormat,
  convictionBill,
  epochOf,
  exitEpochs,
  type NamedBill,
  type Network,
  settlingRound,
  subjectBill,
} from '../../core/index.ts';
import type { Store } from '../../store/index.ts';
import type { HeaderMessage } from '../../wire/index.ts';

/** Digits of the largest epoch in a key, so that keys sort like epochs. */
const EPOCH_DIGITS = 16;
/** Epochs whose bills are kept after they were settled, for nodes that come late. */
const KEPT_EPOCHS = 4;
/** Bills deleted at a time. */
const DELETED_AT_ONCE = 1_024;

/** Epochs after `above` up to `upTo`. */
export type EpochSpan = { readonly above: number; readonly upTo: number };

export class BillBook {
  readonly #store: Store;
  readonly #network: Network;
  /** Latest beacon known. */
  readonly #latest: () => number;
  /** The statement asked for last. */
  #last: { key: string; statement: Promise<ReadonlyMap<string, string>> } | undefined;

  constructor(options: { store: Store; network: Network; latest: () => number }) {
    this.#store = options.store;
    this.#network = options.network;
    this.#latest = options.latest;
  }

  /** [CLAIM-6] */
  async addBatch(header: HeaderMessage): Promise<void> {
    await this.#add(header.round, batchBill(this.#network, header));
  }

  async addSubject(round: Round, subject: JudgedSubject): Promise<void> {
    await this.#add(round, subjectBill(this.#network, subject));
  }

  /** [SLASH-1] A conviction belongs to the epoch in which it became known. */
  async addConviction(id: NodeId, { isVoter }: { isVoter: boolean }): Promise<void> {
    const { name, bill } = convictionBill(this.#network, id, isVoter);
    const known = await this.#store.get('meta', name);
    if (known !== undefined) return;
    await this.#store.put([{ space: 'meta', key: name, value: new Uint8Array(0) }]);
    await this.#add(this.#latest(), { name, bill });
  }

  /** Keeps a bill that others vouch for, where this node has none of its name. */
  async adopt(epoch: number, { name, bill }: NamedBill): Promise<void> {
    await this.#put(epoch, { name, bill });
  }

  /** [SETTLE-1] Digests of the bills of a span of epochs, in hexadecimal, by name. */
  async statement(span: EpochSpan): Promise<ReadonlyMap<string, string>> {
    // every member asks for the same one: it is computed once, until a bill comes
    const key = `${span.above}/${span.upTo}`;
    if (this.#last?.key !== key) this.#last = { key, statement: this.#compute(span) };
    return await this.#last.statement;
  }

  async #compute(span: EpochSpan): Promise<ReadonlyMap<string, string>> {
    const statement = new Map<string, string>();
    for await (const { name, bill } of this.bills(span)) {
      statement.set(name, toHex(billDigest(bill)));
    }
    return statement;
  }

  /**
   * The bills of a span of epochs, and convictions of the epochs before: too few may have known
   * them then, or one settlement could not hold them all. Who is slashed is not slashed again.
   */
  async *bills({ above, upTo }: EpochSpan): AsyncIterable<NamedBill & { readonly epoch: number }> {
    for (let epoch = Math.max(0, above + 1 - KEPT_EPOCHS); epoch <= above; epoch++) {
      // all names between are convictions
      const [from, below] = [`${epochKey(epoch)}/conviction/`, `${epochKey(epoch)}/conviction0`];
      yield* this.#within({ from, below, limit: BILLS_MAX });
    }
    yield* this.#within({ from: epochKey(above + 1), below: epochKey(upTo + 1), limit: BILLS_MAX });
  }

  async *#within(range: Parameters<Store['keys']>[1]) {
    for (const key of await this.#store.keys('bill', range)) {
      const bill = await this.#get(key);
      if (bill === undefined) continue;
      const slash = key.indexOf('/');
      yield { epoch: Number(key.slice(0, slash)), name: key.slice(slash + 1), bill };
    }
  }

  /**
   * Forgets what was settled some epochs ago, and what nobody settled while the stake of then could
   * leave [SET-4]; the rest next time.
   */
  async prune(settledEpoch: number): Promise<void> {
    const gone = epochOf(this.#network, this.#latest()) - exitEpochs(this.#network);
    const below = epochKey(Math.max(0, Math.max(settledEpoch, gone) - KEPT_EPOCHS));
    const keys = await this.#store.keys('bill', { below, limit: DELETED_AT_ONCE });
    await this.#store.put(keys.map((key) => ({ space: 'bill', key, value: undefined })));
    if (keys.length > 0) this.#last = undefined;
  }

  /** What is too late for its own epoch counts in the first that is not being settled yet. */
  async #add(round: number, named: NamedBill): Promise<void> {
    let epoch = epochOf(this.#network, round);
    while (settlingRound(this.#network, epoch) <= this.#latest()) {
      // settled as others saw it: twice would take and pay twice
      const known = await this.#store.get('bill', `${epochKey(epoch)}/${named.name}`);
      if (known !== undefined) return;
      epoch += 1;
    }
    await this.#put(epoch, named);
  }

  async #put(epoch: number, { name, bill }: NamedBill): Promise<void> {
    const value = billFormat.encode(bill);
    await this.#store.put([{ space: 'bill', key: `${epochKey(epoch)}/${name}`, value }]);
    this.#last = undefined;
  }

  async #get(key: string): Promise<Bill | undefined> {
    const value = await this.#store.get('bill', key);
    const result = value === undefined ? undefined : billFormat.decode(value);
    return result?.kind === 'ok' ? result.value : undefined;
  }
}

/** [WIRE-4] Bills of one settlement. */
export const BILLS_MAX = 65_536;

function epochKey(epoch: number): string {
  return String(epoch).padStart(EPOCH_DIGITS, '0');
}
