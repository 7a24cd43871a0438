/** A subject that becomes known late goes through the levels that the others went through. */
import { deepStrictEqual, ok } from 'node:assert/strict';
import { batchId } from '../../../../src/wire/index.ts';
import { Cluster } from '../../../support/cluster.ts';

describe('a court', () => {
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
