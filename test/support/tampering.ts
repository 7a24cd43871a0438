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
  return [
    ...ofHeader(receipt),
    ...ofDraws(receipt),
    ...ofAnswer(receipt),
    ...ofVotes(receipt),
    ...ofSteps(receipt),
  ].map(([what, tampered, check]) => ({ what, receipt: tampered, check }));
}

type Case = readonly [what: string, receipt: Receipt, check: ReceiptCheck];

function withCertificate(
  receipt: DrawnReceipt,
  change: Partial<DrawnReceipt['certificate']>,
): Receipt {
  return { ...receipt, certificate: { ...receipt.certificate, ...change } };
}

function ofHeader(receipt: DrawnReceipt): readonly Case[] {
  const { header } = receipt.certificate;
  const changed = (change: Partial<typeof header>): Receipt => {
    return withCertificate(receipt, { header: { ...header, ...change } });
  };
  return [
    ['another network', { ...receipt, network: ZEROS }, 'network'],
    ['another validator set', withCertificate(receipt, { set: ZEROS }), 'sets'],
    ['other parameters', withCertificate(receipt, { parameters: ZEROS }), 'network'],
    ['one answer more', changed({ count: header.count + 1 }), 'header'],
    ['another root', changed({ root: ZEROS }), 'header'],
    ['another model', changed({ model: blobId(utf8('another model')) }), 'header'],
    ['another class', changed({ assuranceClass: 'none' }), 'header'],
    ['another provider', changed({ provider: STRANGER }), 'header'],
    ['another round', changed({ round: round(header.round + 1) }), 'header'],
    ['a round beyond all', changed({ round: round(2 ** 50) }), 'header'],
    ['a header signature', changed({ signature: flipped(header.signature) }), 'header'],
  ];
}

/** Beacons and seal. */
function ofDraws(receipt: DrawnReceipt): readonly Case[] {
  const { beacons, seal, level } = receipt.certificate;
  const [first, ...rest] = beacons;
  if (first === undefined) throw new Error('a receipt has beacons');
  const forged = [{ ...first, signature: flipped(first.signature) }, ...rest];
  const unsealed = { ...seal, holders: fewer(seal.holders) };
  const missealed = { ...seal, signature: flipped(seal.signature) };
  return [
    ['a beacon left out', withCertificate(receipt, { beacons: rest }), 'beacons'],
    ['beacons turned round', withCertificate(receipt, { beacons: [...rest, first] }), 'beacons'],
    ['a beacon signature', withCertificate(receipt, { beacons: forged }), 'beacons'],
    ['another level', withCertificate(receipt, { level: level + 1 }), 'beacons'],
    ['fewer sealers', withCertificate(receipt, { seal: unsealed }), 'seal'],
    ['a seal signature', withCertificate(receipt, { seal: missealed }), 'seal'],
  ];
}

/** Claim, its place, and its output. */
function ofAnswer(receipt: DrawnReceipt): readonly Case[] {
  const { certificate, answer } = receipt;
  const { claim, output, path } = answer;
  if (output === undefined) throw new Error('a receipt of a valid answer shows its output');
  const changed = (change: Partial<typeof answer>): Receipt => {
    return { ...receipt, answer: { ...answer, ...change } };
  };
  const { output: _, ...hidden } = answer;
  const otherInput = { ...claim, input: blobId(utf8('another input')) };
  return [
    ['another place', withCertificate(receipt, { index: certificate.index + 1 }), 'leaf'],
    ['another nonce', changed({ claim: { ...claim, nonce: Uint8Array.of(1) } }), 'leaf'],
    ['another input', changed({ claim: otherInput }), 'leaf'],
    ['another execution class', changed({ claim: { ...claim, executionClass: 'other' } }), 'leaf'],
    ['a longer path', changed({ path: [...path, ZEROS] }), 'leaf'],
    ['another output', changed({ output: { ...output, digest: ZEROS } }), 'output'],
    ['another salt', changed({ output: { ...output, salt: digest(sha256(ZEROS)) } }), 'output'],
    ['no output', { ...receipt, answer: hidden }, 'output'],
  ];
}

function ofVotes(receipt: DrawnReceipt): readonly Case[] {
  const { votes } = receipt.certificate;
  const forged = votes.map((group) => ({ ...group, signature: flipped(group.signature) }));
  const thinned = votes.map((group) => ({ ...group, holders: fewer(group.holders) }));
  return [
    ['another verdict', withCertificate(receipt, { verdict: 'invalid' }), 'votes'],
    ['votes twice', withCertificate(receipt, { votes: [...votes, ...votes] }), 'votes'],
    ['a vote signature', withCertificate(receipt, { votes: forged }), 'votes'],
    ['fewer voters', withCertificate(receipt, { votes: thinned }), 'votes'],
  ];
}

/** [SET-2] The steps that it carries; none, if it is of the network file's own set. */
function ofSteps(receipt: DrawnReceipt): readonly Case[] {
  const { steps = [], ...bare } = receipt;
  const [first, ...rest] = steps;
  const last = steps.at(-1);
  if (first === undefined || last === undefined) return [];
  const withSteps = (changed: typeof steps): Receipt => ({ ...bare, steps: changed });
  const withLast = (change: Partial<typeof last>): Receipt => {
    return withSteps([...steps.slice(0, -1), { ...last, ...change }]);
  };
  const { body } = last;
  const named = { number: body.number, digest: ZEROS };
  return [
    ['no steps', bare, 'sets'],
    ['the first step left out', withSteps(rest), 'sets'],
    ['the last step left out', withSteps(steps.slice(0, -1)), 'sets'],
    ['the last step twice', withSteps([...steps, last]), 'sets'],
    ['steps turned round', withSteps([...rest, first]), 'sets'],
    ['steps and the name of one', { ...receipt, step: named }, 'sets'],
    ['the name of a step only', { ...bare, step: named }, 'sets'],
    ['another state', withLast({ body: { ...body, state: ZEROS } }), 'sets'],
    ['another predecessor', withLast({ body: { ...body, predecessor: ZEROS } }), 'sets'],
    ['no changes', withLast({ body: { ...body, changes: [] } }), 'sets'],
    ['a proposed epoch', withLast({ body: { ...body, epoch: body.epoch - 1 } }), 'sets'],
    ['an earlier epoch', withLast({ epoch: last.epoch - 1 }), 'sets'],
    ['a later epoch', withLast({ epoch: last.epoch + 1 }), 'sets'],
    ['a step signature', withLast({ signature: flipped(last.signature) }), 'sets'],
    ['fewer members', withLast({ holders: fewer(last.holders) }), 'sets'],
    ['a confirmation', withLast({ confirmation: flipped(last.confirmation) }), 'sets'],
  ];
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
