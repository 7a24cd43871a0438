/** Validators that save work, sell votes, hold words back, race, flood, or run twice. */
import { z } from 'zod';
import { numberField, shareField } from './fields.ts';
import { cheatShare, ofValidators, variant } from './scenario-adversary-fields.ts';

/** Executes nothing, or seldom. */
export const lazyValidator = z
  .strictObject({
    behaviour: z.literal('lazy-validator'),
    share: ofValidators,
    lazyShare: shareField('Share of its work that it does not do').default(1),
  })
  .meta({
    description: 'A validator that does not execute, now and then or ever, and says valid',
    stoppedBy: ['VOTE-1'],
    control: 'ablate: [VOTE-1]',
    metric: 'gainPerSeat.lazy-validator: below 0 while the rule holds',
  });

/** Repeats commits. */
export const commitCopier = z
  .strictObject({
    behaviour: z.literal('commit-copier'),
    share: ofValidators,
    reveals: z
      .boolean()
      .default(true)
      .meta({ description: 'Whether it also repeats what is revealed behind a copied commit' }),
  })
  .meta({
    description: 'A validator that signs the commit of another as its own instead of executing',
    stoppedBy: ['COMMIT-1', 'SLASH-1'],
    control: 'ablate: [COMMIT-1]',
    metric: 'gainPerSeat.commit-copier: below 0 while the rule holds',
  });

/** Sells its votes. */
export const briber = z
  .strictObject({
    behaviour: z.literal('briber'),
    share: ofValidators,
    wants: z.enum(['accept-wrong', 'convict-right']).default('accept-wrong').meta({
      description: 'Whether wrong answers of its clients shall pass, or right ones be convicted',
    }),
    providerShare: shareField(
      'Share of providers, by count, whose wrong answers shall pass',
    ).default(0.25),
    cheatShare,
    variant,
    offer: numberField(
      {
        description: 'Offered for each seat, paid if the verdict is the one that was bought',
        unit: 'units of unitStake',
        tooLow: 'nobody sells',
        tooHigh: 'the budget is spoken for after few seats',
      },
      { min: 0, max: 1e12 },
    ).default(500),
    budget: numberField(
      {
        description: 'Offers made in all, so that each could be paid',
        unit: 'units of unitStake',
      },
      { min: 0, max: 1e15 },
    ).default(1_000_000),
  })
  .meta({
    description: 'Validators that sell votes to an outsider, where that pays them',
    stoppedBy: ['QUORUM-2', 'QUORUM-4', 'SLASH-1'],
    control: 'ablate: [QUORUM-2] for accept-wrong, [QUORUM-4] for convict-right',
    metric: 'wrongAccepted or honestAccused, against offer, budget and parameters.levels',
  });

/** Holds its votes back. */
export const revealWithholder = z
  .strictObject({
    behaviour: z.literal('reveal-withholder'),
    share: ofValidators,
    reveals: z.enum(['never', 'when-certified']).default('never').meta({
      description: 'Whether it reveals at all, or only where others have a quorum without it',
    }),
  })
  .meta({
    description: 'A validator that commits, and holds its vote back',
    stoppedBy: ['QUORUM-2', 'SLASH-1'],
    control: 'ablate: [SLASH-1]: it then costs nothing',
    metric: 'escalated: P[veto] of a committee; latencyMsP99',
  });

/** Speaks at the last moment. */
export const boundaryRacer = z
  .strictObject({
    behaviour: z.literal('boundary-racer'),
    share: ofValidators,
    offsetMs: numberField(
      { description: 'When it speaks, after the deadline; negative: before it', unit: 'ms' },
      { min: -600_000, max: 600_000 },
    ).default(0),
    spreadMs: numberField(
      { description: 'By how much that varies, in both directions', unit: 'ms' },
      { min: 0, max: 600_000 },
    ).default(50),
  })
  .meta({
    description: 'A validator that commits and reveals at the deadline, give or take a little',
    stoppedBy: ['CERT-1', 'VOTE-4'],
    control: 'ablate: [VOTE-4]: commits that came too late are paid',
    metric: 'gainPerSeat.boundary-racer; unresolved and violations stay 0',
  });

/** What a spammer can send. */
const SPAM_KINDS = ['early', 'certificates', 'evidence', 'queries'] as const;

/** Floods. */
export const spammer = z
  .strictObject({
    behaviour: z.literal('spammer'),
    share: ofValidators,
    messagesPerRound: numberField(
      { description: 'What each of them sends beyond its work', unit: 'messages' },
      { min: 0.001, max: 100_000 },
    ).default(20),
    kinds: z
      .array(z.enum(SPAM_KINDS))
      .min(1)
      .default([...SPAM_KINDS])
      .meta({
        description:
          'early: bundles about unknown batches; certificates: with a broken signature; ' +
          'evidence: that proves nothing; queries: to everybody at once',
      }),
  })
  .meta({
    description: 'A validator that works honestly, and floods the others with junk',
    stoppedBy: ['WIRE-3', 'WIRE-4'],
    control: 'ablate: [WIRE-4]: what others must remember has no bound',
    metric: 'latencyMsP99 and bytesPerClaim, against messagesPerRound',
  });

/** Runs twice. */
export const twin = z.strictObject({ behaviour: z.literal('twin'), share: ofValidators }).meta({
  description: 'A validator that runs twice, with one key and two disks, honestly',
  stoppedBy: ['COMMIT-1', 'VOTE-2', 'GUARD-1'],
  control: 'ablate: [SLASH-1]: it keeps its stake',
  metric: 'gainPerSeat.twin; honestSlashed stays 0',
});
