/** Five hosts find each other from one address, and each message reaches each handler once. */
import assert from 'node:assert/strict';
import type { Host } from '../../src/node/libp2p/index.ts';
import { startHost, startHosts, until, type Wire } from '../support/libp2p-hosts.ts';

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
