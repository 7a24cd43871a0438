/** A receipt with one part exchanged, and the first check that must fail for it. */
import { digest, type NodeId, round, sha256, utf8 } from '../../src/base/index.ts';
import type { Receipt, ReceiptCheck } from '../../src/receipt/index.ts';
import { bitmapIndices, bitmapOf, blobId, type DrawnReceipt } from '../../src/wire/index.ts';

/** One way to tamper. */
export type Tampering = {
  readonly what: string;
  readonly receipt: Receipt;
  readonly check: ReceiptCheck;
};

const ZEROS = digest(new Uint8Array(32));
const STRANGER = 'ab'.repeat(32) as NodeId;

/** Returns the ways to tamper with a drawn receipt of a `valid` answer that shows its output. */
export function tamperingsOf(receipt: DrawnReceipt): readonly Tampering[] {
  const { certificate, answer } = receipt;
  const { header, seal, beacons, votes } = certificate;
  const { claim, output, path } = answer;
  if (output === undefined) throw new Error('a receipt of a valid answer shows its output');
  const withAnswer = (change: Partial<typeof answer>): Receipt => {
    return { ...receipt, answer: { ...answer, ...change } };
  };
  const withCertificate = (change: Partial<typeof certificate>): Receipt => {
    return { ...receipt, certificate: { ...certificate, ...change } };
  };
  const withHeader = (change: Partial<typeof header>): Receipt => {
    return withCertificate({ header: { ...header, ...change } });
  };
  const withClaim = (change: Partial<typeof claim>): Receipt => {
    return withAnswer({ claim: { ...claim, ...change } });
  };
  const { output: _, ...hidden } = answer;
  const all: readonly (readonly [what: string, receipt: Receipt, check: ReceiptCheck])[] = [
    ['another network', { ...receipt, network: ZEROS }, 'network'],
    ['another validator set', withCertificate({ set: ZEROS }), 'network'],
    ['other parameters', withCertificate({ parameters: ZEROS }), 'network'],
    ['one answer more', withHeader({ count: header.count + 1 }), 'header'],
    ['another root', withHeader({ root: ZEROS }), 'header'],
    ['another model', withHeader({ model: blobId(utf8('another model')) }), 'header'],
    ['another class', withHeader({ assuranceClass: 'none' }), 'header'],
    ['another provider', withHeader({ provider: STRANGER }), 'header'],
    ['another round', withHeader({ round: round(header.round + 1) }), 'header'],
    ['a round beyond all', withHeader({ round: round(2 ** 50) }), 'header'],
    ['a header signature', withHeader({ signature: flipped(header.signature) }), 'header'],
    ['a beacon left out', withCertificate({ beacons: beacons.slice(1) }), 'beacons'],
    ['beacons in another order', withCertificate({ beacons: [...beacons].reverse() }), 'beacons'],
    [
      'a beacon signature',
      withCertificate({
        beacons: beacons.map((each, i) =>
          i === 0 ? { ...each, signature: flipped(each.signature) } : each,
        ),
      }),
      'beacons',
    ],
    ['another level', withCertificate({ level: certificate.level + 1 }), 'beacons'],
    ['fewer sealers', withCertificate({ seal: { ...seal, holders: fewer(seal.holders) } }), 'seal'],
    [
      'a seal signature',
      withCertificate({ seal: { ...seal, signature: flipped(seal.signature) } }),
      'seal',
    ],
    ['another place', withCertificate({ index: certificate.index + 1 }), 'leaf'],
    ['another nonce', withClaim({ nonce: Uint8Array.of(1) }), 'leaf'],
    ['another input', withClaim({ input: blobId(utf8('another input')) }), 'leaf'],
    ['another execution class', withClaim({ executionClass: 'other' }), 'leaf'],
    ['a longer path', withAnswer({ path: [...path, ZEROS] }), 'leaf'],
    ['another output', withAnswer({ output: { ...output, digest: ZEROS } }), 'output'],
    ['another salt', withAnswer({ output: { ...output, salt: digest(sha256(ZEROS)) } }), 'output'],
    ['no output', { ...receipt, answer: hidden }, 'output'],
    ['another verdict', withCertificate({ verdict: 'invalid' }), 'votes'],
    ['votes twice', withCertificate({ votes: [...votes, ...votes] }), 'votes'],
    [
      'a vote signature',
      withCertificate({
        votes: votes.map((group) => ({ ...group, signature: flipped(group.signature) })),
      }),
      'votes',
    ],
    [
      'fewer voters',
      withCertificate({
        votes: votes.map((group) => ({ ...group, holders: fewer(group.holders) })),
      }),
      'votes',
    ],
  ];
  return all.map(([what, tampered, check]) => ({ what, receipt: tampered, check }));
}

/** The same bytes but for one bit in the middle. */
function flipped(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  const middle = copy.length >> 1;
  copy[middle] = (copy[middle] ?? 0) ^ 1;
  return copy;
}

/** The bitmap without its last holder. */
function fewer(bitmap: Uint8Array): Uint8Array {
  const count = 8 * bitmap.length;
  const holders = bitmapIndices(bitmap, count) ?? [];
  return bitmapOf(holders.slice(0, -1), count);
}
