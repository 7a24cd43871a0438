/** Receipts and explanations of what a running cluster said, and of what liars added to it. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { defined, digest, type Round, sha256, utf8 } from '../../../src/base/index.ts';
import { Draws, proposeStep, SetChain } from '../../../src/core/index.ts';
import { merkleTree, pathOf } from '../../../src/crypto/index.ts';
import {
  type BuildResult,
  buildReceipt,
  type Explanation,
  explain,
  type SubjectMessages,
  verifyReceipt,
} from '../../../src/receipt/index.ts';
import {
  batchId,
  claimId,
  encodeClaim,
  type HeaderMessage,
  type Message,
} from '../../../src/wire/index.ts';
import { Cluster, type ClusterOptions } from '../../support/cluster.ts';
import { bundleOf, headerOf } from '../../support/forgery.ts';
import { admissionOf } from '../../support/set-steps.ts';

type Run = { readonly cluster: Cluster; readonly messages: readonly Message[] };

/** Lets one provider answer once, and a cluster judge it. */
function run(
  options: Partial<ClusterOptions> = {},
  script: (cluster: Cluster) => void = () => undefined,
): Run {
  const cluster = new Cluster({ stakes: [10, 10, 10, 10], ...options });
  cluster.runUntil(1500);
  script(cluster);
  cluster.answer('p1');
  cluster.runUntil(12_000);
  return { cluster, messages: cluster.published.map(({ message }) => message) };
}

function inputOf({ cluster, messages }: Run, change: Partial<SubjectMessages> = {}) {
  const subject = { batch: batchId(headerOf(cluster)), index: 0 };
  const beacon = (r: Round) => cluster.keys.beacon.sign(r);
  return { subject, messages, beacon, ...change };
}

/** The validator sets as the first validator knows them. */
const chainOf = (cluster: Cluster): SetChain => cluster.node('v1').validator.chain;

function build(of: Run, change: Partial<SubjectMessages> = {}): BuildResult {
  return buildReceipt(chainOf(of.cluster), of.cluster.keys.crypto, inputOf(of, change));
}

function explained(of: Run, change: Partial<SubjectMessages> = {}): Explanation {
  const { keys } = of.cluster;
  return defined(
    explain(chainOf(of.cluster), keys.crypto, inputOf(of, change)),
    'there is a header',
  );
}

function missing(result: BuildResult): string {
  return result.kind === 'not-yet' ? result.missing : result.kind;
}

const good = run();
const without = (type: Message['type']) => good.messages.filter((each) => each.type !== type);

