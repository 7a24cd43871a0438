/**
 * Laws of the core under a network that delays, reorders, duplicates and loses time, and under
 * crashes at every point: decisions stay, nothing is signed twice.
 */
import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { toHex } from '../../src/base/index.ts';
import { batchId, commitmentOf, type Message } from '../../src/wire/index.ts';
import { Cluster, type ClusterOptions } from '../support/cluster.ts';
import type { OutputName } from '../support/cluster-network.ts';

const LADDER: ClusterOptions = {
  stakes: new Array(12).fill(1000),
  parameters: { levels: [4, 8, 16], slashSeats: 8 },
};
const DEVNET: ClusterOptions = { stakes: [10, 10, 10, 10] };

/** Lets a provider answer with each of `outputs` in turn; returns what everybody decided. */
function decisionsOf(
  options: ClusterOptions,
  outputs: readonly OutputName[],
  prepare: (cluster: Cluster) => void = () => {},
): { readonly cluster: Cluster; readonly decisions: readonly string[] } {
  const cluster = new Cluster(options);
  prepare(cluster);
  cluster.runUntil(1500);
  for (const output of outputs) cluster.answer('p1', { output });
  cluster.runUntil(26_900);
  const decisions = new Map<string, string>();
  for (const { node, report } of cluster.reports) {
    if (report.kind !== 'decided') continue;
    decisions.set(`${node} ${report.subject.index}`, `${report.verdict} at ${report.level}`);
  }
  return { cluster, decisions: [...decisions].map(([key, text]) => `${key} ${text}`).sort() };
}

describe('delivery', () => {
  it('order, delay and duplication never change a decision', function () {
    this.timeout(60_000);
    const outputs = ['right', 'wrong', 'noise'] as const;
    for (const network of [DEVNET, LADDER]) {
      const { decisions } = decisionsOf(network, outputs);
      equal(decisions.length, 3 * (network.stakes.length + 1), 'everybody decides everything');
      fc.assert(
        fc.property(fc.nat(), (randomSeed) => {
          const shuffled = { ...network, jitterMs: 240, duplicateShare: 0.4, randomSeed };
          deepStrictEqual(decisionsOf(shuffled, outputs).decisions, decisions);
        }),
        { numRuns: 12 },
      );
    }
  });

  it('real and stand-in cryptography give the same decisions, at the same times', function () {
    this.timeout(60_000);
    const [standIn, real] = (['stand-in', 'real'] as const).map((crypto) => {
      const { cluster } = decisionsOf({ ...DEVNET, crypto }, ['right', 'wrong']);
      return cluster.reports.map(({ at, node, report }) => {
        const verdict = 'verdict' in report ? report.verdict : '';
        return `${at} ${node} ${report.kind} ${verdict}`;
      });
    });
    // who comes first in a quorum depends on ids: only the set of what happened is the same
    deepStrictEqual([...new Set(real)].sort(), [...new Set(standIn)].sort());
  });
});

describe('[GUARD-1] a crash between any two effects', () => {
  /** Crashes `name` after each of its effects in turn, and starts it again soon after. */
  function* crashes(name: string, output: OutputName): Generator<[number, Cluster]> {
    const whole = decisionsOf(DEVNET, [output]);
    const { effectCount } = whole.cluster.node(name);
    ok(effectCount > 10, `${name} has effects to crash between`);
    const expected = whole.decisions.filter((text) => !text.startsWith(name)).join('; ');
    for (let effect = 0; effect < effectCount; effect++) {
      const { cluster, decisions } = decisionsOf(DEVNET, [output], (created) => {
        const node = created.node(name);
        node.crashAfter = effect;
        for (let at = 50; at < 15_000; at += 50) {
          created.runAt(at, () => {
            if (node.core === undefined) created.restart(name);
          });
        }
      });
      // what a provider did not promise need not be decided
      if (!cluster.nodes.some(({ guard }) => guard.some(({ kind }) => kind === 'promise')))
        continue;
      const others = decisions.filter((text) => !text.startsWith(name)).join('; ');
      equal(others, expected, `${name} crashed after effect ${effect}`);
      yield [effect, cluster];
    }
  }

  it('lets a validator sign the same again, and nothing else', function () {
    this.timeout(60_000);
    for (const output of ['right', 'wrong'] as const) {
      for (const [effect, cluster] of crashes('v4', output)) {
        assertNothingSignedTwice(cluster, 'v4', effect);
      }
    }
  });

  it('[CLAIM-2] lets a provider sign the same header again, and open what is drawn', function () {
    this.timeout(60_000);
    for (const [effect, cluster] of crashes('p1', 'right')) {
      const headers = messagesOf(cluster, 'p1').flatMap((message) =>
        message.type === 'header' ? [batchId(message)] : [],
      );
      equal(new Set(headers).size, 1, `p1 crashed after effect ${effect}`);
    }
  });
});

function messagesOf({ published }: Cluster, name: string): readonly Message[] {
  return published.flatMap(({ node, message }) => (node === name ? [message] : []));
}

/** Collects everything that a node ever signed: one word for each place. */
function assertNothingSignedTwice(cluster: Cluster, name: string, effect: number): void {
  const said = new Map<string, string>();
  const once = (place: string, word: string) => {
    equal(said.get(place) ?? word, word, `${place}, crashed after effect ${effect}`);
    said.set(place, word);
  };
  for (const message of messagesOf(cluster, name)) {
    if (message.type !== 'bundle') continue;
    for (const { entry } of message.entries) {
      if (entry.kind === 'ack') once('ack', `${entry.batch} ${toHex(entry.signature)}`);
      else {
        const place = `${entry.batch}/${entry.index}/${entry.level}`;
        if (entry.kind === 'abstain') once(`commit ${place}`, entry.reason);
        else if (entry.kind === 'commit') once(`commit ${place}`, toHex(entry.commitment));
        else {
          once(`vote ${place}`, `${entry.verdict} ${toHex(entry.signature)}`);
          const commitment = commitmentOf({
            networkId: cluster.network.id,
            subject: entry,
            level: entry.level,
            validator: message.validator,
            measurement: entry.measurement,
            salt: entry.salt,
          });
          once(`commit ${place}`, toHex(commitment));
        }
      }
    }
  }
  ok(said.size >= 2, `${name} took part although it crashed after effect ${effect}`);
}
