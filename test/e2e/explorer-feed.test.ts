/** The explorer's server on a network in one process: an observer's records of a claim, live. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realCrypto } from '../../src/crypto/index.ts';
import {
  type Explorer,
  type ObserverNode,
  openObserverNode,
  Requester,
  silentLog,
  startExplorer,
} from '../../src/node/index.ts';
import { decodeReceiptJson, verifyReceipt } from '../../src/receipt/index.ts';
import type { TraceRecord } from '../../src/trace/index.ts';
import { mlpInput, TestDevnet } from '../support/devnet.ts';

type Event = { readonly id: string | undefined; readonly records: readonly TraceRecord[] };

describe('the explorer of a live network', function () {
  this.timeout(60_000);
  let net: TestDevnet;
  let observer: ObserverNode;
  let explorer: Explorer;
  let requester: Requester;
  let page = '';
  let subject = { batch: '', index: 0 };
  let last = '';

  before(async () => {
    net = await TestDevnet.start({ validators: 4, providers: 1, roundMs: 1000, wire: 'memory' });
    const { file } = net.devnet;
    const transports = { ...(net.transports === undefined ? {} : { transports: net.transports }) };
    const softwareVersion = 'assay/test';
    page = mkdtempSync(join(tmpdir(), 'assay-page-'));
    mkdirSync(join(page, 'assets'));
    observer = await openObserverNode({ file, softwareVersion, log: silentLog, ...transports });
    const source = { kind: 'live', trace: observer.trace } as const;
    explorer = await startExplorer({ source, port: 0, page, softwareVersion, log: silentLog });
    await observer.start();
    requester = await Requester.open({ file, softwareVersion, ...transports });
    const [provider] = file.providers;
    await requester.client.host.dial(provider?.addresses[0] ?? '');
  });

  after(async () => {
    await requester.close();
    await explorer.close();
    await observer.stop();
    await net.stop();
    rmSync(page, { recursive: true });
  });

  it('tells a claim from its header to its verdict', async () => {
    const signal = AbortSignal.timeout(40_000);
    const options = { model: 'mlp', input: mlpInput(1), assurance: 'full', signal };
    const answer = await requester.infer(options);
    const outcome = await requester.outcome(answer, { signal });
    assert.equal(outcome.kind, 'receipt');
    const events = await listen(explorer.url, (all) => count(all, 'distance') === 4);
    const records = events.flatMap((event) => event.records);
    assert.equal(records[0]?.kind, 'start');
    const roles = records.flatMap((record) => (record.kind === 'node' ? record.role : []));
    const members = [...Array(4).fill('validator'), 'provider', 'observer'];
    assert.deepEqual(roles.slice(0, 6), members, 'in the order of the network file');
    assert.ok(count(records, 'link') >= 5, 'the observer is connected with all of them');
    assertStory(records);
    subject = { ...subjectOf(records) };
    last = events.at(-1)?.id ?? '';
  });

  it('goes on where a page was, with nothing lost and nothing twice', async () => {
    const events = await listen(explorer.url, (all) => count(all, 'message') >= 2, last);
    const [first] = events.flatMap(({ records }) => records);
    assert.ok(first !== undefined && first.kind !== 'start');
    const whole = await listen(explorer.url, (all) => all.includes(find(all, first)));
    const before = whole.flatMap(({ records }) => records);
    const place = before.findIndex((record) => isSame(record, first));
    assert.ok(place > 0);
    assert.ok(before.slice(0, place).every((record) => !isSame(record, first)));
  });

  it('tells how the node is, and which network it is of', async () => {
    const status = JSON.parse(await (await fetch(`${explorer.url}/v1/node`)).text());
    assert.deepEqual([status.role, status.state], ['observer', 'in-sync']);
    const source = JSON.parse(await (await fetch(`${explorer.url}/v1/source`)).text());
    assert.deepEqual(source, {
      ...{ kind: 'live', title: 'test', software: 'assay/test', node: observer.node.id },
    });
    const network = await fetch(`${explorer.url}/v1/network`);
    assert.match(await network.text(), new RegExp(`^id: ${net.devnet.file.id}$`, 'm'));
  });

  it('finds a leaf again, for one that came later, with the distances', async () => {
    const { file } = net.devnet;
    const transports = net.transports === undefined ? {} : { transports: net.transports };
    const softwareVersion = 'assay/test';
    const late = await openObserverNode({ file, softwareVersion, log: silentLog, ...transports });
    const source = { kind: 'live', trace: late.trace } as const;
    const served = await startExplorer({ source, port: 0, page, softwareVersion, log: silentLog });
    try {
      await late.start();
      const { batch, index } = subject;
      const answer = await fetch(`${served.url}/v1/records?batch=${batch}&index=${index}`);
      const lines = (await answer.text()).trim().split('\n');
      const records: TraceRecord[] = lines.map((line) => JSON.parse(line));
      assertStory(records.filter(({ kind }) => kind !== 'report'));
      assert.equal(count(records, 'distance'), 4);
      const times = records.map(({ at }) => at);
      assert.deepEqual(
        times,
        [...times].sort((a, b) => a - b),
        'phases in their order',
      );
      const receipt = await fetch(`${served.url}/v1/receipt?batch=${batch}&index=${index}`);
      assert.match(receipt.headers.get('content-type') ?? '', /^application\/json/);
      const decoded = decodeReceiptJson(new Uint8Array(await receipt.arrayBuffer()));
      assert.ok(decoded.kind === 'ok', 'the very bytes that a receipt has as a file');
      const { network } = late.trace;
      assert.equal(verifyReceipt(network, realCrypto, decoded.receipt).kind, 'valid');
      for (const route of ['records', 'receipt']) {
        const unknown = await fetch(`${served.url}/v1/${route}?batch=${batch}&index=9`);
        assert.equal(unknown.status, 404, route);
        assert.equal(JSON.parse(await unknown.text()).code, 'leaf-unknown');
      }
    } finally {
      await served.close();
      await late.stop();
    }
  });
});

/** All that a claim goes through, as far as messages and committees tell it. */
function assertStory(records: readonly TraceRecord[]): void {
  const said = records.flatMap((r) => (r.kind === 'message' ? [r] : []));
  const contents = said.map(({ content }) => content);
  const kinds = contents.flatMap((c) => (c.type === 'bundle' ? c.entries.map((e) => e.kind) : []));
  for (const kind of ['ack', 'commit', 'reveal'] as const) {
    assert.equal(kinds.filter((each) => each === kind).length, 4, `${kind} of each seat`);
  }
  const types = new Set(contents.map(({ type }) => type));
  for (const type of ['header', 'openings', 'output', 'certificate'] as const) {
    assert.ok(types.has(type), type);
  }
  const bundles = said.filter(({ content }) => content.type === 'bundle');
  assert.deepEqual([...new Set(bundles.map(({ node }) => node))].sort(), [0, 1, 2, 3], 'signers');
  const committees = records.flatMap((r) => (r.kind === 'committee' ? [r] : []));
  assert.deepEqual(
    committees.map(({ level, holders }) => [level, holders.length]),
    [
      [undefined, 4],
      [0, 4],
    ],
    'the seal and level 0, each once',
  );
  const certificate = contents.find((content) => content.type === 'certificate');
  assert.ok(certificate?.type === 'certificate' && certificate.verdict === 'valid');
  assert.equal(certificate.votes[0]?.holders.length, 4);
}

