/** Strangers with keys of their own that come to a host, ask it something, and go. */
import assert from 'node:assert/strict';
import type { Host } from '../../src/node/libp2p/index.ts';
import { callRpc } from '../../src/node/rpc/index.ts';
import { HELLO, startHost, until } from './libp2p-hosts.ts';

const AT_ONCE = 6;
const CALL_MS = 10_000;

/**
 * Lets `count` peers come and go, a few at a time; resolves when all are gone.
 * @param host serves RPCs with one frame, in memory
 * @param from number of the first identity
 */
export async function churn(
  host: Host,
  { from, count }: { readonly from: number; readonly count: number },
): Promise<void> {
  for (let at = 0; at < count; at += AT_ONCE) {
    const indices = Array.from({ length: Math.min(AT_ONCE, count - at) }, (_, i) => from + at + i);
    await Promise.all(indices.map((index) => comeAndGo(host, index)));
    await until('all are gone', () => host.peers().length === 0);
  }
}

async function comeAndGo(host: Host, index: number): Promise<void> {
  const guest = await startHost(index, 'memory', { hello: { ...HELLO, role: 'requester' } });
  try {
    const [address = ''] = host.addresses();
    const peer = await guest.dial(address);
    const signal = AbortSignal.timeout(CALL_MS);
    assert.equal((await callRpc(guest, peer, { method: 'open' }, signal)).length, 1);
  } finally {
    await guest.stop();
  }
}
