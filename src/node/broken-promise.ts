/** Whether a sealed batch keeps what its provider promised. */
import { verifyMerkleProof } from '../crypto/index.ts';
import {
  batchId,
  claimId,
  encodeClaim,
  type HeaderMessage,
  type Message,
  type Opening,
  type PromiseMessage,
} from '../wire/index.ts';

/**
 * What a sealed batch holds in the place that was promised to a claim, if it is not that claim.
 * @param messages about the batch, from anybody
 */
export function breachOf(
  promise: PromiseMessage,
  header: HeaderMessage,
  messages: readonly Message[],
): { readonly detail: string; readonly evidence: readonly Message[] } | undefined {
  if (header.count <= promise.index) {
    const acks = messages.filter(({ type }) => type === 'bundle');
    const detail = 'the provider sealed a batch that ends before the promised place';
    return { detail, evidence: [promise, header, ...acks] };
  }
  const shown = messages.find(
    (message) =>
      message.type === 'openings' &&
      batchId(message.header) === batchId(header) &&
      message.openings.some(
        (leaf) =>
          leaf.index === promise.index &&
          claimId(leaf.claim) !== promise.claim &&
          isLeafOf(header, leaf),
      ),
  );
  if (shown === undefined) return undefined;
  const detail = 'the provider sealed another claim in its place';
  return { detail, evidence: [promise, header, shown] };
}

function isLeafOf({ root, count }: HeaderMessage, { index, claim, path }: Opening): boolean {
  return verifyMerkleProof({ root, leaf: encodeClaim(claim), index, count, path });
}
