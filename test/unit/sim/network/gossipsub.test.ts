/** The class of real nodes in virtual time: same seed, same run; nobody else sees the clock. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { NaiveEventLoop } from '../../../../sim/kernel/event-loop.ts';
import { createGossipsub } from '../../../../sim/network/create.ts';
import type { GossipsubNetwork } from '../../../../sim/network/gossipsub/network.ts';
import {
  type Note,
  quantileOf,
  runWorkload,
  type Workload,
} from '../../../support/gossip-workload.ts';

type Gossipsub = GossipsubNetwork<Note>;
type Mesh = Readonly<Record<string, number>>;

const EVEN = 'latency: { kind: constant, delayMs: 25 }, validationMs: 0, jitter: 0';

const SMALL: Mesh = { connections: 10, warmUpMs: 3000, coalesceMs: 0 };

function run(options: Partial<Workload<Gossipsub>> & { network?: string; mesh?: Mesh } = {}) {
  const { network = EVEN, ...rest } = options;
  const mesh = { ...SMALL, ...options.mesh };
  return runWorkload<Gossipsub>({
    ...{ nodeCount: 20, messages: 5, create: (each) => createGossipsub(each), tailSeconds: 2 },
    ...rest,
    network: `fidelity: gossipsub, ${network}, mesh: ${JSON.stringify(mesh)}`,
  });
}

/** A run with everything that draws random numbers. */
const VARIED = {
  network: 'lossShare: 0.1, bandwidthMbps: 10',
  mesh: { coalesceMs: 8 },
  isDue: () => true,
};

describe('the gossipsub network', () => {
  it('is built on the version whose private members it uses', () => {
    const path = 'node_modules/@chainsafe/libp2p-gossipsub/package.json';
    const text = readFileSync(path, 'utf8');
    assert.match(text, /"version": "17\.1\.1"/);
  });

  it('brings each message to each node once, over meshes that both ends know', async () => {
    const { deliveries, share, model, delaysMs } = await run();
    assert.equal(share, 1);
    assert.equal(new Set(deliveries.map(({ note, node }) => `${note.id} ${node}`)).size, 95);
    for (let node = 0; node < 20; node++) {
      const mesh = model.meshOf(node, 0);
      assert.ok(mesh.length >= 4 && mesh.length <= 12, `a mesh of ${mesh.length}`);
      assert.ok(mesh.every((other) => model.meshOf(other, 0).includes(node)));
    }
    assert.equal(delaysMs[0], 25);
    assert.equal(quantileOf(delaysMs, 0.9), 50);
  });

  it('gives the same digest for the same seed, in one process and in another', async () => {
    const { digest } = await run(VARIED);
    assert.equal((await run(VARIED)).digest, digest);
    assert.notEqual((await run({ ...VARIED, seed: 2 })).digest, digest);
    const script = `
      import './src/polyfill.ts';
      import { createGossipsub as create } from './sim/network/create.ts';
      import { runWorkload } from './test/support/gossip-workload.ts';
      const network = 'fidelity: gossipsub, ${VARIED.network}, ' +
        'mesh: { connections: 10, warmUpMs: 3000, coalesceMs: 8 }';
      const isDue = () => true;
      const common = { nodeCount: 20, messages: 5, tailSeconds: 2, network, create, isDue };
      process.stdout.write((await runWorkload(common)).digest);`;
    const flags = ['--import', 'tsx', '--input-type=module', '--eval', script];
    assert.equal(execFileSync(process.execPath, flags, { encoding: 'utf8' }), digest);
  });

  it('shows virtual time to the router only: between events the globals are real', async () => {
    const real = { timer: setTimeout, now: Date.now, random: Math.random };
    let looks = 0;
    class Watching extends NaiveEventLoop {
      override run(count: number): boolean {
        assert.deepEqual({ timer: setTimeout, now: Date.now, random: Math.random }, real);
        looks += 1;
        return super.run(count);
      }
    }
    const inside: number[] = [];
    const verdict = () => {
      inside.push(Date.now());
      return 'accept' as const;
    };
    let fired = 0;
    const timer = setInterval(() => {
      assert.equal(Date.now, real.now);
      fired += 1;
    }, 1);
    await run({ verdict, loop: new Watching() });
    await new Promise((resolve) => setTimeout(resolve, 2));
    clearInterval(timer);
    assert.ok(looks > 100 && fired > 0);
    assert.ok(inside.every((ms) => ms >= 1_700_000_000_000 && ms < 1_700_000_010_000));
    assert.deepEqual({ timer: setTimeout, now: Date.now, random: Math.random }, real);
  });

  it('ends the run with what a client threw', async () => {
    const verdict = () => {
      throw new Error('a broken promise');
    };
    await assert.rejects(run({ verdict }), /a broken promise/);
    assert.ok(Date.now() > 1_700_000_100_000, 'the clock is real again');
  });

  it('takes validation, coalescing and lines into account', async () => {
    const slow = await run({
      network: 'latency: { kind: constant, delayMs: 25 }, validationMs: 3, jitter: 0',
      mesh: { coalesceMs: 8 },
    });
    assert.equal(slow.delaysMs[0], 36);
    const queued = await run({ network: `${EVEN}, bandwidthMbps: 8`, sizeBytes: 20_000 });
    assert.ok(quantileOf(queued.delaysMs, 0.5) > 75, 'copies leave one after the other');
  });

  it('sends a message to nobody who sent it while it waited for others', async () => {
    const patient = await run({ mesh: { coalesceMs: 50 } });
    const hasty = await run();
    assert.ok(patient.duplicates < 0.8 * hasty.duplicates, `${patient.duplicates} duplicates`);
  });

  it('hears shards by those who subscribed, and dials them to publish there', async () => {
    const members = [3, 9, 14];
    const { deliveries } = await run({
      topic: 1,
      prepare: (model) => {
        for (const node of [...members, 17]) model.subscribe(node, 1);
        model.unsubscribe(17, 1);
      },
      publisherOf: () => 0,
      mesh: { connections: 4 },
      startSeconds: 2,
    });
    assert.deepEqual(
      [...new Set(deliveries.map(({ node }) => node))].sort((a, b) => a - b),
      members,
    );
    assert.equal(deliveries.length, 15);
  });

  it('leaves out who is down, and takes back who returns', async () => {
    const gone = await run({ prepare: (model) => model.setUp(7, false), publisherOf: () => 1 });
    assert.equal(gone.deliveries.filter(({ node }) => node === 7).length, 0);
    assert.equal(gone.deliveries.length, 90);
    const back = await run({
      prepare: (model) => {
        model.setUp(7, false);
        model.setUp(7, true);
      },
      publisherOf: () => 1,
    });
    assert.equal(back.share, 1);
  });

  it('sends straight to a node, and to itself at once', async () => {
    const note = { id: 900, sizeBytes: 10, at: 0, from: 3, topic: 0 };
    const { deliveries, model } = await run({
      prepare: (each) => {
        each.send(3, 9, note);
        each.send(3, 3, note);
      },
      messages: 1,
    });
    const straight = deliveries.filter((each) => each.note === note);
    assert.deepEqual(
      straight.map(({ node, ms }) => [node, ms]),
      [
        [3, 0],
        [9, 25],
      ],
    );
    assert.equal(model.roundTripUs(3, 9, note), 50_000);
  });
});
