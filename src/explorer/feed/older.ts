/** Asks the node about a claim that is older than what the page keeps. */
import type { TraceRecord } from '../../trace/index.ts';
import { NetworkModel } from '../model/network-model.ts';

/**
 * Returns a model with what the node knows about one leaf, and the nodes of `known`;
 * `undefined` if it knows nothing.
 */
export async function askOlder(
  known: NetworkModel,
  { batch, index }: { readonly batch: string; readonly index: number },
): Promise<NetworkModel | undefined> {
  const asked = new URLSearchParams({ batch, index: String(index) });
  const response = await fetch(`/v1/records?${asked}`);
  if (!response.ok) return undefined;
  const model = new NetworkModel(known.limits);
  model.start = known.start;
  for (const node of known.nodes) if (node !== undefined) model.apply(node.record);
  for (const line of (await response.text()).split('\n')) {
    if (line.trim() !== '') model.apply(JSON.parse(line) as TraceRecord);
  }
  return model.claims.size === 0 ? undefined : model;
}
