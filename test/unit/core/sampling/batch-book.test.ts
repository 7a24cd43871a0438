/** Batches become known by a signed header or by a seal that holds, and by nothing else. */
import { equal, ok } from 'node:assert/strict';
import { digest, sha256, utf8 } from '../../../../src/base/index.ts';
import { batchId, type HeaderMessage, type OpeningsMessage } from '../../../../src/wire/index.ts';
import { Cluster } from '../../../support/cluster.ts';
import { headerOf, sealOf, signedHeader } from '../../../support/forgery.ts';

/** A cluster in which v1 did not get the header of the only batch. */
function withoutHeader(): { cluster: Cluster; header: HeaderMessage } {
  const cluster = new Cluster({ stakes: [1, 1, 1, 1] });
  cluster.rules.push({ kind: 'header', to: ['v1'], action: 'drop' });
  cluster.runUntil(1500);
  cluster.answer('p1');
  cluster.runUntil(2200);
  return { cluster, header: headerOf(cluster) };
}

/** Header and seal as an opening brings them, beside a leaf that does not matter. */
function openings(
  cluster: Cluster,
  header: HeaderMessage,
  seal: OpeningsMessage['seal'],
): OpeningsMessage {
  const [answer] = cluster.answers;
  ok(answer !== undefined);
  return {
    type: 'openings',
    header,
    seal,
    openings: [{ index: 0, claim: answer.claim, path: [] }],
  };
}

const verdict = ({ judged }: Cluster) => `${judged.at(-1)?.verdict} ${judged.at(-1)?.code}`;

describe('a batch book', () => {
  it('[TIME-3] does not know a batch by a bad seal: its header is new, and acknowledged', () => {
    const { cluster, header } = withoutHeader();
    const seal = { ...sealOf(cluster, header), signature: new Uint8Array(96) };
    cluster.inject(openings(cluster, header, seal), ['v1']);
    equal(verdict(cluster), 'reject bad-seal');
    equal(cluster.node('v1').validator.snapshot().batches.length, 0);
    cluster.inject(header, ['v1']);
    equal(verdict(cluster), 'accept new');
    cluster.runUntil(2900);
    ok(cluster.reports.some(({ node, report }) => node === 'v1' && report.kind === 'batch-acked'));
  });

  it('[CLAIM-2] takes the sealed batch of a slot, however many rivals were signed', () => {
    const { cluster, header } = withoutHeader();
    for (const text of ['one', 'two']) {
      const { signature: _, ...body } = header;
      const rival = { ...body, root: digest(sha256(utf8(text))) };
      cluster.inject(signedHeader(cluster, cluster.node('p1').signer, rival), ['v1']);
    }
    cluster.runUntil(4010);
    cluster.inject(openings(cluster, header, sealOf(cluster, header)), ['v1']);
    const { batches } = cluster.node('v1').validator.snapshot();
    ok(batches.some(({ id, isSealed }) => id === batchId(header) && isSealed));
  });
});
