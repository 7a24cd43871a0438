/**
 * [SAMPLE-2] Outputs are served to those who can no longer copy them: to holders that committed at
 * the level under way, and to everybody once all holders of it committed, or the claim is final.
 * Before the provider has shown the digest nobody can ask, and nobody is answered.
 *
 * Which claims an output belongs to is what the core checked against their commitments: a claim
 * that somebody else invents for it neither opens nor closes the door. Two claims with the same
 * output share it: where one of them is over, it is public.
 */
import type { NodeId } from '../base/index.ts';
import type { SubjectSnapshot } from '../core/index.ts';
import { blobIdOfDigest } from '../wire/index.ts';
import { type BlobSource, readable } from './blobs/index.ts';
import type { ExecutionService } from './execution/index.ts';

export type OutputSourceOptions = {
  readonly execution: ExecutionService;
  readonly subjects: () => readonly SubjectSnapshot[];
};

/** Returns a source of the outputs that this node computed or fetched. */
export function outputSource({ execution, subjects }: OutputSourceOptions): BlobSource {
  return (id, peer) => {
    const block = execution.output(id);
    if (block === undefined) return Promise.resolve(undefined);
    const isServed = subjects().some(
      (subject) =>
        subject.outputDigest !== undefined &&
        blobIdOfDigest(subject.outputDigest) === id &&
        mayHave(subject, peer),
    );
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
