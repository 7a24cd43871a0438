/** A provider promises what it can keep, once. */
import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { AssertionError, timeMs } from '../../../src/base/index.ts';
import { batchId, type Message } from '../../../src/wire/index.ts';
import { Cluster, type ClusterOptions } from '../../support/cluster.ts';
import { OTHER_MODEL } from '../../support/cluster-network.ts';
import { certificateOf, headerOf, sealOf } from '../../support/forgery.ts';

const NETWORK: ClusterOptions = { stakes: [1, 1, 1, 1], nicheCount: 4 };

/** Why the last request was refused, if it was. */
const refusal = (cluster: Cluster): string | undefined => {
  const { report } = cluster.reports.at(-1) ?? {};
  return report?.kind === 'fault' ? report.code : undefined;
};

describe('a provider', () => {
  it('[CLAIM-2] answers in one batch for each round, class and model', () => {
    const cluster = new Cluster(NETWORK);
    cluster.runUntil(1500);
    cluster.answer('p1');
    cluster.answer('p1', { assuranceClass: 'half' });
    cluster.answer('p1', { model: OTHER_MODEL });
    cluster.answer('p1');
    cluster.runUntil(2500);
    const headers = cluster.published.flatMap(({ message }) =>
      message.type === 'header' ? [message] : [],
    );
    deepStrictEqual(headers.map(({ count }) => count).sort(), [1, 1, 2]);
    equal(new Set(headers.map(batchId)).size, 3);
    // one ack of each validator for each of them, and no evidence [TIME-3]
    const acks = cluster.reports.filter(({ report }) => report.kind === 'batch-acked');
    equal(acks.length, 12);
    ok(!cluster.reports.some(({ report }) => report.kind === 'evidence-found'));
  });

  it('[WIRE-3] forwards nothing about the batches of others that it did not check', () => {
    const cluster = new Cluster({ ...NETWORK, providers: 2 });
    cluster.runUntil(1500);
    cluster.answer('p1');
    cluster.runUntil(2500);
    const header = headerOf(cluster);
    const seal = sealOf(cluster, header);
    const [claim] = cluster.answers.map((answer) => answer.claim);
    ok(claim !== undefined);
    const judged = (message: Message): string => {
      cluster.inject(message, ['p2']);
      return `${cluster.judged.at(-1)?.verdict} ${cluster.judged.at(-1)?.code}`;
    };
    equal(judged({ ...header, count: 2 }), 'reject header-signature');
    equal(judged(header), 'accept new');
    const openings = [{ index: 0, claim, path: [] }];
    equal(judged({ type: 'openings', header, seal, openings }), 'ignore not-followed');
    cluster.runUntil(4500);
    const { validators } = cluster.keys;
    const certificate = certificateOf(cluster, { verdict: 'valid', signers: validators, level: 0 });
    equal(judged(certificate), 'ignore not-followed');
  });

  it('[CLAIM-2] promises nothing before it knows the time', () => {
    const cluster = new Cluster(NETWORK);
    cluster.answer('p1');
    equal(refusal(cluster), 'no-beacon');
    equal(cluster.answers.length, 0);
  });

  it('[CLAIM-2] promises nothing in a round that it signed before a restart', () => {
    const cluster = new Cluster(NETWORK);
    cluster.runUntil(1500);
    cluster.answer('p1');
    cluster.runUntil(2500);
    const { guard } = cluster.node('p1');
    const again = new Cluster(NETWORK);
    again.runUntil(900);
    again.node('p1').guard.push(...guard);
    again.crash('p1');
    again.restart('p1');
    again.runUntil(1500);
    again.answer('p1');
    equal(refusal(again), 'batch-signed');
  });

  it('[MODEL-1] refuses an input that no validator would take', () => {
    const cluster = new Cluster(NETWORK);
    cluster.runUntil(1500);
    cluster.answer('p1', { input: new Uint8Array(64) });
    equal(refusal(cluster), undefined);
    cluster.answer('p1', { input: new Uint8Array(65) });
    equal(refusal(cluster), 'input-too-large');
  });

  it('[CLAIM-6] [A17] refuses more than a batch may hold', () => {
    const cluster = new Cluster({ ...NETWORK, parameters: { batchCountMax: 2 } });
    cluster.runUntil(1500);
    for (let i = 0; i < 2; i++) cluster.answer('p1');
    equal(refusal(cluster), undefined);
    cluster.answer('p1');
    equal(refusal(cluster), 'batch-full');
  });

  it('[CLAIM-3] commits to an output without showing it: another salt, another commitment', () => {
    const cluster = new Cluster(NETWORK);
    cluster.runUntil(1500);
    cluster.answer('p1');
    cluster.answer('p1');
    const [first, second] = cluster.answers;
    deepStrictEqual(first?.outputDigest, second?.outputDigest);
    ok(first?.claim.commitment.join() !== second?.claim.commitment.join());
  });
});

describe('the core', () => {
  it('[TIME-5] takes time running back for our own fault', () => {
    const cluster = new Cluster(NETWORK);
    const { validator } = cluster.node('v1');
    validator.step({ kind: 'time-reached', now: timeMs(100) });
    let caught: unknown;
    try {
      validator.step({ kind: 'time-reached', now: timeMs(99) });
    } catch (error) {
      caught = error;
    }
    ok(caught instanceof AssertionError);
  });
});
