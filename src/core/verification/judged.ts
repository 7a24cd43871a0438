/** What settlement will ask about a subject, read from a node's state. */
import type { NodeId } from '../../base/index.ts';
import { type JudgedLevel, type JudgedSubject, judgedVote } from '../settlement/outcome.ts';
import type { LevelState, SubjectState } from './state.ts';

/** Returns what this node could tell settlement about `state`: checked reveals, certificates. */
export function judgedSubject(state: SubjectState): JudgedSubject {
  const levels = [...state.levels.values()].sort((a, b) => a.level - b.level);
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
      holders: [...new Set([...holders, ...(level.published.get(verdict) ?? [])])].map(holder),
      weight,
    })),
  };
}
