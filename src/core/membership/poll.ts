/** Members that signed one thing, each signature checked: their weight, and the aggregate. */
import type { Crypto } from '../../crypto/index.ts';
import { bitmapOf } from '../../wire/index.ts';
import type { Network } from '../network.ts';

/** The aggregate of a poll. */
export type PollResult = {
  /** Stake of those who signed. */
  readonly weight: bigint;
  /** In set order. */
  readonly holders: Uint8Array;
  readonly signature: Uint8Array;
};

/** Signatures over the same bytes, by index of the member in its set. */
export class Poll<M extends { readonly signature: Uint8Array }> {
  readonly #votes = new Map<number, M>();
  #weight = 0n;
  /** The aggregate of all votes, once somebody asked for it. */
  #result: PollResult | undefined;

  get weight(): bigint {
    return this.#weight;
  }

  has(member: number): boolean {
    return this.#votes.has(member);
  }

  /** Adds a checked signature of a member that is not in it yet. */
  add({ member, message }: { readonly member: number; readonly message: M }, set: Network): void {
    this.#result = undefined;
    this.#votes.set(member, message);
    this.#weight += set.validators[member]?.stake ?? 0n;
  }

  /** Takes a member out again. */
  remove(member: number, set: Network): void {
    this.#result = undefined;
    if (this.#votes.delete(member)) this.#weight -= set.validators[member]?.stake ?? 0n;
  }

  /** Indices of the members, ascending. */
  members(): readonly number[] {
    return [...this.#votes.keys()].sort((a, b) => a - b);
  }

  messages(): readonly M[] {
    return [...this.#votes.values()];
  }

  /** Aggregates the signatures; `undefined` if there are none. */
  result(crypto: Crypto, set: Network): PollResult | undefined {
    this.#result ??= this.#aggregate(crypto, set);
    return this.#result;
  }

  #aggregate(crypto: Crypto, set: Network): PollResult | undefined {
    const members = this.members();
    const signatures = members.flatMap((member) => this.#votes.get(member)?.signature ?? []);
    const signature = crypto.aggregate(signatures);
    if (signature === undefined) return undefined;
    const holders = bitmapOf(members, set.validators.length);
    return { weight: this.#weight, holders, signature };
  }
}
