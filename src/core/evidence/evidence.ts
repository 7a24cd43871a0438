/**
 * Evidence: signed messages that convict their signer, checkable by anybody. [CERT-3] [SLASH-1]
 */
import { assert, type NodeId, subjectKey, type Verdict } from '../../base/index.ts';
import { type Crypto, merkleProof, merkleRootOfProof } from '../../crypto/index.ts';
import {
  type BundleEntry,
  batchId,
  bitmapIndices,
  bundleSigningBytes,
  type CertificateMessage,
  commitmentOf,
  type EvidenceMessage,
  type HeaderMessage,
  headerSigningBytes,
  type SignedEntry,
} from '../../wire/index.ts';
import { verifyCertificate } from '../certificate/certificate.ts';
import { slotKey } from '../guard.ts';
import type { SetChain } from '../membership/chain.ts';
import { boundTo, type Network } from '../network.ts';
import { isConflict } from '../tally/tally.ts';
import type { EntrySource } from '../verification/state.ts';

/** Cuts one entry out of its bundle, with the path that proves it was signed. [WIRE-5] */
export function signedEntry({ bundle, position }: EntrySource): SignedEntry {
  const leaves = bundle.entries.map((entry) => entry.bytes);
  const entry = bundle.entries[position];
  assert(entry !== undefined, 'a source names an entry of its bundle');
  return {
    entry,
    index: position,
    count: leaves.length,
    path: merkleProof(leaves, position),
    signature: bundle.signature,
  };
}

/** Makes evidence of two contradicting entries of one validator. */
export function entryEvidence(first: EntrySource, second: EntrySource): EvidenceMessage {
  assert(first.bundle.validator === second.bundle.validator, 'evidence convicts one signer');
  return {
    type: 'evidence',
    kind: 'entries',
    validator: first.bundle.validator,
    first: signedEntry(first),
    second: signedEntry(second),
  };
}

/**
 * Returns whom the evidence convicts, nobody if it proves nothing. Total: evidence comes from
 * peers.
 */
export function guiltyOf(
  chain: SetChain,
  crypto: Crypto,
  evidence: EvidenceMessage,
): readonly NodeId[] {
  const { network } = chain.genesis.draws;
  switch (evidence.kind) {
    case 'headers': {
      const { first, second } = evidence;
      const { provider } = first;
      if (!chain.isProvider(provider)) return [];
      return areRivalHeaders(network, crypto, first, second) ? [provider] : [];
    }
    case 'entries':
      if (!chain.isValidator(evidence.validator)) return [];
      return areContradicting(network, crypto, evidence) ? [evidence.validator] : [];
    default: {
      // [SET-4] of the latest sets; [WIRE-3] older ones would have to be computed again
      const set = chain.recentAt(evidence.first.header.round);
      return set === undefined ? [] : signedBoth(set.state.network, crypto, evidence);
    }
  }
}

/** [CLAIM-2] Two different headers for one provider, round, class and model. */
/** Tells whether evidence is about somebody whom a set here names, or of a set here. */
export function isAboutMember(chain: SetChain, evidence: EvidenceMessage): boolean {
  switch (evidence.kind) {
    case 'headers':
      return chain.isProvider(evidence.first.provider);
    case 'entries':
      return chain.isValidator(evidence.validator);
    default:
      return chain.recentAt(evidence.first.header.round) !== undefined;
  }
}

function areRivalHeaders(
  network: Network,
  crypto: Crypto,
  first: HeaderMessage,
  second: HeaderMessage,
): boolean {
  if (slotKey(first) !== slotKey(second) || batchId(first) === batchId(second)) return false;
  return [first, second].every((header) =>
    crypto.verify(header.provider, headerSigningBytes(network.id, header), header.signature),
  );
}

function areContradicting(
  network: Network,
  crypto: Crypto,
  evidence: EvidenceMessage & { kind: 'entries' },
): boolean {
  const { validator, first, second } = evidence;
  if (!contradict(network, validator, first.entry.entry, second.entry.entry)) return false;
  return [first, second].every((item) => isSignedEntry(network, crypto, { validator, item }));
}

/**
 * Tells whether two entries of one validator about one subject and level cannot both be honest:
 * two commitments [COMMIT-1], a commitment and an abstention [VOTE-3], or two votes [VOTE-2].
 */
function contradict(network: Network, validator: NodeId, a: BundleEntry, b: BundleEntry): boolean {
  if (a.kind === 'ack' || b.kind === 'ack') return false;
  const isSamePlace = subjectKey(a) === subjectKey(b) && a.level === b.level;
  if (!isSamePlace) return false;
  if (a.kind === 'reveal' && b.kind === 'reveal' && a.verdict !== b.verdict) return true;
  return commitmentText(network, validator, a) !== commitmentText(network, validator, b);
}

function commitmentText(
  network: Network,
  validator: NodeId,
  entry: Exclude<BundleEntry, { kind: 'ack' }>,
): string {
  if (entry.kind === 'abstain') return 'abstained';
  if (entry.kind === 'commit') return entry.commitment.join();
  return commitmentOf({
    networkId: network.id,
    subject: entry,
    level: entry.level,
    validator: boundTo(network, validator),
    measurement: entry.measurement,
    salt: entry.salt,
  }).join();
}

function isSignedEntry(
  network: Network,
  crypto: Crypto,
  { validator, item }: { validator: NodeId; item: SignedEntry },
): boolean {
  const { entry, index, count, path } = item;
  const root = merkleRootOfProof({ leaf: entry.bytes, index, count, path });
  if (root === undefined) return false;
  return crypto.verify(validator, bundleSigningBytes(network.id, validator, root), item.signature);
}

/**
 * [CERT-3] Whoever signed different values in two conflicting certificates of one level: of weight
 * ≥ 2q−k, or ≥ 1 if one of them is `inconclusive`. Who signed the same value in both is honest.
 */
function signedBoth(
  network: Network,
  crypto: Crypto,
  { first, second }: EvidenceMessage & { kind: 'certificates' },
): readonly NodeId[] {
  const isSamePlace =
    batchId(first.header) === batchId(second.header) &&
    first.index === second.index &&
    first.level === second.level;
  if (!isSamePlace || !isConflict(first.verdict, second.verdict)) return [];
  const checkFirst = verifyCertificate(network, crypto, first);
  const checkSecond = verifyCertificate(network, crypto, second);
  if (checkFirst.kind === 'invalid' || checkSecond.kind === 'invalid') return [];
  const { holders } = checkFirst.committee;
  const before = valuesByHolder(first, holders.length);
  const after = valuesByHolder(second, holders.length);
  return holders.filter((_, index) => {
    const [a, b] = [before.get(index), after.get(index)];
    return a !== undefined && b !== undefined && a !== b;
  });
}

function valuesByHolder(
  certificate: CertificateMessage,
  holderCount: number,
): ReadonlyMap<number, Verdict> {
  const values = new Map<number, Verdict>();
  for (const group of certificate.votes) {
    for (const index of bitmapIndices(group.holders, holderCount) ?? []) {
      values.set(index, group.verdict);
    }
  }
  return values;
}
