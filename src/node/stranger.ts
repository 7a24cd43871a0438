/** [SET-2] A node whose key is in no validator set: it may run and wait, and is told so. */
import type { AssayNode } from './assay-node.ts';
import type { Log } from './log/index.ts';
import { isMember } from './safety/index.ts';

/** Warns of a key that is neither validator nor provider, which may be the wrong one. */
export function warnStranger({ id, sets }: AssayNode, log: Log): void {
  if (!isMember(sets.chain, id)) log.warn('not-a-member', { id });
}
