/**
 * What the API and the metrics see of a node: everything that tells how it is, nothing with which
 * it signs. The folder's key, the signer and the guard's records are not in here.
 */
import type { SignGuard, Store } from '../store/index.ts';
import type { AssayNode } from './assay-node.ts';
import type { CoreView } from './core-view.ts';
import type { NodeFolder, NodeParts } from './node-parts.ts';

/** A node as those see it who operate it. */
export type OperatedNode = {
  readonly node: AssayNode;
  readonly view: Omit<CoreView, 'core'>;
  readonly file: NodeFolder['file'];
  /** Holds `guard` and `db`. */
  readonly directory: string;
  readonly guard: Pick<SignGuard, 'watermark'>;
  readonly store: Pick<Store, 'keys'>;
} & Pick<NodeParts, 'network' | 'host' | 'archive' | 'crypto'>;

/** Returns a node without its secrets. */
export function operatedNode(
  node: AssayNode,
  parts: NodeParts,
  { view, file, directory }: { view: CoreView } & Pick<NodeFolder, 'file' | 'directory'>,
): OperatedNode {
  const { network, host, guard, store, archive, crypto } = parts;
  const { core: _, ...seen } = view;
  return { node, view: seen, file, directory, guard, store, network, host, archive, crypto };
}
