/** From gossip to the core and back. */
import assert from 'node:assert/strict';
import { type Round, round } from '../../../src/base/index.ts';
import { Draws, type ProviderEvent, proposeStep, SetChain } from '../../../src/core/index.ts';
import { Feed, topicOf } from '../../../src/node/feed.ts';
import type { GossipMessage, Host, Judgement, Topic } from '../../../src/node/libp2p/index.ts';
import { Runner, systemClock } from '../../../src/node/runner/index.ts';
import { encodeMessage, type Message } from '../../../src/wire/index.ts';
import { createClusterKeys } from '../../support/cluster-network.ts';
import { until } from '../../support/libp2p-hosts.ts';
import {
  batchOf,
  beaconAt,
  certificateAbout,
  headerAt,
  nodeOf,
  openingOf,
  received,
} from './protocol-messages.ts';

const PEER = nodeOf('peer');

describe('Feed', () => {
  it('[WIRE-1] rejects what does not decode, before the core sees it', () => {
    const { gossip, malformed, seen } = feedOf();
    assert.equal(gossip('claims', Uint8Array.of(1, 2, 3)).judgement, 'reject');
    assert.equal(malformed.length, 1);
    assert.equal(seen.length, 0);
  });

  it('rejects a message on the topic of others', () => {
    const { gossip, malformed } = feedOf();
    assert.equal(gossip('claims', encodeMessage(beaconAt(5))).judgement, 'reject');
    assert.equal(gossip('beacon', encodeMessage(headerAt(5))).judgement, 'reject');
    const query = { type: 'query', batch: batchOf(headerAt(5)) } as const;
    assert.equal(gossip('claims', encodeMessage(query)).judgement, 'reject');
    assert.equal(malformed.length, 3);
    assert.equal(topicOf(query), undefined);
  });

  it('holds messages until it is opened, then gives them in order', async () => {
    const { feed, gossip, seen } = feedOf();
    const first = gossip('claims', encodeMessage(headerAt(5)));
    const second = gossip('beacon', encodeMessage(beaconAt(6)));
    assert.equal(first.judgement, undefined);
    assert.equal(seen.length, 0);
    feed.open();
    await until('both are judged', () => second.judgement !== undefined);
    assert.deepEqual(seen, ['header', 'beacon']);
    assert.equal(first.judgement, 'accept');
  });

  it('holds a bounded number, and drops the oldest', async () => {
    const { feed, gossip, seen } = feedOf();
    const oldest = gossip('beacon', encodeMessage(beaconAt(1)));
    for (let r = 2; r <= 8_193; r += 1) gossip('beacon', encodeMessage(beaconAt(r)));
    const last = gossip('beacon', encodeMessage(beaconAt(9_000)));
    feed.open();
    await until('the last is judged', () => last.judgement !== undefined);
    assert.equal(oldest.judgement, undefined);
    assert.equal(seen.length, 8_192);
  });

  it('[GUARD-2] keeps rounds below the watermark from the core', async () => {
    const { feed, gossip, seen } = feedOf({ watermark: 10 });
    feed.open();
    const old = headerAt(9);
    for (const message of [old, openingOf(old, 0, 'a'), certificateAbout(old, 0)]) {
      assert.equal(gossip('claims', encodeMessage(message)).judgement, 'ignore');
      assert.equal(await feed.take('sync', received<Message>(message)), false);
    }
    assert.equal(feed.header(batchOf(old)), undefined);
    const young = gossip('claims', encodeMessage(headerAt(10)));
    await until('it is judged', () => young.judgement !== undefined);
    assert.deepEqual(seen, ['header']);
    // beacons of the past are what catching up is made of
    assert.equal(await feed.take('sync', received(beaconAt(3))), true);
  });

  it('[GUARD-2] keeps proposals from the core until the watermark is passed', async () => {
    const { feed, gossip, seen } = feedOf({ watermark: 10 });
    feed.open();
    const { network, operator } = createClusterKeys({ stakes: [10], hasOperator: true });
    const { head } = new SetChain(new Draws(network));
    const made = proposeStep(head, { epoch: 9, changes: [] }, operator);
    assert('type' in made);
    const bytes = encodeMessage(made);
    await feed.take('sync', received(beaconAt(9)));
    assert.equal(gossip('claims', bytes).judgement, 'ignore');
    assert.equal(await feed.take('sync', received<Message>(made)), false);
    await feed.take('sync', received(beaconAt(10)));
    assert.equal(await feed.take('sync', received<Message>(made)), true);
    assert.deepEqual(seen, ['beacon', 'beacon', 'proposal']);
  });

  it('tells of every message, also of those that the core does not hear of', async () => {
    const { feed, gossip, direct, heard, seen } = feedOf({ watermark: 10 });
    const bytes = encodeMessage(headerAt(9));
    gossip('claims', bytes);
    direct(bytes);
    await feed.take('sync', received<Message>(headerAt(9)));
    feed.open();
    gossip('claims', bytes);
    assert.deepEqual(heard, ['header', 'header', 'header', 'header']);
    assert.deepEqual(seen, []);
  });

  it('passes on beacons of now while the core does not hear of them yet', () => {
    const { gossip, seen, beacons } = feedOf({ current: 6 });
    assert.equal(gossip('beacon', encodeMessage(beaconAt(6))).judgement, 'accept');
    assert.equal(gossip('beacon', encodeMessage(beaconAt(7))).judgement, undefined);
    assert.deepEqual([seen, beacons], [[], []]);
  });

  it('gives the verdict of the core back to gossip, and tells of accepted beacons', async () => {
    const { feed, gossip, beacons } = feedOf({ verdict: (r) => (r === 7 ? 'reject' : 'accept') });
    feed.open();
    const good = gossip('beacon', encodeMessage(beaconAt(6)));
    const bad = gossip('beacon', encodeMessage(beaconAt(7)));
    await until('both are judged', () => bad.judgement !== undefined);
    assert.equal(good.judgement, 'accept');
    assert.equal(bad.judgement, 'reject');
    assert.deepEqual(beacons, [6]);
    assert.equal(await feed.take('sync', received(beaconAt(7))), false);
  });

  it('remembers a header though a forgery of it came first', async () => {
    const { feed, gossip } = feedOf();
    feed.open();
    const good = headerAt(6);
    gossip('claims', encodeMessage({ ...good, signature: new Uint8Array(64).fill(FORGED) }));
    const last = gossip('claims', encodeMessage(good));
    await until('both are judged', () => last.judgement !== undefined);
    assert.deepEqual(feed.header(batchOf(good)), good);
  });

  it('remembers headers, but none that the core rejects', async () => {
    const { feed, gossip } = feedOf({ verdict: (r) => (r === 7 ? 'reject' : 'accept') });
    feed.open();
    const [good, forged] = [headerAt(6), headerAt(7)];
    gossip('claims', encodeMessage(good));
    const last = gossip('claims', encodeMessage(forged));
    await until('both are judged', () => last.judgement !== undefined);
    assert.deepEqual(feed.header(batchOf(good)), good);
    assert.equal(feed.header(batchOf(forged)), undefined);
  });

  it('lets no second signature replace that of a known header', async () => {
    const { feed } = feedOf();
    const header = headerAt(6);
    feed.note(header);
    await feed.take(PEER, received(headerAt(6, { signature: new Uint8Array(64).fill(1) })));
    assert.deepEqual(
      feed.headers(({ round: r }) => r === 6),
      [header],
    );
  });

  it('takes no one-way messages before it is open', async () => {
    const { feed, direct, seen } = feedOf();
    direct(encodeMessage(headerAt(5)));
    feed.open();
    direct(encodeMessage(headerAt(6)));
    direct(Uint8Array.of(0));
    await until('one is seen', () => seen.length > 0);
    assert.equal(feed.header(batchOf(headerAt(5))), undefined);
    assert.deepEqual(seen, ['header']);
  });
});

