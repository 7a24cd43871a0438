/** Messages that encode, with signatures that nobody looks at: for what only carries them. */
import {
  type BatchId,
  digest,
  type NodeId,
  type Round,
  round,
  sha256,
  toHex,
  utf8,
} from '../../../src/base/index.ts';
import {
  batchId,
  blobId,
  type CertificateMessage,
  type Claim,
  type Decoded,
  encodeMessage,
  type HeaderMessage,
  type Message,
  type OpeningsMessage,
} from '../../../src/wire/index.ts';

/** Returns the id of somebody. */
export function nodeOf(name: string): NodeId {
  return toHex(sha256(utf8(name))) as NodeId;
}

const MODEL = blobId(utf8('a model'));
const SEAL = { holders: Uint8Array.of(255), signature: new Uint8Array(96) };

/** Returns a header of provider `p`. */
export function headerAt(r: number, more: Partial<HeaderMessage> = {}): HeaderMessage {
  return {
    type: 'header',
    provider: nodeOf('p'),
    round: round(r),
    assuranceClass: 'full',
    model: MODEL,
    root: digest(new Uint8Array(32)),
    count: 4,
    signature: new Uint8Array(64),
    ...more,
  };
}

/** Returns a claim, another one for each name. */
export function claimNamed(name: string): Claim {
  return {
    requester: nodeOf('r'),
    nonce: sha256(utf8(name)),
    input: blobId(utf8(name)),
    model: MODEL,
    executionClass: 'test/cpu',
    commitment: digest(sha256(utf8(name))),
  };
}

/** Returns an opening of the claim `name` at `index` of a header. */
export function openingOf(header: HeaderMessage, index: number, name: string): OpeningsMessage {
  const openings = [{ index, claim: claimNamed(name), path: [] }];
  return { type: 'openings', header, seal: SEAL, openings };
}

/** Returns a certificate about a leaf of a header. */
export function certificateAbout(
  header: HeaderMessage,
  index: number,
  more: Partial<CertificateMessage> = {},
): CertificateMessage {
  const signature = new Uint8Array(96);
  return {
    type: 'certificate',
    header,
    seal: SEAL,
    index,
    level: 0,
    verdict: 'valid',
    votes: [{ verdict: 'valid', holders: Uint8Array.of(255), signature }],
    beacons: [header.round, round(header.round + 2)].map(beaconOf),
    set: digest(new Uint8Array(32)),
    parameters: digest(new Uint8Array(32)),
    ...more,
  };
}

/** Returns a beacon that nobody signed. */
export function beaconAt(r: number): Message & { readonly type: 'beacon' } {
  return { type: 'beacon', ...beaconOf(round(r)) };
}

function beaconOf(r: Round): { readonly round: Round; readonly signature: Uint8Array } {
  return { round: r, signature: new Uint8Array(48).fill(r % 256) };
}

/** Returns a message as it arrives. */
export function received<M extends Message>(message: M): Decoded<M> {
  return { message, bytes: encodeMessage(message) };
}

/** Returns the batch of a header. */
export function batchOf(header: HeaderMessage): BatchId {
  return batchId(header);
}
