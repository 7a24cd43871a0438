/**
 * A validator that says `invalid` to right claims, with a measurement it invented, to make the
 * network work. Stopped by the price of a lost challenge [QUORUM-3], and by the slash for a vote
 * that is alone in its execution class [SLASH-1].
 */
import { subjectKey } from '../../src/base/index.ts';
import type { AdversaryTools, Behaviour } from './behaviour.ts';
import { inventedMeasurement } from './invention.ts';

/** Dissents from `challengeShare` of what it judges. */
export function falseChallenger(
  { random, signer }: AdversaryTools,
  { challengeShare }: { readonly challengeShare: number },
): Behaviour {
  return {
    execute: ({ subject, level }) =>
      random.chance(challengeShare)
        ? inventedMeasurement(`challenge/${signer.id}/${subjectKey(subject)}/${level}`)
        : undefined,
  };
}