/** First byte of a signature that the core of these tests takes for forged. */
const FORGED = 255;

type Options = {
  readonly watermark?: number;
  /** Round of the beacon that is of now. */
  readonly current?: number;
  readonly verdict?: (r: number) => Judgement;
};

/** A feed between a host that hands over what a test says, and a core with set verdicts. */
function feedOf({ watermark = 0, current = 0, verdict = () => 'accept' }: Options = {}) {
  const seen: string[] = [];
  const beacons: number[] = [];
  const malformed: string[] = [];
  const heard: string[] = [];
  let onGossip: (message: GossipMessage) => void = () => undefined;
  let onDirect: Parameters<Host['onDirect']>[0] = () => undefined;
  const host = {
    onGossip: (handler) => {
      onGossip = handler;
    },
    onDirect: (handler) => {
      onDirect = handler;
    },
  } as Pick<Host, 'onGossip' | 'onDirect'> as Host;
  const runner = new Runner({
    core: {
      step: (event: ProviderEvent) => {
        if (event.kind !== 'message-received') return [];
        const { message } = event.decoded;
        seen.push(message.type);
        if (message.type === 'header' && message.signature[0] === FORGED) {
          return [{ kind: 'judge', verdict: 'reject', code: 'forged' }];
        }
        const r = 'round' in message ? message.round : 0;
        return [{ kind: 'judge', verdict: verdict(r), code: 'scripted' }];
      },
      nextDeadline: () => undefined,
    },
    clock: systemClock,
    ports: { persist: async () => undefined, perform: () => undefined, halted: () => undefined },
  });
  const feed = new Feed({
    host,
    runner,
    onBeacon: ({ round: r }: { round: Round }) => beacons.push(r),
    isCurrent: (beacon) => beacon.round === current,
    onMalformed: (_from, reason) => malformed.push(reason),
    hear: ({ type }) => heard.push(type),
    watermark: () => round(watermark),
  });
  const gossip = (topic: Topic, bytes: Uint8Array): { judgement: Judgement | undefined } => {
    const judged: { judgement: Judgement | undefined } = { judgement: undefined };
    const judge = (judgement: Judgement): void => {
      judged.judgement = judgement;
    };
    onGossip({ from: PEER, topic, bytes, judge });
    return judged;
  };
  const direct = (bytes: Uint8Array): void => onDirect({ from: PEER, bytes });
  return { feed, seen, heard, beacons, malformed, gossip, direct };
}
