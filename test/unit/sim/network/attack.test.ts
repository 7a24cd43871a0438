/**
 * Attackers on the overlay: each succeeds visibly with its defence off and is contained with it.
 * Forty honest nodes; what counts is what happens after a time in which scores can tell.
 */
import assert from 'node:assert/strict';
import { createMesh } from '../../../../sim/network/create.ts';
import type { MeshNetwork } from '../../../../sim/network/mesh/network.ts';
import { type Note, quantileOf, runWorkload } from '../../../support/gossip-workload.ts';

const HONEST = 40;
const MESSAGES = 45;
/** Messages until scores have told and backoffs are over. */
const WARM = 25;

type Effect = {
  /** 99th percentile of the delivery times, ms. */
  readonly p99: number;
  /** Share of the deliveries to the node that gets the fewest. */
  readonly worstShare: number;
  /** Median delivery time at the slowest node, ms. */
  readonly slowest: number;
  /** Attackers in the mesh of an honest node, on the average. */
  readonly intruders: number;
  readonly controls: number;
  readonly model: MeshNetwork<Note>;
};

async function effectOf(
  attack: string,
  defence: { scores?: boolean; flood?: boolean; publisher?: number },
): Promise<Effect> {
  const { scores = true, flood = false, publisher } = defence;
  const mesh =
    `connections: 16, pruneBackoffMs: 10000, floodPublish: ${flood}, ` +
    `score: { enabled: ${scores} }`;
  const { deliveries, model, controls } = await runWorkload<MeshNetwork<Note>>({
    ...{ nodeCount: HONEST, messages: MESSAGES, perSecond: 1, isDue: () => true },
    network:
      'fidelity: mesh, latency: { kind: constant, delayMs: 25 }, ' +
      `mesh: { ${mesh} }, attack: [{ ${attack} }]`,
    create: (options) => createMesh(options),
    ...(publisher === undefined ? {} : { publisherOf: () => publisher }),
  });
  const late = deliveries.filter(({ note }) => note.id > WARM);
  const of = (node: number) => sorted(late.filter((each) => each.node === node));
  const nodes = Array.from({ length: HONEST }, (_, node) => node);
  const wanted = (MESSAGES - WARM) * (1 - 1 / HONEST);
  return {
    ...{ model, controls },
    p99: quantileOf(sorted(late), 0.99),
    worstShare: Math.min(
      ...nodes.filter((node) => node !== publisher).map((n) => of(n).length / wanted),
    ),
    slowest: Math.max(...nodes.map((node) => quantileOf(of(node), 0.5) || 0)),
    intruders:
      nodes.flatMap((node) => model.meshOf(node, 0)).filter((node) => node >= HONEST).length /
      HONEST,
  };
}

function sorted(deliveries: readonly { ms: number }[]): number[] {
  return deliveries.map(({ ms }) => ms).sort((a, b) => a - b);
}

/** Slower than any path through honest meshes: announcements had to repair it. */
const LATE_MS = 400;
const SOON_MS = 200;
/** Score below which no announcements are exchanged. */
const NO_GOSSIP = -40;

describe('attackers on the overlay', () => {
  const delaying = [
    ['sybils that forward nothing', 'kind: sybil, share: 3, connections: 16'],
    ['sybils that connect first', 'kind: sybil, share: 3, connections: 16, connectFirst: true'],
    ['sybils that turn silent', 'kind: sybil, share: 3, connections: 16, fromMs: 3000'],
    ['nodes that graft again and again', 'kind: graft-flood, share: 3, connections: 16'],
  ] as const;
  for (const [name, attack] of delaying) {
    it(`${name} delay messages unless peers are scored`, async () => {
      const open = await effectOf(attack, { scores: false });
      const scored = await effectOf(attack, {});
      assert.ok(open.p99 > LATE_MS, `${open.p99} ms without scores`);
      assert.ok(scored.p99 < SOON_MS, `${scored.p99} ms with scores`);
      assert.ok(scored.intruders < open.intruders / 2, `${scored.intruders} intruders`);
    });
  }

  it('that graft in spite of a backoff break a rule each time', async () => {
    const attack = 'kind: graft-flood, share: 0.2, connections: 16';
    const { model } = await effectOf(attack, {});
    const scores = Array.from({ length: HONEST }, (_, node) => model.scoreOf(node, HONEST));
    // silence alone costs 30
    assert.ok(Math.min(...scores) < -1000, `${Math.min(...scores)}`);
  });

  it('of one address are out of all meshes for good, if addresses count', async () => {
    const attack = 'kind: sybil, share: 3, connections: 16, addresses: 2, dropShare: 0';
    assert.ok((await effectOf(attack, { scores: false })).intruders > 4);
    assert.equal((await effectOf(attack, {})).intruders, 0);
  });

  it('that degrade sit in fewer meshes when what they drop is due', async () => {
    const attack = 'kind: sybil, share: 3, connections: 16, dropShare: 0.7';
    const open = await effectOf(attack, { scores: false });
    assert.ok((await effectOf(attack, {})).intruders < 0.7 * open.intruders);
  });

  it('eclipse a node by most of its connections unless peers are scored', async () => {
    const attack = 'kind: eclipse, share: 3, connections: 40, victims: 4, victimLinkShare: 0.85';
    const open = await effectOf(attack, { scores: false });
    const scored = await effectOf(attack, {});
    assert.ok(open.slowest > SOON_MS, `${open.slowest} ms without scores`);
    assert.ok(scored.slowest < SOON_MS, `${scored.slowest} ms with scores`);
  });

  it('eclipse a node by all of its connections, whatever it thinks of them', async () => {
    const attack = 'kind: eclipse, share: 3, connections: 40, victimLinkShare: 1';
    assert.equal((await effectOf(attack, {})).worstShare, 0);
  });

  it('censor a publisher that does not flood', async () => {
    const attack = 'kind: censor, share: 5, connections: 16, victims: 40, connectFirst: true';
    const meshed = await effectOf(attack, { scores: false, publisher: 0 });
    const flooded = await effectOf(attack, { scores: false, publisher: 0, flood: true });
    assert.ok(meshed.slowest > 2 * flooded.slowest, `${meshed.slowest}, ${flooded.slowest} ms`);
  });

  it('send what all reject, until nobody listens to them', async () => {
    const attack = 'kind: spam, share: 0.5, connections: 16';
    const open = await effectOf(attack, { scores: false });
    const scored = await effectOf(attack, {});
    assert.ok(open.intruders > 1 && scored.intruders === 0);
    const spammers = Array.from({ length: HONEST / 2 }, (_, i) => HONEST + i);
    for (const node of spammers) {
      const scores = Array.from({ length: HONEST }, (_, i) => scored.model.scoreOf(i, node));
      assert.ok(
        scores.every((score) => score === 0 || score < NO_GOSSIP),
        `${scores}`,
      );
    }
  });

  it('announce what they do not have, until their promises are known', async () => {
    const attack = 'kind: ihave-spam, share: 0.5, connections: 16';
    const open = await effectOf(attack, { scores: false });
    const scored = await effectOf(attack, {});
    assert.ok(open.intruders > 1 && scored.intruders === 0, `${scored.intruders}`);
    // every lie is asked for while it is believed
    assert.ok(scored.controls < 0.75 * open.controls, `${scored.controls} of ${open.controls}`);
  });
});
