/**
 * [WIRE-1] The exact fields, sizes and bounds of every message and every bundle entry.
 */
import type { AbstentionReason, BatchId, ClaimId } from '../base/index.ts';
import { ABSTENTION_REASONS, VERDICTS } from '../base/index.ts';
import { DAG_CBOR } from './cid.ts';
import type { Codec } from './codec.ts';
import {
  asciiText,
  blobIdCodec,
  bytesBetween,
  bytesOf,
  contentId,
  digestCodec,
  listOf,
  nodeIdCodec,
  oneOf,
  recordOf,
  roundCodec,
  uintBetween,
  unionOf,
} from './codec.ts';
import { LIMITS } from './limits.ts';
import { measurementCodec } from './measurement-codec.ts';
import type {
  AbstainEntry,
  AckEntry,
  BeaconMessage,
  BundleEntry,
  BundleMessage,
  CertificateMessage,
  Claim,
  CommitEntry,
  EncodedEntry,
  EvidenceMessage,
  HeaderBody,
  HeaderMessage,
  Message,
  Opening,
  OpeningsMessage,
  OutputMessage,
  PromiseMessage,
  QueryMessage,
  RequestMessage,
  RevealEntry,
  Seal,
  SignedEntry,
  VoteGroup,
} from './messages.ts';

import { stepMessageCodecs } from './step-codecs.ts';

/** Content id of a batch. */
export const batchIdCodec = contentId<BatchId>(DAG_CBOR);
/** Content id of a claim. */
export const claimIdCodec = contentId<ClaimId>(DAG_CBOR);
/** An Ed25519 signature. */
export const signatureCodec = bytesOf(64);
const voteSignatureCodec = bytesOf(96);
const beaconSignatureCodec = bytesOf(48);
const bitmapCodec = bytesBetween(0, LIMITS.bitmapBytes);
const nonceCodec = bytesBetween(1, LIMITS.nonceBytes);
/** Index of a leaf in its batch. */
export const leafIndexCodec = uintBetween(0, LIMITS.batchLeaves - 1);
/** Level of a committee. */
export const levelCodec = uintBetween(0, LIMITS.levels - 1);
/** Name of an assurance class. */
export const assuranceClassCodec = asciiText(LIMITS.assuranceClassChars);
/** Name of an execution class. */
export const executionClassCodec = asciiText(LIMITS.executionClassChars);
/** A verdict. */
export const verdictCodec = oneOf(VERDICTS);
/** Merkle path of a leaf of a batch. */
export const leafPathCodec = listOf(digestCodec, { min: 0, max: LIMITS.batchPathDigests });
const entryPathCodec = listOf(digestCodec, { min: 0, max: LIMITS.bundlePathDigests });

const headerFields = {
  provider: nodeIdCodec,
  round: roundCodec,
  assuranceClass: assuranceClassCodec,
  model: blobIdCodec,
  root: digestCodec,
  count: uintBetween(1, LIMITS.batchLeaves),
};

/** What the batch id is the content id of. */
export const headerBodyCodec = recordOf<HeaderBody>(headerFields);

/** [CLAIM-4] What the claim id is the content id of. */
export const claimCodec = recordOf<Claim>({
  requester: nodeIdCodec,
  nonce: nonceCodec,
  input: blobIdCodec,
  model: blobIdCodec,
  executionClass: executionClassCodec,
  commitment: digestCodec,
});

/** A signed header. */
export const headerCodec = recordOf<HeaderMessage>({
  ...headerFields,
  type: oneOf(['header']),
  signature: signatureCodec,
});

/** [TIME-3] A seal. */
export const sealCodec = recordOf<Seal>({ holders: bitmapCodec, signature: voteSignatureCodec });

const openingCodec = recordOf<Opening>(
  {
    index: leafIndexCodec,
    claim: claimCodec,
    path: leafPathCodec,
    input: bytesBetween(0, LIMITS.inlineInputBytes),
  },
  ['input'],
);

const openingsCodec = recordOf<OpeningsMessage>({
  type: oneOf(['openings']),
  header: headerCodec,
  seal: sealCodec,
  openings: listOf(openingCodec, { min: 1, max: LIMITS.openingsPerMessage }),
});

const outputCodec = recordOf<OutputMessage>({
  type: oneOf(['output']),
  batch: batchIdCodec,
  index: leafIndexCodec,
  digest: digestCodec,
  salt: digestCodec,
});

const place = { batch: batchIdCodec, index: leafIndexCodec, level: levelCodec };

