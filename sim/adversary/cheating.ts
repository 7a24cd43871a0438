/** What all cheating providers share: on which answers they cheat, and how they remember it. */
import type { Digest } from '../../src/base/index.ts';
import type { ProviderEffect } from '../../src/core/index.ts';
import type { Claim, RequestMessage } from '../../src/wire/index.ts';
import type { AdversaryTools, DishonestAnswer } from './behaviour.ts';

export type CheatingOptions = {
  readonly variant: string;
  /** Share of its claims that it cheats on, 0..1. */
  readonly cheatShare: number;
  /** Requests that it may cheat on; all, if absent. */
  readonly isTarget?: (request: RequestMessage) => boolean;
};

/** Answers wrongly as often as it should, and remembers which commitments hide a wrong answer. */
export class Cheating {
  readonly #tools: AdversaryTools;
  readonly #options: CheatingOptions;
  readonly #wrongRequests = new Set<string>();
  readonly #wrongCommitments = new Map<string, Digest>();

  constructor(tools: AdversaryTools, options: CheatingOptions) {
    this.#tools = tools;
    this.#options = options;
  }

  answer(request: RequestMessage): DishonestAnswer | undefined {
    const { variant, cheatShare, isTarget } = this.#options;
    if (isTarget?.(request) === false) return undefined;
    if (!this.#tools.random.chance(cheatShare)) return undefined;
    this.#wrongRequests.add(requestKey(request));
    return { variant };
  }

  /** Takes a wrong answer back, before anybody saw it. */
  recant(request: RequestMessage): void {
    this.#wrongRequests.delete(requestKey(request));
  }

  /** Tells whether a request was answered wrongly. */
  isWrongRequest(request: Pick<RequestMessage, 'requester' | 'nonce'>): boolean {
    return this.#wrongRequests.has(requestKey(request));
  }

  /** Tells whether a claim hides a wrong answer. */
  isWrong(claim: Claim): boolean {
    return this.#wrongCommitments.has(claim.commitment.join());
  }

  /** Reads the provider's own answers, to know its wrong ones by commitment. */
  remember(effects: readonly ProviderEffect[]): void {
    for (const effect of effects) {
      if (effect.kind !== 'answer' || !this.isWrongRequest(effect.claim)) continue;
      this.#wrongCommitments.set(effect.claim.commitment.join(), effect.outputDigest);
      this.#wrongRequests.delete(requestKey(effect.claim));
    }
  }
}

function requestKey({ requester, nonce }: Pick<RequestMessage, 'requester' | 'nonce'>): string {
  return `${requester}/${nonce.join()}`;
}
