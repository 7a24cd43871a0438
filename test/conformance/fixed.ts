/**
 * One small value of every wire type, written out: with the golden file, the first thing another
 * implementation of the protocol has to reproduce.
 */
import type { BatchId, BlobId, ClaimId, Digest, Measurement } from '../../src/base/index.ts';
import { digest, nodeId, round } from '../../src/base/index.ts';
import type {
  BundleEntry,
  CertificateMessage,
  Claim,
  HeaderBody,
  HeaderMessage,
  Message,
  Seal,
  SignedEntry,
} from '../../src/wire/index.ts';
import { batchId, blobId, claimId, encodeEntry } from '../../src/wire/index.ts';

export const FIXED_NETWORK = filled(32, 0xee);
export const FIXED_NODE = nodeId('11'.repeat(32));
const model: BlobId = blobId(Uint8Array.of(1, 2, 3));
const input: BlobId = blobId(Uint8Array.of(4, 5, 6));

export const FIXED_CLAIM: Claim = {
  requester: nodeId('22'.repeat(32)),
  nonce: Uint8Array.of(7),
  input,
  model,
  executionClass: 'ort-1.30.0/cpu/disabled/avx2',
  commitment: hash(0x33),
};

export const FIXED_HEADER_BODY: HeaderBody = {
  provider: FIXED_NODE,
  round: round(100),
  assuranceClass: 'standard',
  model,
  root: hash(0x44),
  count: 24,
};

export const FIXED_BATCH: BatchId = batchId(FIXED_HEADER_BODY);
export const FIXED_CLAIM_ID: ClaimId = claimId(FIXED_CLAIM);
export const FIXED_SALT: Digest = hash(0x99);

export const FIXED_MEASUREMENT: Extract<Measurement, { kind: 'output' }> = {
  kind: 'output',
  digest: hash(0x55),
  levelDigest: hash(0x66),
  tensors: [
    {
      type: 'float32',
      shape: [1, 3],
      mask: new Uint8Array(0),
      values: Float64Array.of(1.5, -0, -2),
      whole: true,
    },
  ],
};

const place = { batch: FIXED_BATCH, index: 3, level: 0 };

export const FIXED_ENTRIES: readonly BundleEntry[] = [
  { kind: 'ack', batch: FIXED_BATCH, signature: filled(96, 0x77) },
  { kind: 'commit', ...place, commitment: hash(0x88) },
  { kind: 'abstain', ...place, reason: 'out-of-memory' },
  {
    kind: 'reveal',
    ...place,
    measurement: FIXED_MEASUREMENT,
    salt: FIXED_SALT,
    verdict: 'valid',
    executionClass: 'ort-1.30.0/cpu/disabled/avx2',
    signature: filled(96, 0xaa),
    seen: Uint8Array.of(0b1110_0000),
  },
];

const header: HeaderMessage = {
  type: 'header',
  ...FIXED_HEADER_BODY,
  signature: filled(64, 0xbb),
};
const seal: Seal = { holders: Uint8Array.of(0xf0), signature: filled(96, 0xcc) };
const [ack, commit] = FIXED_ENTRIES.map(encodeEntry);
if (ack === undefined || commit === undefined) throw new Error('there are two entries');

const certificate: CertificateMessage = {
  type: 'certificate',
  header,
  seal,
  index: 3,
  level: 0,
  verdict: 'valid',
  votes: [{ verdict: 'valid', holders: Uint8Array.of(0xe0), signature: filled(96, 0xdd) }],
  beacons: [
    { round: round(100), signature: filled(48, 0x01) },
    { round: round(102), signature: filled(48, 0x02) },
  ],
  set: hash(0x03),
  parameters: hash(0x04),
};

const signed: SignedEntry = {
  entry: commit,
  index: 1,
  count: 2,
  path: [hash(0x05)],
  signature: filled(64, 0x06),
};

export const FIXED_MESSAGES: readonly Message[] = [
  header,
  {
    type: 'openings',
    header,
    seal,
    openings: [
      { index: 3, claim: FIXED_CLAIM, path: [hash(0x07)], input: Uint8Array.of(4, 5, 6) },
      { index: 5, claim: FIXED_CLAIM, path: [] },
    ],
  },
  { type: 'output', batch: FIXED_BATCH, index: 3, digest: hash(0x55), salt: FIXED_SALT },
  {
    type: 'bundle',
    validator: FIXED_NODE,
    entries: [ack, commit],
    signature: filled(64, 0x08),
  },
  { type: 'beacon', round: round(102), signature: filled(48, 0x02) },
  certificate,
  { type: 'evidence', kind: 'headers', first: header, second: { ...header, count: 25 } },
  { type: 'evidence', kind: 'entries', validator: FIXED_NODE, first: signed, second: signed },
  { type: 'evidence', kind: 'certificates', first: certificate, second: certificate },
  { type: 'query', batch: FIXED_BATCH },
  { type: 'query', batch: FIXED_BATCH, index: 3 },
  {
    type: 'request',
    requester: nodeId('22'.repeat(32)),
    nonce: Uint8Array.of(7),
    model,
    input,
    assuranceClass: 'standard',
    signature: filled(64, 0x09),
  },
  {
    type: 'promise',
    provider: FIXED_NODE,
    claim: FIXED_CLAIM_ID,
    assuranceClass: 'standard',
    round: round(100),
    index: 3,
    signature: filled(64, 0x0a),
  },
];

function filled(length: number, byte: number): Uint8Array {
  return new Uint8Array(length).fill(byte);
}

function hash(byte: number): Digest {
  return digest(filled(32, byte));
}
