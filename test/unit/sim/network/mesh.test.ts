/** GossipSub link by link: what spreads, what heals, who is punished, and that nothing is left. */
import assert from 'node:assert/strict';
import { Kernel } from '../../../../sim/kernel/kernel.ts';
import { createMesh, createNetworkModel } from '../../../../sim/network/create.ts';
import type { MeshNetwork } from '../../../../sim/network/mesh/network.ts';
import {
  type Note,
  quantileOf,
  runWorkload,
  type Workload,
} from '../../../support/gossip-workload.ts';

type Mesh = MeshNetwork<Note>;

/** Fast and even: 25 ms links, nothing waits. */
const EVEN = 'latency: { kind: constant, delayMs: 25 }, validationMs: 0, jitter: 0';

function run(options: Partial<Workload<Mesh>> & { network?: string; mesh?: string } = {}) {
  const { network = EVEN, mesh = 'coalesceMs: 0', ...rest } = options;
  return runWorkload<Mesh>({
    ...{ nodeCount: 60, messages: 10, create: (each) => createMesh(each) },
    ...rest,
    network: `fidelity: mesh, ${network}, mesh: { ${mesh} }`,
  });
}

describe('the mesh network', () => {
  it('brings each message to each node once, over meshes within their bounds', async () => {
    const { deliveries, share, model } = await run();
    assert.equal(share, 1);
    assert.equal(new Set(deliveries.map(({ note, node }) => `${note.id} ${node}`)).size, 590);
    for (let node = 0; node < 60; node++) {
      const mesh = model.meshOf(node, 0);
      assert.ok(mesh.length >= 4 && mesh.length <= 12, `a mesh of ${mesh.length}`);
      assert.ok(
        mesh.every((other) => model.meshOf(other, 0).includes(node)),
        'both have it',
      );
    }
  });

  it('gives the same digest for the same seed, on any loop, and another for another', async () => {
    const network = 'lossShare: 0.05, bandwidthMbps: 10';
    const { digest } = await run({ network });
    assert.equal((await run({ network, loop: new Kernel() })).digest, digest);
    assert.notEqual((await run({ network, seed: 2 })).digest, digest);
  });

  it('takes a hop to each neighbour when it floods, and one more to the mesh', async () => {
    const { delaysMs } = await run();
    assert.equal(delaysMs[0], 25);
    assert.equal(quantileOf(delaysMs, 0.9), 50);
    const direct = delaysMs.filter((ms) => ms === 25).length;
    const quiet = await run({ mesh: 'coalesceMs: 0, floodPublish: false' });
    const meshed = quiet.delaysMs.filter((ms) => ms === 25).length;
    assert.ok(direct / 10 > 17 && meshed / 10 < 13, `${direct} and ${meshed} direct in 10`);
  });

  it('adds validation and coalescing to each hop but the first, which is not checked', async () => {
    const network = 'latency: { kind: constant, delayMs: 25 }, validationMs: 3, jitter: 0';
    const { delaysMs } = await run({ network, mesh: 'coalesceMs: 8' });
    assert.equal(delaysMs[0], 36);
    assert.equal(quantileOf(delaysMs, 0.8), 72);
  });

  it('heals what links lose within heartbeats, by announcements', async () => {
    const lossy = await run({ network: `${EVEN}, lossShare: 0.6`, tailSeconds: 8 });
    assert.ok(lossy.share > 0.97, `${lossy.share} delivered`);
    assert.ok(quantileOf(lossy.delaysMs, 1) > 500, 'some waited for a heartbeat');
    const alone = await run({
      network: `${EVEN}, lossShare: 0.6`,
      mesh: 'coalesceMs: 0, degreeLazy: 1, gossipFactor: 0',
      tailSeconds: 8,
    });
    assert.ok(alone.share < lossy.share, 'fewer announcements heal less');
  });

  it('keeps the order of what a connection carries', async () => {
    const network = 'latency: { kind: constant, delayMs: 25 }, jitter: 1, validationMs: 0';
    const pair = { nodeCount: 2, messages: 200, perSecond: 500, publisherOf: () => 0 };
    const { deliveries } = await run({ ...pair, network });
    const ids = deliveries.map(({ note }) => note.id);
    assert.deepEqual(
      ids,
      ids.toSorted((a, b) => a - b),
    );
    assert.equal(ids.length, 200);
  });

  it('prunes meshes that are too large', async () => {
    const mesh = 'coalesceMs: 0, connections: 40, degree: 5, degreeLow: 5, degreeHigh: 6';
    const { model } = await run({ mesh });
    for (let node = 0; node < 60; node++) {
      assert.ok(model.meshOf(node, 0).length <= 6, `${model.meshOf(node, 0).length} neighbours`);
    }
  });

  it('queues copies on a slow line, and less so with IDONTWANT', async () => {
    const network = `${EVEN}, bandwidthMbps: 8`;
    const slow = { network, sizeBytes: 20_000, perSecond: 0.2, nodeCount: 100 };
    const without = await run(slow);
    const told = await run({ ...slow, mesh: 'coalesceMs: 0, idontwantMinBytes: 1000' });
    // twenty copies of 20 ms each leave a publisher in turn
    assert.ok(quantileOf(without.delaysMs, 0.5) > 125);
    assert.ok(told.duplicates < 0.9 * without.duplicates, `${told.duplicates} duplicates`);
  });

  it('forwards only what is accepted', async () => {
    const verdict = (node: number) => (node % 2 === 0 ? 'accept' : 'ignore');
    const ignored = await run({ verdict, mesh: 'coalesceMs: 0, floodPublish: false' });
    const all = await run({ mesh: 'coalesceMs: 0, floodPublish: false' });
    assert.ok(ignored.copies < 0.6 * all.copies, `${ignored.copies} of ${all.copies} copies`);
    const none = await run({ verdict: () => 'reject' });
    assert.ok(none.copies < 250, 'a publisher alone floods its 20 neighbours');
  });

  it('forgets messages when nobody can ask for them any more', async () => {
    const { model } = await run({ messages: 200, perSecond: 20, tailSeconds: 9 });
    assert.equal(model.spreadingCount, 0);
  });

  it('counts control, and none of the time before the run', async () => {
    const idle = await run({ messages: 1, startSeconds: 10, tailSeconds: 0 });
    const busy = await run({ messages: 20, perSecond: 10 });
    assert.ok(idle.controls < 300, `${idle.controls} while nothing is said`);
    assert.ok(busy.controls > 60 * 6, 'announcements to at least six at each heartbeat');
  });
});

