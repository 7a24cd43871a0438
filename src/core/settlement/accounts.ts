/**
 * [SLASH-2] Money: integers only, and the sum of stakes, pool and burned never changes.
 */
import { assert, type NodeId, type Stake, stake } from '../../base/index.ts';

/** Why money moved. */
export type Reason =
  | 'reserve'
  | 'reward'
  | 'slash-provider'
  | 'slash-voter'
  | 'slash-equivocation'
  | 'challenge-cost'
  | 'provider-cost'
  | 'penalty-silent';

/** One movement; `amount` is what the account gained (positive) or lost (negative). */
export type Movement = {
  readonly account: NodeId;
  readonly reason: Reason;
  readonly amount: bigint;
};

/** A movement that is asked for: into the pool, burned, or out of the pool. */
export type Charge = {
  readonly kind: 'collect' | 'burn' | 'pay';
  readonly account: NodeId;
  readonly amount: bigint;
  readonly reason: Reason;
};

export class Accounts {
  readonly #balances: Map<NodeId, bigint>;
  readonly #movements: Movement[] = [];
  readonly #total: bigint;
  #pool: bigint;
  #burned: bigint;

  /**
   * @param stakes of validators and providers; two entries if an identity is both
   * @param before what pool and burned were
   */
  constructor(
    stakes: Iterable<readonly [NodeId, bigint]>,
    before: { readonly pool: bigint; readonly burned: bigint } = { pool: 0n, burned: 0n },
  ) {
    this.#pool = before.pool;
    this.#burned = before.burned;
    this.#balances = new Map();
    for (const [id, amount] of stakes) {
      this.#balances.set(id, (this.#balances.get(id) ?? 0n) + amount);
    }
    this.#total = this.#sum();
  }

  get pool(): Stake {
    return stake(this.#pool);
  }

  get burned(): Stake {
    return stake(this.#burned);
  }

  get movements(): readonly Movement[] {
    return this.#movements;
  }

  balances(): ReadonlyMap<NodeId, Stake> {
    return new Map([...this.#balances].map(([id, amount]) => [id, stake(amount)]));
  }

  /** Moves up to `amount` from an account into the pool, never more than it has. */
  collect(account: NodeId, amount: bigint, reason: Reason): void {
    this.#pool += this.#take(account, amount, reason);
  }

  /** Burns up to `amount` of an account: slashes enrich nobody, so nobody slashes for profit. */
  burn(account: NodeId, amount: bigint, reason: Reason): void {
    this.#burned += this.#take(account, amount, reason);
  }

  /** Pays up to `amount` from the pool, never more than it has. */
  pay(account: NodeId, amount: bigint, reason: Reason): void {
    const paid = amount < this.#pool ? amount : this.#pool;
    if (paid <= 0n || !this.#balances.has(account)) return;
    this.#pool -= paid;
    this.#balances.set(account, (this.#balances.get(account) ?? 0n) + paid);
    this.#movements.push({ account, reason, amount: paid });
  }

  /** Does what a bill asks for. */
  apply({ kind, account, amount, reason }: Charge): void {
    if (kind === 'collect') this.collect(account, amount, reason);
    else if (kind === 'burn') this.burn(account, amount, reason);
    else this.pay(account, amount, reason);
  }

  /** @throws AssertionError if money appeared or vanished */
  check(): void {
    assert(this.#sum() === this.#total, 'stake + pool + burned is constant');
  }

  #take(account: NodeId, amount: bigint, reason: Reason): bigint {
    assert(amount >= 0n, 'an amount to take is not negative');
    const balance = this.#balances.get(account) ?? 0n;
    const taken = amount < balance ? amount : balance;
    if (taken === 0n) return 0n;
    this.#balances.set(account, balance - taken);
    this.#movements.push({ account, reason, amount: -taken });
    return taken;
  }

  #sum(): bigint {
    let sum = this.#pool + this.#burned;
    for (const balance of this.#balances.values()) {
      assert(balance >= 0n, 'no balance is negative');
      sum += balance;
    }
    return sum;
  }
}
