/**
 * What an outsider promised for votes. A promise is paid if the verdict is the one that was bought;
 * together promises never exceed the budget, also where few of them are kept: a seller believes
 * what is covered.
 */
import type { NodeId, Subject, Verdict } from '../../src/base/index.ts';

/** A vote that was sold. */
export type Bribe = {
  readonly subject: Subject;
  readonly seller: NodeId;
  /** Paid if this is final. */
  readonly verdict: Verdict;
  /** In units of stake, not of money. */
  readonly stake: number;
};

export class Treasury {
  readonly bribes: Bribe[] = [];
  #promised = 0;

  /** Promises a bribe if the budget, in stake, covers it; tells whether it does. */
  promise(bribe: Bribe, budget: number): boolean {
    if (this.#promised + bribe.stake > budget) return false;
    this.#promised += bribe.stake;
    this.bribes.push(bribe);
    return true;
  }
}
