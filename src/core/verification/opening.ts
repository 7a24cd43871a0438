/**
 * [SAMPLE-2] Reads the opening of a drawn leaf.
 */
import { verifyMerkleProof } from '../../crypto/index.ts';
import {
  blobId,
  type Claim,
  encodeClaim,
  type HeaderBody,
  type Opening,
} from '../../wire/index.ts';
import { type Judgement, rejected } from '../judgement.ts';
import type { Batch } from '../sampling/batch.ts';
import type { OpenedLeaf } from './state.ts';

/** Checks an opening against the batch's root; a claim outside its manifest is malformed. */
export function readOpening(batch: Batch, opening: Opening): OpenedLeaf | Judgement {
  const { claim, input } = opening;
  if (!isLeafOf(batch.header, opening)) return rejected('opening-path');
  // an input under a wrong name is the sender's fault, not the claim's
  if (input !== undefined && blobId(input) !== claim.input) return rejected('opening-input');
  // [MODEL-1] whoever has to fetch it does not get it either: all nodes see the same claim
  if (input !== undefined && input.length > batch.manifest.inputBytesMax) {
    return rejected('opening-input-size');
  }
  return { opening, claim, inlineInput: input, isMalformed: isMalformed(batch, claim) };
}

/** [CLAIM-1] Whether the path of an opening ends in the root that the provider signed. */
export function isLeafOf({ root, count }: HeaderBody, { claim, index, path }: Opening): boolean {
  return verifyMerkleProof({ root, leaf: encodeClaim(claim), index, count, path });
}

/** [MODEL-1] Whether a claim is outside its manifest, by what its hash covers. */
function isMalformed({ model, manifest }: Batch, claim: Claim): boolean {
  return claim.model !== model || !manifest.executionClasses.includes(claim.executionClass);
}
