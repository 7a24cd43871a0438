/** Which claims a person wants to see. */
import { type Claim, isDisputedAt, stateAt } from './claim.ts';
import type { NetworkModel } from './network-model.ts';

/** Words of the address; what is absent or empty does not matter. */
export type ClaimFilter = {
  readonly state?: string;
  readonly verdict?: string;
  /** `yes` or `no`. */
  readonly disputed?: string;
  readonly level?: string;
  /** Number of the provider. */
  readonly provider?: string;
  readonly model?: string;
  readonly class?: string;
  /** Part of the id of the claim, its batch or its requester. */
  readonly text?: string;
};

/** Returns the claims that had been drawn by `at` and were so then, newest first. */
export function filterClaims(model: NetworkModel, filter: ClaimFilter, at: number): Claim[] {
  return model.order.filter((claim) => claim.firstAt <= at && fits(claim, filter, at)).reverse();
}

function fits(claim: Claim, filter: ClaimFilter, at: number): boolean {
  const { header } = claim.batch;
  const state = stateAt(claim, at);
  const isLike = (wanted: string | undefined, value: unknown) =>
    wanted === undefined || wanted === '' || wanted === String(value);
  return (
    isLike(filter.state, state?.state) &&
    isLike(filter.verdict, state?.verdict) &&
    isLike(filter.level, state?.level) &&
    isLike(filter.disputed, isDisputedAt(claim, at) ? 'yes' : 'no') &&
    isLike(filter.provider, header?.provider) &&
    isLike(filter.model, header?.model) &&
    isLike(filter.class, header?.assuranceClass) &&
    contains(claim, filter.text)
  );
}

function contains({ key, leaf }: Claim, text: string | undefined): boolean {
  if (text === undefined || text === '') return true;
  return [key, leaf?.claim, leaf?.requester].some((each) => each?.includes(text.trim()) === true);
}
