/** A peer is dialled where it comes from, and nowhere else; seldom, and with a real greeting. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import type { NodeId } from '../../../../src/base/index.ts';
import { freePorts } from '../../../../src/cli/commands/testnet/plan.ts';
import type { PeerInfo } from '../../../../src/node/libp2p/index.ts';
import {
  askReachability,
  DIAL_BACK_LIMITS,
  DialBack,
  greet,
  portIn,
  whileGreeting,
  withDialBack,
} from '../../../../src/node/reach/index.ts';
import { serveRpc } from '../../../../src/node/rpc/index.ts';
import { startHosts, until } from '../../../support/libp2p-hosts.ts';
import { nodeOf } from '../protocol-messages.ts';

const ASKER = nodeOf('asker');

function dialBackOf(addresses: Readonly<Record<NodeId, string>>) {
  const dialled: string[] = [];
  let nowMs = 0;
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const dialBack = new DialBack({
    peers: () =>
      Object.entries(addresses).map(([id, a]) => ({ id, addresses: [a] }) as unknown as PeerInfo),
    nowMs: () => nowMs,
    dial: async (ip, port) => {
      dialled.push(`${ip} ${port}`);
      if (port === 1) await held;
    },
  });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  const ask = (peer: NodeId, port = 4101) => dialBack.answer({ method: 'reach', port }, peer);
  return { ask, dialled, pass, release };
}

describe('dialling back', () => {
  it('dials the address that the peer comes from, and no other', async () => {
    const { ask, dialled } = dialBackOf({ [ASKER]: '/ip4/203.0.113.7/tcp/55555' });
    const observed = '/ip4/203.0.113.7/tcp/55555';
    assert.deepEqual(await ask(ASKER), { outcome: 'reached', observed, detail: '-' });
    assert.equal((await ask(nodeOf('a stranger'))).outcome, 'refused');
    assert.deepEqual(dialled, ['203.0.113.7 4101']);
  });

  it('dials a peer seldom, and few at a time', async () => {
    const all = Array.from({ length: 6 }, (_, i) => nodeOf(`peer ${i}`));
    const places = Object.fromEntries(all.map((id, i) => [id, `/ip4/10.0.0.${i}/tcp/9`]));
    const { ask, dialled, pass, release } = dialBackOf(places);
    const [first = ASKER, ...others] = all;
    await ask(first);
    pass(DIAL_BACK_LIMITS.perPeerMs - 1);
    assert.equal((await ask(first)).outcome, 'refused');
    pass(1);
    assert.equal((await ask(first)).outcome, 'reached');
    const slow = others.slice(0, DIAL_BACK_LIMITS.atOnce).map((id) => ask(id, 1));
    assert.match((await ask(others[4] ?? ASKER)).detail, /too many/);
    release();
    await Promise.all(slow);
    assert.equal(dialled.length, 6);
  });

  it('refuses who comes from no IP address', async () => {
    const { ask, dialled } = dialBackOf({ [ASKER]: '/memory/somewhere' });
    assert.equal((await ask(ASKER)).outcome, 'refused');
    assert.deepEqual(dialled, []);
  });

  it('knows libp2p from another service, and from a closed port', async () => {
    const [port = 0, closed = 0] = await freePorts(2);
    await whileGreeting({ host: '127.0.0.1', port }, () => greet('127.0.0.1', port));
    await assert.rejects(greet('127.0.0.1', closed), /ECONNREFUSED/);
    const other: Server = createServer((socket) => {
      socket.resume().end('SSH-2.0-OpenSSH_9.6 and more\r\n');
    });
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    await assert.rejects(greet('127.0.0.1', port), /something else than libp2p/);
    await new Promise((resolve) => other.close(resolve));
  });

  it('asks real hosts, and is reached by them', async () => {
    const hosts = await startHosts(2, 'tcp');
    const [member, asker] = hosts;
    assert.ok(member !== undefined && asker !== undefined);
    try {
      serveRpc(
        member,
        withDialBack(member, () => Promise.resolve([])),
      );
      await until('they are connected', () => asker.peers().length === 1);
      const port = portIn(asker.addresses()[0] ?? '') ?? 0;
      const { signal } = new AbortController();
      const [answer] = await askReachability(asker, port, signal);
      assert.equal(answer?.outcome, 'reached', answer?.detail);
      assert.match(answer?.observed ?? '', /^\/ip4\/127\.0\.0\.1\/tcp\//);
      assert.equal(asker.peers().length, 1, 'the connection is still there');
    } finally {
      await Promise.all(hosts.map((host) => host.stop()));
    }
  });

  it('finds the port in an address', () => {
    assert.equal(portIn('/dns4/me.org/tcp/4101/p2p/12D3'), 4101);
    assert.equal(portIn('/ip4/0.0.0.0/tcp/0'), undefined);
    assert.equal(portIn('/memory/x'), undefined);
  });
});
