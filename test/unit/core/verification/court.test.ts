/** A subject that becomes known late goes through the levels that the others went through. */
import { deepStrictEqual, ok } from 'node:assert/strict';
import { utf8 } from '../../../../src/base/index.ts';
import { batchId } from '../../../../src/wire/index.ts';
import { Cluster } from '../../../support/cluster.ts';
import { headerOf } from '../../../support/forgery.ts';

describe('a court', () => {
  it('[SAMPLE-2] takes an opening with the input after one without it, and runs it', () => {
    const cluster = new Cluster({ stakes: [1, 1, 1, 1] });
    cluster.rules.push({ kind: 'openings', to: ['v1'], action: 'hold' });
    cluster.runUntil(1500);
    cluster.answer('p1', { input: utf8('an input') });
    cluster.runUntil(4020);
    const whole = cluster.published.find(({ message }) => message.type === 'openings')?.message;
    ok(whole?.type === 'openings');
    const openings = whole.openings.map(({ input: _, ...opening }) => opening);
    cluster.node('v1').execution = { fails: 'missing-input' };
    cluster.inject({ ...whole, openings }, ['v1']);
    cluster.runUntil(4300);
    cluster.node('v1').execution = { output: 'right' };
    cluster.inject(whole, ['v1']);
    deepStrictEqual(cluster.judged.at(-1), { node: 'v1', verdict: 'accept', code: 'new' });
    cluster.inject(whole, ['v1']);
    deepStrictEqual(cluster.judged.at(-1)?.code, 'known-opening');
    cluster.runUntil(9000);
    const votes = cluster.reports.flatMap(({ node, report }) =>
      node === 'v1' && report.kind === 'revealed' ? [report.verdict] : [],
    );
    deepStrictEqual(votes, ['valid']);
  });

  it('[WIRE-6] leaves nothing early behind of a leaf that was never opened', () => {
    const cluster = new Cluster({ stakes: [1, 1, 1, 1] });
    cluster.rules.push({ kind: 'openings', action: 'drop' });
    cluster.runUntil(1500);
    cluster.answer('p1');
    cluster.runRounds(4);
    const earlyCount = () => cluster.node('v1').validator.snapshot().earlyCount;
    cluster.runRounds(2);
    const [answer] = cluster.answers;
    ok(answer !== undefined);
    const batch = batchId(headerOf(cluster));
    const { salt, outputDigest } = answer;
    cluster.inject({ type: 'output', batch, index: 0, salt, digest: outputDigest }, ['v1']);
    ok(earlyCount() > 0);
    cluster.runRounds(40);
    deepStrictEqual(cluster.node('v1').validator.snapshot().batches, []);
    deepStrictEqual(earlyCount(), 0);
  });

  it('[TIME-5] starts the levels that passed before a subject became known', () => {
    const cluster = new Cluster({
      stakes: new Array(12).fill(10),
      parameters: { levels: [4, 8, 16], slashSeats: 8, sealSeats: 6 },
      providers: 2,
    });
    for (const { name } of cluster.validators) cluster.node(name).execution = 'never';
    cluster.rules.push({ from: ['p2'], to: ['v1'], action: 'hold' });
    cluster.runUntil(1500);
    cluster.answer('p1');
    cluster.answer('p2');
    // level 0 of both is drawn by beacon 4 and settled by beacon 11
    cluster.runUntil(12_500);
    const late = cluster.published.find(({ node, message }) => {
      return node === 'p2' && message.type === 'header';
    })?.message;
    ok(late?.type === 'header');
    const batch = batchId(late);
    cluster.release();
    cluster.runUntil(40_000);
    const seen = cluster.reports.flatMap(({ node, report }) => {
      if (node !== 'v1' || !('subject' in report) || report.subject.batch !== batch) return [];
      if (report.kind === 'level-started') return [`level ${report.level}`];
      return report.kind === 'unresolved' ? ['unresolved'] : [];
    });
    deepStrictEqual(seen, ['level 0', 'level 1', 'level 2', 'unresolved']);
  });
});
