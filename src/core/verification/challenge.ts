/**
 * [QUORUM-2] Challenges: revealed, consistent `invalid` votes against a level's `valid`.
 */
import type { Context } from '../context.ts';
import { checkSignatures } from '../tally/aggregate.ts';
import { checkReveal } from './level.ts';
import { requestMeasurement } from './progress.ts';
import type { LevelState, SubjectState } from './state.ts';

type Place = { readonly subject: SubjectState; readonly level: LevelState };

/** Rechecks all reveals of a level, after more became known about it. */
export function recheckReveals(context: Context, place: Place): void {
  for (const index of place.level.reveals.keys()) {
    checkReveal(context, { ...place, index });
  }
  updateChallenges(context, place);
}

/** Finds dissent that is a challenge. */
function updateChallenges(context: Context, place: Place): void {
  for (const index of place.level.reveals.keys()) updateChallenge(context, place, index);
}

/** Sees whether the reveal of a holder is a challenge; a node without the output fetches it. */
export function updateChallenge(context: Context, place: Place, index: number): void {
  const { level } = place;
  const reveal = level.reveals.get(index);
  if (reveal?.entry.verdict !== 'invalid' || !context.isInForce('QUORUM-2')) return;
  if (level.challengers.has(index) || level.lateChallengers.has(index)) return;
  if (reveal.follows === undefined) {
    requestMeasurement(context, place);
    if (level.provider.phase !== 'missing') return;
  }
  if (!checkSignatures(context, place, { verdict: 'invalid', indices: [index] })) return;
  addChallenger(context, place, { index, inTime: reveal.inTime });
}

function addChallenger(
  context: Context,
  { subject, level }: Place,
  { index, inTime }: { index: number; inTime: boolean },
): void {
  (inTime ? level.challengers : level.lateChallengers).add(index);
  const challenger = level.committee.holders[index];
  if (challenger === undefined) return;
  context.report({
    kind: 'challenged',
    subject: subject.subject,
    level: level.level,
    challenger,
  });
}
