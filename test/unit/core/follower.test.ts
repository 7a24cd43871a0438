/** [WIRE-3] What gossip is told about each message: accept, ignore, or reject with a reason. */
import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { type Digest, defined, digest, round, sha256, utf8 } from '../../../src/base/index.ts';
import {
  type BundleEntry,
  batchId,
  type CertificateMessage,
  type HeaderMessage,
  type Message,
  type OpeningsMessage,
} from '../../../src/wire/index.ts';
import { Cluster } from '../../support/cluster.ts';
import {
  bundleOf,
  certificateOf,
  committeeOf,
  forgeries,
  headerOf,
  signedHeader,
  signersOf,
} from '../../support/forgery.ts';

const cluster = new Cluster({
  stakes: new Array(12).fill(10),
  parameters: { levels: [4, 8, 16], slashSeats: 8, sealSeats: 6 },
});
cluster.runUntil(1500);
for (let i = 0; i < 4; i++) cluster.answer('p1', { assuranceClass: 'half' });
cluster.node('v1').execution = 'never';
cluster.runUntil(5500);

const { keys, network } = cluster;
const header = headerOf(cluster);
const batch = batchId(header);
const sampled = defined(
  cluster.node('v1').validator.snapshot().batches[0]?.sampled,
  'the batch was drawn',
);
const index = defined(sampled[0], 'a leaf was drawn');
const undrawn = [0, 1].find((leaf) => leaf !== index) ?? 0;
const holders = signersOf(cluster, committeeOf(cluster, { header, level: 0, index }));
const stranger = defined(
  keys.validators.find((signer) => !holders.includes(signer)),
  'somebody has no seat',
);
const holder = defined(holders[0], 'somebody has a seat');

/** What v1 tells gossip about a message. */
function judged(message: Message): string {
  cluster.inject(message, ['v1']);
  const { verdict, code } = cluster.judged.at(-1) ?? {};
  return `${verdict} ${code}`;
}

const commit = (at: { index: number; level: number }, text = 'x'): BundleEntry => ({
  kind: 'commit',
  batch,
  ...at,
  commitment: digest(sha256(utf8(text))),
});

describe('[WIRE-3] judgements', () => {
  it('[TIME-1] of a beacon: only if the chain signed it', () => {
    const beacon = (r: number, by: number) =>
      ({ type: 'beacon', round: round(r), signature: keys.beacon.sign(by) }) as const;
    equal(judged(beacon(6, 7)), 'reject beacon-signature');
    equal(cluster.node('v1').validator.snapshot().latestRound, 5);
    equal(judged(beacon(5, 5)), 'ignore known-beacon');
  });

  it('of a header: admitted, signed, of now', () => {
    const [forge] = [forgeries['header']];
    const made = (values: Record<string, string>) => {
      const [message] = forge?.(cluster, cluster.node('p1'), new Map(Object.entries(values))) ?? [];
      ok(message?.type === 'header');
      return message;
    };
    const changed = (changes: Partial<HeaderMessage>) => ({ ...made({ round: '4' }), ...changes });
    deepStrictEqual(
      [
        made({ round: '1' }),
        made({ round: '9' }),
        made({ round: '99' }),
        { ...made({ round: '9' }), count: 2 },
        made({ round: '5', count: '4097' }),
        made({ round: '5', class: 'none' }),
        changed({ count: 2 }),
        changed({ provider: stranger.id }),
        header,
      ].map(judged),
      [
        'ignore old-header',
        'accept early',
        'ignore far-round',
        'reject header-signature',
        'reject batch-count',
        'reject assurance-class',
        'reject header-signature',
        'reject provider',
        'ignore known-batch',
      ],
    );
  });

  it('[CLAIM-1] of openings that come early: only leaves that the provider committed to', () => {
    const early = (root: Digest): OpeningsMessage => {
      const [opened] = forgeries['replay']?.(cluster, cluster.node('p1'), new Map()) ?? [];
      ok(opened?.type === 'openings');
      const { signature: _, ...body } = { ...opened.header, round: round(9), root };
      return { ...opened, header: signedHeader(cluster, cluster.node('p1').signer, body) };
    };
    equal(judged(early(digest(sha256(utf8('other leaves'))))), 'reject opening-path');
    // nobody could check its seal yet: it is kept, and not passed on
    equal(judged(early(header.root)), 'ignore early');
  });

  it('[SEAT-3] of an entry: from a holder of a drawn leaf and level', () => {
    const level = 0;
    deepStrictEqual(
      [
        bundleOf(cluster, stranger, [commit({ index, level })]),
        bundleOf(cluster, holder, [commit({ index: undrawn, level })]),
        bundleOf(cluster, holder, [commit({ index, level: 7 })]),
        bundleOf(cluster, holder, [commit({ index, level: 2 })]),
        bundleOf(cluster, holder, [commit({ index, level: 1 })]),
        bundleOf(cluster, keys.requester, [commit({ index, level })]),
      ].map(judged),
      [
        // the fault of whoever signed it: those who passed it on may know less
        'ignore commit-without-seat',
        'ignore not-drawn',
        'ignore no-such-level',
        // [WIRE-3] who lags by some rounds blames nobody, and keeps what is near
        'ignore far-round',
        'accept early',
        'reject unknown-validator',
      ],
    );
  });

  it('[WIRE-5] of a bundle: one signature over all its entries', () => {
    const bundle = bundleOf(cluster, holder, [
      commit({ index, level: 0 }, 'a'),
      commit({ index, level: 0 }, 'b'),
    ]);
    const part = { ...bundle, entries: bundle.entries.slice(1) };
    equal(judged(part), 'reject bundle-signature');
  });

  it('[TIME-3] of an acknowledgement: from a sealing seat', () => {
    const beacon = keys.crypto.verifyBeacon(
      network.beacon.chainKey,
      header.round,
      keys.beacon.sign(header.round),
    );
    ok(beacon !== undefined);
    const seats = cluster.draws.seal(header.provider, header.round, beacon);
    const without = keys.validators.find(({ id }) => !seats.indexOf.has(id));
    ok(without !== undefined, 'somebody has no sealing seat');
    const ack: BundleEntry = { kind: 'ack', batch, signature: new Uint8Array(96) };
    equal(judged(bundleOf(cluster, without, [ack])), 'ignore ack-without-seat');
  });

  it('[CERT-1] of a certificate: of a drawn leaf, with a quorum that signed', () => {
    const good = certificateOf(cluster, { verdict: 'valid', level: 0, signers: holders });
    const at = (changes: Partial<CertificateMessage>) => ({ ...good, index, ...changes });
    deepStrictEqual(
      [at({ index: undrawn }), at({ verdict: 'invalid' }), at({ votes: [] })].flatMap((message) => {
        try {
          return [judged(message)];
        } catch {
          return ['no message'];
        }
      }),
      ['reject certificate-not-drawn', 'reject certificate-quorum', 'no message'],
    );
  });

  it('of what only two nodes say to each other: not for gossip', () => {
    const [answer] = cluster.answers;
    ok(answer !== undefined);
    equal(judged(answer.promise), 'reject not-for-gossip');
  });
});
