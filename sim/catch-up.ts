/** What a node does that starts again: it asks a few others what is open, and what was said. */
import type { QueryMessage } from '../src/wire/index.ts';
import type { SimNode } from './node.ts';

/** Nodes that it asks: one of them may have started just before. */
const HELPERS_MAX = 2;
/** Drawn leaves of a batch about which one answer holds everything, as a rule. */
const LEAVES_PER_ANSWER = 4;

/** Honest validators that are up, other ones for each node. */
export function helpersOf(nodes: readonly SimNode[], node: SimNode): readonly SimNode[] {
  const candidates = nodes.filter(
    (other) => other !== node && other.isUp && other.isHonest && other.role.kind === 'validator',
  );
  const first = node.index % Math.max(1, candidates.length);
  return [...candidates.slice(first), ...candidates.slice(0, first)].slice(0, HELPERS_MAX);
}

/** Queries about all that is open at a helper. [WIRE-6] */
export function openQueries({ role }: SimNode): readonly QueryMessage[] {
  if (role.kind === 'provider') return [];
  return role.core.snapshot().batches.flatMap(({ id, sampled = [] }): QueryMessage[] => {
    const about = { type: 'query', batch: id } as const;
    // one answer does not hold everything about a batch with many drawn leaves
    if (sampled.length <= LEAVES_PER_ANSWER) return [about];
    return [about, ...sampled.map((index) => ({ ...about, index }))];
  });
}
