/**
 * End to end against real processes: a validator that equivocates is convicted, a hostile peer is
 * thrown out while honest claims become final, and a validator that is killed again and again
 * never contradicts itself.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { helloOf, networkOf } from '../../src/network-file/index.ts';
import { keystorePath, openKeystore, peerIdText, Secret } from '../../src/node/index.ts';
import { startEquivocator } from '../support/equivocator.ts';
import {
  connectRaw,
  control,
  gossipStream,
  graft,
  message,
  type RawConnection,
  rpc,
  startRaw,
  subscription,
} from '../support/libp2p-attacker.ts';
import { assay, Testnet, until } from '../support/testnet.ts';

const EVIL = 'validator-4';
const HONEST = ['validator-1', 'validator-2', 'validator-3'];
const PROVIDER = 'provider-1';
const MIB = 2 ** 20;

describe('a testnet under attack', function () {
  this.timeout(120_000);
  let net: Testnet;

  before(async () => {
    assert.equal((await assay('--version')).code, 0);
    net = await Testnet.make({ validators: 4, providers: 1, dishonest: 0 });
    net.start({ without: [EVIL] });
    await net.inSync([...HONEST, PROVIDER]);
  });

  after(() => net.stop());

  it('[COMMIT-1] convicts a validator that signs two commits, and slashes it', async () => {
    const password = readFileSync(join(net.dir, 'password'), 'utf8').trim();
    const path = keystorePath(join(net.dir, EVIL));
    const { seed } = await openKeystore(path, new Secret(password));
    const equivocator = await startEquivocator(net.file, seed.reveal());
    try {
      await until('it is connected', 20_000, () => equivocator.peers().length > 1 || undefined);
      const outcome = await net.outcome(await net.infer(PROVIDER, 1));
      assert.equal(outcome.kind === 'receipt' && outcome.summary.judgement?.verdict, 'valid');
      for (const name of HONEST) {
        const status = await until(`${name} convicts it`, 20_000, async () => {
          const found = (await net.statuses()).get(name);
          return found !== undefined && found.convicted.length > 0 ? found : undefined;
        });
        assert.deepEqual(status.convicted, [net.idOf(EVIL)]);
        assert.ok(
          status.slashed.some(({ id, reason }) => {
            return id === net.idOf(EVIL) && reason === 'slash-equivocation';
          }),
        );
      }
    } finally {
      await equivocator.stop();
    }
  });

  it('throws out a hostile peer: claims become final, memory stays', async () => {
    const before = (await net.statuses()).get('validator-1')?.rssBytes ?? 0;
    const port = net.plan.nodes.find(({ name }) => name === 'validator-1')?.port;
    const address = `/ip4/127.0.0.1/tcp/${port}/p2p/${peerIdText(net.idOf('validator-1'))}`;
    const topic = `/assay/${net.file.id.slice(0, 16)}/claims`;
    const hello = {
      ...helloOf(networkOf(net.file)),
      role: 'validator',
      softwareVersion: 'assay/evil',
    } as const;
    const asked = net.infer(PROVIDER, 2);
    for (const [number, attack] of attacksOn(topic).entries()) {
      const attacker = await startRaw(5_000 + number, 'tcp');
      try {
        const connection = await connectRaw(attacker, address, hello);
        await insist(connection, attack);
        await until('it is disconnected', 20_000, () => connection.status !== 'open' || undefined);
      } finally {
        await attacker.stop();
      }
    }
    const outcome = await net.outcome(await asked);
    assert.equal(outcome.kind === 'receipt' && outcome.summary.judgement?.verdict, 'valid');
    const after = (await net.statuses()).get('validator-1')?.rssBytes ?? 0;
    assert.ok(after - before < 64 * MIB, `grew by ${Math.round((after - before) / MIB)} MiB`);
  });

  it('[GUARD-2] never contradicts itself, however often it is killed', async function () {
    this.timeout(600_000);
    // KILLS=20 in the environment makes it a longer programme
    const kills = Number(process.env['KILLS'] ?? 2);
    for (let kill = 0; kill < kills; kill++) {
      const answered = await net.infer(PROVIDER, 10 + kill);
      await new Promise((resolve) => setTimeout(resolve, 2_000 + ((350 * kill) % 3_000)));
      await net.processes.end('validator-3', 'SIGKILL');
      net.processes.start('validator-3');
      await net.inSync(['validator-3']);
      assert.ok(answered.promise.round > 0);
    }
    const outcome = await net.outcome(await net.infer(PROVIDER, 20));
    assert.equal(outcome.kind === 'receipt' && outcome.summary.judgement?.verdict, 'valid');
    for (const [name, status] of await net.statuses()) {
      assert.ok(!status.convicted.includes(net.idOf('validator-3')), name);
    }
  });
});

/** Sends what `attack` makes 400 times, on a new stream whenever the node closed the last one. */
async function insist(connection: RawConnection, attack: (i: number) => Uint8Array) {
  let stream: Awaited<ReturnType<typeof gossipStream>> | undefined;
  for (let i = 0; i < 400 && connection.status === 'open'; i++) {
    try {
      if (stream?.writeStatus !== 'writable') stream = await gossipStream(connection);
      stream.send(attack(i));
    } catch {
      // the node may close the stream, or the connection, between any two calls: that is the point
      stream = undefined;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What each attacker sends, again and again. */
function attacksOn(topic: string): readonly ((i: number) => Uint8Array)[] {
  const junk = (i: number): Uint8Array => new TextEncoder().encode(`junk ${i}`.padEnd(300));
  return [
    (i) => rpc(subscription(topic), control(graft(topic)), message(topic, junk(i))),
    (i) => rpc(...Array.from({ length: 64 }, (_, k) => subscription(`t ${i} ${k}`.padEnd(64)))),
    (i) => Uint8Array.of(255, 255, 255, 255, 127, i & 255),
  ];
}
