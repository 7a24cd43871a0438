/**
 * Who is dishonest in a scenario, and how. One behaviour, one set of options.
 *
 * `stoppedBy` names the rules of the protocol that make it fail, as the first lines of its file in
 * `sim/adversary` do; `control` says what to set to see it succeed, `metric` which numbers tell.
 * The JSON Schema carries all three to `assay sim list adversaries`.
 */
import { z } from 'zod';
import { numberField, shareField } from './fields.ts';
import { cheatShare, ofProviders, ofValidators, variant } from './scenario-adversary-fields.ts';
import {
  beaconBiaser,
  earlyLeaver,
  grinder,
  replayer,
  samplingAware,
  sleeper,
  sybilSplit,
  toleranceEdge,
  withholder,
} from './scenario-dishonest-providers.ts';
import {
  boundaryRacer,
  briber,
  commitCopier,
  lazyValidator,
  revealWithholder,
  spammer,
  twin,
} from './scenario-dishonest-validators.ts';

const substituteModel = z
  .strictObject({
    behaviour: z.literal('substitute-model'),
    share: ofProviders,
    cheatShare,
    variant,
  })
  .meta({
    description: 'A provider that runs a cheaper model than it claims',
    stoppedBy: ['SAMPLE-1'],
    control: 'ablate: [SAMPLE-1]',
    metric: 'wrongAccepted and wrongUndrawn; gainPerClaim.substitute-model',
  });

const cachedOutput = z
  .strictObject({ behaviour: z.literal('cached-output'), share: ofProviders, cheatShare })
  .meta({
    description: 'A provider that answers with the output of another input',
    stoppedBy: ['SAMPLE-1'],
    control: 'ablate: [SAMPLE-1]',
    metric: 'wrongUndrawn; gainPerClaim.cached-output',
  });

const selectiveCheat = z
  .strictObject({
    behaviour: z.literal('selective-cheat'),
    share: ofProviders,
    cheatShare,
    variant,
    classes: z
      .array(z.string())
      .min(1)
      .default(['spot'])
      .meta({ description: 'Assurance classes that it cheats in: those that are drawn least' }),
  })
  .meta({
    description: 'A provider that cheats only where it is rarely checked',
    stoppedBy: ['SAMPLE-1'],
    control: 'ablate: [SAMPLE-1]',
    metric: 'gainPerClaim.selective-cheat, against parameters.classes',
  });

const nonOpener = z
  .strictObject({
    behaviour: z.literal('non-opener'),
    share: ofProviders,
    cheatShare,
    variant,
  })
  .meta({
    description: 'A provider that does not open a drawn leaf on which it cheated',
    stoppedBy: ['SLASH-1', 'VOTE-3'],
    control: 'ablate: [SLASH-1]',
    metric: 'gainPerClaim.non-opener',
  });

const nonRevealer = z
  .strictObject({
    behaviour: z.literal('non-revealer'),
    share: ofProviders,
    cheatShare,
    variant,
  })
  .meta({
    description: 'A provider that opens, and does not reveal an output it cheated on',
    stoppedBy: ['SLASH-1', 'SAMPLE-2'],
    control: 'ablate: [SLASH-1]',
    metric: 'gainPerClaim.non-revealer',
  });

const lateSealer = z
  .strictObject({
    behaviour: z.literal('late-sealer'),
    share: ofProviders,
    cheatShare,
    variant,
    delayRounds: numberField(
      {
        description: 'How much later than it should it shows its batch',
        unit: 'rounds',
        tooLow: 'it is as good as punctual',
        tooHigh: 'its batches are never sealed',
      },
      { min: 0, max: 100 },
    ).default(2),
  })
  .meta({
    description: 'A provider that waits for the drawing beacon, then chooses its batch',
    stoppedBy: ['TIME-3'],
    control: 'ablate: [TIME-3]',
    metric: 'sealed; gainPerClaim.late-sealer',
  });

const voteCopier = z
  .strictObject({ behaviour: z.literal('vote-copier'), share: ofValidators })
  .meta({
    description: 'A validator that repeats what others revealed instead of executing',
    stoppedBy: ['COMMIT-2', 'VOTE-4'],
    control: 'ablate: [COMMIT-2], or [VOTE-4]',
    metric: 'gainPerSeat.vote-copier',
  });

