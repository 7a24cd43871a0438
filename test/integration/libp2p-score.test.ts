/** Scoring that punishes: who does not forward, and who sends what is invalid, lose their place. */
import assert from 'node:assert/strict';
import type { NodeId } from '../../src/base/index.ts';
import type { Host, HostReport } from '../../src/node/libp2p/index.ts';
import { connectRaw, type RawPeer, startSilent } from '../support/libp2p-attacker.ts';
import { PREFIX, startHost, until } from '../support/libp2p-hosts.ts';

const TOPICS = [`${PREFIX}/beacon`, `${PREFIX}/claims`];

describe('the place of a peer in the mesh', function () {
  this.timeout(40_000);
  let hosts: Host[] = [];
  let silent: RawPeer | Awaited<ReturnType<typeof startSilent>> | undefined;
  let reports: HostReport[] = [];

  beforeEach(async () => {
    reports = [];
    const options = { onReport: (report: HostReport) => void reports.push(report) };
    const first = await startHost(0, 'memory', options);
    hosts = [first];
    const bootstrap = [...first.addresses()];
    for (const index of [1, 2]) hosts.push(await startHost(index, 'memory', { bootstrap }));
  });
  afterEach(async () => {
    await Promise.all([...hosts.map((host) => host.stop()), silent?.stop()]);
  });

  it('is lost by one that never forwards, and kept by those that do', async () => {
    for (const host of hosts) host.onGossip(({ judge }) => judge('accept'));
    const [victim, source] = hosts;
    assert.ok(victim !== undefined && source !== undefined);
    const mute = await startSilent(9, TOPICS);
    silent = mute;
    await connectRaw(mute, victim.addresses()[0] ?? '');
    const inMesh = () => victim.peers().map((peer) => peer.inMesh.beacon);
    await until('all three are in the mesh', () => inMesh().filter(Boolean).length === 3);
    let round = 0;
    const beacon = setInterval(() => {
      round += 1;
      void source.publish('beacon', new TextEncoder().encode(`round ${round}`));
    }, 200);
    try {
      await until('the silent peer is out', () => inMesh().filter(Boolean).length === 2, 20_000);
    } finally {
      clearInterval(beacon);
    }
    const places = new Map(victim.peers().map(({ id, inMesh: { beacon: has } }) => [id, has]));
    for (const honest of hosts.slice(1)) assert.equal(places.get(honest.id), true, honest.id);
  });

  it('is kept by all when the beacon stalls', async () => {
    for (const host of hosts) host.onGossip(({ judge }) => judge('accept'));
    const [victim, source] = hosts;
    assert.ok(victim !== undefined && source !== undefined);
    await until('both are in the mesh', () => victim.meshSizes().beacon === 2);
    await source.publish('beacon', new TextEncoder().encode('the last round'));
    await source.publish('claims', new TextEncoder().encode('goes on'));
    const scores = () => victim.peers().map(({ score }) => score);
    await until('time counts in favour', () => scores().every((score) => score > 0.2));
    assert.equal(victim.meshSizes().beacon, 2);
  });

  it('is lost by one that sends what is judged invalid, which is then refused', async () => {
    const bad = (bytes: Uint8Array) => new TextDecoder().decode(bytes).startsWith('bad');
    for (const host of hosts) {
      host.onGossip(({ bytes, judge }) => judge(bad(bytes) ? 'reject' : 'accept'));
    }
    const [victim] = hosts;
    assert.ok(victim !== undefined);
    const liar = await startSilent(9, TOPICS);
    silent = liar;
    await connectRaw(liar, victim.addresses()[0] ?? '');
    const others = new Set<NodeId>(hosts.map(({ id }) => id));
    const ofLiar = () => victim.peers().find(({ id }) => !others.has(id));
    await until('it is in the mesh', () => ofLiar()?.inMesh.claims === true);
    await liar.services.gossip.publish(TOPICS[1] ?? '', new TextEncoder().encode('bad 1'));
    await until('it lost its place', () => ofLiar()?.inMesh.claims === false);
    assert.ok((ofLiar()?.score ?? 0) < 0);
    for (const number of [2, 3, 4]) {
      const bytes = new TextEncoder().encode(`bad ${number}`);
      await liar.services.gossip.publish(TOPICS[1] ?? '', bytes).catch(() => {});
    }
    await until('it is disconnected', () => ofLiar() === undefined);
    assert.ok(reports.some(({ code }) => code === 'peer-banned'));
    await assert.rejects(async () => {
      const connection = await connectRaw(liar, victim.addresses()[0] ?? '', 'nothing');
      await connection.newStream('/assay/hello/1');
    });
    assert.equal(ofLiar(), undefined);
  });
});
