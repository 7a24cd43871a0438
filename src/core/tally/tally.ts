/**
 * From votes to a verdict: the arithmetic of quorums. Pure.
 */
import type { Verdict } from '../../base/index.ts';
import type { Committee } from '../committee/committee.ts';

/** Holder indices by what they voted. */
export type VotesByVerdict = ReadonlyMap<Verdict, ReadonlySet<number>>;

/** A verdict that was reached, and whose votes count for it. */
export type ReachedVerdict = {
  readonly verdict: Verdict;
  /** One or two vote values, disjoint. */
  readonly values: readonly Verdict[];
};

/**
 * Returns every verdict that the votes reach; more than one only if holders equivocate, or for
 * `invalid` beside `unavailable`, which do not conflict.
 */
export function reachedVerdicts(
  committee: Committee,
  votes: VotesByVerdict,
  isHeavy: boolean,
): readonly ReachedVerdict[] {
  const weight = (verdict: Verdict): bigint => weightOf(committee, votes.get(verdict));
  const reached: ReachedVerdict[] = [];
  // [QUORUM-1] holders of weight ≥ q signed it
  for (const verdict of ['valid', 'invalid', 'unavailable'] as const) {
    if (weight(verdict) >= committee.quorum) reached.push({ verdict, values: [verdict] });
  }
  // [QUORUM-5] invalid and unavailable together are unavailable
  if (reached.length === 0 && weight('invalid') + weight('unavailable') >= committee.quorum) {
    reached.push({ verdict: 'unavailable', values: ['invalid', 'unavailable'] });
  }
  const inconclusive = inconclusiveValues(committee, votes, isHeavy);
  if (inconclusive !== undefined) reached.push({ verdict: 'inconclusive', values: inconclusive });
  return reached;
}

/** [QUORUM-5] {valid, inconclusive} or {inconclusive, invalid} ≥ q and inconclusive alone > k−q. */
function inconclusiveValues(
  committee: Committee,
  votes: VotesByVerdict,
  isHeavy: boolean,
): readonly Verdict[] | undefined {
  const weight = (verdict: Verdict): bigint => weightOf(committee, votes.get(verdict));
  const own = weight('inconclusive');
  if (!isHeavy || own < committee.blocking) return undefined;
  if (own >= committee.quorum) return ['inconclusive'];
  if (own + weight('valid') >= committee.quorum) return ['valid', 'inconclusive'];
  if (own + weight('invalid') >= committee.quorum) return ['inconclusive', 'invalid'];
  return undefined;
}

/**
 * Tells whether groups of votes of these values and weights carry `verdict`: what a certificate
 * must show. [CERT-1]
 */
export function carriesVerdict(
  committee: Committee,
  verdict: Verdict,
  { votes, isHeavy }: { readonly votes: VotesByVerdict; readonly isHeavy: boolean },
): boolean {
  const values = [...votes.keys()].filter((value) => (votes.get(value)?.size ?? 0) > 0);
  return reachedVerdicts(committee, votes, isHeavy).some(
    (reached) =>
      reached.verdict === verdict &&
      reached.values.length === values.length &&
      reached.values.every((value) => values.includes(value)),
  );
}

/** [CERT-3] Tells whether two verdicts of one level contradict each other. */
export function isConflict(a: Verdict, b: Verdict): boolean {
  if (a === b) return false;
  return !(isFault(a) && isFault(b));
}

/** `invalid` and `unavailable` cost the provider the same. [SLASH-1] */
export function isFault(verdict: Verdict): boolean {
  return verdict === 'invalid' || verdict === 'unavailable';
}

function weightOf(committee: Committee, holders: ReadonlySet<number> | undefined): bigint {
  let sum = 0n;
  for (const index of holders ?? []) sum += committee.weights[index] ?? 0n;
  return sum;
}
