/**
 * What an epoch knows about one subject, and what follows for its final verdict. Pure.
 */
import { type NodeId, type Subject, toHex, type Verdict } from '../../base/index.ts';
import { bitmapIndices, type CertificateMessage, type RevealEntry } from '../../wire/index.ts';
import { type Committee, weightOfHolders } from '../committee/committee.ts';
import { finalVerdict } from '../tally/decision.ts';
import type { Decision } from '../verification/state.ts';

/** A reveal that counts, of a holder of the level. */
export type JudgedVote = {
  readonly holder: NodeId;
  readonly verdict: Verdict;
  readonly executionClass: string;
  /** Plain digest of the output it measured, hexadecimal; absent for the empty measurement. */
  readonly digest: string | undefined;
  /** Holders whose commits it saw in time. */
  readonly seen: ReadonlySet<NodeId>;
};

export type JudgedCertificate = {
  readonly verdict: Verdict;
  readonly holders: readonly NodeId[];
  readonly weight: bigint;
};

export type JudgedLevel = {
  readonly level: number;
  readonly committee: Committee;
  readonly isHeavy: boolean;
  readonly isLast: boolean;
  readonly votes: readonly JudgedVote[];
  readonly certified: readonly JudgedCertificate[];
};

export type JudgedSubject = {
  readonly subject: Subject;
  readonly provider: NodeId;
  /** Ascending. */
  readonly levels: readonly JudgedLevel[];
};

/** [CERT-2] The final verdict, when all windows are closed and all that counts is at hand. */
export function outcomeOf({ levels }: JudgedSubject): Decision | undefined {
  return finalVerdict(
    levels.map((level) => ({
      level: level.level,
      certified: level.certified,
      weight: level.committee.weight,
      isHeavy: level.isHeavy,
      isLast: level.isLast,
      isOver: true,
      isChallenged: level.votes.some((vote) => vote.verdict === 'invalid'),
    })),
  );
}

/** Reads a reveal as settlement sees it. */
export function judgedVote(
  committee: Committee,
  holder: NodeId,
  { verdict, executionClass, measurement, seen }: RevealEntry,
): JudgedVote {
  const indices = bitmapIndices(seen, committee.holders.length) ?? [];
  return {
    holder,
    verdict,
    executionClass,
    digest: measurement.kind === 'empty' ? undefined : toHex(measurement.digest),
    seen: new Set(indices.map((index) => committee.holders[index] as NodeId)),
  };
}

/** Reads a verified certificate as settlement sees it. */
export function judgedCertificate(
  committee: Committee,
  { verdict, votes }: CertificateMessage,
): JudgedCertificate {
  const indices = votes.flatMap(
    (group) => bitmapIndices(group.holders, committee.holders.length) ?? [],
  );
  return {
    verdict,
    holders: indices.map((index) => committee.holders[index] as NodeId),
    weight: weightOfHolders(committee, new Set(indices)),
  };
}
