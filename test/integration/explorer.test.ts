/** The explorer's server on a network in one process: an observer's records of a claim, live. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Explorer,
  type ObserverNode,
  openObserverNode,
  Requester,
  silentLog,
  startExplorer,
} from '../../src/node/index.ts';
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
    const events = await listen(explorer.url, (records) =>
      records.some((record) => record.kind === 'distance'),
    );
    const records = events.flatMap((event) => event.records);
    assert.equal(records[0]?.kind, 'start');
    const nodes = records.filter((record) => record.kind === 'node');
    const roles = nodes.map(({ role }) => role);
    assert.equal(roles.filter((role) => role === 'validator').length, 4);
    assert.ok(roles.includes('provider') && roles.includes('observer'));
  });
});

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
