/** Providers that use what they know, wait, withhold, leave or repeat, and who splits its stake. */
import { z } from 'zod';
import { countField, numberField, shareField } from './fields.ts';
import { cheatShare, ofProviders, ofValidators, variant } from './scenario-adversary-fields.ts';

const cheats = { share: ofProviders, cheatShare, variant };

/** Cheats where it can foresee that it is not looked at. */
export const samplingAware = z
  .strictObject({ behaviour: z.literal('sampling-aware'), ...cheats })
  .meta({
    description: 'A provider that cheats only on claims that it knows will not be drawn',
    stoppedBy: ['TIME-1', 'TIME-3'],
    control: 'beacon: { kind: predictable }',
    metric: 'wrongUndrawn; gainPerClaim.sampling-aware',
  });

/** Chooses among the values that the beacon may take. */
export const beaconBiaser = z
  .strictObject({ behaviour: z.literal('beacon-biaser'), ...cheats })
  .meta({
    description:
      'A provider whose friends choose the beacon that draws fewest of its wrong answers',
    stoppedBy: ['TIME-1'],
    control: 'beacon: { kind: last-revealer }',
    metric: 'wrongUndrawn beside its closed form; gainPerClaim.beacon-biaser',
  });

/** Tries orders of its batch. */
export const grinder = z
  .strictObject({
    behaviour: z.literal('grinder'),
    ...cheats,
    splits: z
      .boolean()
      .default(true)
      .meta({ description: 'Whether it also tries to leave answers for the next batch' }),
  })
  .meta({
    description: 'A provider that orders and splits its batches by the best guess of the draw',
    stoppedBy: ['TIME-3'],
    control: 'beacon: { kind: predictable }',
    metric: 'wrongUndrawn; gainPerClaim.grinder',
  });

/** Stays near the tolerance. */
export const toleranceEdge = z
  .strictObject({
    behaviour: z.literal('tolerance-edge'),
    share: ofProviders,
    cheatShare,
    edge: numberField(
      {
        description: 'Error of its answers, relative to the tolerance of the model',
        unit: 'tolerances',
        tooLow: 'its answers are the right ones',
        tooHigh: 'as good as any wrong answer',
      },
      { min: 0.01, max: 1000 },
    ).default(0.9),
  })
  .meta({
    description: 'A provider whose answers are wrong by little less or more than is allowed',
    stoppedBy: ['COMPARE-1', 'QUORUM-5'],
    control: 'edge: 0.5: within the tolerance it passes',
    metric: 'wrongAccepted; gainPerClaim.tolerance-edge',
  });

/** Earns trust first. */
export const sleeper = z
  .strictObject({
    behaviour: z.literal('sleeper'),
    ...cheats,
    cleanRounds: countField(
      {
        description: 'Rounds in which it is honest',
        unit: 'rounds',
        tooLow: 'it is a cheater from the start',
        tooHigh: 'the run ends before it cheats',
      },
      { min: 0, max: 1_000_000 },
    ).default(10),
  })
  .meta({
    description: 'A provider that is honest for a while, then cheats',
    stoppedBy: ['SAMPLE-1'],
    control: 'ablate: [SAMPLE-1]',
    metric: 'cheatersCaught; gainPerClaim.sleeper',
  });

/** Shows digests and no data. */
export const withholder = z
  .strictObject({
    behaviour: z.literal('withholder'),
    ...cheats,
    servedShare: shareField('Share of nodes, by count, that get its wrong outputs').default(0.5),
  })
  .meta({
    description: 'A provider that opens and reveals, and gives wrong outputs to few or nobody',
    stoppedBy: ['SAMPLE-2', 'QUORUM-5', 'SLASH-1'],
    control: 'ablate: [SLASH-1]',
    metric: 'gainPerClaim.withholder; unresolved',
  });

/** Takes its stake away. */
export const earlyLeaver = z
  .strictObject({
    behaviour: z.literal('early-leaver'),
    ...cheats,
    cheatRounds: countField(
      {
        description: 'Rounds in which it cheats, before it asks to leave and is honest',
        unit: 'rounds',
        tooLow: 'it never cheats',
        tooHigh: 'it never leaves',
      },
      { min: 0, max: 1_000_000 },
    ).default(2),
  })
  .meta({
    description: 'A provider that cheats, then takes its stake out before it is convicted',
    stoppedBy: ['SET-1'],
    control: 'economics: { unbondingRounds: 0 }',
    metric: 'gainPerClaim.early-leaver',
  });

/** Says everything again. */
export const replayer = z
  .strictObject({
    behaviour: z.literal('replayer'),
    share: ofProviders,
    repeatShare: shareField('Share of requests that it answers twice').default(0.5),
    replayRounds: countField(
      { description: 'How much later it sends its messages again', unit: 'rounds' },
      { min: 1, max: 1000 },
    ).default(3),
  })
  .meta({
    description: 'A provider that claims requests twice, and sends its old messages again',
    stoppedBy: ['CLAIM-4', 'WIRE-6'],
    control: 'no scenario shows one: there is no ablation of claim ids',
    metric: 'gainPerClaim.replayer: 0',
  });

/** Looks like many. */
export const sybilSplit = z
  .strictObject({
    behaviour: z.literal('sybil-split'),
    share: ofValidators,
    identities: countField(
      {
        description: 'Identities into which each of its validators is split',
        unit: 'identities',
        tooLow: 'nothing is split',
        tooHigh: 'a run takes long',
      },
      { min: 1, max: 1000 },
    ).default(8),
  })
  .meta({
    description: 'Validators that split their stake over many identities, and work honestly',
    stoppedBy: ['SEAT-1'],
    control: 'ablate: [SEAT-1]',
    metric: 'gainPerSeat.sybil-split',
  });
