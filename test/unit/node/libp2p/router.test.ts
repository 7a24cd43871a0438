/** What we change of the gossip router, on a router that only notes what it is told. */
import assert from 'node:assert/strict';
import { GOSSIP_LIMITS } from '../../../../src/node/libp2p/limits.ts';
import { adapt, type Router, type Rpc } from '../../../../src/node/libp2p/router.ts';

const KIB = 1024;

describe('the adapted router', () => {
  const setUp = (waitingBytes = 0) => {
    const sent: Rpc[] = [];
    const gossiped: number[] = [];
    const forwarded: unknown[] = [];
    const rawStream = { writeBufferLength: waitingBytes };
    const router = {
      streamsOutbound: new Map([['peer', { rawStream }]]),
      sendRpc: (_: string, rpc: Rpc) => sent.push(rpc) > 0,
      pushGossip: (_: string, { messageIDs }: { messageIDs: Uint8Array[] }) =>
        void gossiped.push(messageIDs.length),
      selectPeersToForward: (...given: unknown[]) => {
        forwarded.push(given.slice(1));
        return new Set<string>();
      },
    } as unknown as Router;
    const nothing = () => {};
    adapt(router, {
      ...{ onRpcBytes: () => 0, onRpc: nothing, onMalformed: nothing, onBroken: nothing },
      onSent: nothing,
      echoTopic: 'beacon',
    });
    return { router, sent, gossiped, forwarded };
  };
  const message = (sizeBytes: number) => ({ topic: 'claims', data: new Uint8Array(sizeBytes) });
  const sizeOf = ({ messages }: Rpc) =>
    messages.reduce((sum, { data }) => sum + (data?.length ?? 0), 0);

  it('splits wanted messages so that no RPC breaks the limit of the receiver', () => {
    for (const [count, sizeBytes] of [
      [10, 64 * KIB],
      [1_000, 10],
      [7, 40 * KIB],
    ] as const) {
      const { router, sent } = setUp();
      const messages = Array.from({ length: count }, () => message(sizeBytes));
      assert.equal(router.sendRpc('peer', { subscriptions: [], messages }), true);
      for (const rpc of sent) {
        assert.ok(sizeOf(rpc) <= GOSSIP_LIMITS.wantedBytesPerRpc, `${sizeOf(rpc)} bytes`);
        assert.ok(rpc.messages.length <= GOSSIP_LIMITS.messagesPerRpcMax);
      }
      const total = sent.reduce((sum, rpc) => sum + rpc.messages.length, 0);
      assert.equal(total, count, 'all of them, once');
    }
  });

  it('sends no messages to a peer that does not read, but control still', () => {
    const { router, sent } = setUp(GOSSIP_LIMITS.outboundBufferBytesMax / 2 + 1);
    assert.equal(router.sendRpc('peer', { subscriptions: [], messages: [message(1)] }), false);
    assert.equal(router.sendRpc('peer', { subscriptions: [], messages: [] }), true);
    assert.equal(sent.length, 1);
  });

  it('announces no more ids than a receiver decodes', () => {
    const { router, gossiped } = setUp();
    const messageIDs = Array.from({ length: 5_000 }, () => new Uint8Array(20));
    router.pushGossip('peer', { messageIDs });
    assert.deepEqual(gossiped, [GOSSIP_LIMITS.ihaveIdsMax]);
  });

  it('sends the beacon back where it came from, and nothing else', () => {
    const { router, forwarded } = setUp();
    router.selectPeersToForward('beacon', 'peer', new Set(['other']));
    router.selectPeersToForward('claims', 'peer', new Set(['other']));
    assert.deepEqual(forwarded, [[], ['peer', new Set(['other'])]]);
  });
});
