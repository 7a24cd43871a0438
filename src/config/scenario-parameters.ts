/** The protocol's parameters as a part of a scenario: documented and defaulted by `base`. */
import { z } from 'zod';
import type { Fraction, ProtocolParameters, Stake } from '../base/index.ts';
import {
  DEFAULT_PARAMETERS,
  fractionText,
  PARAMETER_DOCS,
  parseFraction,
  stake,
} from '../base/index.ts';

type Key = keyof ProtocolParameters;
type KeyOf<Value> = { [K in Key]: ProtocolParameters[K] extends Value ? K : never }[Key];
type MoneyKey = KeyOf<Stake>;
type NumberKey = KeyOf<number>;

/** Skew that a network tolerates unless it says otherwise, as a part of a round, [TIME-4]. */
const SKEW_PART_OF_ROUND = 4;

/** The section `parameters` of a scenario. */
export const parametersSchema = z
  .strictObject({
    roundMs: numeric('roundMs'),
    classes: z
      .record(z.string().regex(/^[a-z0-9-]{1,32}$/), entry('classes'))
      .default(Object.fromEntries(DEFAULT_PARAMETERS.classes))
      .meta(docOf('classes')),
    sealSeats: numeric('sealSeats'),
    levels: z
      .array(entry('levels'))
      .min(1)
      .max(16)
      .default([...DEFAULT_PARAMETERS.levels])
      .meta(docOf('levels')),
    slashSeats: numeric('slashSeats'),
    openRounds: numeric('openRounds'),
    commitRounds: numeric('commitRounds'),
    outputRounds: numeric('outputRounds'),
    revealRounds: numeric('revealRounds'),
    challengeRounds: numeric('challengeRounds'),
    settleRounds: numeric('settleRounds'),
    postWindowRounds: numeric('postWindowRounds'),
    evidenceWindowRounds: numeric('evidenceWindowRounds'),
    epochRounds: numeric('epochRounds'),
    partitionRounds: numeric('partitionRounds'),
    skewMaxMs: entry('skewMaxMs')
      .optional()
      .meta({ ...docOf('skewMaxMs'), defaultText: 'a quarter of roundMs' }),
    sketchSize: numeric('sketchSize'),
    shards: numeric('shards'),
    rewardPerSeat: money('rewardPerSeat'),
    slashProvider: money('slashProvider'),
    slashVoter: money('slashVoter'),
    challengeCost: money('challengeCost'),
    penaltySilent: money('penaltySilent'),
    claimValue: money('claimValue'),
    minPoolStake: fraction('minPoolStake'),
    batchCountMax: numeric('batchCountMax'),
  })
  .transform((given): ProtocolParameters => {
    const skewMaxMs = given.skewMaxMs ?? Math.floor(given.roundMs / SKEW_PART_OF_ROUND);
    return { ...given, classes: new Map(Object.entries(given.classes)), skewMaxMs };
  });

function docOf(key: Key): { description: string; unit: string; tooLow: string; tooHigh: string } {
  const { meaning, unit, tooLow, tooHigh } = PARAMETER_DOCS[key];
  return { description: meaning, unit, tooLow, tooHigh };
}

/** One number of the parameter `key`, within its range. */
function entry(key: Key) {
  const { min, max } = PARAMETER_DOCS[key];
  return z.int().min(min).max(Math.min(max, Number.MAX_SAFE_INTEGER));
}

function numeric(key: NumberKey) {
  return entry(key).default(DEFAULT_PARAMETERS[key]).meta(docOf(key));
}

/** Money: a whole number, or text of digits when it is beyond 2^53. */
function money(key: MoneyKey) {
  const digits = z.string().regex(/^\d{1,30}$/);
  return z
    .union([entry(key), digits])
    .prefault(Number(DEFAULT_PARAMETERS[key]))
    .meta({ ...docOf(key), default: Number(DEFAULT_PARAMETERS[key]) })
    .transform((value): Stake => stake(BigInt(value)));
}

function fraction(key: KeyOf<Fraction>) {
  const given = z.union([z.number(), z.string().regex(/^[0-9./]{1,40}$/)]);
  return given
    .prefault(fractionText(DEFAULT_PARAMETERS[key]))
    .meta({ ...docOf(key), default: fractionText(DEFAULT_PARAMETERS[key]) })
    .transform((value, context): Fraction => {
      const parsed = parseFraction(String(value));
      if (parsed !== undefined) return parsed;
      context.addIssue({ code: 'custom', message: 'not a fraction' });
      return z.NEVER;
    });
}
