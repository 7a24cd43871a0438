/** Each thing that can be wrong with a node is found, and said how to mend. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256, utf8 } from '../../src/base/index.ts';
import { findingsAnswer } from '../../src/cli/commands/doctor/handler.ts';
import { freePorts, type Plan, planOf } from '../../src/cli/commands/testnet/plan.ts';
import { terminalOf } from '../../src/cli/terminal.ts';
import { type NetworkFile, networkOf, readNetworkFile } from '../../src/network-file/index.ts';
import { startBeaconServer } from '../../src/node/beacon/index.ts';
import { examineMachine } from '../../src/node/doctor/machine.ts';
import { examineBootstrap, examinePort, reachFinding } from '../../src/node/doctor/reach.ts';
import { examine, type Finding, lockDirectory } from '../../src/node/index.ts';
import { whileGreeting } from '../../src/node/reach/index.ts';
import { createGuard } from '../../src/store/index.ts';
import { assay } from '../unit/cli/run-assay.ts';

describe('the doctor', function () {
  this.timeout(60_000);
  let dir: string;
  let plan: Plan;
  let file: NetworkFile;
  const at = (name: string) => join(dir, name);

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'assay-doctor-'));
    const shape = { validators: 2, providers: 1, dishonest: 0, periodMs: 1000, models: ['mlp'] };
    plan = await planOf(dir, shape);
    file = readNetworkFile(at('network.yaml'));
  });

  after(() => rmSync(dir, { recursive: true, force: true }));

  async function findings(
    directory: string,
    more: { file?: NetworkFile; isOnline?: boolean } = {},
  ): Promise<ReadonlyMap<string, Finding>> {
    const found = await examine({
      directory,
      file: more.file ?? file,
      isOnline: more.isOnline ?? false,
      softwareVersion: 'assay/0.1.0',
      signal: new AbortController().signal,
    });
    return new Map(found.map((each) => [each.check, each]));
  }

  it('finds a validator fit, and runs its model', async () => {
    const found = await findings(at('validator-1'));
    const bad = [...found.values()].filter(({ outcome }) => outcome === 'failed');
    assert.deepEqual(bad, []);
    assert.match(found.get('membership')?.detail ?? '', /is a validator of it/);
    assert.match(found.get('inference mlp')?.detail ?? '', /the same twice; .* tolerance/);
    assert.equal(found.get('execution-class mlp')?.outcome, 'ok');
    assert.equal(found.get('guard')?.outcome, 'ok');
  });

  it('says how to mend a machine that is not fit', async () => {
    const outcomes = async (machine: { version?: string; memoryBytes?: number }) =>
      new Map((await examineMachine(dir, machine)).map(({ check, outcome }) => [check, outcome]));
    assert.equal((await outcomes({ version: '18.20.0' })).get('node-version'), 'failed');
    assert.equal((await outcomes({ version: '20.18.9' })).get('node-version'), 'failed');
    assert.equal((await outcomes({ version: '20.19.0' })).get('node-version'), 'warning');
    assert.equal((await outcomes({ version: '24.1.0' })).get('node-version'), 'ok');
    assert.equal((await outcomes({ memoryBytes: 2 ** 29 })).get('memory'), 'failed');
  });

  it('finds a heap that the machine cannot give', async () => {
    const outcome = async (machine: { heapLimitBytes: number; memoryBytes?: number }) =>
      (await examineMachine(dir, machine)).find(({ check }) => check === 'heap')?.outcome;
    assert.equal(await outcome({ heapLimitBytes: 2 ** 28 }), 'warning');
    assert.equal(await outcome({ heapLimitBytes: 2 ** 32, memoryBytes: 2 ** 31 }), 'warning');
    assert.equal(await outcome({ heapLimitBytes: 2 ** 31, memoryBytes: 2 ** 32 }), 'ok');
  });

  it('finds a port that somebody else holds', async () => {
    const [port = 0] = await freePorts(1);
    const listen = `/ip4/127.0.0.1/tcp/${port}`;
    const asked = { directory: at('validator-1'), listen, softwareVersion: 'assay/0.1.0' };
    assert.equal((await examinePort(asked)).findings[0]?.outcome, 'ok');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const held = await examinePort(asked);
    assert.equal(held.findings[0]?.outcome, 'failed');
    assert.match(held.findings[0]?.remedy ?? '', new RegExp(`:${port}`));
    await new Promise((resolve) => server.close(resolve));
    const unknown = await examinePort({ ...asked, listen: undefined });
    assert.equal(unknown.findings[0]?.outcome, 'skipped');
  });

  it('tells from what peers say whether they get through, and what to open', () => {
    const observed = '/ip4/203.0.113.7/tcp/5';
    const reached = { outcome: 'reached', observed, detail: '-' } as const;
    const not = { outcome: 'unreached', observed, detail: 'no answer in 5 s' } as const;
    const busy = { outcome: 'refused', observed, detail: 'too many dials' } as const;
    assert.equal(reachFinding([], 4101).outcome, 'skipped');
    assert.equal(reachFinding([busy], 4101).outcome, 'skipped');
    assert.match(reachFinding([not, reached, busy], 4101).detail, /^1 of 2 .* 203\.0\.113\.7/);
    const closed = reachFinding([not, busy], 4101);
    assert.equal(closed.outcome, 'warning');
    assert.match(closed.remedy ?? '', /ufw allow 4101\/tcp.*--announce/);
  });

  it('finds bootstrap addresses that nobody answers', async () => {
    const [port = 0, closed = 0] = await freePorts(2);
    const there = `/ip4/127.0.0.1/tcp/${port}`;
    const gone = `/ip4/127.0.0.1/tcp/${closed}`;
    const outcome = async (bootstrap: string[]) =>
      (await examineBootstrap({ ...file, bootstrap })).outcome;
    await whileGreeting({ host: '127.0.0.1', port }, async () => {
      assert.equal(await outcome([there]), 'ok');
      assert.equal(await outcome([there, gone]), 'warning');
      assert.equal(await outcome([gone]), 'failed');
    });
  });

  it('finds a missing key, and leaves no folder behind', async () => {
    const found = await findings(at('nobody'));
    assert.equal(found.get('keystore')?.outcome, 'failed');
    assert.ok(!existsSync(at('nobody')));
  });

  it('finds a folder and a keystore that others may read', async () => {
    chmodSync(at('validator-2'), 0o755);
    chmodSync(at('validator-2/keystore.json'), 0o644);
    const found = await findings(at('validator-2'));
    assert.match(found.get('keystore')?.remedy ?? '', /chmod 600/);
    chmodSync(at('validator-2/keystore.json'), 0o600);
    const again = await findings(at('validator-2'));
    assert.deepEqual(
      [again.get('permissions')?.outcome, again.get('permissions')?.remedy],
      ['warning', `chmod 700 ${at('validator-2')}`],
    );
    chmodSync(at('validator-2'), 0o700);
  });

  it('[GUARD-2] finds a guard that is damaged, and does not touch one in use', async () => {
    const directory = at('validator-1');
    const lock = await lockDirectory(directory);
    assert.equal((await findings(directory)).get('guard')?.outcome, 'skipped');
    assert.match((await findings(directory)).get('lock')?.detail ?? '', /another assay process/);
    await lock.release();
    const id = plan.nodes.find(({ name }) => name === 'validator-1')?.id;
    const owner = file.validators.find((validator) => validator.id === id)?.id;
    assert.ok(owner !== undefined);
    const guard = await createGuard(join(directory, 'guard'), {
      networkId: networkOf(file).id,
      owner,
    });
    await guard.close();
    assert.match((await findings(directory)).get('guard')?.detail ?? '', /^sound: 0 records/);
    for (const copy of ['a.log', 'b.log']) {
      writeFileSync(join(directory, 'guard', copy), 'not a guard');
    }
    const found = (await findings(directory)).get('guard');
    assert.equal(found?.outcome, 'failed');
    assert.notEqual(found?.remedy, '');
    rmSync(join(directory, 'guard'), { recursive: true });
  });

  it('[MODEL-1] finds a model that is not here, or is not what its name says', async () => {
    const directory = at('validator-2');
    const path = join(directory, 'models', file.models[0]?.model ?? '');
    writeFileSync(path, 'something else');
    assert.match((await findings(directory)).get('model mlp')?.detail ?? '', /not what its name/);
    rmSync(path);
    assert.match((await findings(directory)).get('model mlp')?.detail ?? '', /is not here/);
  });

  it('finds a key that is not in the network', async () => {
    const [first] = file.validators;
    assert.ok(first !== undefined);
    const others = { ...file, validators: file.validators.slice(1) };
    const id = plan.nodes.find((node) => node.id === first.id)?.name ?? '';
    assert.match(
      (await findings(at(id), { file: others })).get('membership')?.remedy ?? '',
      /join/,
    );
    const otherKey = { ...first, voteKey: 'ab'.repeat(48) };
    const relisted = { ...file, validators: [otherKey, ...file.validators.slice(1)] };
    const found = (await findings(at(id), { file: relisted })).get('membership');
    assert.match(found?.detail ?? '', /another vote key/);
  });

  it('[TIME-4] finds a clock that is off, and an endpoint that is not there', async () => {
    const seed = sha256(utf8('a chain'));
    const beacon = await startBeaconServer({
      ...{ seed, port: 0, periodMs: 1000 },
      genesisMs: Date.now() - 60_000,
    });
    try {
      const chain = {
        ...file.beacon,
        publicKey: beacon.info.public_key,
        endpoints: [beacon.url, 'http://127.0.0.1:9/none'],
      };
      const lookedAt = (genesisMs: number) =>
        findings(at('validator-1'), {
          isOnline: true,
          file: {
            ...file,
            validators: file.validators.slice(0, 1),
            beacon: { ...chain, genesisMs },
          },
        });
      const right = await lookedAt(beacon.info.genesisMs);
      assert.equal(right.get('clock')?.outcome, 'ok');
      assert.match(right.get('beacon')?.detail ?? '', /^1 of 2 endpoints/);
      assert.equal(right.get('beacon')?.outcome, 'warning');
      const early = await lookedAt(beacon.info.genesisMs - 10_000);
      assert.match(
        early.get('clock')?.detail ?? '',
        /^ahead of the beacon by about (9|10|11)000 ms/,
      );
      const late = await lookedAt(beacon.info.genesisMs + 10_000);
      assert.match(late.get('clock')?.detail ?? '', /^behind the beacon by about (9|10|11)000 ms/);
    } finally {
      await beacon.close();
    }
  });

  it('prints a line for each, and ends with 1 if something failed', async () => {
    const good = await assay(['doctor', '--dir', at('validator-1'), '--offline', '--json']);
    assert.equal(good.code, 0, good.err);
    assert.equal(JSON.parse(good.out).isFit, true);
    const bad = await assay(['doctor', '--dir', at('nobody')]);
    assert.equal(bad.code, 1);
    assert.match(bad.err, /not fit to run: keystore/);
    assert.match(bad.out, /^FAILED {2}keystore/m);
    const long = {
      check: 'a',
      outcome: 'failed',
      detail: 'x '.repeat(200),
      remedy: 'y '.repeat(90),
    };
    for (const columns of [60, 80, 200]) {
      const terminal = terminalOf({ isTTY: true, columns }, { NO_COLOR: '1', TERM: 'xterm' });
      const { lines } = findingsAnswer([long as Finding], terminal);
      assert.ok(lines.every((line) => line.length <= columns));
    }
  });
});
