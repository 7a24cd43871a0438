/** Plain copies of subjects, for tests, checkers and digests. */
import type { NodeId } from '../../base/index.ts';
import type { LevelSnapshot, LevelState, SubjectSnapshot, SubjectState } from './state.ts';

/** Returns a copy of `state` that later steps do not change. */
export function snapshotOf(state: SubjectState): SubjectSnapshot {
  return {
    subject: state.subject,
    provider: state.batch.provider,
    model: state.batch.model,
    header: state.batch.header,
    current: state.current,
    isOpened: state.opened !== undefined,
    outputDigest: state.output?.digest,
    decision: state.decision,
    isUnresolved: state.isUnresolved,
    levels: [...state.levels].map(levelSnapshot),
  };
}

function levelSnapshot(level: LevelState): LevelSnapshot {
  const holder = (index: number): NodeId => level.committee.holders[index] as NodeId;
  return {
    level: level.level,
    committee: level.committee,
    own: level.own.phase,
    committed: [...level.commits.keys()].map(holder),
    revealed: [...level.reveals].map(([index, reveal]) => ({
      holder: holder(index),
      verdict: reveal.entry.verdict,
    })),
    certified: [...level.certified.values()],
    challengers: [...level.challengers].map(holder),
  };
}