describe('topics of the mesh network', () => {
  const members = [3, 14, 15, 26, 35, 41, 52, 58];
  const prepare = (model: Mesh) => {
    for (const node of members) model.subscribe(node, 1);
  };

  it('are heard by who subscribed, whoever publishes', async () => {
    const inside = await run({ topic: 1, prepare, publisherOf: () => 14, startSeconds: 3 });
    assert.deepEqual(
      [...new Set(inside.deliveries.map(({ node }) => node))].sort((a, b) => a - b),
      members.filter((node) => node !== 14),
    );
    assert.equal(inside.deliveries.length, 70);
    const outside = await run({ topic: 1, prepare, publisherOf: () => 0 });
    assert.equal(outside.deliveries.length, 80);
  });

  it('are dialled by who publishes and knows nobody there', async () => {
    const { delaysMs } = await run({
      topic: 1,
      prepare: (model) => {
        model.subscribe(3, 1);
        model.subscribe(14, 1);
      },
      publisherOf: () => 0,
      mesh: 'coalesceMs: 0, connections: 4, degree: 4, degreeOut: 1',
      messages: 2,
    });
    // a connection takes one and a half round trips, then the message its way
    assert.deepEqual(delaysMs, [25, 25, 100, 100]);
  });

  it('have meshes of their members, and none of who left', async () => {
    const { model, deliveries } = await run({
      topic: 1,
      prepare: (mesh) => {
        prepare(mesh);
        mesh.unsubscribe(58, 1);
      },
    });
    for (const node of members.slice(0, -1)) {
      assert.ok(model.meshOf(node, 1).length >= 4, `${model.meshOf(node, 1)}`);
      assert.ok(model.meshOf(node, 1).every((other) => members.includes(other) && other !== 58));
    }
    assert.ok(deliveries.every(({ node }) => node !== 58));
  });
});

describe('nodes of the mesh network', () => {
  it('that are down take nothing, and everything again when they are back', async () => {
    const gone = await run({ prepare: (model) => model.setUp(7, false), publisherOf: () => 1 });
    assert.equal(gone.deliveries.filter(({ node }) => node === 7).length, 0);
    assert.equal(gone.deliveries.length, 580);
    assert.ok(gone.model.meshOf(1, 0).every((node) => node !== 7));
    const back = await run({
      prepare: (model) => {
        model.setUp(7, false);
        model.setUp(7, true);
      },
      publisherOf: () => 1,
    });
    assert.equal(back.share, 1);
  });

  it('dial others when most of their neighbours are gone', async () => {
    const { share } = await run({
      nodeCount: 100,
      mesh: 'coalesceMs: 0, connections: 6, degree: 3, degreeLow: 2, degreeHigh: 5, degreeOut: 1',
      prepare: (model) => {
        for (let node = 0; node < 70; node++) model.setUp(node, false);
      },
      publisherOf: (index) => 70 + index,
      startSeconds: 20,
    });
    assert.equal(Math.round(share * 990), 290);
  });

  it('come and go where the scenario has churn', async () => {
    const steady = await run({ messages: 40 });
    const { deliveries } = await runWorkload({
      ...{ nodeCount: 60, messages: 40, create: (each) => createNetworkModel(each) },
      network: `fidelity: mesh, ${EVEN}, churn: { meanUpMs: 8000, meanDownMs: 2000 }`,
    });
    const share = deliveries.length / steady.deliveries.length;
    // up for four fifths of the time, publishers too, and new in the mesh for a part of it
    assert.ok(share > 0.4 && share < 0.9, `${share} of all`);
  });

  it('send straight to each other, to themselves at once', async () => {
    const seen: number[] = [];
    const note = { id: 900, sizeBytes: 10, at: 0, from: 3, topic: 0 };
    const { deliveries, model } = await run({
      prepare: (mesh) => {
        mesh.send(3, 9, note);
        mesh.send(3, 3, note);
      },
      messages: 1,
    });
    for (const { note: each, node, ms } of deliveries) if (each === note) seen.push(node, ms);
    assert.deepEqual(seen, [3, 0, 9, 25]);
    assert.equal(model.roundTripUs(3, 9, note), 50_000);
    assert.equal(model.roundTripUs(3, 3, note), 0);
  });

  it('that are owed beacons lose what silent neighbours earned', async () => {
    const { model } = await run({ messages: 20, isDue: () => true });
    for (const other of model.meshOf(0, 0)) assert.ok(model.scoreOf(0, other) > 0);
  });
});