const falseChallenger = z
  .strictObject({
    behaviour: z.literal('false-challenger'),
    share: ofValidators,
    challengeShare: shareField('Share of right claims that it challenges').default(1),
  })
  .meta({
    description: 'A validator that says invalid to right claims',
    stoppedBy: ['QUORUM-3', 'SLASH-1'],
    control: 'ablate: [QUORUM-3, SLASH-1]',
    metric: 'escalated; executionsPerClaim; gainPerSeat.false-challenger',
  });

const cartel = z
  .strictObject({
    behaviour: z.literal('cartel'),
    share: ofValidators,
    withProvider: z
      .boolean()
      .default(true)
      .meta({ description: 'Whether dishonest providers belong to it and give it their outputs' }),
    providerShare: shareField('Share of providers, by count, in a cartel with providers').default(
      0.25,
    ),
    cheatShare,
    variant,
  })
  .meta({
    description: 'Validators that vote for each other, with or against a provider',
    stoppedBy: ['QUORUM-2', 'QUORUM-4'],
    control: 'ablate: [QUORUM-2] with providers, [QUORUM-4] without',
    metric:
      'wrongAccepted; honestAccused and honestSlashed: P[false slash] is P[captured] at slashSeats',
  });

const silentValidator = z
  .strictObject({ behaviour: z.literal('silent-validator'), share: ofValidators })
  .meta({
    description: 'A validator that seals, and neither commits nor votes',
    stoppedBy: ['SLASH-1'],
    control: 'ablate: [SLASH-1]',
    metric: 'gainPerSeat.silent-validator; unresolved',
  });

const equivocator = z
  .strictObject({ behaviour: z.literal('equivocator'), share: ofValidators })
  .meta({
    description: 'A validator that signs two different commits and votes',
    stoppedBy: ['COMMIT-1', 'VOTE-2', 'SLASH-1'],
    control: 'ablate: [SLASH-1]',
    metric: 'gainPerSeat.equivocator; honestSlashed stays 0',
  });

/** One group of dishonest actors. */
export const adversarySchema = z
  .discriminatedUnion('behaviour', [
    substituteModel,
    cachedOutput,
    selectiveCheat,
    nonOpener,
    nonRevealer,
    lateSealer,
    lazyValidator,
    voteCopier,
    falseChallenger,
    cartel,
    silentValidator,
    equivocator,
    samplingAware,
    beaconBiaser,
    grinder,
    toleranceEdge,
    sleeper,
    withholder,
    earlyLeaver,
    replayer,
    sybilSplit,
    commitCopier,
    briber,
    revealWithholder,
    boundaryRacer,
    spammer,
    twin,
  ])
  .meta({ description: 'A group of dishonest actors' });

/** One group of dishonest actors, with the options of its behaviour. */
export type Adversary = z.output<typeof adversarySchema>;

const PROVIDER_BEHAVIOURS: readonly Adversary['behaviour'][] = [
  'substitute-model',
  'cached-output',
  'selective-cheat',
  'non-opener',
  'non-revealer',
  'late-sealer',
  'sampling-aware',
  'beacon-biaser',
  'grinder',
  'tolerance-edge',
  'sleeper',
  'withholder',
  'early-leaver',
  'replayer',
];

/** Returns the share of providers, by count, that the group takes. */
export function providerShareOf(adversary: Adversary): number {
  if (adversary.behaviour === 'cartel') return adversary.withProvider ? adversary.providerShare : 0;
  if (adversary.behaviour === 'briber') {
    return adversary.wants === 'accept-wrong' ? adversary.providerShare : 0;
  }
  return PROVIDER_BEHAVIOURS.includes(adversary.behaviour) ? adversary.share : 0;
}

/** Returns the share of validator stake that the group takes. */
export function validatorShareOf(adversary: Adversary): number {
  return PROVIDER_BEHAVIOURS.includes(adversary.behaviour) ? 0 : adversary.share;
}
