/**
 * Why a subject stands where it stands: who was drawn, who said what, who is missing, and the
 * arithmetic of the quorum. A pure function of messages; only what is signed and fits counts.
 *
 * Limits: whether a revealed vote follows from its measurement cannot be told without the output
 * itself; what is shown is what holders signed. A message that nobody passed on looks like silence.
 */
import type {
  AbstentionReason,
  BlobId,
  ClaimId,
  NodeId,
  Round,
  Subject,
  Verdict,
} from '../base/index.ts';
import { equalBytes, toHex, VERDICTS } from '../base/index.ts';
import {
  type Committee,
  certificateRounds,
  type Decision,
  finalVerdict,
  isHeavyLevel,
  type Network,
  type SetChain,
  samplingRound,
  weightOfHolders,
} from '../core/index.ts';
import { type Crypto, merkleRoot } from '../crypto/index.ts';
import {
  type BundleEntry,
  bundleSigningBytes,
  claimId,
  commitmentOf,
  type RevealEntry,
  voteSigningBytes,
} from '../wire/index.ts';
import { type Gathered, gather, type SubjectMessages } from './gathering.ts';
import { drawnBatchOf, manifestOf, oneInOf } from './parts.ts';

/** What one holder of a level is known to have done. */
export type HolderExplanation = {
  readonly id: NodeId;
  readonly weight: bigint;
  readonly state:
    | { readonly kind: 'missing' }
    | { readonly kind: 'committed' }
    | { readonly kind: 'abstained'; readonly reason: AbstentionReason }
    | {
        readonly kind: 'revealed';
        readonly verdict: Verdict;
        readonly executionClass: string;
        /** Hexadecimal; absent if it could not run the model. */
        readonly outputDigest: string | undefined;
      }
    /** It signed two things that exclude each other. */
    | { readonly kind: 'contradictory' };
};

/** One level of a subject. */
export type LevelExplanation = {
  readonly level: number;
  /** Round whose beacon drew it. */
  readonly drawnBy: Round;
  readonly seats: number;
  readonly unit: 'seats' | 'stake';
  readonly weight: bigint;
  readonly quorum: bigint;
  /** [QUORUM-4] Whether verdicts that take money may be final here. */
  readonly isHeavy: boolean;
  readonly isLast: boolean;
  readonly holders: readonly HolderExplanation[];
  /** Revealed weight by verdict, and what a quorum for it still needs. */
  readonly votes: readonly {
    readonly verdict: Verdict;
    readonly weight: bigint;
    readonly lacks: bigint;
  }[];
  readonly missingWeight: bigint;
  /** Revealed `invalid` against a certified `valid`. [QUORUM-2] */
  readonly challengers: readonly NodeId[];
  readonly certificates: readonly { readonly verdict: Verdict; readonly weight: bigint }[];
};

/** What is known about a subject. */
export type Explanation = {
  readonly subject: Subject;
  readonly provider: NodeId;
  readonly model: BlobId;
  readonly modelName: string;
  readonly round: Round;
  /** Round whose beacon draws its leaves and level 0. */
  readonly drawnBy: Round;
  readonly assuranceClass: string;
  readonly oneIn: number;
  readonly count: number;
  /** [SET-1] The validator set that serves it, and its first epoch. */
  readonly set: { readonly number: number; readonly epoch: number };
  /** Absent without the beacon of the round. */
  readonly seal:
    | {
        readonly isSealed: boolean;
        readonly signed: bigint;
        readonly quorum: bigint;
        readonly weight: bigint;
        readonly missing: readonly NodeId[];
      }
    | undefined;
  readonly isDrawn: boolean | undefined;
  readonly claim: ClaimId | undefined;
  readonly executionClass: string | undefined;
  /** Hexadecimal; absent until the provider reveals it. */
  readonly outputDigest: string | undefined;
  readonly levels: readonly LevelExplanation[];
  /** [CERT-2] What the certificates alone make final. */
  readonly decision: Decision | undefined;
};

/**
 * Explains a subject by what nodes said about it. Total: messages may come from anybody.
 * @param chain of the network, as far as it is known
 * @returns `undefined` if the header of its batch is not among them
 */
