/**
 * What nodes are called. In a simulation by number, as its files do; in a live network by the
 * beginning of the id, as `assay status` does: a number there is this page's own and tells nobody
 * anything.
 */
import type { NetworkModel } from './network-model.ts';
import type { NodeEntry } from './node-entry.ts';

const DIGITS_MIN = 8;
/** What numbers of nodes look like. */
const NUMBER = /^\d{1,7}$/;

const digitsOf = new WeakMap<NetworkModel, { readonly size: number; readonly digits: number }>();

/** Digits of an id that tell all nodes of a network apart. */
function digitsIn(model: NetworkModel): number {
  const size = model.nodes.length;
  const known = digitsOf.get(model);
  if (known?.size === size) return known.digits;
  const ids = model.nodes.flatMap((node) => (node === undefined ? [] : [node.record.id]));
  let digits = DIGITS_MIN;
  const isTold = () => new Set(ids.map((id) => id.slice(0, digits))).size === new Set(ids).size;
  while (!isTold()) digits += 1;
  digitsOf.set(model, { size, digits });
  return digits;
}

/** Returns the name of a node: `v12`, or `7afbbeb5` in a live network. */
export function nodeName(model: NetworkModel, { number, record: { role, id } }: NodeEntry): string {
  if (model.start?.source !== 'network') return `${role.slice(0, 1)}${number}`;
  return id.slice(0, digitsIn(model));
}

/** Returns its role and its name: `validator 12`, or `validator 7afbbeb5`. */
export function nodeTitle(model: NetworkModel, node: NodeEntry): string {
  const isLive = model.start?.source === 'network';
  return `${node.record.role} ${isLive ? nodeName(model, node) : node.number}`;
}

/** Returns the word that names a node in an address: its id where numbers tell nothing. */
export function nodeWord(model: NetworkModel, { number, record: { id } }: NodeEntry): string {
  return model.start?.source === 'network' ? id : String(number);
}

/** Finds the node that a person or an address names: number, id, or the beginning of one id. */
export function nodeNamed(model: NetworkModel, name: string): NodeEntry | undefined {
  const exact = model.nodes.find((node) => node?.record.id === name);
  if (exact !== undefined) return exact;
  if (NUMBER.test(name)) return model.nodes[Number(name)];
  const like = name === '' ? [] : model.nodes.filter((node) => node?.record.id.startsWith(name));
  return like.length === 1 ? like[0] : undefined;
}
