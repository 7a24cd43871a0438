import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { claimRows, runScenario } from '../../../../sim/index.ts';
import { metricsOf, PROTOCOL_METRICS } from '../../../../sim/statistics/protocol-metrics.ts';
import { PROPAGATION_METRICS } from '../../../../sim/sweep/propagation.ts';
import { ConfigError, parseConfigText, resolveScenario } from '../../../../src/config/index.ts';

import { TINY_BASE } from '../sweep/tiny.ts';

const TINY = parseConfigText(TINY_BASE.replaceAll('\n  ', '\n'), 'tiny.yaml');

describe('sim: the warm-up of a run', () => {
  it('leaves claims of its first rounds out of rates and times, not out of the run', async () => {
    const all = await run(0);
    const cut = await run(1);
    assert.equal(cut.result.traceDigest, all.result.traceDigest);
    const rounds = claimRows(all.simulation).map(({ round }) => round);
    const first = Math.min(...rounds);
    assert.equal(all.result.claims.answered, rounds.length, 'nothing is cut by default');
    const left = rounds.filter((round) => round > first).length;
    assert.ok(left > 0 && left < rounds.length);
    assert.equal(cut.result.claims.answered, left);
    assert.equal(cut.result.time.toFinal.count, left, 'every claim of this scenario is drawn');
    assert.deepEqual(cut.result.traffic, all.result.traffic, 'costs are those of all claims');
  });

  it('must leave something', () => {
    assert.throws(
      () => resolveScenario(TINY, ['durationRounds=3', 'warmUpRounds=3']),
      (error) =>
        error instanceof ConfigError && /leaves nothing of durationRounds/.test(error.message),
    );
  });
});

describe('sim: metrics of a protocol run', () => {
  it('stand in the README as the code has them', () => {
    const readme = readFileSync('sim/statistics/README.md', 'utf8');
    for (const { name, unit, meaning } of [...PROTOCOL_METRICS, ...PROPAGATION_METRICS]) {
      assert.ok(readme.includes(`| \`${name}\` | ${unit} | ${meaning} |`), name);
    }
  });

  it('are those of its result, each documented', async () => {
    const { result } = await run(0);
    const metrics = metricsOf(result);
    const known = new Set(PROTOCOL_METRICS.map(({ name }) => name));
    for (const { name } of metrics) assert.ok(known.has(name.split('.')[0] ?? ''), name);
    const names = new Set(metrics.map(({ name }) => name.split('.')[0]));
    assert.deepEqual(
      [...known].filter((name) => !names.has(name)),
      [],
      'and nothing more',
    );
    const accepted = metrics.find(({ name }) => name === 'wrongAccepted');
    const { count, of, expected } = result.wrong.accepted;
    assert.deepEqual(accepted, { kind: 'rate', name: 'wrongAccepted', count, of, expected });
    const substitute = result.money.behaviours.find(
      ({ behaviour, role }) => behaviour === 'substitute-model' && role === 'provider',
    );
    const profit = metrics.find(({ name }) => name === 'profitPerClaim.substitute-model');
    assert.equal(
      profit?.kind === 'value' ? profit.value : undefined,
      (substitute?.netPerUnitStake ?? 0) / result.money.unitStake,
    );
    const escalated = metrics.find(({ name }) => name === 'escalated');
    assert.ok(escalated?.kind === 'rate' && escalated.count > 0, 'cheats are challenged');
  });
});

function run(warmUpRounds: number) {
  const lazy = 'adversaries.1={ behaviour: lazy-validator, share: 0.1 }';
  const changes = ['durationRounds=3', `warmUpRounds=${warmUpRounds}`, lazy];
  return runScenario({ scenario: resolveScenario(TINY, changes), seed: 1 });
}