function subjectOf(records: readonly TraceRecord[]) {
  const decided = records.find((r) => r.kind === 'report' && r.what === 'decided');
  assert.ok(decided?.kind === 'report' && decided.batch !== undefined);
  assert.deepEqual([decided.verdict, decided.level], ['valid', 0]);
  return { batch: decided.batch, index: decided.index ?? -1 };
}

function count(records: readonly TraceRecord[], kind: TraceRecord['kind']): number {
  return records.filter((record) => record.kind === kind).length;
}

function isSame(a: TraceRecord, b: TraceRecord): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function find(records: readonly TraceRecord[], wanted: TraceRecord): TraceRecord {
  return records.find((record) => isSame(record, wanted)) ?? wanted;
}

/** Reads events until the records so far are enough. */
function listen(
  url: string,
  isEnough: (records: readonly TraceRecord[]) => boolean,
  last?: string,
): Promise<readonly Event[]> {
  return new Promise((resolve, reject) => {
    const events: Event[] = [];
    let text = '';
    const headers = last === undefined ? {} : { 'last-event-id': last };
    const request = get(`${url}/v1/live`, { headers }, (response) => {
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        const parts = text.split('\n\n');
        text = parts.pop() ?? '';
        for (const part of parts) {
          const data = /^data: (.*)$/m.exec(part)?.[1];
          if (data === undefined) continue;
          const id = /^id: (\d+)$/m.exec(part)?.[1];
          events.push({ id, records: JSON.parse(data) });
        }
        if (!isEnough(events.flatMap(({ records }) => records))) return;
        request.destroy();
        resolve(events);
      });
      response.on('error', () => resolve(events));
    });
    request.on('error', reject);
  });
}
