/** Metrics: declared once, named by the rules of Prometheus, counted from steps of the core. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type NodeId, round, type Subject, subjectKey } from '../../../../src/base/index.ts';
import type { JudgedLevel, ProviderEffect, ProviderEvent } from '../../../../src/core/index.ts';
import { silentLog } from '../../../../src/node/log/index.ts';
import {
  type Declared,
  METRICS,
  metricTable,
  seriesLabels,
  startMetricsServer,
  timingOf,
} from '../../../../src/node/metrics/index.ts';
import { Instruments } from '../../../../src/node/metrics/instruments.ts';
import { beginAtZero, StepCounts } from '../../../../src/node/metrics/step-counts.ts';
import { realNetwork } from '../../../support/real-network.ts';

const README = new URL('../../../../src/node/metrics/README.md', import.meta.url);
const SELF = '11'.repeat(32) as NodeId;
const OTHER = '22'.repeat(32) as NodeId;

describe('the list of metrics', () => {
  it('is the table of the README', () => {
    assert.ok(readFileSync(README, 'utf8').includes(`\n${metricTable()}\n`), metricTable());
  });

  it('names kind and unit', () => {
    for (const [name, { kind, labels, help }] of Object.entries<Declared>(METRICS)) {
      assert.match(name, /^assay_[a-z0-9_]+$/);
      assert.equal(kind === 'counter', name.endsWith('_total'), name);
      assert.ok(kind !== 'histogram' || name.endsWith('_seconds'), name);
      assert.ok(help.length > 3 && !help.endsWith('.'), name);
      for (const label of labels) assert.match(label, /^[a-z][a-z_]*$/, name);
      // what a peer, a claim or a batch is called has no end of values
      for (const label of labels) assert.doesNotMatch(label, /peer|id$|claim|batch|address/, name);
    }
  });

  it('shows histograms by their suffixes', () => {
    const series = seriesLabels();
    assert.deepEqual(series.get('assay_execution_duration_seconds_bucket'), ['model', 'le']);
    assert.equal(series.has('assay_execution_duration_seconds'), false);
    assert.deepEqual(series.get('nodejs_gc_duration_seconds_count'), ['kind']);
  });
});

describe('counts of steps', () => {
  const { file: _, keys } = realNetwork();
  const { network } = keys;
  const model = network.models[0];
  assert.ok(model !== undefined);
  const setUp = () => {
    const instruments = new Instruments();
    const counts = new StepCounts(instruments);
    beginAtZero(instruments, network);
    const take = (event: unknown, ...effects: unknown[]): void =>
      counts.take({ network, self: SELF }, event as ProviderEvent, effects as ProviderEffect[]);
    const value = async (series: string): Promise<number> => {
      const text = await instruments.registry.metrics();
      const line = text.split('\n').find((found) => found.startsWith(`${series} `));
      return Number(line?.slice(series.length) ?? Number.NaN);
    };
    return { counts, take, value };
  };
  const timer = { kind: 'time-reached', now: 0 };
  const report = (kind: string, more: object = {}) => ({
    kind: 'report',
    report: { kind, ...more },
  });

  it('time an execution from the wish to its end, by model and result', async () => {
    const { counts, take, value } = setUp();
    const wish = { kind: 'execute', model: model.model };
    take(timer, { ...wish, id: 'a' }, { ...wish, id: 'b' });
    assert.equal(counts.executionsRunning, 2);
    take({ kind: 'execution-finished', id: 'a' });
    take({ kind: 'execution-failed', id: 'b', reason: 'timeout' });
    assert.equal(counts.executionsRunning, 0);
    const { name } = model;
    assert.equal(await value(`assay_executions_total{model="${name}",result="ok"}`), 1);
    assert.equal(await value(`assay_executions_total{model="${name}",result="timeout"}`), 1);
    assert.equal(await value(`assay_executions_total{model="${name}",result="crash"}`), 0);
    assert.equal(await value(`assay_execution_duration_seconds_count{model="${name}"}`), 2);
  });

  it('tell apart why messages were refused, up to a bound', async () => {
    const { take, value } = setUp();
    const message = { type: 'bundle' };
    const received = { kind: 'message-received', decoded: { message } };
    take(received, { kind: 'judge', verdict: 'accept', code: 'ok' });
    for (let index = 0; index < 200; index += 1) {
      take(received, { kind: 'judge', verdict: 'reject', code: `code-${index}` });
    }
    assert.equal(await value('assay_messages_judged_total{type="bundle",verdict="accept"}'), 1);
    assert.equal(await value('assay_messages_judged_total{type="bundle",verdict="reject"}'), 200);
    assert.equal(await value('assay_refusals_total{verdict="reject",code="code-0"}'), 1);
    assert.equal(await value('assay_refusals_total{verdict="reject",code="other"}'), 72);
  });

  it('count what the core reports', async () => {
    const { take, value } = setUp();
    const verdict = 'invalid';
    take(
      timer,
      report('batch-acked'),
      report('committed'),
      report('certified', { verdict }),
      report('decided', { verdict }),
      report('evidence-found', { guilty: [SELF, OTHER] }),
      report('level-started', { level: 1 }),
      report('challenged'),
    );
    for (const [series, count] of [
      ['assay_batches_total{event="acked"}', 1],
      ['assay_commits_total', 1],
      ['assay_certificates_total{verdict="invalid"}', 1],
      ['assay_certificates_total{verdict="valid"}', 0],
      ['assay_finals_total{verdict="invalid"}', 1],
      ['assay_evidence_total', 2],
      ['assay_levels_total{level="1"}', 1],
      ['assay_challenges_total', 1],
      ['assay_overruled_total', 0],
    ] as const) {
      assert.equal(await value(series), count, series);
    }
  });

  it('say of each own seat how it was used, when its claim closes', async () => {
    const { take, value } = setUp();
    const subject = { batch: 'b', index: 0 } as unknown as Subject;
    assert.ok(subjectKey(subject).length > 0);
    const seat = (level: number, holders: readonly NodeId[], votes: readonly NodeId[]) => ({
      level,
      committee: { indexOf: new Map(holders.map((holder, index) => [holder, index])) },
      votes: votes.map((holder) => ({ holder })),
      certified: [],
    });
    const verdict = 'valid';
    const abstain = { kind: 'abstain', subject, level: 2, reason: 'crash' };
    take(timer, report('revealed', { subject, level: 1, verdict }));
    take(timer, { kind: 'persist', record: abstain });
    const levels = [
      seat(0, [SELF, OTHER], [SELF]),
      seat(1, [SELF], [OTHER]),
      seat(2, [SELF], []),
      seat(3, [SELF], []),
      seat(4, [OTHER], []),
    ];
    take(timer, report('closed', { subject, judged: { levels } }));
    for (const timing of ['in-time', 'late', 'abstained', 'missed']) {
      assert.equal(await value(`assay_votes_total{timing="${timing}"}`), 1, timing);
    }
    assert.equal(await value('assay_abstentions_total{reason="crash"}'), 1);
  });

  it('[VOTE-4] believe a certificate that names the holder', () => {
    const certified = [{ verdict: 'valid', holders: [SELF], weight: 1n }] as const;
    const level: Pick<JudgedLevel, 'votes' | 'certified'> = { votes: [], certified };
    assert.equal(timingOf(level, { self: SELF, did: undefined }), 'in-time');
    assert.equal(timingOf(level, { self: OTHER, did: undefined }), 'missed');
  });

  it('measure how late a beacon was', async () => {
    const { take, value } = setUp();
    const message = { type: 'beacon', round: round(1) };
    const received = { kind: 'message-received', decoded: { message } };
    take(received, { kind: 'judge', verdict: 'ignore', code: 'known' });
    take(received, { kind: 'judge', verdict: 'accept', code: 'ok' });
    assert.equal(await value('assay_beacon_delay_seconds_count'), 1);
  });
});

describe('the server of metrics', () => {
  const metrics = { text: async () => 'up 1\n', contentType: 'text/plain; version=0.0.4' };
  const at = { host: '127.0.0.1', port: 0, log: silentLog };

  it('serves one path, to this machine, for reading', async () => {
    const server = await startMetricsServer(metrics, at);
    try {
      const answer = await fetch(server.url);
      assert.equal(await answer.text(), 'up 1\n');
      assert.equal(answer.headers.get('content-type'), metrics.contentType);
      assert.equal((await fetch(new URL('/', server.url))).status, 404);
      assert.equal((await fetch(server.url, { method: 'POST' })).status, 405);
      const port = Number(new URL(server.url).port);
      const taken = startMetricsServer(metrics, { ...at, port });
      await assert.rejects(taken, /metrics cannot listen.*--metrics/s);
    } finally {
      await server.close();
    }
  });

  it('listens beyond loopback only with a token, and asks for it', async () => {
    const open = { ...at, host: '0.0.0.0' };
    await assert.rejects(startMetricsServer(metrics, open), /loopback only/);
    const token = 'a-token-of-some-length';
    const server = await startMetricsServer(metrics, { ...open, token });
    try {
      const url = `http://127.0.0.1:${new URL(server.url).port}/metrics`;
      assert.equal((await fetch(url)).status, 401);
      const headers = { authorization: `Bearer ${token}` };
      assert.equal((await fetch(url, { headers })).status, 200);
    } finally {
      await server.close();
    }
  });

  it('keeps to itself why metrics could not be gathered', async () => {
    const text = () => Promise.reject(new Error('a secret reason'));
    const server = await startMetricsServer({ ...metrics, text }, at);
    try {
      const answer = await fetch(server.url);
      assert.equal(answer.status, 500);
      assert.doesNotMatch(await answer.text(), /secret/);
    } finally {
      await server.close();
    }
  });
});