export function explain(
  chain: SetChain,
  crypto: Crypto,
  input: SubjectMessages,
): Explanation | undefined {
  const known = gather(chain, crypto, input);
  if (known === undefined) return undefined;
  const { header, opening, output, network, set } = known;
  const levels = levelsOf(network, crypto, { known, input });
  return {
    subject: input.subject,
    provider: header.provider,
    model: header.model,
    modelName: manifestOf(network, known).name,
    round: header.round,
    drawnBy: samplingRound(header),
    assuranceClass: header.assuranceClass,
    oneIn: oneInOf(network, known),
    count: header.count,
    set: { number: set.number, epoch: set.epoch },
    seal: sealOf(known),
    isDrawn: known.isDrawn,
    claim: opening === undefined ? undefined : claimId(opening.claim),
    executionClass: opening?.claim.executionClass,
    outputDigest: output === undefined ? undefined : toHex(output.digest),
    levels,
    decision: finalVerdict(
      levels.map((level) => ({
        level: level.level,
        certified: level.certificates,
        weight: level.weight,
        isHeavy: level.isHeavy,
        isLast: level.isLast,
        isOver: false,
        isChallenged: level.challengers.length > 0,
      })),
    ),
  };
}

function sealOf({ seats, acked, seal }: Gathered): Explanation['seal'] {
  if (seats === undefined) return undefined;
  const signed = new Set(acked);
  return {
    isSealed: seal !== undefined,
    signed: weightOfHolders(seats, signed),
    quorum: seats.quorum,
    weight: seats.weight,
    missing: seats.holders.filter((_, i) => !signed.has(i)),
  };
}

type Known = { readonly known: Gathered; readonly input: SubjectMessages };

/** Level 0, and every further one that somebody spoke at. */
function levelsOf(network: Network, crypto: Crypto, at: Known): readonly LevelExplanation[] {
  const { known, input } = at;
  if (known.isDrawn !== true) return [];
  const spoken = saidIn(network, crypto, input);
  const certified = known.certificates.map(({ message }) => message.level);
  const last = Math.max(0, ...spoken.map(({ entry }) => entry.level), ...certified);
  const levels: LevelExplanation[] = [];
  for (let level = 0; level <= last; level++) {
    const committee = known.committee(level);
    if (committee === undefined) break;
    levels.push(levelOf(network, crypto, { ...at, level, committee, spoken }));
  }
  return levels;
}

type LevelEntry = Exclude<BundleEntry, { kind: 'ack' }>;
type Said = { readonly validator: NodeId; readonly entry: LevelEntry };

/** [WIRE-5] What validators said about the subject in bundles that they signed. */
function saidIn(
  network: Network,
  crypto: Crypto,
  { subject, messages }: SubjectMessages,
): readonly Said[] {
  return messages.flatMap((message) => {
    if (message.type !== 'bundle' || !network.validatorIndex.has(message.validator)) return [];
    const { validator, entries, signature } = message;
    const said = entries.flatMap(({ entry }) => {
      if (entry.kind === 'ack' || entry.batch !== subject.batch) return [];
      return entry.index === subject.index ? [{ validator, entry }] : [];
    });
    if (said.length === 0) return [];
    const root = merkleRoot(entries.map(({ bytes }) => bytes));
    const signed = bundleSigningBytes(network.id, validator, root);
    return crypto.verify(validator, signed, signature) ? said : [];
  });
}

type Place = Known & {
  readonly level: number;
  readonly committee: Committee;
  readonly spoken: readonly Said[];
};

