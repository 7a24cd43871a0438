/**
 * What an epoch knows about one subject, and what follows for its final verdict. Pure.
 */
import {
  compareText,
  type NodeId,
  Remembered,
  type Subject,
  toHex,
  type Verdict,
} from '../../base/index.ts';
import { bitmapIndices, type RevealEntry } from '../../wire/index.ts';
import type { Committee } from '../committee/committee.ts';
import { finalVerdict } from '../tally/decision.ts';
import type { Decision } from '../verification/state.ts';

/** A reveal that counts, of a holder of the level. */
export type JudgedVote = {
  readonly holder: NodeId;
  readonly verdict: Verdict;
  readonly executionClass: string;
  /** Plain digest of the output it measured, hexadecimal; absent for the empty measurement. */
  readonly digest: string | undefined;
  /** Holders whose commits it saw in time. */
  readonly seen: ReadonlySet<NodeId>;
};

export type JudgedCertificate = {
  readonly verdict: Verdict;
  readonly holders: readonly NodeId[];
  readonly weight: bigint;
};

export type JudgedLevel = {
  readonly level: number;
  readonly committee: Committee;
  readonly isHeavy: boolean;
  readonly isLast: boolean;
  readonly votes: readonly JudgedVote[];
  readonly certified: readonly JudgedCertificate[];
};

export type JudgedSubject = {
  readonly subject: Subject;
  readonly provider: NodeId;
  /** Ascending. */
  readonly levels: readonly JudgedLevel[];
};

/** [CERT-2] The final verdict, when all windows are closed and all that counts is at hand. */
export function outcomeOf({ levels }: JudgedSubject): Decision | undefined {
  return finalVerdict(
    levels.map((level) => ({
      level: level.level,
      certified: level.certified,
      weight: level.committee.weight,
      isHeavy: level.isHeavy,
      isLast: level.isLast,
      isOver: true,
      isChallenged: level.votes.some((vote) => vote.verdict === 'invalid'),
    })),
  );
}

/**
 * [VOTE-4] Unites what two nodes know of one subject: nobody is silent because one of them did not
 * hear him, or could not check his vote.
 */
export function uniteJudged(a: JudgedSubject, b: JudgedSubject): JudgedSubject {
  const levels = new Map(a.levels.map((level) => [level.level, level]));
  const isNews = (level: JudgedLevel): boolean => addsTo(levels.get(level.level), level);
  if (!b.levels.some(isNews)) return a;
  for (const level of b.levels) {
    const known = levels.get(level.level);
    levels.set(level.level, known === undefined ? level : uniteLevels(known, level));
  }
  return { ...a, levels: [...levels.values()].sort((x, y) => x.level - y.level) };
}

/** Whether `b` may hold what `a` does not; most nodes know the same certificate and no votes. */
function addsTo(a: JudgedLevel | undefined, b: JudgedLevel): boolean {
  if (a === undefined) return true;
  const isKnown = ({ verdict, holders }: JudgedCertificate): boolean =>
    a.certified.some((own) => own.verdict === verdict && own.holders === holders);
  const hasVote = ({ holder }: JudgedVote): boolean => a.votes.some((own) => own.holder === holder);
  return !b.certified.every(isKnown) || !b.votes.every(hasVote);
}

function uniteLevels(a: JudgedLevel, b: JudgedLevel): JudgedLevel {
  const votes = new Map(a.votes.map((vote) => [vote.holder, vote]));
  for (const vote of b.votes) if (!votes.has(vote.holder)) votes.set(vote.holder, vote);
  const nameOf = ({ verdict, holders }: JudgedCertificate): string =>
    `${verdict}/${[...holders].sort(compareText).join()}`;
  const certified = new Map([...a.certified, ...b.certified].map((c) => [nameOf(c), c]));
  const order = ({ holder }: JudgedVote): number => a.committee.indexOf.get(holder) ?? 0;
  return {
    ...a,
    votes: [...votes.values()].sort((x, y) => order(x) - order(y)),
    certified: [...certified.values()],
  };
}

/** Votes by the reveal: nodes that share a process share them. */
const votes = new Remembered<RevealEntry, JudgedVote>();

/** Reads a reveal as settlement sees it. */
export function judgedVote(committee: Committee, holder: NodeId, entry: RevealEntry): JudgedVote {
  return votes.get(entry, [committee, holder], () => readVote(committee, holder, entry));
}

function readVote(
  committee: Committee,
  holder: NodeId,
  { verdict, executionClass, measurement, seen }: RevealEntry,
): JudgedVote {
  const indices = bitmapIndices(seen, committee.holders.length) ?? [];
  return {
    holder,
    verdict,
    executionClass,
    digest: measurement.kind === 'empty' ? undefined : toHex(measurement.digest),
    seen: new Set(indices.map((index) => committee.holders[index] as NodeId)),
  };
}
