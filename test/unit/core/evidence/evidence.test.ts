/** Evidence convicts its signer and nobody else; what proves nothing convicts nobody. */
import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { defined, digest, type Measurement, sha256, utf8 } from '../../../../src/base/index.ts';
import { entryEvidence, guiltyOf, signedEntry } from '../../../../src/core/evidence/evidence.ts';
import { SetChain } from '../../../../src/core/membership/chain.ts';
import {
  type BundleEntry,
  batchId,
  commitmentOf,
  type EvidenceMessage,
} from '../../../../src/wire/index.ts';
import { Cluster } from '../../../support/cluster.ts';
import { bundleOf, certificateOf, headerOf, revealOf } from '../../../support/forgery.ts';

const cluster = new Cluster({ stakes: [1, 1, 1, 1] });
cluster.runUntil(1500);
cluster.answer('p1');
cluster.runUntil(5000);
const { network, crypto, validators } = cluster.keys;
const [signer, stranger] = [defined(validators[0], 'there is a validator'), cluster.keys.requester];
const place = { batch: batchId(headerOf(cluster)), index: 0, level: 0 };
const guilty = (evidence: EvidenceMessage) =>
  guiltyOf(new SetChain(cluster.draws), crypto, evidence);

const commit = (text: string): BundleEntry => ({
  kind: 'commit',
  ...place,
  commitment: digest(sha256(utf8(text))),
});
const abstain: BundleEntry = { kind: 'abstain', ...place, reason: 'crash' };
const empty: Measurement = { kind: 'empty' };
const reveal = (verdict: 'unavailable' | 'invalid') =>
  revealOf(cluster, signer, { place, measurement: empty, verdict });
const ack: BundleEntry = { kind: 'ack', batch: place.batch, signature: new Uint8Array(96) };

/** Evidence of two entries, each the second of three in its bundle. */
function pairOf(first: BundleEntry, second: BundleEntry): EvidenceMessage {
  const source = (entry: BundleEntry) => ({
    bundle: bundleOf(cluster, signer, [
      { ...commit('first'), index: 7 } as BundleEntry,
      entry,
      { ...commit('last'), index: 8 } as BundleEntry,
    ]),
    position: 1,
  });
  return entryEvidence(source(first), source(second));
}

describe('evidence of two entries', () => {
  it('[COMMIT-1] convicts of two commits, and of a reveal of something else', () => {
    deepStrictEqual(guilty(pairOf(commit('a'), commit('b'))), [signer.id]);
    deepStrictEqual(guilty(pairOf(commit('a'), reveal('unavailable'))), [signer.id]);
  });

  it('[VOTE-2] convicts of two votes', () => {
    deepStrictEqual(guilty(pairOf(reveal('invalid'), reveal('unavailable'))), [signer.id]);
  });

  it('[VOTE-3] convicts of a commit beside an abstention', () => {
    deepStrictEqual(guilty(pairOf(commit('a'), abstain)), [signer.id]);
  });

  it('convicts nobody of what an honest holder says', () => {
    const { salt } = reveal('unavailable');
    const honest: BundleEntry = {
      kind: 'commit',
      ...place,
      commitment: commitmentOf({
        networkId: network.id,
        subject: place,
        level: 0,
        validator: signer.id,
        measurement: empty,
        salt,
      }),
    };
    const otherReason: BundleEntry = { kind: 'abstain', ...place, reason: 'timeout' };
    for (const [first, second] of [
      [commit('a'), commit('a')],
      [honest, reveal('unavailable')],
      [commit('a'), { ...commit('b'), level: 1 } as BundleEntry],
      [commit('a'), { ...commit('b'), index: 1 } as BundleEntry],
      [abstain, otherReason],
      [ack, commit('a')],
    ] as const) {
      deepStrictEqual(guilty(pairOf(first, second)), []);
    }
  });

  it('[WIRE-5] convicts nobody without his signature over the path', () => {
    const evidence = pairOf(commit('a'), commit('b'));
    ok(evidence.kind === 'entries');
    const { first, second } = evidence;
    const tampered: EvidenceMessage[] = [
      { ...evidence, validator: defined(validators[1], 'there is another').id },
      { ...evidence, validator: stranger.id },
      { ...evidence, first: { ...first, signature: second.signature } },
      { ...evidence, first: { ...first, index: 0 } },
      { ...evidence, first: { ...first, path: first.path.slice(1) } },
      { ...evidence, first: { ...first, entry: second.entry } },
    ];
    for (const each of tampered) deepStrictEqual(guilty(each), []);
  });

  it('[WIRE-5] proves every entry of a bundle of any size', () => {
    for (const size of [1, 2, 3, 7, 8]) {
      const bundle = (text: string) =>
        bundleOf(
          cluster,
          signer,
          Array.from({ length: size }, (_, index) => ({ ...commit(text), index }) as BundleEntry),
        );
      for (let position = 0; position < size; position++) {
        const [first, second] = ['a', 'b'].map((text) => ({ bundle: bundle(text), position }));
        ok(first !== undefined && second !== undefined);
        equal(signedEntry(first).count, size);
        deepStrictEqual(guilty(entryEvidence(first, second)), [signer.id]);
      }
    }
  });
});

describe('evidence of two certificates', () => {
  const certificate = (verdict: 'valid' | 'invalid' | 'unavailable', from: number, to: number) =>
    certificateOf(cluster, { verdict, level: 0, signers: validators.slice(from, to) });
  const both = (first: ReturnType<typeof certificate>, second: ReturnType<typeof certificate>) =>
    guilty({ type: 'evidence', kind: 'certificates', first, second });

  it('[CERT-3] convicts who signed both, and none of the others', () => {
    deepStrictEqual(both(certificate('valid', 0, 3), certificate('invalid', 1, 4)), [
      validators[1]?.id,
      validators[2]?.id,
    ]);
  });

  it('[CERT-3] takes invalid beside unavailable for no conflict', () => {
    deepStrictEqual(both(certificate('invalid', 0, 3), certificate('unavailable', 0, 4)), []);
    deepStrictEqual(both(certificate('valid', 0, 3), certificate('valid', 0, 4)), []);
  });

  it('convicts nobody by a certificate that does not verify', () => {
    deepStrictEqual(both(certificate('valid', 0, 3), certificate('invalid', 2, 4)), []);
  });
});
