/**
 * Checks the parameters of the protocol: the range of each, and the relations between them.
 *
 * A network whose parameters break a relation would run and be unsafe: a level that may not slash
 * although it is the last, a slash smaller than what cheating earns. So they are refused at once.
 */
import type { ProtocolParameters } from './parameters.ts';
import { PARAMETER_DOCS } from './parameters.ts';

/** One thing that is wrong with a set of parameters. */
export type ParameterProblem = {
  readonly key: keyof ProtocolParameters;
  readonly message: string;
  readonly remedy: string;
};

type Relation = {
  readonly key: keyof ProtocolParameters;
  readonly holds: (p: ProtocolParameters) => boolean;
  readonly message: (p: ProtocolParameters) => string;
  readonly remedy: string;
};

const RELATIONS: readonly Relation[] = [
  {
    key: 'levels',
    holds: (p) => p.levels.length > 0 && p.levels.every((k, i) => i === 0 || k > seats(p, i - 1)),
    message: (p) => `levels must be strictly increasing, found [${p.levels.join(', ')}]`,
    remedy: 'List the seats of each level in ascending order, e.g. [16, 64, 256, 1024].',
  },
  {
    key: 'levels',
    holds: (p) => Math.max(...p.levels) >= p.slashSeats,
    message: (p) =>
      `the last level (${p.levels.at(-1)} seats) is below slashSeats (${p.slashSeats})`,
    remedy: 'Add a level with at least slashSeats seats: otherwise nothing can ever be slashed.',
  },
  {
    key: 'classes',
    holds: (p) => p.classes.size > 0,
    message: () => 'there is no assurance class',
    remedy: 'Name at least one, e.g. { standard: 4 }.',
  },
  {
    key: 'skewMaxMs',
    holds: (p) => 2 * p.skewMaxMs <= p.roundMs,
    message: (p) => `skewMaxMs (${p.skewMaxMs}) is more than half of roundMs (${p.roundMs})`,
    remedy: 'Use a quarter of roundMs: a batch needs the rest of the round to be sealed.',
  },
  {
    key: 'sketchSize',
    holds: (p) => p.sketchSize % 32 === 0,
    message: (p) => `sketchSize must be a multiple of 32, found ${p.sketchSize}`,
    remedy: 'Use 32: a hash gives the signs of 32 sums at a time.',
  },
  {
    key: 'minPoolStake',
    holds: ({ minPoolStake: f }) =>
      f.denominator > 0n && 2n * f.numerator >= f.denominator && f.numerator <= f.denominator,
    message: ({ minPoolStake: f }) =>
      `minPoolStake must be from 1/2 to 1, found ${f.numerator}/${f.denominator}`,
    remedy: 'Use 2/3.',
  },
  {
    key: 'challengeCost',
    holds: (p) => p.challengeCost >= p.rewardPerSeat,
    message: (p) =>
      `challengeCost (${p.challengeCost}) is below rewardPerSeat (${p.rewardPerSeat})`,
    remedy: 'Raise it: a lost challenge must pay for the seats that it started.',
  },
  {
    key: 'slashVoter',
    holds: (p) => p.slashVoter > p.rewardPerSeat && p.slashVoter >= p.penaltySilent,
    message: (p) =>
      `slashVoter (${p.slashVoter}) must exceed rewardPerSeat (${p.rewardPerSeat}) and be no ` +
      `less than penaltySilent (${p.penaltySilent})`,
    remedy: 'Raise it: a wrong vote must cost more than it earns, and no less than silence.',
  },
  {
    key: 'slashProvider',
    holds: (p) => p.slashProvider > p.rewardPerSeat * BigInt(greatestRun(p)),
    message: (p) =>
      `slashProvider (${p.slashProvider}) times the lowest sampling rate ` +
      `(1/${greatestRun(p)}) does not exceed rewardPerSeat (${p.rewardPerSeat})`,
    remedy:
      'Raise the slash or the rate: rewardPerSeat bounds the cost of an execution, and that is ' +
      'what a cheater saves per claim.',
  },
  {
    key: 'claimValue',
    holds: (p) => p.claimValue * BigInt(leastRun(p)) >= p.slashProvider,
    message: (p) =>
      `claimValue (${p.claimValue}) does not cover slashProvider (${p.slashProvider}) at the ` +
      `highest sampling rate (1/${leastRun(p)})`,
    remedy: 'Raise it: a provider must own what it can lose on the claims drawn at once.',
  },
];

/**
 * Returns everything that is wrong with `p`; empty if it can be used. Relations are looked at only
 * when every range holds.
 */
export function checkParameters(p: ProtocolParameters): readonly ParameterProblem[] {
  const ranges = keysOf(PARAMETER_DOCS).flatMap((key) => checkRange(p, key));
  if (ranges.length > 0) return ranges;
  return RELATIONS.filter((relation) => !relation.holds(p)).map((relation) => ({
    key: relation.key,
    message: relation.message(p),
    remedy: relation.remedy,
  }));
}

function checkRange(
  p: ProtocolParameters,
  key: keyof ProtocolParameters,
): readonly ParameterProblem[] {
  const { min, max, unit } = PARAMETER_DOCS[key];
  return numbersOf(p[key])
    .filter((value) => !isWhole(value) || value < min || value > max)
    .map((value) => ({
      key,
      message: `${key} must be a whole number from ${min} to ${max}, found ${value}`,
      remedy: `It is a number of ${unit}: ${PARAMETER_DOCS[key].meaning.toLowerCase()}.`,
    }));
}

/** The numbers in a parameter; none for a fraction, which has a relation of its own. */
function numbersOf(value: ProtocolParameters[keyof ProtocolParameters]): (number | bigint)[] {
  if (typeof value === 'number' || typeof value === 'bigint') return [value];
  if ('numerator' in value) return [];
  return [...value.values()];
}

function isWhole(value: number | bigint): boolean {
  return typeof value === 'bigint' || Number.isSafeInteger(value);
}

/** Leaves per drawn leaf of the class that is drawn least. */
function greatestRun(p: ProtocolParameters): number {
  return Math.max(1, ...p.classes.values());
}

/** Leaves per drawn leaf of the class that is drawn most. */
function leastRun(p: ProtocolParameters): number {
  return p.classes.size === 0 ? 1 : Math.min(...p.classes.values());
}

function seats(p: ProtocolParameters, level: number): number {
  return p.levels[level] ?? 0;
}

function keysOf<T extends object>(record: T): readonly (keyof T)[] {
  return Object.keys(record) as (keyof T)[];
}
