/**
 * Does a host come back to its base line after thousands of peers? Heap after a collection, and
 * peers that it remembers, every thousand of them.
 *
 * `node --expose-gc --import tsx bench/main.ts churn [peers]`. All of them are hosts of this
 * process, over connections in memory, a few at a time; each asks something and goes.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { serveRpc } from '../src/node/rpc/index.ts';
import { churn } from '../test/support/churn.ts';
import { startHost } from '../test/support/libp2p-hosts.ts';
import { print } from './report.ts';

const STEP = 1000;
const SETTLE_MS = 11_000;
const MEBIBYTE = 1024 ** 2;

export async function bench(): Promise<void> {
  const [peers = '6000'] = process.argv.slice(3);
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('run it with node --expose-gc');
  const host = await startHost(0, 'memory');
  serveRpc(host, async () => [Uint8Array.of(1)]);
  for (let come = 0; come < Number(peers); come += STEP) {
    await churn(host, { from: 1 + come, count: STEP });
    // timeouts of connections hold on to them for some seconds
    await pause(SETTLE_MS);
    gc();
    await pause(0);
    gc();
    const heap = (process.memoryUsage().heapUsed / MEBIBYTE).toFixed(1);
    const known = await host.knownCount();
    print(`churn/peers=${come + STEP}: heap ${heap} MiB, known ${known}, connected 0`);
  }
  await host.stop();
}
