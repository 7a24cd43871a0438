/**
 * Who is dishonest in a scenario, and how. One behaviour, one set of options.
 *
 * `stoppedBy` names the rules of the protocol that make it fail, as the first lines of its file in
 * `sim/adversary` do; the JSON Schema carries it to `assay sim list adversaries`.
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
  });

const cachedOutput = z
  .strictObject({ behaviour: z.literal('cached-output'), share: ofProviders, cheatShare })
  .meta({
    description: 'A provider that answers with the output of another input',
    stoppedBy: ['SAMPLE-1'],
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
  });

const lazyValidator = z
  .strictObject({ behaviour: z.literal('lazy-validator'), share: ofValidators })
  .meta({
    description: 'A validator that never executes and always says valid',
    stoppedBy: ['VOTE-1'],
  });

const voteCopier = z
  .strictObject({ behaviour: z.literal('vote-copier'), share: ofValidators })
  .meta({
    description: 'A validator that repeats what others revealed instead of executing',
    stoppedBy: ['COMMIT-2', 'VOTE-4'],
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
  });

const silentValidator = z
  .strictObject({ behaviour: z.literal('silent-validator'), share: ofValidators })
  .meta({
    description: 'A validator that seals, and neither commits nor votes',
    stoppedBy: ['SLASH-1'],
  });

const equivocator = z
  .strictObject({ behaviour: z.literal('equivocator'), share: ofValidators })
  .meta({
    description: 'A validator that signs two different commits and votes',
    stoppedBy: ['COMMIT-1', 'VOTE-2', 'SLASH-1'],
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
  return PROVIDER_BEHAVIOURS.includes(adversary.behaviour) ? adversary.share : 0;
}

/** Returns the share of validator stake that the group takes. */
export function validatorShareOf(adversary: Adversary): number {
  return PROVIDER_BEHAVIOURS.includes(adversary.behaviour) ? 0 : adversary.share;
}
