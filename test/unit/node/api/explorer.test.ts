/** The explorer's server with a ring that is filled by hand, and with a file. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TraceFile } from '../../../../sim/index.ts';
import { createSigner } from '../../../../src/crypto/index.ts';
import { makeDevnet } from '../../../../src/node/devnet/index.ts';
import {
  type Explorer,
  NodeTrace,
  readRecorded,
  silentLog,
  startExplorer,
} from '../../../../src/node/index.ts';
import { SAMPLES } from '../../trace/samples.ts';
import { batchOf, headerAt } from '../protocol-messages.ts';

const SEED = new Uint8Array(32).fill(7);
const LEAF_BATCH = batchOf(headerAt(1));

describe('explorer: the server', () => {
  let base = '';
  let page = '';
  const running: Explorer[] = [];

  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'assay-explorer-'));
    page = join(base, 'page');
    mkdirSync(join(page, 'assets'), { recursive: true });
    writeFileSync(join(page, 'index.html'), '<!doctype html>hello');
    writeFileSync(join(page, 'assets', 'a-1_b.js'), 'x');
    writeFileSync(join(base, 'secret.js'), 'secret');
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((explorer) => explorer.close()));
    rmSync(base, { recursive: true });
  });

  it('serves the page and its files, and nothing else of this machine', async () => {
    const url = await recorded();
    const index = await fetch(`${url}/`);
    assert.equal(await index.text(), '<!doctype html>hello');
    assert.equal(index.headers.get('content-type'), 'text/html; charset=utf-8');
    const script = await fetch(`${url}/assets/a-1_b.js`);
    assert.equal(script.headers.get('content-type'), 'text/javascript; charset=utf-8');
    const bad = ['/claims', '/assets/', '/assets/none.js', '/assets/..%2f..%2fsecret.js'];
    for (const path of [...bad, '/assets/a-1_b', '/index.html']) {
      assert.equal((await fetch(`${url}${path}`)).status, 404, path);
    }
  });

  it('says what to do if the page was not built', async () => {
    rmSync(join(page, 'index.html'));
    const answer = await fetch(`${await recorded()}/`);
    assert.equal(answer.status, 503);
    const { code, remedy } = JSON.parse(await answer.text());
    assert.equal(code, 'page-missing');
    assert.match(remedy, /npm run build/);
  });

  it('has a strict policy on every answer, and refuses other names and origins', async () => {
    const url = await recorded();
    for (const path of ['/', '/v1/source', '/v1/trace', '/nothing']) {
      const { headers } = await fetch(`${url}${path}`);
      const policy = headers.get('content-security-policy') ?? '';
      assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
      assert.match(policy, /connect-src 'self';.*base-uri 'none'; form-action 'none'/);
      assert.match(policy, /frame-ancestors 'none'$/);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
      assert.equal(headers.get('access-control-allow-origin'), null);
    }
    const { port } = new URL(url);
    const rebound = await raw(port, 'GET /v1/source HTTP/1.1\r\nHost: evil.example\r\n\r\n');
    assert.match(rebound, /^HTTP\/1.1 403 .*host-refused/s);
    const foreign = await fetch(`${url}/v1/source`, {
      headers: { origin: 'https://evil.example' },
    });
    assert.equal(foreign.status, 403);
  });

  it('limits how often one address may ask', async () => {
    const url = await recorded({ perSecond: 0.001, burst: 3 });
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push((await fetch(`${url}/v1/source`)).status);
    assert.deepEqual(statuses, [200, 200, 200, 429, 429]);
  });

  it('shows a file of either form: the same records, compressed if asked for', async () => {
    const texts = new Set<string>();
    for (const form of ['records', 'chrome'] as const) {
      const url = await recorded(undefined, form);
      const source = JSON.parse(await (await fetch(`${url}/v1/source`)).text());
      assert.deepEqual(source, { kind: 'recorded', title: 'a "name"', software: '0.1.0' });
      const zipped = await fetch(`${url}/v1/trace`, { headers: { 'accept-encoding': 'gzip' } });
      assert.equal(zipped.headers.get('content-encoding'), 'gzip');
      texts.add(await zipped.text());
      const plain = { headers: { 'accept-encoding': 'identity' } };
      texts.add(await (await fetch(`${url}/v1/trace`, plain)).text());
      for (const path of ['/v1/live', '/v1/network', '/v1/node', '/v1/records', '/v1/receipt']) {
        assert.equal((await fetch(`${url}${path}`)).status, 404, path);
      }
    }
    assert.deepEqual([...texts], [SAMPLES.map((record) => `${JSON.stringify(record)}\n`).join('')]);
  });

  it('sends a live trace from its start, goes on where one was, or begins anew', async () => {
    const { trace, url } = await live();
    const first = await events(url, { until: 'state' });
    const [start, ...others] = recordsIn(first);
    assert.deepEqual([start?.kind, start?.software], ['start', '1.2.3'], 'the bare version');
    assert.deepEqual(
      others.map(({ kind }) => kind),
      ['node', 'node', 'node', 'node', 'state'],
    );
    const last = /^id: (\d+)$/gm.exec(first)?.[1] ?? '';
    assert.equal(Number(last), trace.records.next - 1);
    trace.records.push({ kind: 'state', at: 2, node: 1, isUp: true });
    const next = recordsIn(await events(url, { until: 'state', last }));
    assert.deepEqual(next, [{ kind: 'state', at: 2, node: 1, isUp: true }], 'nothing twice');
    for (const stale of ['5', '99999999999999999', 'x', String(trace.records.next + 7)]) {
      const anew = recordsIn(await events(url, { until: 'state', last: stale }));
      assert.equal(anew[0]?.kind, 'start', stale);
    }
  });

  it('says how to ask for a leaf', async () => {
    const { url } = await live();
    for (const route of ['/v1/records', '/v1/receipt']) {
      for (const query of ['', '?batch=x&index=0', `?batch=${LEAF_BATCH}&index=-1`]) {
        const answer = await fetch(`${url}${route}${query}`);
        assert.equal(answer.status, 400, `${route}${query}`);
        const { code, remedy } = JSON.parse(await answer.text());
        assert.deepEqual([code, remedy.includes(`${route}?batch=`)], ['request-invalid', true]);
      }
    }
  });

  it('refuses one page too many', async () => {
    const { url } = await live();
    const { port } = new URL(url);
    const sockets: Socket[] = [];
    for (let i = 0; i < 32; i++) {
      const socket = connect(Number(port), '127.0.0.1');
      sockets.push(socket);
      socket.write('GET /v1/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await new Promise((resolve) => socket.once('data', resolve));
    }
    const one = await fetch(`${url}/v1/live`);
    assert.equal(one.status, 503);
    assert.match(await one.text(), /viewers-full/);
    for (const socket of sockets) socket.destroy();
  });

  async function recorded(
    rate?: { perSecond: number; burst: number },
    form: 'records' | 'chrome' = 'records',
  ): Promise<string> {
    const path = join(base, `trace-${form}`);
    const file = new TraceFile(path, form);
    for (const record of SAMPLES) file.write(record);
    file.end();
    return await serve({ kind: 'recorded', recorded: await readRecorded(path) }, rate);
  }

  async function live(bytesMax?: number) {
    const { file } = makeDevnet({
      ...{ seed: SEED, name: 'test', validators: 2, providers: 1, models: [], roundMs: 1000 },
      ...{ genesisMs: 0, address: () => '/memory/x', endpoints: [] },
    });
    const self = { id: createSigner(SEED).id, role: 'observer' } as const;
    const shared = { file, softwareVersion: 'assay/1.2.3', self, nowMs: Date.now() };
    const trace = new NodeTrace({ ...shared, ...(bytesMax === undefined ? {} : { bytesMax }) });
    trace.records.push({ kind: 'state', at: 1, node: 1, isUp: false });
    return { trace, url: await serve({ kind: 'live', trace }) };
  }

  async function serve(
    source: Parameters<typeof startExplorer>[0]['source'],
    rate?: { perSecond: number; burst: number },
  ): Promise<string> {
    const limits = rate === undefined ? {} : { rate };
    const shown = { source, page, port: 0, softwareVersion: 'test', log: silentLog };
    const explorer = await startExplorer({ ...shown, ...limits });
    running.push(explorer);
    return explorer.url;
  }
});

/** What a client reads until a word is in it. */
async function events(url: string, { until, last }: { until: string; last?: string }) {
  const headers = last === undefined ? {} : { 'last-event-id': last };
  const controller = new AbortController();
  const answer = await fetch(`${url}/v1/live`, { headers, signal: controller.signal });
  assert.equal(answer.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  assert.match(answer.headers.get('content-security-policy') ?? '', /^default-src 'none'/);
  let text = '';
  assert.ok(answer.body !== null);
  for await (const chunk of answer.body) {
    text += Buffer.from(chunk).toString();
    if (text.includes(`"kind":"${until}"`) && text.endsWith('\n\n')) break;
  }
  controller.abort();
  return text;
}

function recordsIn(text: string) {
  return [...text.matchAll(/^data: (.*)$/gm)].flatMap(([, data = '[]']) => JSON.parse(data));
}

function raw(port: string, request: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString());
    });
    socket.write(request);
  });
}
