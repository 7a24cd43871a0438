import assert from 'node:assert/strict';
import { propagationReport } from '../../../../sim/propagation/report.ts';
import { type PropagationResult, propagationMetrics } from '../../../../sim/propagation/result.ts';
import { runPropagation } from '../../../../sim/propagation/run.ts';
import { parseConfigText, resolvePropagation } from '../../../../src/config/index.ts';

const FLOOD = `
name: flood
network:
  latency: { kind: uniform, minMs: 3, maxMs: 40 }
  jitter: 0.2
  degree: 6
  lossShare: 0.02
  bandwidthMbps: 10
propagation: { nodes: 300, messages: 20, ratePerSecond: 40, sizeBytes: 800, warmUpMs: 200 }
`;

describe('a propagation experiment', () => {
  it('finds the same by runs of events and one by one', async () => {
    const byRuns = await runPropagation(scenarioOf(), 4);
    const oneByOne = await runPropagation(scenarioOf(), 4, { byRuns: false });
    assert.deepEqual(oneByOne, byRuns);
    const other = await runPropagation(scenarioOf(), 5);
    assert.notEqual(other.traceDigest, byRuns.traceDigest);
  });

  it('counts what closed forms say of floods', async () => {
    const result = await runPropagation(scenarioOf(), 4);
    const { delivered, copiesPerDelivery, deliveryMs, bytesUpPerNode } = result;
    assert.deepEqual([delivered.count, delivered.of], [20 * 299, 20 * 299]);
    const { expected, value } = copiesPerDelivery;
    assert.equal(expected.value, 1800 / 299 - 1);
    assert.ok(Math.abs((value ?? 0) - (expected.value ?? 0)) < 1e-12);
    assert.ok(Math.abs(bytesUpPerNode - (20 * 800 * (1800 - 299)) / 300) < 1e-6);
    const times = [deliveryMs.p50, deliveryMs.p90, deliveryMs.p99, deliveryMs.max];
    assert.ok(times.every((ms, i) => ms !== null && ms >= (times[i - 1] ?? 3)));
    assert.ok(result.virtualMs > 30_200);
  });

  it('sends all at once where no rate is given, after the warm-up', async () => {
    const result = await runPropagation(
      scenarioOf('propagation={nodes: 50, messages: 7, warmUpMs: 1500, drainMs: 4000}'),
      1,
    );
    assert.equal(result.virtualMs, 5500);
    assert.equal(result.delivered.count, 7 * 49);
  });

  it('counts as not delivered what arrives too late', async () => {
    const late = await runPropagation(scenarioOf('propagation.drainMs=20'), 4);
    assert.ok(late.delivered.count < late.delivered.of);
    assert.ok(late.delivered.count > 0);
  });

  it('runs over meshes, and says what gossip costs of its own', async () => {
    const mesh = scenarioOf('network.fidelity=mesh', 'propagation.nodes=60');
    const result = await runPropagation(mesh, 2);
    assert.ok((result.delivered.share ?? 0) > 0.99);
    assert.ok(result.controlBytesPerNode > 0);
    assert.equal(result.copiesPerDelivery.expected.value, null);
    assert.deepEqual(await runPropagation(mesh, 2), result);
  });

  it('stops when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    const many = scenarioOf('propagation.messages=2000');
    await assert.rejects(runPropagation(many, 1, { signal }), /enough/);
  });

  it('names its numbers for sweeps', async () => {
    const result = await runPropagation(scenarioOf(), 4);
    const metrics = new Map(propagationMetrics(result).map((each) => [each.name, each]));
    const delivered = metrics.get('delivered');
    assert.ok(delivered?.kind === 'rate' && delivered.count === result.delivered.count);
    const median = metrics.get('deliveryMsP50');
    assert.ok(median?.kind === 'value' && median.value === result.deliveryMs.p50);
    assert.equal(metrics.size, 8);
  });

  it('is reported within the columns of a terminal', async () => {
    const result = await runPropagation(
      scenarioOf('network.churn={meanUpMs: 1e6, meanDownMs: 1e5}'),
      4,
    );
    for (const columns of [60, 80]) {
      const lines = reportOf(result, columns).split('\n');
      assert.ok(
        lines.every((line) => line.length <= Math.max(columns, 'digest '.length + 64 + 2)),
        lines.join('\n'),
      );
    }
    const text = reportOf(result, 80);
    for (const part of ['Who got the messages?', result.traceDigest, '300 nodes', 'folder/x']) {
      assert.ok(text.includes(part), part);
    }
  });
});

describe('a propagation file', () => {
  it('is refused where its parts do not fit', () => {
    assert.throws(() => scenarioOf('network.fidelity=mesh', 'propagation.nodes=50000'), /too many/);
    assert.throws(() => scenarioOf('propagation.nodes=2000001'), /nodes/);
    assert.throws(() => scenarioOf('network.latency.minMs=900'), /minMs .*is above maxMs/);
    assert.throws(() => scenarioOf('propagation.sizeByte=1'), /sizeBytes/);
  });
});

function scenarioOf(...overrides: string[]) {
  return resolvePropagation(parseConfigText(FLOOD, 'flood.yaml'), overrides);
}

function reportOf(result: PropagationResult, columns: number): string {
  return propagationReport(result, {
    columns,
    replay: ['npx', 'assay', 'sim', 'run', 'flood.yaml'],
    folder: 'folder/x',
    effort: { cpuSeconds: 0.25, rssBytes: 1e8 },
  });
}
