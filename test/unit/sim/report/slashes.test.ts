/** What results say about slashes, substitutes and roles, and the metrics made of it. */
import assert from 'node:assert/strict';
import { publisherOf } from '../../../../sim/report/cost.ts';
import { runScenario } from '../../../../sim/run.ts';
import { metricsOf, PROTOCOL_METRICS } from '../../../../sim/statistics/protocol-metrics.ts';
import { parseConfigText, resolveScenario } from '../../../../src/config/index.ts';
import { SMALL_SCENARIO, sampleResult } from '../report-sample.ts';

describe('who was slashed, and why', () => {
  it('is told by behaviour and reason, and honest nodes are not among them', async () => {
    const document = parseConfigText(SMALL_SCENARIO, 'small.yaml');
    const cheat = 'adversaries=[{ behaviour: substitute-model, share: 0.5, cheatShare: 1 }]';
    const scenario = resolveScenario(document, [cheat]);
    const { result } = await runScenario({ scenario, seed: 1 });
    const [only, ...others] = result.slashes;
    assert.deepEqual(others, []);
    assert.equal(only?.behaviour, 'substitute-model');
    assert.equal(only.role, 'provider');
    assert.deepEqual([only.slashedNodes, only.nodes], [1, 1]);
    assert.deepEqual(Object.keys(only.reasons), ['slash-provider']);
    const purse = result.money.behaviours.find((each) => each.behaviour === 'substitute-model');
    assert.equal(only.stake, purse?.slashedStake);
    const [[variant, rate] = ['', undefined]] = Object.entries(result.wrong.convictedByVariant);
    assert.equal(variant, 'int8');
    assert.equal(rate?.of, result.wrong.drawn);
    assert.ok(rate.count > 0);
  });
});

describe('metrics of a run', () => {
  const metrics = new Map(metricsOf(sampleResult()).map((metric) => [metric.name, metric]));
  const countsOf = (name: string) => {
    const metric = metrics.get(name);
    return metric?.kind === 'rate' ? [metric.count, metric.of] : undefined;
  };

  it('are all explained', () => {
    const known = new Set(PROTOCOL_METRICS.map(({ name }) => name));
    const unknown = [...metrics.keys()].filter((name) => !known.has(name.split('.')[0] ?? ''));
    assert.deepEqual(unknown, []);
  });

  it('count claims that reached a level, from those that ended at it or above', () => {
    // levels: right 15, 5; wrong 1, 8, 1
    assert.deepEqual(countsOf('reachedLevel.1'), [14, 30]);
    assert.deepEqual(countsOf('reachedLevel.2'), [1, 30]);
    assert.equal(metrics.has('reachedLevel.3'), false);
  });

  it('tell nodes slashed of all nodes of a behaviour, and who was not', () => {
    assert.deepEqual(countsOf('slashedProviders.substitute-model'), [1, 1]);
    assert.deepEqual(countsOf('slashedProviders.honest'), [0, 1]);
    assert.deepEqual(countsOf('wrongConvicted.int8'), [7, 8]);
  });

  it('divide traffic by who publishes it', () => {
    assert.deepEqual(['header', 'openings', 'bundle', 'certificate', 'beacon'].map(publisherOf), [
      'provider',
      'provider',
      'validator',
      'validator',
      'beacon',
    ]);
  });
});
