/** What settlement will ask about a subject, read from a node's state. */
import { type NodeId, Remembered } from '../../base/index.ts';
import type { Committee } from '../committee/committee.ts';
import { type JudgedLevel, type JudgedSubject, judgedVote } from '../settlement/outcome.ts';
import type { LevelState, SubjectState } from './state.ts';

/** Returns what this node could tell settlement about `state`: checked reveals, certificates. */
export function judgedSubject(state: SubjectState): JudgedSubject {
  const levels = [...state.levels];
  return {
    subject: state.subject,
    provider: state.batch.provider,
    levels: levels.map(judgedLevel),
  };
}

function judgedLevel(level: LevelState): JudgedLevel {
  const { committee } = level;
  const holder = (index: number): NodeId => committee.holders[index] as NodeId;
  return {
    level: level.level,
    committee,
    isHeavy: level.isHeavy,
    isLast: level.isLast,
    // [VOTE-1] only checked votes; [QUORUM-2] what came too late neither votes nor challenges
    votes: [...level.reveals]
      .filter(([, reveal]) => reveal.follows === true && reveal.inTime)
      .sort(([a], [b]) => a - b)
      .map(([index, { entry }]) => judgedVote(committee, holder(index), entry)),
    certified: [...level.certified.values()].map(({ verdict, holders, weight }) => ({
      verdict,
      // [VOTE-4] bitmaps united: nobody is silent because an aggregator left him out
      holders: namesOf(committee, united(holders, level.published.get(verdict))),
      weight,
    })),
  };
}

const names = new Remembered<ReadonlySet<number>, readonly NodeId[]>();

function namesOf(committee: Committee, indices: ReadonlySet<number>): readonly NodeId[] {
  return names.get(indices, [committee], () =>
    [...indices].flatMap((index) => committee.holders[index] ?? []),
  );
}

/** The larger one itself if it holds both: whoever compares may see that it is the same. */
function united(a: ReadonlySet<number>, b: ReadonlySet<number> | undefined): ReadonlySet<number> {
  if (b === undefined || [...b].every((index) => a.has(index))) return a;
  return [...a].every((index) => b.has(index)) ? b : new Set([...a, ...b]);
}
