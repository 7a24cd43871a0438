/**
 * [WIRE-2] What is signed and what is hashed, each in a domain of its own: bytes of one domain,
 * network or protocol version are never those of another.
 *
 * Signing bytes are canonical dag-cbor of `['assay', version, network id, domain, payload]`; hash
 * inputs have the same form. The payload is a byte string, so nothing in it can reach the domain.
 */
import type { BatchId, Digest, Measurement, NodeId, Subject, Verdict } from '../base/index.ts';
import { digest, sha256 } from '../base/index.ts';
import type { CanonicalValue } from './canonical.ts';
import { encodeCanonical } from './canonical.ts';
import { recordIdBytes } from './cid.ts';
import { nodeIdBytes, recordOf } from './codec.ts';
import { encodeData } from './data.ts';
import { encodeHeaderBody, encodeMeasurement } from './encoding.ts';
import { promiseBodyFields, requestBodyFields } from './message-codecs.ts';
import type { HeaderBody, PromiseMessage, RequestMessage } from './messages.ts';
import { settlementResultCodec, stepBodyCodec, stepContentCodec } from './step-codecs.ts';
import type { ConfirmationMessage, SettlementResult, StepBody, StepContent } from './steps.ts';

/** Version of the protocol, in everything signed and hashed. */
export const PROTOCOL_VERSION = 1;

/** The domains of signatures; the comment says whose key signs. */
export const SIGNING_DOMAINS = Object.freeze({
  /** Ed25519 of a provider. */
  header: 'header',
  /** BLS of a sealing seat. */
  ack: 'ack',
  /** Ed25519 of a validator, over the root of its bundle. */
  bundle: 'bundle',
  /** BLS of a seat. */
  vote: 'vote',
  /** Ed25519 of a provider. */
  promise: 'promise',
  /** Ed25519 of a requester. */
  request: 'request',
  /** BLS of a validator, over its own keys. */
  possession: 'possession',
  /** Ed25519 of a validator, over its own keys. */
  keyOwnership: 'key-ownership',
  /** Ed25519 of the operator of a network, over its file. */
  networkFile: 'network-file',
  /** Ed25519 of the operator, over the digest of a step. */
  proposal: 'proposal',
  /** BLS of a member of the set before, over the digest of a step and its epoch. */
  confirmation: 'confirmation',
  /** BLS of a member, over what epochs come to. */
  settlement: 'settlement',
  /** Ed25519 of who wants to be a member. */
  join: 'join',
  /** Ed25519 of the operator, to who is not admitted. */
  refusal: 'refusal',
} as const);
export type SigningDomain = (typeof SIGNING_DOMAINS)[keyof typeof SIGNING_DOMAINS];

const COMMITMENT_DOMAIN = 'commitment';
const OUTPUT_COMMITMENT_DOMAIN = 'output-commitment';
const STEP_DOMAIN = 'step';
const SETTLEMENT_DOMAIN = 'settlement-root';

/**
 * Returns the bytes that a signature of `domain` covers.
 * @param networkId hash of the network file, 32 bytes
 */
export function signingBytes(
  domain: SigningDomain,
  networkId: Uint8Array,
  payload: Uint8Array,
): Uint8Array {
  return inDomain(domain, networkId, payload);
}

/** [CLAIM-2] Returns what a provider signs for a batch. */
export function headerSigningBytes(networkId: Uint8Array, header: HeaderBody): Uint8Array {
  return signingBytes(SIGNING_DOMAINS.header, networkId, encodeHeaderBody(header));
}

/** [TIME-3] Returns what every sealing seat signs for a batch: the same bytes for all. */
export function ackSigningBytes(networkId: Uint8Array, batch: BatchId): Uint8Array {
  return signingBytes(SIGNING_DOMAINS.ack, networkId, recordIdBytes(batch));
}

/** [WIRE-5] Returns what a validator signs for a bundle with this Merkle root of its entries. */
export function bundleSigningBytes(
  networkId: Uint8Array,
  validator: NodeId,
  root: Digest,
): Uint8Array {
  const payload = encodeCanonical([nodeIdBytes(validator), root]);
  return signingBytes(SIGNING_DOMAINS.bundle, networkId, payload);
}

/** [VOTE-2] Returns what every seat signs for a verdict: the same bytes for all. */
export function voteSigningBytes(
  networkId: Uint8Array,
  subject: Subject,
  level: number,
  verdict: Verdict,
): Uint8Array {
  const payload = encodeCanonical([...subjectParts(subject), level, verdict]);
  return signingBytes(SIGNING_DOMAINS.vote, networkId, payload);
}

type PromiseBody = Omit<PromiseMessage, 'type' | 'signature'>;
const promiseBodyCodec = recordOf<PromiseBody>(promiseBodyFields);

/** [CLAIM-5] Returns what a provider signs for a promise. */
export function promiseSigningBytes(networkId: Uint8Array, promise: PromiseBody): Uint8Array {
  const payload = encodeData(promiseBodyCodec.write(promise));
  return signingBytes(SIGNING_DOMAINS.promise, networkId, payload);
}

