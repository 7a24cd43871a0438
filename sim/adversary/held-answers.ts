/** Answers that a provider keeps from its own core until the batch of a round is due. */
import type { Round } from '../../src/base/index.ts';
import type { ProviderEvent } from '../../src/core/index.ts';
import type { BeaconMessage } from '../../src/wire/index.ts';
import type { Behaviour } from './behaviour.ts';
import type { AnswerEvent } from './grinding.ts';

/** Chooses what goes into the batch of `round`, in order, and what waits for the next one. */
export type Chooser = (
  answers: readonly AnswerEvent[],
  at: { readonly round: Round; readonly known: Uint8Array },
) => { readonly now: readonly AnswerEvent[]; readonly later: readonly AnswerEvent[] };

/**
 * Returns a filter of events: answers wait, and those that `choose` takes come right before the
 * beacon of the round that signs their batch. The batch is as punctual as an honest one.
 */
export function atBatchTime(choose: Chooser): NonNullable<Behaviour['before']> {
  let held: readonly AnswerEvent[] = [];
  let latest = 0;
  return (event: ProviderEvent) => {
    if (event.kind === 'answer-computed') {
      held = [...held, event];
      return [];
    }
    const beacon = beaconOf(event);
    if (beacon === undefined || beacon.round <= latest) return [event];
    // without any beacon a core has no batch, after a gap it would be the batch of another round
    const isNext = latest > 0 && beacon.round === latest + 1;
    latest = beacon.round;
    if (!isNext || held.length === 0) return [event];
    const chosen = choose(held, { round: beacon.round, known: beacon.signature });
    held = chosen.later;
    return [...chosen.now, event];
  };
}

/** The beacon that an event brings, if it does. */
export function beaconOf(event: ProviderEvent): BeaconMessage | undefined {
  if (event.kind !== 'message-received') return undefined;
  const { message } = event.decoded;
  return message.type === 'beacon' ? message : undefined;
}