function levelOf(network: Network, crypto: Crypto, at: Place): LevelExplanation {
  const { known, level, committee } = at;
  const { header, draws } = known;
  const batch = drawnBatchOf({ header });
  const { seats, unit, weight, quorum } = committee;
  const holders = committee.holders.map((id, position) => ({
    id,
    weight: committee.weights[position] ?? 0n,
    state: stateOf(network, crypto, { ...at, position, id }),
  }));
  const certificates = known.certificates
    .filter(({ message }) => message.level === level)
    .map(({ message, votes }) => ({ verdict: message.verdict, weight: votes.weight }));
  const isValidCertified = certificates.some(({ verdict }) => verdict === 'valid');
  return {
    level,
    drawnBy: certificateRounds(network, { header, level }).at(-1) ?? samplingRound(header),
    seats,
    unit,
    weight,
    quorum,
    isHeavy: isHeavyLevel(network, {
      pool: draws.pool(batch),
      seats,
      provider: header.provider,
    }),
    isLast: level === draws.lastLevel(batch),
    holders,
    votes: votesOf(holders, quorum),
    missingWeight: sum(holders.filter(({ state }) => state.kind === 'missing')),
    challengers: isValidCertified ? holders.filter(isDissent).map(({ id }) => id) : [],
    certificates,
  };
}

function stateOf(
  network: Network,
  crypto: Crypto,
  at: Place & { readonly position: number; readonly id: NodeId },
): HolderExplanation['state'] {
  const said = at.spoken.filter(
    ({ validator, entry }) => validator === at.id && entry.level === at.level,
  );
  const reveals = said.flatMap(({ entry }) =>
    entry.kind === 'reveal' && isSigned(network, crypto, { ...at, entry }) ? [entry] : [],
  );
  const commitments = [
    ...said.flatMap(({ entry }) => (entry.kind === 'commit' ? [entry.commitment] : [])),
    ...reveals.map((entry) => revealedCommitment(network, at, entry)),
  ];
  const [abstention] = said.flatMap(({ entry }) => (entry.kind === 'abstain' ? [entry] : []));
  const [commitment] = commitments;
  const [reveal] = reveals;
  // [COMMIT-1] [VOTE-2] one commit or abstention, one vote
  const isContradictory =
    (abstention !== undefined && commitment !== undefined) ||
    commitments.some((each) => commitment !== undefined && !equalBytes(each, commitment)) ||
    reveals.some((each) => each.verdict !== reveal?.verdict);
  if (isContradictory) return { kind: 'contradictory' };
  if (reveal !== undefined) {
    const { verdict, executionClass, measurement } = reveal;
    const outputDigest = measurement.kind === 'empty' ? undefined : toHex(measurement.digest);
    return { kind: 'revealed', verdict, executionClass, outputDigest };
  }
  if (abstention !== undefined) return { kind: 'abstained', reason: abstention.reason };
  return commitment === undefined ? { kind: 'missing' } : { kind: 'committed' };
}

/** [VOTE-2] The vote of a reveal is signed by its holder's BLS key. */
function isSigned(
  network: Network,
  crypto: Crypto,
  at: Place & { readonly position: number; readonly entry: RevealEntry },
): boolean {
  const voteKey = at.committee.voteKeys[at.position];
  if (voteKey === undefined) return false;
  const { subject } = at.input;
  const message = voteSigningBytes(network.id, subject, at.level, at.entry.verdict);
  return crypto.verifyAggregate([voteKey], message, at.entry.signature);
}

function revealedCommitment(
  network: Network,
  at: Place & { readonly id: NodeId },
  { measurement, salt }: RevealEntry,
): Uint8Array {
  return commitmentOf({
    networkId: network.id,
    subject: at.input.subject,
    level: at.level,
    validator: at.id,
    measurement,
    salt,
  });
}

function votesOf(holders: readonly HolderExplanation[], quorum: bigint): LevelExplanation['votes'] {
  return VERDICTS.flatMap((verdict) => {
    const voters = holders.filter(
      ({ state }) => state.kind === 'revealed' && state.verdict === verdict,
    );
    if (voters.length === 0) return [];
    const weight = sum(voters);
    return [{ verdict, weight, lacks: weight >= quorum ? 0n : quorum - weight }];
  });
}

function isDissent({ state }: HolderExplanation): boolean {
  return state.kind === 'revealed' && state.verdict === 'invalid';
}

function sum(holders: readonly HolderExplanation[]): bigint {
  return holders.reduce((total, { weight }) => total + weight, 0n);
}