describe('a receipt that is built', () => {
  it('verifies, and is final when all weight signed', () => {
    const result = build(good);
    ok(result.kind === 'receipt');
    const { network, keys } = good.cluster;
    equal(verifyReceipt(network, keys.crypto, result.receipt).kind, 'valid');
    deepEqual(
      [result.summary.judgement?.verdict, result.summary.judgement?.finality],
      ['valid', 'final'],
    );
    const [answer] = good.cluster.answers;
    equal(result.summary.claim, answer && claimId(answer.claim));
  });

  it('takes the seal from acknowledgements, and beacons from certificates', () => {
    const result = build(good, { beacon: () => undefined });
    equal(result.kind, 'receipt');
  });

  it('says what is missing', () => {
    const bare = (messages: readonly Message[]) => missing(build(good, { messages }));
    equal(bare([]), 'header');
    equal(bare(without('certificate')), 'certificate');
    equal(bare(without('openings')), 'opening');
    equal(bare(without('output')), 'output');
    equal(bare([headerOf(good.cluster)]), 'seal');
    const headerAlone = { messages: [headerOf(good.cluster)], beacon: () => undefined };
    equal(missing(build(good, headerAlone)), 'beacon');
  });

  it('is not spoilt by what liars say before', () => {
    const zeros = new Uint8Array(96);
    const lies = good.messages.flatMap((message): readonly Message[] => {
      switch (message.type) {
        case 'header':
          return [{ ...message, signature: new Uint8Array(64) }];
        case 'openings': {
          const seal = { ...message.seal, signature: zeros };
          const openings = message.openings.map((opening) => ({
            ...opening,
            claim: { ...opening.claim, nonce: Uint8Array.of(99) },
          }));
          return [{ ...message, seal, openings }];
        }
        case 'output':
          return [{ ...message, salt: digest(sha256(utf8('other'))) }];
        case 'certificate': {
          const votes = message.votes.map((group) => ({ ...group, signature: zeros }));
          const beacons = message.beacons.map(({ round }) => {
            return { round, signature: new Uint8Array(48) };
          });
          return [{ ...message, votes, beacons }];
        }
        default:
          return [];
      }
    });
    ok(lies.length >= 4);
    const result = build(good, { messages: [...lies, ...good.messages], beacon: () => undefined });
    equal(result.kind, 'receipt');
    equal(missing(build(good, { messages: lies })), 'opening');
  });

  it('[SAMPLE-1] of an undrawn answer needs no certificate', () => {
    const cluster = new Cluster({ stakes: [10, 10, 10, 10] });
    cluster.runUntil(1500);
    cluster.answer('p1', { assuranceClass: 'half' });
    cluster.answer('p1', { assuranceClass: 'half' });
    cluster.runUntil(12_000);
    const messages = cluster.published.map(({ message }) => message);
    const header: HeaderMessage = headerOf(cluster);
    const tree = merkleTree(cluster.answers.map(({ claim }) => encodeClaim(claim)));
    deepEqual(tree.root, header.root);
    const outcomes = [0, 1].map((index) => {
      const { claim, salt, outputDigest } = defined(cluster.answers[index], 'two were answered');
      const subject = { batch: batchId(header), index };
      const sealed = messages.find((each) => each.type === 'openings');
      ok(sealed?.type === 'openings');
      const own: readonly Message[] = [
        { ...sealed, openings: [{ index, claim, path: pathOf(tree, index) }] },
        { type: 'output', ...subject, digest: outputDigest, salt },
      ];
      const result = build({ cluster, messages }, { subject, messages: [...messages, ...own] });
      return result.kind === 'receipt' ? result.summary.kind : missing(result);
    });
    deepEqual([...outcomes].sort(), ['drawn', 'undrawn']);
  });
});

describe('an explanation', () => {
  it('tells who was drawn, what each revealed, and what became final', () => {
    const found = explained(good);
    const [level] = found.levels;
    ok(level !== undefined);
    equal(found.isDrawn, true);
    deepEqual([found.seal?.isSealed, found.levels.length], [true, 1]);
    deepEqual(
      [level.unit, level.weight, level.quorum, level.missingWeight],
      ['stake', 40n, 27n, 0n],
    );
    deepEqual(level.votes, [{ verdict: 'valid', weight: 40n, lacks: 0n }]);
    ok(level.holders.every(({ state }) => state.kind === 'revealed'));
    deepEqual(found.decision, { verdict: 'valid', level: 0 });
  });

  it('tells who is missing, who abstained, and what a quorum lacks', () => {
    const found = run({}, (cluster) => {
      cluster.crash('v4');
      cluster.node('v3').execution = { fails: 'out-of-memory' };
    });
    const [level] = explained(found).levels;
    ok(level !== undefined);
    const stateOf = (name: string) => {
      const { id } = found.cluster.node(name).signer;
      return level.holders.find((holder) => holder.id === id)?.state;
    };
    deepEqual(stateOf('v4'), { kind: 'missing' });
    deepEqual(stateOf('v3'), { kind: 'abstained', reason: 'out-of-memory' });
    equal(stateOf('v1')?.kind, 'revealed');
    deepEqual(level.votes, [{ verdict: 'valid', weight: 20n, lacks: 7n }]);
    equal(level.missingWeight, 10n);
    equal(explained(found).decision, undefined);
  });

  it('[QUORUM-2] names the challengers of a certified valid', () => {
    const found = run({ stakes: [10, 10, 10, 10] }, (cluster) => {
      cluster.node('v1').execution = { output: 'wrong' };
    });
    const [level] = explained(found).levels;
    deepEqual(level?.challengers, [found.cluster.node('v1').signer.id]);
    deepEqual(
      level?.votes.map(({ verdict, weight }) => `${verdict} ${weight}`),
      ['valid 30', 'invalid 10'],
    );
  });

  it('[COMMIT-1] tells who contradicted itself', () => {
    const { cluster } = good;
    const { signer } = cluster.node('v2');
    const place = { batch: batchId(headerOf(cluster)), index: 0, level: 0 };
    const commitment = digest(sha256(utf8('something else')));
    const second = bundleOf(cluster, signer, [{ kind: 'commit', ...place, commitment }]);
    const [level] = explained(good, { messages: [...good.messages, second] }).levels;
    const state = level?.holders.find(({ id }) => id === signer.id)?.state;
    deepEqual(state, { kind: 'contradictory' });
  });

  it('[WIRE-5] counts nothing that its signer did not sign', () => {
    const forged = good.messages.map((message): Message => {
      return message.type === 'bundle' ? { ...message, signature: new Uint8Array(64) } : message;
    });
    const [level] = explained(good, { messages: forged }).levels;
    ok(level?.holders.every(({ state }) => state.kind === 'missing'));
    const { cluster } = good;
    const entry = good.messages.flatMap((message) => {
      if (message.type !== 'bundle') return [];
      return message.entries.flatMap((each) => (each.entry.kind === 'reveal' ? [each.entry] : []));
    })[0];
    ok(entry?.kind === 'reveal');
    const copied = bundleOf(cluster, cluster.node('v1').signer, [
      { ...entry, signature: new Uint8Array(96) },
    ]);
    const bare = good.messages.filter(({ type }) => type !== 'bundle');
    const [only] = explained(good, { messages: [...bare, copied] }).levels;
    ok(only?.holders.every(({ state }) => state.kind === 'missing'));
  });

  it('[CERT-1] believes no certificate that its holders did not sign', () => {
    const forged = good.messages.map((message): Message => {
      if (message.type !== 'certificate') return message;
      const signature = new Uint8Array(96);
      return { ...message, votes: message.votes.map((group) => ({ ...group, signature })) };
    });
    const found = explained(good, { messages: forged });
    deepEqual([found.levels[0]?.certificates, found.decision], [[], undefined]);
  });

  it('is as much as is known', () => {
    const { keys } = good.cluster;
    equal(explain(chainOf(good.cluster), keys.crypto, inputOf(good, { messages: [] })), undefined);
    const messages = [headerOf(good.cluster)];
    const found = explained(good, { messages, beacon: () => undefined });
    deepEqual([found.seal, found.isDrawn, found.levels], [undefined, undefined, []]);
  });
});

