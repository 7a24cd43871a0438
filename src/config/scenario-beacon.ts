/** Public randomness of a scenario: sound, or with a hole that an adversary can use. */
import { z } from 'zod';
import { countField } from './fields.ts';

/** The schema of the key `beacon`. */
export const beaconSchema = z
  .discriminatedUnion('kind', [
    z
      .strictObject({ kind: z.literal('threshold') })
      .meta({ description: 'Nobody knows a round before it is published, and nobody chooses it' }),
    z
      .strictObject({
        kind: z.literal('predictable'),
        aheadRounds: countField(
          {
            description: 'How many rounds ahead dishonest nodes know it',
            unit: 'rounds',
            tooLow: 'below 2 it comes too late for a batch',
          },
          { min: 1, max: 1_000_000 },
        ).default(2),
      })
      .meta({ description: 'Dishonest nodes know rounds ahead' }),
    z
      .strictObject({
        kind: z.literal('last-revealer'),
        revealers: countField(
          {
            description: 'Last revealers in the coalition, each of which may withhold its share',
            unit: 'revealers',
            tooHigh: 'all 2^revealers values of each round are computed',
          },
          { min: 1, max: 10 },
        ).default(1),
      })
      .meta({ description: 'A coalition chooses among the 2^revealers values of each round' }),
  ])
  .default({ kind: 'threshold' })
  .meta({ description: 'How public randomness is made' });
