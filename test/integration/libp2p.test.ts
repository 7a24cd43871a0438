/** Five hosts find each other from one address, and each message reaches each handler once. */
import assert from 'node:assert/strict';
import type { Host } from '../../src/node/libp2p/index.ts';
import { HELLO, startHost, startHosts, until, type Wire } from '../support/libp2p-hosts.ts';

const COUNT = 5;

for (const wire of ['memory', 'tcp'] satisfies Wire[]) {
  describe(`five hosts over ${wire}`, function () {
    this.timeout(30_000);
    let hosts: Host[] = [];
    afterEach(async () => {
      await Promise.all(hosts.map((host) => host.stop()));
      hosts = [];
    });

    it('find each other from one address, and deliver each message once to each', async () => {
      hosts = await startHosts(COUNT, wire);
      const received = hosts.map((host) => collect(host));
      await until('everybody knows everybody', () =>
        hosts.every((host) => host.peers().length === COUNT - 1),
      );
      await until('all meshes are full', () =>
        hosts.every((host) => host.meshSizes().claims === COUNT - 1),
      );
      const sent: string[] = [];
      for (const [index, host] of hosts.entries()) {
        for (let number = 0; number < 20; number += 1) {
          sent.push(`${index}/${number}`);
          await host.publish('claims', text(`${index}/${number}`));
        }
      }
      const expected = (index: number) => sent.filter((name) => !name.startsWith(`${index}/`));
      await until('everything arrived', () =>
        received.every((names, index) => names.length >= expected(index).length),
      );
      for (const [index, names] of received.entries()) {
        assert.deepEqual([...names].sort(), expected(index).sort(), `host ${index}`);
      }
    });

    it('take a host back that was restarted', async () => {
      hosts = await startHosts(3, wire);
      await until('everybody knows everybody', () =>
        hosts.every((host) => host.peers().length === 2),
      );
      const [first, , last] = hosts;
      assert.ok(first !== undefined && last !== undefined);
      await last.stop();
      await until('it is missed', () => first.peers().length === 1);
      hosts[2] = await startHost(2, wire, { bootstrap: [...first.addresses()] });
      const received = collect(hosts[2]);
      await until('it is back', () => first.peers().length === 2);
      await first.publish('claims', text('welcome'));
      await until('it hears again', () => received.includes('welcome'));
    });

    it('keep the first of two processes with one key, and tell the second', async () => {
      hosts = await startHosts(3, wire);
      await until('everybody knows everybody', () =>
        hosts.every((host) => host.peers().length === 2),
      );
      const [first, second, original] = hosts;
      assert.ok(first !== undefined && second !== undefined && original !== undefined);
      const lost: string[] = [];
      original.onPeer(({ change }) => lost.push(change));
      const bootstrap = [...first.addresses(), ...second.addresses()];
      const twin = await startHost(2, wire, { bootstrap });
      hosts.push(twin);
      const refusing = new Set<string>();
      twin.onElsewhere((peer) => refusing.add(peer));
      await until('it is refused by both', () => refusing.size === 2);
      assert.deepEqual(twin.peers(), []);
      const received = collect(original);
      await first.publish('claims', text('to the first'));
      await until('the first one hears', () => received.includes('to the first'));
      assert.deepEqual(lost, []);
      await original.stop();
      await until('the second one takes its place', () => twin.peers().length === 2);
    });

    it('let several programs ask in one name', async () => {
      const first = await startHost(0, wire);
      const asking = {
        bootstrap: first.addresses(),
        hello: { ...HELLO, role: 'requester' },
      } as const;
      const one = await startHost(1, wire, asking);
      const other = await startHost(1, wire, asking);
      hosts = [first, one, other];
      await until('both are connected', () =>
        [one, other].every((host) => host.peers().length === 1),
      );
      await one.stop();
      await until('one is gone', () => first.peers()[0]?.addresses.length === 1);
      assert.equal(other.peers().length, 1);
    });
  });
}

/** Returns what `host` receives from now on; everything is accepted. */
function collect(host: Host): string[] {
  const names: string[] = [];
  host.onGossip(({ bytes, judge }) => {
    names.push(new TextDecoder().decode(bytes));
    judge('accept');
  });
  return names;
}

function text(message: string): Uint8Array {
  return new TextEncoder().encode(message);
}