type RequestBody = Omit<RequestMessage, 'type' | 'signature'>;
const requestBodyCodec = recordOf<RequestBody>(requestBodyFields);

/** Returns what a requester signs for a request. */
export function requestSigningBytes(networkId: Uint8Array, request: RequestBody): Uint8Array {
  const payload = encodeData(requestBodyCodec.write(request));
  return signingBytes(SIGNING_DOMAINS.request, networkId, payload);
}

/** [SET-2] Returns the digest of a step: what names it, and what is signed. */
export function stepDigest(networkId: Uint8Array, body: StepBody): Digest {
  const payload = encodeData(stepBodyCodec.write(body));
  return digest(sha256(inDomain(STEP_DOMAIN, networkId, payload)));
}

/** [WIRE-4] Returns the size of what a step changes, in bytes. */
export function stepContentBytes({ changes, settlement }: StepContent): number {
  const more = settlement === undefined ? {} : { settlement };
  return encodeData(stepContentCodec.write({ changes, ...more })).length;
}

/** [SET-2] Returns what the operator signs for a step. */
export function proposalSigningBytes(networkId: Uint8Array, step: Digest): Uint8Array {
  return signingBytes(SIGNING_DOMAINS.proposal, networkId, step);
}

/** [SET-2] Returns what every member signs for a step: the same bytes for all. */
export function confirmationSigningBytes(
  networkId: Uint8Array,
  { number, epoch, step }: Pick<ConfirmationMessage, 'number' | 'epoch' | 'step'>,
): Uint8Array {
  const payload = encodeCanonical([number, epoch, step]);
  return signingBytes(SIGNING_DOMAINS.confirmation, networkId, payload);
}

/** [SETTLE-1] Returns the root of a settlement on top of the step `head`. */
export function settlementRoot(
  networkId: Uint8Array,
  head: Digest,
  result: SettlementResult,
): Digest {
  const { epoch, balances, pool, burned, convicted } = result;
  const plain = { epoch, balances, pool, burned, convicted };
  const payload = encodeCanonical([head, encodeData(settlementResultCodec.write(plain))]);
  return digest(sha256(inDomain(SETTLEMENT_DOMAIN, networkId, payload)));
}

/** [SETTLE-2] Returns what every member signs for a settlement: the same bytes for all. */
export function settlementSigningBytes(
  networkId: Uint8Array,
  at: { readonly epoch: number; readonly head: Digest; readonly root: Digest },
): Uint8Array {
  const payload = encodeCanonical([at.epoch, at.head, at.root]);
  return signingBytes(SIGNING_DOMAINS.settlement, networkId, payload);
}

/** The two keys of a validator. */
export type KeyPair = {
  readonly signer: NodeId;
  /** BLS12-381 public key in G1, 48 bytes. */
  readonly voteKey: Uint8Array;
};

/** [KEY-1] Returns what a BLS key signs to show that its secret is known to `signer`. */
export function possessionSigningBytes(networkId: Uint8Array, keys: KeyPair): Uint8Array {
  return signingBytes(SIGNING_DOMAINS.possession, networkId, keyPairPayload(keys));
}

/** [KEY-1] Returns what an Ed25519 key signs to claim the BLS key as its own. */
export function keyOwnershipSigningBytes(networkId: Uint8Array, keys: KeyPair): Uint8Array {
  return signingBytes(SIGNING_DOMAINS.keyOwnership, networkId, keyPairPayload(keys));
}

/** What a commit hides and binds. */
export type CommitmentParts = {
  readonly networkId: Uint8Array;
  readonly subject: Subject;
  readonly level: number;
  readonly validator: NodeId;
  readonly measurement: Measurement;
  readonly salt: Digest;
};

/** [COMMIT-1] Returns the commitment to a measurement; it is worthless to anybody but its owner. */
export function commitmentOf(parts: CommitmentParts): Digest {
  const payload = encodeCanonical([
    ...subjectParts(parts.subject),
    parts.level,
    nodeIdBytes(parts.validator),
    encodeMeasurement(parts.measurement),
    parts.salt,
  ]);
  return digest(sha256(inDomain(COMMITMENT_DOMAIN, parts.networkId, payload)));
}

/** [CLAIM-3] Returns the commitment of a claim: hides the output until its salt is shown. */
export function outputCommitment(salt: Digest, outputDigest: Digest): Digest {
  const payload = encodeCanonical([salt, outputDigest]);
  return digest(sha256(inDomain(OUTPUT_COMMITMENT_DOMAIN, NO_NETWORK, payload)));
}

/** A claim's commitment is made before it is known in which network's batch it ends. */
const NO_NETWORK = new Uint8Array(0);

function inDomain(domain: string, networkId: Uint8Array, payload: Uint8Array): Uint8Array {
  return encodeCanonical(['assay', PROTOCOL_VERSION, networkId, domain, payload]);
}

function subjectParts(subject: Subject): readonly CanonicalValue[] {
  return [recordIdBytes(subject.batch), subject.index];
}

function keyPairPayload(keys: KeyPair): Uint8Array {
  return encodeCanonical([nodeIdBytes(keys.signer), keys.voteKey]);
}
