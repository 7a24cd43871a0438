/**
 * Who spoilt an aggregate? One check for a whole committee; halves only where it fails.
 *
 * With b bad votes among n it takes at most 1 + 2·b·⌈log2 n⌉ checks, one alone when all are good.
 *
 * Limit: a check is of a sum. Two signers who shift their signatures by opposite amounts are found
 * valid together, though neither is alone. What is returned as valid always sums up to a signature
 * that verifies for exactly those keys, which is what a certificate needs; it is no proof against
 * one of them.
 */
import { defined } from '../base/index.ts';
import type { Crypto } from './crypto.ts';

/** A vote key (48 bytes) with its signature (96 bytes) over the common message. */
export type SignedVote = { readonly voteKey: Uint8Array; readonly signature: Uint8Array };

/** Indices of votes, ascending; each index is in one of the two. */
export type VoteSplit = { readonly valid: number[]; readonly invalid: number[] };

/** Tells apart the votes over `message` whose signatures verify and those whose do not. Total. */
export function findInvalidVotes(
  crypto: Pick<Crypto, 'aggregate' | 'verifyAggregate'>,
  message: Uint8Array,
  votes: readonly SignedVote[],
): VoteSplit {
  const split: VoteSplit = { valid: [], invalid: [] };
  const holds = (range: Range): boolean => {
    const part = votes.slice(range.from, range.to);
    const aggregate = crypto.aggregate(part.map((vote) => vote.signature));
    if (aggregate === undefined) return false;
    return crypto.verifyAggregate(
      part.map((vote) => vote.voteKey),
      message,
      aggregate,
    );
  };
  if (votes.length > 0) splitRange({ from: 0, to: votes.length }, 'unknown', holds, split);
  return split;
}

type Range = { readonly from: number; readonly to: number };

/** `spoilt`: the check of the range is known to fail, because its other half alone was good. */
function splitRange(
  range: Range,
  known: 'unknown' | 'spoilt',
  holds: (range: Range) => boolean,
  split: VoteSplit,
): boolean {
  const indices = Array.from({ length: range.to - range.from }, (_, i) => range.from + i);
  if (known === 'unknown' && holds(range)) {
    split.valid.push(...indices);
    return true;
  }
  if (indices.length === 1) {
    split.invalid.push(defined(indices[0], 'the range has one index'));
    return false;
  }
  const middle = (range.from + range.to) >> 1;
  const left = splitRange({ from: range.from, to: middle }, 'unknown', holds, split);
  splitRange({ from: middle, to: range.to }, left ? 'spoilt' : 'unknown', holds, split);
  return false;
}
