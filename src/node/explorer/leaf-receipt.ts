/**
 * The receipt of a leaf, made of what this node knows, else of what neighbours say, as
 * `assay receipt get` makes it: it is given out only if it verifies.
 */
import type { Subject } from '../../base/index.ts';
import type { SetChain } from '../../core/index.ts';
import { type BuildResult, buildReceipt } from '../../receipt/index.ts';
import { aboutLeaf, type LeafPlace } from './leaf-messages.ts';

/**
 * Returns the best receipt that there is, or why there is none yet.
 * @param chain the validator sets that the node knows
 */
export function leafReceipt(
  chain: SetChain,
  node: LeafPlace['node'],
  subject: Subject,
): Promise<BuildResult> {
  return aboutLeaf(
    { chain, node, subject },
    (said) => buildReceipt(chain, node.crypto, said),
    ({ kind }) => kind === 'receipt',
  );
}