/** [WIRE-5] What a bundle carries, each as a byte string of its own. */
export const entryCodec: Codec<BundleEntry> = unionOf<'kind', BundleEntry>('kind', {
  ack: recordOf<AckEntry>({
    kind: oneOf(['ack']),
    batch: batchIdCodec,
    signature: voteSignatureCodec,
  }),
  commit: recordOf<CommitEntry>({ kind: oneOf(['commit']), ...place, commitment: digestCodec }),
  abstain: recordOf<AbstainEntry>({
    kind: oneOf(['abstain']),
    ...place,
    reason: oneOf<AbstentionReason>(ABSTENTION_REASONS),
  }),
  reveal: recordOf<RevealEntry>({
    kind: oneOf(['reveal']),
    ...place,
    measurement: measurementCodec,
    salt: digestCodec,
    verdict: verdictCodec,
    executionClass: executionClassCodec,
    signature: voteSignatureCodec,
    seen: bitmapCodec,
  }),
});

const voteGroupCodec = recordOf<VoteGroup>({
  verdict: verdictCodec,
  holders: bitmapCodec,
  signature: voteSignatureCodec,
});

const beaconFields = { round: roundCodec, signature: beaconSignatureCodec };

/** A beacon as certificates and receipts carry it. */
export const beaconRecordCodec = recordOf<CertificateMessage['beacons'][number]>(beaconFields);

const beaconCodec = recordOf<BeaconMessage>({ type: oneOf(['beacon']), ...beaconFields });

/** [CERT-1] A certificate. */
export const certificateCodec = recordOf<CertificateMessage>({
  type: oneOf(['certificate']),
  header: headerCodec,
  seal: sealCodec,
  index: leafIndexCodec,
  level: levelCodec,
  verdict: verdictCodec,
  votes: listOf(voteGroupCodec, { min: 1, max: LIMITS.voteGroups }),
  beacons: listOf(beaconRecordCodec, { min: 1, max: LIMITS.certificateBeacons }),
  set: digestCodec,
  parameters: digestCodec,
});

const queryCodec = recordOf<QueryMessage>(
  { type: oneOf(['query']), batch: batchIdCodec, index: leafIndexCodec },
  ['index'],
);

/** The fields of a request that its signature covers. */
export const requestBodyFields = {
  requester: nodeIdCodec,
  nonce: nonceCodec,
  model: blobIdCodec,
  input: blobIdCodec,
  assuranceClass: assuranceClassCodec,
};

/** The fields of a promise that its signature covers. */
export const promiseBodyFields = {
  provider: nodeIdCodec,
  claim: claimIdCodec,
  assuranceClass: assuranceClassCodec,
  round: roundCodec,
  index: leafIndexCodec,
};

/**
 * Returns the codec of all messages.
 * @param entry codec of the bundle entries, which are encoded messages themselves
 */
export function messageCodecOf(entry: Codec<EncodedEntry>): Codec<Message> {
  return unionOf<'type', Message>('type', {
    header: headerCodec,
    openings: openingsCodec,
    output: outputCodec,
    bundle: recordOf<BundleMessage>({
      type: oneOf(['bundle']),
      validator: nodeIdCodec,
      entries: listOf(entry, { min: 1, max: LIMITS.bundleEntries }),
      signature: signatureCodec,
    }),
    beacon: beaconCodec,
    certificate: certificateCodec,
    evidence: evidenceCodecOf(entry),
    query: queryCodec,
    request: recordOf<RequestMessage>({
      type: oneOf(['request']),
      ...requestBodyFields,
      signature: signatureCodec,
    }),
    ...stepMessageCodecs,
    promise: recordOf<PromiseMessage>({
      type: oneOf(['promise']),
      ...promiseBodyFields,
      signature: signatureCodec,
    }),
  });
}

function evidenceCodecOf(entry: Codec<EncodedEntry>): Codec<EvidenceMessage> {
  const type = oneOf(['evidence']);
  const signedEntry = recordOf<SignedEntry>({
    entry,
    index: uintBetween(0, LIMITS.bundleEntries - 1),
    count: uintBetween(1, LIMITS.bundleEntries),
    path: entryPathCodec,
    signature: signatureCodec,
  });
  return unionOf<'kind', EvidenceMessage>('kind', {
    headers: recordOf<Extract<EvidenceMessage, { kind: 'headers' }>>({
      type,
      kind: oneOf(['headers']),
      first: headerCodec,
      second: headerCodec,
    }),
    entries: recordOf<Extract<EvidenceMessage, { kind: 'entries' }>>({
      type,
      kind: oneOf(['entries']),
      validator: nodeIdCodec,
      first: signedEntry,
      second: signedEntry,
    }),
    certificates: recordOf<Extract<EvidenceMessage, { kind: 'certificates' }>>({
      type,
      kind: oneOf(['certificates']),
      first: certificateCodec,
      second: certificateCodec,
    }),
  });
}
