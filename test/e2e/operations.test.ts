/**
 * Operating a validator: its API, its metrics and its log, in a running network; and that none of
 * its secrets is in anything that it says.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { defined, toHex } from '../../src/base/index.ts';
import { runValidator } from '../../src/cli/commands/start/handler.ts';
import type { ProviderEffect } from '../../src/core/index.ts';
import { writeNetworkFile } from '../../src/network-file/index.ts';
import { type NodeApi, startNodeApi } from '../../src/node/api/index.ts';
import { createKeystore, keystorePath, Requester, Secret } from '../../src/node/index.ts';
import { createLog, silentLog } from '../../src/node/log/index.ts';
import { METRICS, PROCESS_HISTOGRAMS, PROCESS_METRICS } from '../../src/node/metrics/declared.ts';
import { assertDescribed, schemaOf } from '../support/api-schema.ts';
import { mlpInput, TestDevnet } from '../support/devnet.ts';
import { until } from '../support/libp2p-hosts.ts';

type Json = Record<string, unknown>;

const PASSPHRASE = 'marked-passphrase-7c1f';
const TOKEN = 'marked-token-58d0b2c94e';
const AUTHORIZED = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
const TRIES_MAX = 4;
const ROUTES = ['/healthz', '/readyz', '/v1/status', '/v1/peers', '/v1/network', '/v1/subjects'];

/** Options of a node that serves everything and logs all. */
const COMMON = {
  ...{ announce: undefined, 'dial-from': undefined, 'heap-mib': undefined },
  ...{ 'keep-epochs': undefined, record: undefined, explorer: undefined },
  ...{ 'log-level': 'debug', 'doppelganger-wait': '0', 'memory-mib': '1024', executions: '1' },
  ...{ api: '0', metrics: '0' },
} as const;

