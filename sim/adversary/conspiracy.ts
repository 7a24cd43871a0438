/** What dishonest nodes of one run tell each other, outside the protocol and at no cost. */
import { type Digest, type NodeId, type Subject, subjectKey } from '../../src/base/index.ts';
import type { Claim } from '../../src/wire/index.ts';

export class Conspiracy {
  readonly #providers = new Set<NodeId>();
  readonly #answers = new Map<string, { readonly digest: Digest; readonly isWrong: boolean }>();
  readonly #claims = new Map<string, { readonly claim: Claim; readonly provider: NodeId }>();

  /** A provider joins. */
  join(provider: NodeId): void {
    this.#providers.add(provider);
  }

  isMember(provider: NodeId): boolean {
    return this.#providers.has(provider);
  }

  /** A member tells what is behind a commitment. */
  confess(commitment: Digest, answer: { digest: Digest; isWrong: boolean }): void {
    this.#answers.set(commitment.join(), answer);
  }

  /** Any member notes an opening that it saw. */
  note(subject: Subject, opened: { claim: Claim; provider: NodeId }): void {
    this.#claims.set(subjectKey(subject), opened);
  }

  claimOf(subject: Subject): { readonly claim: Claim; readonly provider: NodeId } | undefined {
    return this.#claims.get(subjectKey(subject));
  }

  providerOf(subject: Subject): NodeId | undefined {
    return this.#claims.get(subjectKey(subject))?.provider;
  }

  /** What members know of the answer behind a drawn leaf. */
  answerOf(subject: Subject): { readonly digest: Digest; readonly isWrong: boolean } | undefined {
    const claim = this.#claims.get(subjectKey(subject))?.claim;
    return claim === undefined ? undefined : this.#answers.get(claim.commitment.join());
  }
}
