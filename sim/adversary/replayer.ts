/**
 * A provider that answers requests twice, in two batches, to be paid twice; and that sends all its
 * messages again some rounds later. Stopped by claim ids: one request is paid once [CLAIM-4]; and
 * by nodes that know what they have, and take nothing up that closed [WIRE-6].
 */
import type { ProviderEffect, ProviderEvent } from '../../src/core/index.ts';
import type { AdversaryTools, Behaviour } from './behaviour.ts';
import { beaconOf } from './held-answers.ts';

type Publication = ProviderEffect & { readonly kind: 'publish' };

/** Repeats answers now, and messages `replayRounds` later. */
export function replayer(
  { random, now, scenario }: AdversaryTools,
  { repeatShare, replayRounds }: { readonly repeatShare: number; readonly replayRounds: number },
): Behaviour {
  const delayMs = replayRounds * scenario.parameters.roundMs;
  const again: ProviderEvent[] = [];
  const sent: { readonly at: number; readonly effect: Publication }[] = [];
  return {
    before: (event) => {
      if (event.kind === 'answer-computed' && random.chance(repeatShare)) again.push(event);
      // after a beacon answers go into another batch
      return beaconOf(event) === undefined ? [event] : [event, ...again.splice(0)];
    },
    after: (effects) => {
      const due = sent.filter(({ at }) => at + delayMs <= now()).length;
      const repeated = sent.splice(0, due).map(({ effect }) => effect);
      for (const effect of effects) {
        if (effect.kind === 'publish') sent.push({ at: now(), effect });
      }
      return [...effects, ...repeated];
    },
  };
}