describe('operating a validator', () => {
  /** All that was said: logs, answers, metrics, errors. */
  const said: string[] = [];
  const stop = new AbortController();
  /** Of reveals: they belong into messages and nowhere else. */
  const salts: Uint8Array[] = [];
  let net: TestDevnet;
  let seed: Uint8Array = new Uint8Array();
  let running: Promise<void>;
  let api = '';
  let metrics = '';
  let readOnly: NodeApi;

  before(async function () {
    this.timeout(90_000);
    const writeLog = (text: string): void => void said.push(text);
    net = await TestDevnet.start({
      ...{ validators: 4, providers: 1, roundMs: 1_000, logLevel: 'debug', writeLog },
      observe: (_event, effects) => void salts.push(...effects.flatMap(saltsIn)),
    });
    const values = await folderOfLast();
    running = runValidator(values);
    // a failure to start is told at once
    await Promise.race([running, until('it listens', () => urlOf('metrics-listening') !== '')]);
    api = urlOf('api-listening');
    metrics = urlOf('metrics-listening');
    readOnly = await startNodeApi(defined(net.validators[0], 'it runs'), {
      ...{ host: '127.0.0.1', port: 0, log: silentLog },
    });
    await until('it is in sync', () => said.some((text) => text.includes('"event":"in-sync"')));
    await askSome();
    await json('/readyz');
  });
  after(async function () {
    this.timeout(60_000);
    await readOnly.close();
    stop.abort();
    await running;
    await net.stop();
  });

  it('serves every metric that is declared, and no other', async () => {
    const text = await scrape();
    const served = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name);
    const declared = [METRICS, PROCESS_METRICS, PROCESS_HISTOGRAMS].flatMap(Object.keys);
    // prom-client measures some of the process only on Linux
    const isHere = (name: string): boolean =>
      process.platform === 'linux' || !name.startsWith('process_');
    assert.deepEqual(served.filter(isText).sort(), declared.filter(isHere).sort());
  });

  it('has values for every metric that does not wait for trouble', async () => {
    const text = await scrape();
    const isValued = (name: string): boolean =>
      new RegExp(`^${name}(_count)?(\\{.*\\})? \\S+$`, 'm').test(text);
    const waiting = Object.keys(METRICS).filter((name) => !isValued(name));
    assert.deepEqual(
      waiting.filter((name) => name !== 'assay_faults_total'),
      [],
    );
  });

  it('measures what the node does', async () => {
    const text = await scrape();
    const value = (series: string): number => {
      const line = text.split('\n').find((found) => found.startsWith(`${series} `));
      return Number(line?.slice(series.length) ?? Number.NaN);
    };
    assert.equal(value('assay_state{state="in-sync"}'), 1);
    assert.equal(value('assay_state{state="isolated"}'), 0);
    for (const series of [
      'assay_round',
      'assay_commits_total',
      'assay_reveals_total{verdict="valid"}',
      'assay_certificates_total{verdict="valid"}',
      'assay_finals_total{verdict="valid"}',
      'assay_executions_total{model="mlp",result="ok"}',
      'assay_execution_duration_seconds_count{model="mlp"}',
      'assay_batches_total{event="acked"}',
      'assay_gossip_messages_total{topic="claims",outcome="accept"}',
      'assay_gossip_bytes_total{direction="in"}',
      'assay_gossip_bytes_total{direction="out"}',
      'assay_publish_total{topic="claims",result="published"}',
      'assay_guard_records_total{kind="commit"}',
      'assay_guard_size_bytes',
      'assay_disk_free_bytes',
      'assay_database_size_bytes',
      'assay_archive_entries{kind="beacon"}',
      'assay_balance_stake',
      'assay_api_requests_total{route="/readyz",status="200"}',
      'assay_log_events_total{level="debug"}',
    ]) {
      assert.ok(value(series) > 0, `${series} is ${value(series)}`);
    }
    // no label can be made by a peer
    assert.doesNotMatch(text, /[0-9a-f]{64}|12D3KooW/);
  });

  it('tells how the node is, as its document describes', async () => {
    const document = await json('/openapi.json');
    assert.equal(document['openapi'], '3.1.0');
    for (const path of ROUTES)
      assertDescribed(schemaOf(document, path, 'get'), await json(path), path);
    const { id } = await json('/v1/status');
    assert.equal(id, defined(net.devnet.validators.at(-1), 'the last one').id);
    const { peers } = await json('/v1/peers');
    assert.ok((peers as Json[]).some((peer) => peer['role'] === 'provider'));
    assert.equal((await json('/v1/network'))['id'], net.devnet.file.id);
    assert.equal(Array.isArray((await json('/v1/subjects?limit=1'))['subjects']), true);
    for (const path of ['/v1/inferences', '/v1/models', '/v1/keys', '/v1/sign']) {
      assert.equal((await fetch(`${api}${path}`, AUTH)).status, 404, path);
    }
  });

  it('knows drawn claims and gives their receipts', async () => {
    const claim = await aClaim();
    const place = await json(`/v1/claims/${claim}`);
    assert.equal(place['claim'], claim);
    assert.equal(typeof place['batch'], 'string');
    const receipt = await fetch(`${api}/v1/claims/${claim}/receipt`, AUTH);
    assert.equal(receipt.status, 200);
  });

  it('asks for the token, and without one changes nothing, not even for loopback', async () => {
    assert.equal((await fetch(`${api}/v1/status`)).status, 401);
    assert.equal((await fetch(metrics)).status, 401);
    assert.equal((await fetch(`${readOnly.url}/v1/status`)).status, 200);
    const body = JSON.stringify({ levels: 'silent' });
    for (const headers of [{ 'content-type': 'application/json' }, AUTHORIZED]) {
      const refused = await fetch(`${readOnly.url}/v1/log-level`, {
        method: 'POST',
        headers,
        body,
      });
      assert.equal(refused.status, 403);
      assert.equal(((await refused.json()) as Json)['code'], 'token-needed');
    }
  });

  it('sets the level of the log', async () => {
    const set = (levels: string) => send('POST', '/v1/log-level', { levels });
    assert.deepEqual((await set('warn,protocol=debug')).body, { levels: 'warn,protocol=debug' });
    assert.equal((await set('loud')).body['code'], 'log-level-invalid');
    assert.equal((await set('debug')).status, 200);
  });

  it('bans a peer and takes it back', async () => {
    const id = defined(net.devnet.validators[0], 'there is a first').id;
    const path = `/v1/peers/${id}/ban`;
    const banned = await send('POST', path, { seconds: 60, reason: 'a test' });
    assert.equal(banned.status, 200, JSON.stringify(banned.body));
    const listed = (await json('/v1/peers'))['banned'] as Json[];
    assert.deepEqual(
      listed.map((ban) => ban['id']),
      [id],
    );
    assert.match(await scrape(), /^assay_peers_banned 1$/m);
    const kept = readFileSync(join(directoryOfLast(), 'bans.json'), 'utf8');
    assert.ok(kept.includes(id), 'a ban outlives a restart');
    assert.deepEqual((await send('DELETE', path)).body, { id, wasBanned: true });
    assert.deepEqual((await send('DELETE', path)).body, { id, wasBanned: false });
    const self = String((await json('/v1/status'))['id']);
    assert.equal((await send('POST', `/v1/peers/${self}/ban`, {})).status, 400);
    assert.equal((await send('POST', '/v1/peers/nonsense/ban', {})).status, 400);
    assert.equal((await send('POST', path, { seconds: 0 })).status, 400);
  });

  it('streams what happens: the state first, then events by name', async function () {
    this.timeout(40_000);
    const controller = new AbortController();
    const answer = await fetch(`${api}/v1/events`, { ...AUTH, signal: controller.signal });
    assert.equal(answer.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    const asked = askSome();
    let text = '';
    for await (const chunk of answer.body ?? []) {
      text += Buffer.from(chunk).toString();
      if (text.includes('event: decided\n') && text.endsWith('\n\n')) break;
    }
    controller.abort();
    await asked;
    said.push(text);
    assert.match(text, /^event: state\ndata: \{"state":"in-sync"/);
    for (const name of ['subject-drawn', 'certified', 'decided']) {
      assert.ok(text.includes(`event: ${name}\n`), name);
    }
    assert.doesNotMatch(text, /event: fault/);
  });

  it('says none of its secrets: not in logs, answers, metrics, errors or dumps', async function () {
    this.timeout(20_000);
    await crashes();
    for (const path of ROUTES) await json(path);
    await scrape();
    const text = said.join('\n');
    // the search looks where it should: ids, which are public, are found
    assert.ok(text.includes(net.devnet.file.id), 'something was said');
    assert.ok(
      said.some((line) => line.startsWith('{"level":20')),
      'debug lines as JSON',
    );
    assert.ok(
      said.some((line) => line.includes('  subject=')),
      'pretty lines',
    );
    const bytes = [seed, ...net.devnet.validators.map((member) => member.seed), ...salts];
    assert.ok(salts.length > 0, 'votes were revealed');
    const marked = [PASSPHRASE, TOKEN, ...bytes.flatMap(formsOf)];
    for (const form of marked) assert.ok(!text.includes(form), `said ${JSON.stringify(form)}`);
  });

  const AUTH = { headers: AUTHORIZED };

  function directoryOfLast(): string {
    return join(net.directory, defined(net.devnet.validators.at(-1), 'there is a last one').name);
  }

  /** The folder of the last validator with a keystore, and the options that run it. */
  async function folderOfLast(): Promise<Parameters<typeof runValidator>[0]> {
    const member = defined(net.devnet.validators.at(-1), 'there is a last one');
    const node = defined(net.validators.pop(), 'it runs');
    await node.stop();
    ({ seed } = member);
    const dir = directoryOfLast();
    await createKeystore(keystorePath(dir), {
      passphrase: new Secret(PASSPHRASE),
      seed: new Secret(seed),
      scryptN: 1024,
    });
    const file = (name: string, text: string): string => {
      const path = join(net.directory, name);
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    };
    const path = join(net.directory, 'network.yaml');
    await writeNetworkFile(path, net.devnet.file);
    return {
      ...{ dir, net: path, listen: '/ip4/127.0.0.1/tcp/0' },
      ...COMMON,
      'password-file': file('passphrase', `${PASSPHRASE}\n`),
      'password-fd': undefined,
      'api-token-file': file('token', `${TOKEN}\n`),
      io: { out: (text) => said.push(text), err: (text) => said.push(text), signal: stop.signal },
    };
  }

  /** What goes wrong at a start, and what a crash would print. */
  async function crashes(): Promise<void> {
    const dir = join(net.directory, 'crash');
    const values = {
      ...{ dir, net: join(net.directory, 'network.yaml'), listen: '/ip4/127.0.0.1/tcp/0' },
      ...COMMON,
      ...{ 'password-file': join(net.directory, 'passphrase'), 'password-fd': undefined },
      'api-token-file': join(net.directory, 'token'),
      io: { out: () => undefined, err: (text: string) => said.push(text), signal: stop.signal },
    };
    mkdirSync(dir);
    const fail = async (): Promise<void> => {
      const error = await runValidator(values).catch((reason: unknown) => reason);
      assert.ok(error instanceof Error);
      said.push(inspect(error, { depth: 12 }), JSON.stringify(error), String(error.stack));
    };
    const make = (passphrase: string) =>
      createKeystore(keystorePath(dir), {
        passphrase: new Secret(passphrase),
        seed: new Secret(seed),
        scryptN: 1024,
      });
    await fail();
    await make('another passphrase');
    await fail();
    rmSync(keystorePath(dir));
    await make(PASSPHRASE);
    // a key without its guard
    await fail();
    const node = defined(net.validators[0], 'it runs');
    said.push(inspect(node, { depth: 8 }), inspect(node.operated, { depth: 8 }));
    const log = createLog({ level: 'debug', isPretty: false, write: (text) => said.push(text) });
    log.error('halted', { reason: inspect(new Secret(seed)) });
  }

  async function aClaim(): Promise<string> {
    const text = said.join('');
    const [, claim] = /asked ([a-z2-7]{20,})/.exec(text) ?? [];
    return defined(claim, 'something was asked');
  }

  async function askSome(): Promise<void> {
    const signal = AbortSignal.timeout(40_000);
    const { file } = net.devnet;
    const requester = await Requester.open({ file, softwareVersion: 'assay/test' });
    try {
      // on a loaded machine a claim may end without a verdict; that is not what is tested here
      for (let tries = 1; ; tries += 1) {
        const input = mlpInput(said.length + tries);
        const answer = await requester.infer({ model: 'mlp', input, assurance: 'full', signal });
        const outcome = await requester.outcome(answer, { signal });
        if (outcome.kind !== 'receipt' && tries < TRIES_MAX) continue;
        assert.equal(outcome.kind, 'receipt');
        said.push(`asked ${answer.promise.claim}\n`);
        return;
      }
    } finally {
      await requester.close();
    }
  }

  async function scrape(): Promise<string> {
    const text = await (await fetch(metrics, AUTH)).text();
    said.push(text);
    return text;
  }

  async function json(path: string): Promise<Json> {
    const answer = await fetch(`${api}${path}`, AUTH);
    const text = await answer.text();
    said.push(text);
    assert.equal(answer.status, 200, text);
    return JSON.parse(text);
  }

  async function send(method: string, path: string, body?: object) {
    const sent = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const { 'content-type': type, authorization } = AUTHORIZED;
    const headers =
      body === undefined ? { authorization } : { authorization, 'content-type': type };
    const answer = await fetch(`${api}${path}`, { ...sent, headers });
    const text = await answer.text();
    said.push(text);
    return { status: answer.status, body: JSON.parse(text) as Json };
  }

  function urlOf(event: string): string {
    const line = said.find((text) => text.includes(`"event":"${event}"`));
    return line === undefined ? '' : String((JSON.parse(line) as Json)['url']);
  }
});

function isText(value: string | undefined): value is string {
  return value !== undefined;
}

function saltsIn(effect: ProviderEffect): readonly Uint8Array[] {
  if (effect.kind !== 'publish' || effect.message.type !== 'bundle') return [];
  return effect.message.entries.flatMap(({ entry }) =>
    entry.kind === 'reveal' ? [entry.salt] : [],
  );
}

/** How bytes get into text. */
function formsOf(bytes: Uint8Array): readonly string[] {
  const buffer = Buffer.from(bytes);
  return [
    toHex(bytes),
    toHex(bytes).toUpperCase(),
    buffer.toString('base64').replace(/=+$/, ''),
    buffer.toString('base64url'),
    buffer.toString('latin1'),
    [...bytes].join(),
    [...bytes].join(', '),
  ];
}
