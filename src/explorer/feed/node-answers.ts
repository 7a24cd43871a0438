/**
 * What is asked of the node that serves the page, besides the feed: how it is, its network file,
 * the receipt of a claim. An answer that says no names why and what to do; it is shown as it is.
 */
import type { OwnStatus } from '../model/own-node.ts';

/** A leaf, by its batch and its place there. */
export type Leaf = { readonly batch: string; readonly index: number };

/** The node does not give what was asked for. The message is a sentence, remedy included. */
export class NodeRefusal extends Error {
  override readonly name = 'NodeRefusal';
}

/** Returns how the node is. @throws NodeRefusal */
export async function askStatus(): Promise<OwnStatus> {
  return (await (await ask('/v1/node')).json()) as OwnStatus;
}

/** Returns the text of the network file. @throws NodeRefusal */
export async function askNetworkFile(): Promise<string> {
  return await (await ask('/v1/network')).text();
}

/** Returns the bytes of the receipt of a drawn claim, JSON. @throws NodeRefusal */
export async function askReceipt(leaf: Leaf): Promise<Uint8Array> {
  return new Uint8Array(await (await ask(receiptUrl(leaf))).arrayBuffer());
}

/** Returns where the node gives a receipt. */
export function receiptUrl({ batch, index }: Leaf): string {
  return `/v1/receipt?${new URLSearchParams({ batch, index: String(index) })}`;
}

/** Returns the name of the file in which a receipt is kept. */
export function receiptName({ batch, index }: Leaf): string {
  return `receipt-${batch.slice(-8)}-${index}.json`;
}

async function ask(url: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch {
    throw new NodeRefusal('The node does not answer. Is it running? Try again when it is.');
  }
  if (!response.ok) throw new NodeRefusal(await refusalWords(response));
  return response;
}

/** Returns why a node refuses: message and remedy, or its status if it gives none. */
export async function refusalWords(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { message, remedy = '' } = JSON.parse(text) as { message?: string; remedy?: string };
    if (typeof message === 'string') return `${sentence(message)} ${remedy}`.trim();
  } catch {
    // not one of Assay's answers
  }
  return `The node answered ${response.status}, without saying why.`;
}

function sentence(text: string): string {
  const begun = text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
