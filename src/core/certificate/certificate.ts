/**
 * [CERT-1] Certificates: built from what a node knows, verified from their own bytes and the
 * network file alone.
 */
import { equalBytes, Remembered, type Round, type Verdict } from '../../base/index.ts';
import type { Crypto } from '../../crypto/index.ts';
import {
  ackSigningBytes,
  batchId,
  bitmapIndices,
  type CertificateMessage,
  type HeaderMessage,
  headerSigningBytes,
  type Seal,
  type VoteGroup,
  voteSigningBytes,
} from '../../wire/index.ts';
import type { BeaconLog } from '../beacon-log.ts';
import { drawingRound, phaseRounds } from '../calendar.ts';
import { type Committee, weightOfHolders } from '../committee/committee.ts';
import { Draws } from '../committee/draws.ts';
import { executionRounds, type Network } from '../network.ts';
import { samplingRound } from '../sampling/batch.ts';
import { drawnIndices } from '../sampling/draw.ts';
import { isHeavyLevel } from '../tally/decision.ts';
import { carriesVerdict } from '../tally/tally.ts';
import type { CertifiedVerdict, SubjectState } from '../verification/state.ts';

/** Builds the certificate of what a level reached, or `undefined` if a beacon was forgotten. */
export function buildCertificate(
  { subject, level, beacons }: { subject: SubjectState; level: number; beacons: BeaconLog },
  certified: CertifiedVerdict,
): CertificateMessage | undefined {
  const { header, seal, draws } = subject.batch;
  if (seal === undefined) return undefined;
  // [SET-1] of the set that serves the batch
  const { network } = draws;
  const rounds = certificateRounds(network, { header, level });
  const used = rounds.map((round) => ({ round, signature: beacons.get(round)?.signature }));
  const known = used.flatMap(({ round, signature }) => (signature ? [{ round, signature }] : []));
  if (known.length !== rounds.length) return undefined;
  return {
    type: 'certificate',
    header,
    seal,
    index: subject.subject.index,
    level,
    verdict: certified.verdict,
    votes: certified.votes,
    beacons: known,
    set: network.setHash,
    parameters: network.parametersHash,
  };
}

/** Rounds whose beacons a certificate carries: r, r+2 and the one that drew its level. */
export function certificateRounds(
  network: Network,
  { header, level }: { header: HeaderMessage; level: number },
): readonly Round[] {
  const first = samplingRound(header);
  const manifest = network.modelById.get(header.model);
  if (manifest === undefined || level === 0) return [header.round, first];
  const lengths = phaseRounds(network.parameters, executionRounds(network, manifest));
  return [header.round, first, drawingRound(first, lengths, level)];
}

/** What a valid certificate says. */
export type CertificateCheck =
  | {
      readonly kind: 'valid';
      readonly committee: Committee;
      readonly holders: ReadonlySet<number>;
      readonly weight: bigint;
      /** [QUORUM-4] Whether its verdict may be final at its level. */
      readonly mayBeFinal: boolean;
    }
  /** Name of the first check that failed. */
  | { readonly kind: 'invalid'; readonly check: string };

const failed = (check: string): CertificateCheck => ({ kind: 'invalid', check });

/**
 * Verifies a certificate from its own bytes and the network. Total.
 * @returns the committee and who signed, or the first check that failed
 */
export function verifyCertificate(
  network: Network,
  crypto: Crypto,
  certificate: CertificateMessage,
): CertificateCheck {
  const { header, index, level } = certificate;
  if (!equalBytes(certificate.set, network.setHash)) return failed('validator-set');
  if (!equalBytes(certificate.parameters, network.parametersHash)) return failed('parameters');
  const headerFault = checkHeader(network, crypto, header);
  if (headerFault !== undefined) return failed(headerFault);
  const randomness = checkBeacons(network, crypto, certificate);
  if (randomness === undefined) return failed('beacon');
  // not shared: keys of a node's own draws name rounds, whose beacons it verified itself
  const draws = new Draws(network);
  const batch = { id: batchId(header), provider: header.provider, model: header.model };
  const [sealing, sampling, drawing = sampling] = randomness as [
    Uint8Array,
    Uint8Array,
    Uint8Array?,
  ];
  if (draws.pool(batch).stake === 0n) return failed('empty-pool');
  const seats = draws.seal(header.provider, header.round, sealing);
  if (!isSealValid(network, crypto, { header, seal: certificate.seal, seats })) {
    return failed('seal');
  }
  const oneIn = network.parameters.classes.get(header.assuranceClass) ?? 1;
  const isDrawn =
    network.ablated.has('SAMPLE-1') ||
    drawnIndices(sampling, { batch: batch.id, count: header.count, oneIn }).includes(index);
  if (!isDrawn) return failed('not-drawn');
  if (level > draws.lastLevel(batch)) return failed('level');
  const committee = draws.level(batch, { index, level, randomness: drawing });
  return verifyVotes(network, crypto, { certificate, committee, draws });
}

/** Checks of votes by the certificate: nodes that share a process share them. */
const checks = new Remembered<CertificateMessage, CertificateCheck>();