describe('a receipt of a cluster whose set changed', () => {
  const cluster = new Cluster({
    ...{ stakes: [10, 10, 10, 10], standby: 1, hasOperator: true },
    parameters: { epochRounds: 8, partitionRounds: 1 },
  });
  const { keys } = cluster;

  before(() => {
    cluster.runUntil(1500);
    cluster.answer('p1');
    const newcomer = defined(keys.standby[0], 'one stands by');
    const { head } = cluster.node('v1').validator.chain;
    const planned = { epoch: 1, changes: [admissionOf(keys, newcomer, 1000n)] };
    const proposal = proposeStep(head, planned, keys.operator);
    ok('type' in proposal);
    cluster.inject(proposal);
    cluster.runUntil(9500);
    cluster.answer('p1');
    cluster.runUntil(20_000);
  });

  function at(header: HeaderMessage) {
    const messages = cluster.published.map(({ message }) => message);
    const subject = { batch: batchId(header), index: 0 };
    return { subject, messages, beacon: (r: Round) => keys.beacon.sign(r) };
  }

  it('[SET-1] carries steps where its round needs them, and verifies by the network file', () => {
    const headers = cluster.published.flatMap(({ message }) =>
      message.type === 'header' ? message : [],
    );
    const rounds = new Map(headers.map((header) => [header.round, header]));
    equal(rounds.size, 2);
    for (const header of rounds.values()) {
      const number = header.round > 8 ? 1 : 0;
      const built = buildReceipt(chainOf(cluster), keys.crypto, at(header));
      ok(built.kind === 'receipt', built.kind);
      deepEqual([built.receipt.steps?.length ?? 0, built.summary.set.number], [number, number]);
      const verified = verifyReceipt(cluster.network, keys.crypto, built.receipt);
      ok(verified.kind === 'valid');
      const found = explain(chainOf(cluster), keys.crypto, at(header));
      deepEqual(found?.set, { number, epoch: number });
    }
  });

  it('[SET-1] cannot be built by who does not know the set of its round', () => {
    const later = cluster.published
      .flatMap(({ message }) => (message.type === 'header' ? message : []))
      .find(({ round }) => round > 8);
    const unaware = new SetChain(new Draws(cluster.network));
    const built = buildReceipt(unaware, keys.crypto, at(defined(later, 'it answered twice')));
    equal(built.kind, 'not-yet');
  });
});
