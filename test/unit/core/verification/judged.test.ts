/** What a node can tell settlement. */
import { deepStrictEqual } from 'node:assert/strict';
import { defined } from '../../../../src/base/index.ts';
import { Cluster } from '../../../support/cluster.ts';
import { certificateOf } from '../../../support/forgery.ts';

describe('what settlement is told', () => {
  it('[VOTE-4] names everybody whom any valid certificate names', () => {
    const cluster = new Cluster({ stakes: [1, 1, 1, 1] });
    for (const { name } of cluster.validators) cluster.node(name).execution = 'never';
    cluster.runUntil(1500);
    cluster.answer('p1');
    cluster.runUntil(4500);
    const { validators } = cluster.keys;
    for (const signers of [validators.slice(0, 3), validators.slice(1)]) {
      cluster.inject(certificateOf(cluster, { verdict: 'valid', signers, level: 0 }), ['v1']);
    }
    const [judged] = cluster.node('v1').validator.judged();
    const [certified, ...others] = defined(judged?.levels[0], 'level 0 is known').certified;
    deepStrictEqual(others, []);
    // as heavy as the heaviest of them, which is what makes a verdict final
    deepStrictEqual(certified?.weight, 3n);
    const named = certified?.holders.map((id) => cluster.nameOf(id)).sort();
    deepStrictEqual(named, ['v1', 'v2', 'v3', 'v4']);
  });
});
