/**
 * What a verified receipt says, as plain data and in plain words: where the answer came from, how
 * it was verified, and what that does and does not promise.
 */
import {
  type BatchId,
  type BlobId,
  type ClaimId,
  defined,
  type ModelManifest,
  type NodeId,
  type Round,
  toHex,
  type Verdict,
} from '../base/index.ts';
import {
  type CertificateCheck,
  type Committee,
  type Draws,
  finalVerdict,
  isHeavyLevel,
  type Network,
  weightOfHolders,
} from '../core/index.ts';
import { batchId, bitmapIndices, claimId } from '../wire/index.ts';
import { drawnBatchOf, manifestOf, oneInOf, type ReceiptParts } from './parts.ts';
import type { ServingSet, StakeShare } from './sets.ts';
import { changedSetWords, drawnWords, undrawnWords } from './words.ts';

/** A weight out of a whole, and what is needed. Seats, or stake where a level is the whole pool. */
export type Quorum = {
  readonly unit: 'seats' | 'stake';
  readonly signed: bigint;
  readonly quorum: bigint;
  readonly weight: bigint;
  /** Distinct validators that signed, and that could have. */
  readonly signers: number;
  readonly holders: number;
};

/** How an answer was judged. */
export type JudgementSummary = {
  readonly verdict: Verdict;
  readonly level: number;
  readonly lastLevel: number;
  /** Listed seats of the level. */
  readonly seats: number;
  /** [CERT-2] What the bytes alone show. */
  readonly finality: 'final' | 'provisional';
  readonly reason: 'all-weight' | 'last-level' | 'challenge-open' | 'level-too-light';
  readonly votes: Quorum;
  /** Who signed what. */
  readonly voters: readonly { readonly verdict: Verdict; readonly ids: readonly NodeId[] }[];
  /** [MODEL-1] Stake of the validators that hold the model, of all stake. */
  readonly poolStake: bigint;
  readonly totalStake: bigint;
};

/** [SET-1] The validator set that judged. */
export type SetSummary = {
  /** 0 is the set of the network file. */
  readonly number: number;
  /** First epoch that it serves. */
  readonly epoch: number;
  readonly validators: number;
  readonly totalStake: bigint;
  /** Stake that confirmed its step, of all stake of the set before; absent for number 0. */
  readonly confirmedBy: StakeShare | undefined;
};

/** What a verified receipt says. */
export type ReceiptSummary = {
  readonly kind: 'drawn' | 'undrawn';
  readonly set: SetSummary;
  /** 64 hexadecimal digits. */
  readonly network: string;
  readonly claim: ClaimId;
  readonly batch: BatchId;
  readonly index: number;
  readonly count: number;
  readonly round: Round;
  readonly rounds: readonly Round[];
  readonly provider: NodeId;
  readonly requester: NodeId;
  /** Hexadecimal. */
  readonly nonce: string;
  readonly model: ModelManifest;
  readonly input: BlobId;
  /** Hexadecimal; absent if the provider did not show it. */
  readonly outputDigest: string | undefined;
  readonly executionClass: string;
  readonly assuranceClass: string;
  /** m of the class: one answer in m is re-executed. */
  readonly oneIn: number;
  readonly seal: Quorum;
  readonly judgement: JudgementSummary | undefined;
  /** What it means, in sentences. */
  readonly words: readonly string[];
};

/** Returns what a set is, in numbers. */
export function setSummary({ link, share }: Extract<ServingSet, { kind: 'set' }>): SetSummary {
  const { number, epoch, state } = link;
  const { validators, totalStake } = state.network;
  return { number, epoch, validators: validators.length, totalStake, confirmedBy: share };
}

type Verified = ReceiptParts & { readonly network: Network; readonly draws: Draws };
type ValidVotes = Extract<CertificateCheck, { kind: 'valid' }>;

/** Summarises a receipt whose checks are all ok. */
export function summaryOf(
  at: Verified,
  found: {
    readonly seats: Committee;
    readonly votes: ValidVotes | undefined;
    readonly set: SetSummary;
  },
): ReceiptSummary {
  const { seats, votes, set } = found;
  const { network, header, index, beacons, seal } = at;
  const { claim, output } = at.answer;
  const sealed = bitmapIndices(seal.holders, seats.holders.length) ?? [];
  const oneIn = oneInOf(network, at);
  const judgement = votes === undefined ? undefined : judgementOf(at, votes);
  return {
    kind: judgement === undefined ? 'undrawn' : 'drawn',
    set,
    network: toHex(network.id),
    claim: claimId(claim),
    batch: batchId(header),
    index,
    count: header.count,
    round: header.round,
    rounds: beacons.map(({ round }) => round),
    provider: header.provider,
    requester: claim.requester,
    nonce: toHex(claim.nonce),
    model: manifestOf(network, at),
    input: claim.input,
    outputDigest: output === undefined ? undefined : toHex(output.digest),
    executionClass: claim.executionClass,
    assuranceClass: header.assuranceClass,
    oneIn,
    seal: quorumOf(seats, sealed),
    judgement,
    words: [
      ...(judgement === undefined ? undrawnWords(network, header, oneIn) : drawnWords(judgement)),
      ...changedSetWords(set),
    ],
  };
}

function judgementOf(at: Verified, votes: ValidVotes): JudgementSummary {
  const { network, draws, header } = at;
  const certificate = defined(at.certificate, 'votes come from a certificate');
  const { verdict, level } = certificate;
  const { committee, holders, weight } = votes;
  const batch = drawnBatchOf(at);
  const pool = draws.pool(batch);
  const lastLevel = draws.lastLevel(batch);
  const { seats } = committee;
  const isHeavy = isHeavyLevel(network, { pool, seats, provider: header.provider });
  // [CERT-2] what is final with nothing but this certificate: all weight, or the last level
  const decision = finalVerdict([
    {
      level,
      certified: [{ verdict, weight }],
      weight: committee.weight,
      isHeavy,
      isLast: level === lastLevel,
      isOver: false,
      isChallenged: false,
    },
  ]);
  const isFinal = decision !== undefined;
  return {
    verdict,
    level,
    lastLevel,
    seats,
    finality: isFinal ? 'final' : 'provisional',
    reason: isFinal
      ? weight === committee.weight
        ? 'all-weight'
        : 'last-level'
      : votes.mayBeFinal
        ? 'challenge-open'
        : 'level-too-light',
    votes: quorumOf(committee, [...holders]),
    voters: certificate.votes.map((group) => ({
      verdict: group.verdict,
      ids: (bitmapIndices(group.holders, committee.holders.length) ?? []).flatMap(
        (i) => committee.holders[i] ?? [],
      ),
    })),
    poolStake: pool.stake,
    totalStake: network.totalStake,
  };
}

function quorumOf(committee: Committee, signers: readonly number[]): Quorum {
  const { unit, quorum, weight, holders } = committee;
  const signed = weightOfHolders(committee, signers);
  return { unit, signed, quorum, weight, signers: signers.length, holders: holders.length };
}
