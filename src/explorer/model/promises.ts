/**
 * What the parameters of a network promise: the closed forms of `src/theory`, for a share of stake
 * that the reader chooses, each with a sentence that says what it means.
 */
import {
  captured,
  capturedLog10,
  caught,
  claimsUntilCaught,
  leastSlashFactor,
  quorumOf,
  vetoed,
} from '../../theory/index.ts';

type Parameters = Readonly<Record<string, unknown>> | undefined;

/** Returns a parameter that is a number. */
export function numberParameter(parameters: Parameters, name: string): number | undefined {
  const value = parameters?.[name];
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Returns the assurance classes: name to m, one answer in m is drawn. */
export function classesOf(parameters: Parameters): readonly (readonly [string, number])[] {
  const classes = parameters?.['classes'];
  if (typeof classes !== 'object' || classes === null) return [];
  return Object.entries(classes).flatMap(([name, value]) => {
    const oneIn: unknown = value;
    return typeof oneIn === 'number' && oneIn >= 1 ? [[name, oneIn] as const] : [];
  });
}

/** Returns the seats of the levels. */
export function levelsOf(parameters: Parameters): readonly number[] {
  const levels = parameters?.['levels'];
  if (!Array.isArray(levels)) return [];
  return levels.filter((seats): seats is number => Number.isSafeInteger(seats) && seats > 0);
}

/** What a class promises to whoever asks in it. */
export type ClassPromise = {
  readonly name: string;
  readonly oneIn: number;
  /** One wrong answer is not drawn. */
  readonly escape: number;
  /** A hundred wrong answers are all not drawn. */
  readonly escapeHundred: number;
  /** Wrong answers until one is caught with 99 %. */
  readonly untilCaught: number | undefined;
  /** Least slash in times the gain of one cheat. */
  readonly slashFactor: number;
};

const SURE = 0.99;
const HUNDRED = 100;

/** Returns what each class promises, if a drawn wrong answer is always found wrong. */
export function classPromises(parameters: Parameters): readonly ClassPromise[] {
  return classesOf(parameters).map(([name, oneIn]) => {
    const cheating = { rate: 1 / oneIn, cheatShare: 1, catchShare: 1 };
    return {
      name,
      oneIn,
      escape: 1 - 1 / oneIn,
      escapeHundred: 1 - caught({ ...cheating, claims: HUNDRED }),
      untilCaught: claimsUntilCaught({ ...cheating, target: SURE }),
      slashFactor: leastSlashFactor({ rate: cheating.rate, catchShare: 1 }),
    };
  });
}

/** What a level promises against an adversary. */
export type LevelPromise = {
  readonly level: number;
  readonly seats: number;
  readonly quorum: number;
  readonly isHeavy: boolean;
  readonly captured: number;
  readonly capturedLog10: number;
  readonly vetoed: number;
};

/**
 * Returns what each level promises.
 * @param adversary share of the pool's stake that the adversary holds, 0..1
 */
export function levelPromises(parameters: Parameters, adversary: number): readonly LevelPromise[] {
  const slashSeats = numberParameter(parameters, 'slashSeats') ?? Number.POSITIVE_INFINITY;
  return levelsOf(parameters).map((seats, level) => ({
    level,
    seats,
    quorum: quorumOf(seats),
    isHeavy: seats >= slashSeats,
    captured: captured({ seats, adversary }),
    capturedLog10: adversary === 0 ? Number.NEGATIVE_INFINITY : capturedLog10({ seats, adversary }),
    vetoed: vetoed({ seats, adversary }),
  }));
}

/** Rounds in which an undisputed claim is final, by phase; executions take more. */
export function roundsToFinal(
  parameters: Parameters,
): readonly { readonly phase: string; readonly rounds: number }[] {
  const phases = [
    ['seal and draw', undefined],
    ['open', 'openRounds'],
    ['commit', 'commitRounds'],
    ['output', 'outputRounds'],
    ['reveal', 'revealRounds'],
    ['challenge', 'challengeRounds'],
    ['settle', 'settleRounds'],
  ] as const;
  return phases.map(([phase, name]) => {
    const rounds = name === undefined ? 2 : (numberParameter(parameters, name) ?? 1);
    return { phase, rounds };
  });
}
