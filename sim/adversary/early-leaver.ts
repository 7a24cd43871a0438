/**
 * A provider that cheats for a few rounds, then asks for its stake back, hoping that it is gone
 * before anybody is convicted. Stopped because stake that leaves stays slashable until everything
 * that it answers for is closed. [SET-1]
 */
import type { AdversaryTools, Behaviour } from './behaviour.ts';
import { Cheating, type CheatingOptions } from './cheating.ts';

/** Cheats until `cheatRounds`, and asks to leave then. */
export function earlyLeaver(
  tools: AdversaryTools,
  { cheatRounds, ...options }: CheatingOptions & { readonly cheatRounds: number },
): Behaviour {
  // round 1 is published after one round
  const askedRound = 1 + cheatRounds;
  const leavesAt = askedRound * tools.scenario.parameters.roundMs;
  const cheating = new Cheating(tools, { ...options, isTarget: () => tools.now() < leavesAt });
  return { answer: (request) => cheating.answer(request), asksToLeaveIn: askedRound };
}
