/**
 * [SAMPLE-2] Reads the opening of a drawn leaf.
 */
import { equalBytes, Remembered } from '../../base/index.ts';
import { verifyMerkleProof } from '../../crypto/index.ts';
import {
  blobId,
  type Claim,
  encodeClaim,
  type HeaderBody,
  type Opening,
  type OutputMessage,
  outputCommitment,
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

/** Proofs by the opening: nodes that share a process share them. */
const leaves = new Remembered<Opening, boolean>();

/** [CLAIM-1] Whether the path of an opening ends in the root that the provider signed. */
export function isLeafOf({ root, count }: HeaderBody, opening: Opening): boolean {
  const { claim, index, path } = opening;
  const proof = () => verifyMerkleProof({ root, leaf: encodeClaim(claim), index, count, path });
  return leaves.get(opening, [root, count], proof);
}

const fits = new Remembered<OutputMessage, boolean>();

/** [CLAIM-3] Whether an output is what the claim committed to. */
export function isOutputOf({ claim }: OpenedLeaf, output: OutputMessage): boolean {
  return fits.get(output, [claim.commitment], () =>
    equalBytes(outputCommitment(output.salt, output.digest), claim.commitment),
  );
}

/** [MODEL-1] Whether a claim is outside its manifest, by what its hash covers. */
function isMalformed({ model, manifest }: Batch, claim: Claim): boolean {
  return claim.model !== model || !manifest.executionClasses.includes(claim.executionClass);
}
