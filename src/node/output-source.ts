/**
 * [SAMPLE-2] Outputs are served to those who can no longer copy them: to holders that committed at
 * the level under way, and to everybody once all holders of it committed, or the claim is final.
 * Before the provider has shown the digest nobody can ask.
 */
import type { NodeId } from '../base/index.ts';
import type { SubjectSnapshot } from '../core/index.ts';
import { type BlobSource, readable } from './blobs/index.ts';
import type { ExecutionService } from './execution/index.ts';
import type { Feed } from './feed.ts';

export type OutputSourceOptions = {
  readonly execution: ExecutionService;
  readonly subjects: () => readonly SubjectSnapshot[];
  readonly feed: Feed;
};

/** Returns a source of the outputs that this node computed or fetched. */
export function outputSource({ execution, subjects, feed }: OutputSourceOptions): BlobSource {
  return (id, peer) => {
    const block = execution.output(id);
    const shown = feed.subjectOfOutput(id);
    if (block === undefined || shown === undefined) return Promise.resolve(undefined);
    const subject = subjects().find(
      ({ subject: s }) => s.batch === shown.batch && s.index === shown.index,
    );
    const isServed = subject === undefined || mayHave(subject, peer);
    return Promise.resolve(isServed ? readable(block) : undefined);
  };
}

/** Tells whether `peer` learns nothing from the output that it could still pass off as its own. */
export function mayHave(subject: SubjectSnapshot, peer: NodeId): boolean {
  if (subject.decision !== undefined || subject.isUnresolved) return true;
  const level = subject.levels.find((l) => l.level === subject.current);
  if (level === undefined) return false;
  if (level.committed.includes(peer)) return true;
  const isOver = level.committed.length === level.committee.holders.length;
  return isOver || level.revealed.length > 0 || level.certified.length > 0;
}
