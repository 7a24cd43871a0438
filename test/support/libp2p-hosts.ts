/** Hosts for tests: identities by number, one network, in memory or on loopback. */
import { memory } from '@libp2p/memory';
import type { Hello, Host, HostOptions } from '../../src/node/libp2p/index.ts';
import { createHost } from '../../src/node/libp2p/index.ts';

/** What all hosts of a test say, unless a test says otherwise. */
export const HELLO: Hello = {
  networkId: 'ab'.repeat(32),
  protocolVersion: 1,
  softwareVersion: 'test/1',
  role: 'validator',
  setHash: '01'.repeat(32),
  parametersHash: '02'.repeat(32),
  modelsHash: '03'.repeat(32),
};

/** A message of the test's own network prefix. */
export const PREFIX = '/assay/abababababababab';

let names = 0;

/** Returns the seed of identity `index`. */
export function seedOf(index: number): Uint8Array {
  const seed = new Uint8Array(32);
  new DataView(seed.buffer).setUint32(0, index + 1);
  return seed;
}

export type Wire = 'memory' | 'tcp';

/** Returns a started host that judges nothing. */
export async function startHost(
  index: number,
  wire: Wire,
  options: Partial<HostOptions> = {},
): Promise<Host> {
  names += 1;
  const host = await createHost({
    seed: seedOf(index),
    listen: [wire === 'memory' ? `/memory/host-${names}` : '/ip4/127.0.0.1/tcp/0'],
    ...(wire === 'memory' ? { transports: [memory()] } : {}),
    bootstrap: [],
    hello: HELLO,
    roundMs: 1_000,
    ...options,
  });
  await host.start();
  return host;
}

/** Starts `count` hosts that know the first one only. */
export async function startHosts(
  count: number,
  wire: Wire,
  options: Partial<HostOptions> = {},
): Promise<Host[]> {
  const first = await startHost(0, wire, options);
  const bootstrap = [...first.addresses()];
  const hosts = [first];
  for (let index = 1; index < count; index += 1) {
    hosts.push(await startHost(index, wire, { bootstrap, ...options }));
  }
  return hosts;
}

/** Waits until `isTrue`, looking every few milliseconds. @throws Error naming `what` when late */
export async function until(
  what: string,
  isTrue: () => boolean,
  deadlineMs = 15_000,
): Promise<void> {
  const endMs = Date.now() + deadlineMs;
  while (!isTrue()) {
    if (Date.now() > endMs) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
