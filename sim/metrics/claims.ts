/**
 * One row for each answered claim: what it was and what became of it. All rates of a report, and
 * the file `claims.csv`, are made of these rows.
 */
import { VERDICTS, type Verdict } from '../../src/base/index.ts';
import { slotKey } from '../../src/core/index.ts';
import type { Simulation } from '../setup.ts';
import type { Answer } from '../truth.ts';
import { medianOf } from './quantile.ts';
import type { SubjectRecord } from './recorder.ts';

/** How a drawn claim ended; `unresolved` if most observers had no verdict at the end. */
export type Outcome = Verdict | 'unresolved';

/** Outcomes in the order of reports. */
export const OUTCOMES = ['valid', 'invalid', 'unavailable', 'inconclusive', 'unresolved'] as const;

/** What judging found about a drawn claim. Times in ms of virtual time. */
export type DrawnClaim = {
  /** What most observers hold final. */
  readonly outcome: Outcome;
  /** Highest level that started at an observer. */
  readonly level: number;
  /** Levels at which an observer counted a challenge. */
  readonly challengedLevels: readonly number[];
  /** Whether level 0 certified `valid`, as some observer saw it. */
  readonly isCertifiedValidAtLevel0: boolean;
  /** First certificate of any level at any observer. */
  readonly certifiedMs: number | undefined;
  /** Median over the observers that hold `outcome`. */
  readonly finalMs: number | undefined;
};

/** Genesis is round 1; what is answered in it goes into the batch of round 2. */
const FIRST_ROUND = 2;

export type ClaimRow = {
  /** Index of the provider among the providers. */
  readonly provider: number;
  /** `honest`, or the behaviour of the provider. */
  readonly behaviour: string;
  readonly model: string;
  readonly assuranceClass: string;
  readonly round: number;
  readonly index: number;
  /** What was run: `reference`, a substitute, or `cached`. */
  readonly variant: string;
  readonly isWrong: boolean;
  /** Whether its request was claimed before. */
  readonly isRepeat: boolean;
  readonly isSealed: boolean;
  readonly answeredMs: number;
  /** Absent if the claim was not drawn. */
  readonly drawn: DrawnClaim | undefined;
};

/** Returns the rows of a run, in order of answering. */
export function claimRows(simulation: Simulation): readonly ClaimRow[] {
  const { committees, network, nodes, recorder, truth } = simulation;
  const providers = new Map(
    nodes
      .filter((node) => node.role.kind === 'provider')
      .map((node, index) => [node.id, { index, behaviour: node.kind }]),
  );
  const sealed = new Set(
    [...recorder.sealed].flatMap((batch) => {
      const header = committees.header(batch);
      return header === undefined ? [] : [slotKey(header)];
    }),
  );
  const records = new Map<Answer | undefined, SubjectRecord>(
    [...recorder.subjects.values()].map((record) => [truth.answerOf(record.subject), record]),
  );
  return [...truth.answers()].map((answer) => {
    const record = records.get(answer);
    const provider = providers.get(answer.provider);
    return {
      provider: provider?.index ?? -1,
      behaviour: provider?.behaviour ?? 'honest',
      model: network.modelById.get(answer.model)?.name ?? answer.model,
      assuranceClass: answer.assuranceClass,
      round: answer.round,
      index: answer.index,
      variant: answer.variant,
      isWrong: answer.isWrong,
      isRepeat: answer.isRepeat,
      isSealed: sealed.has(slotKey(answer)),
      answeredMs: answer.answeredAt,
      drawn: record === undefined ? undefined : drawnClaim(record),
    };
  });
}

/**
 * Returns the rows that count: those of claims answered after the warm-up. Costs and money are of
 * all claims, because messages and executions are not told apart by claim.
 */
export function afterWarmUp(
  rows: readonly ClaimRow[],
  { warmUpRounds }: { readonly warmUpRounds: number },
): readonly ClaimRow[] {
  return rows.filter(({ round }) => round >= FIRST_ROUND + warmUpRounds);
}

/** What most observers found about a drawn leaf. */
export function drawnClaim(record: SubjectRecord): DrawnClaim {
  const outcome = outcomeOf(record);
  return {
    outcome,
    level: record.level,
    challengedLevels: [...record.challenged].sort((a, b) => a - b),
    isCertifiedValidAtLevel0: record.certified.get(0)?.has('valid') === true,
    certifiedMs: record.certifiedAt,
    finalMs: outcome === 'unresolved' ? undefined : medianOf(record.decisions.timesOf(outcome)),
  };
}

/** The outcome that most observers hold; no verdict wins a tie with one. */
function outcomeOf({ decisions }: SubjectRecord): Outcome {
  let most: Outcome = 'unresolved';
  let mostCount = decisions.unresolvedCount;
  for (const verdict of VERDICTS) {
    const count = decisions.timesOf(verdict).length;
    if (count <= mostCount) continue;
    most = verdict;
    mostCount = count;
  }
  return most;
}