/** Verifies the votes of a certificate whose header, seal, draw and committee are known good. */
export function verifyVotes(
  network: Network,
  crypto: Crypto,
  at: { certificate: CertificateMessage; committee: Committee; draws: Draws },
): CertificateCheck {
  const given = [network, crypto, at.committee];
  return checks.get(at.certificate, given, () => checkVotes(network, crypto, at));
}

function checkVotes(
  network: Network,
  crypto: Crypto,
  {
    certificate,
    committee,
    draws,
  }: { certificate: CertificateMessage; committee: Committee; draws: Draws },
): CertificateCheck {
  const { header, index, level, verdict } = certificate;
  const votes = new Map<Verdict, ReadonlySet<number>>();
  const holders = new Set<number>();
  for (const group of certificate.votes) {
    const indices = bitmapIndices(group.holders, committee.holders.length);
    if (indices === undefined || indices.length === 0) return failed('bitmap');
    // [CERT-1] bitmaps are disjoint, one per vote value
    if (votes.has(group.verdict) || indices.some((i) => holders.has(i))) return failed('bitmap');
    votes.set(group.verdict, new Set(indices));
    for (const i of indices) holders.add(i);
  }
  const subject = { batch: batchId(header), index };
  const pool = draws.pool({ id: subject.batch, provider: header.provider, model: header.model });
  const isHeavy = isHeavyLevel(network, {
    pool,
    seats: committee.seats,
    provider: header.provider,
  });
  if (!carriesVerdict(committee, verdict, { votes, isHeavy })) return failed('quorum');
  for (const group of certificate.votes) {
    if (!isGroupSigned(network, crypto, { group, committee, subject, level })) {
      return failed('vote-signature');
    }
  }
  return {
    kind: 'valid',
    committee,
    holders,
    weight: weightOfHolders(committee, holders),
    mayBeFinal: verdict === 'valid' || isHeavy,
  };
}

function isGroupSigned(
  network: Network,
  crypto: Crypto,
  at: {
    group: VoteGroup;
    committee: Committee;
    subject: Parameters<typeof voteSigningBytes>[1];
    level: number;
  },
): boolean {
  const indices = bitmapIndices(at.group.holders, at.committee.holders.length) ?? [];
  const keys = indices.map((i) => at.committee.voteKeys[i] as Uint8Array);
  const message = voteSigningBytes(network.id, at.subject, at.level, at.group.verdict);
  return crypto.verifyAggregate(keys, message, at.group.signature);
}

/** Greatest round of a header: later rounds can be computed from it. No beacon gets that far. */
const ROUND_MAX = 2 ** 48;

const headerFaults = new Remembered<HeaderMessage, string | undefined>();

/** Returns the name of the first check of a header that fails. */
export function checkHeader(
  network: Network,
  crypto: Crypto,
  header: HeaderMessage,
): string | undefined {
  return headerFaults.get(header, [network, crypto], () => faultOf(network, crypto, header));
}

function faultOf(network: Network, crypto: Crypto, header: HeaderMessage): string | undefined {
  if (!network.modelById.has(header.model)) return 'model';
  if (!network.parameters.classes.has(header.assuranceClass)) return 'assurance-class';
  if (!network.providerById.has(header.provider)) return 'provider';
  if (header.round > ROUND_MAX) return 'round';
  if (header.count < 1 || header.count > network.parameters.batchCountMax) return 'batch-count';
  const message = headerSigningBytes(network.id, header);
  return crypto.verify(header.provider, message, header.signature) ? undefined : 'header-signature';
}

/** [TIME-1] Verifies the beacons of a certificate; returns their randomness in order. */
function checkBeacons(
  network: Network,
  crypto: Crypto,
  { header, level, beacons }: CertificateMessage,
): readonly Uint8Array[] | undefined {
  const rounds = certificateRounds(network, { header, level });
  if (beacons.length !== rounds.length) return undefined;
  const randomness: Uint8Array[] = [];
  for (const [i, { round, signature }] of beacons.entries()) {
    if (round !== rounds[i]) return undefined;
    const value = crypto.verifyBeacon(network.beacon.chainKey, round, signature);
    if (value === undefined) return undefined;
    randomness.push(value);
  }
  return randomness;
}

const seals = new Remembered<Seal, boolean>();

/** [TIME-3] A quorum of the sealing seats signed the batch id. */
export function isSealValid(
  network: Network,
  crypto: Crypto,
  at: { header: HeaderMessage; seal: Seal; seats: Committee },
): boolean {
  const given = [network, crypto, batchId(at.header), at.seats];
  return seals.get(at.seal, given, () => isSealSigned(network, crypto, at));
}

function isSealSigned(
  network: Network,
  crypto: Crypto,
  { header, seal, seats }: { header: HeaderMessage; seal: Seal; seats: Committee },
): boolean {
  const indices = bitmapIndices(seal.holders, seats.holders.length);
  if (indices === undefined || weightOfHolders(seats, indices) < seats.quorum) return false;
  const keys = indices.map((index) => seats.voteKeys[index] as Uint8Array);
  return crypto.verifyAggregate(keys, ackSigningBytes(network.id, batchId(header)), seal.signature);
}
