/**
 * How long a node that was away takes to be in sync: a cluster with real signatures certifies
 * claims, then a validator that knows nothing catches up from a peer that has seen it all.
 *
 * `npm run bench -- sync [claims] [claims per round]`. No network in between: what is measured is
 * what the node computes and writes; the bytes that it would fetch are told. Making the cluster's
 * signatures takes much longer than checking them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defined, type NodeId, round } from '../src/base/index.ts';
import { Draws, Validator, windowRounds } from '../src/core/index.ts';
import { Archive } from '../src/node/archive.ts';
import { rememberBeacons } from '../src/node/beacon/index.ts';
import { Feed } from '../src/node/feed.ts';
import type { FrameStream, Host, PeerInfo } from '../src/node/libp2p/index.ts';
import { type RpcRequest, requestFormat, withinLimits } from '../src/node/rpc/index.ts';
import { Runner, systemClock, validatorCore } from '../src/node/runner/index.ts';
import { Sync, unopenedLeaves } from '../src/node/sync.ts';
import { createMemoryStore, openStore, type Store } from '../src/store/index.ts';
import { decodeMessage, encodeMessage, type Message } from '../src/wire/index.ts';
import { Cluster } from '../test/support/cluster.ts';
import { EXECUTION_CLASS } from '../test/support/cluster-network.ts';
import { print } from './report.ts';

const STAKES = [10, 10, 10, 10, 10, 10, 10, 10];
const MICROSECONDS = 1e6;
const KIB = 1024;

export async function bench(): Promise<void> {
  const [claims = '1000', perRound = '20'] = process.argv.slice(3);
  const rounds = Math.ceil(Number(claims) / Number(perRound));
  const cluster = new Cluster({ stakes: STAKES, crypto: 'real', seed: 'bench-sync' });
  cluster.runRounds(2);
  for (let r = 0; r < rounds; r++) {
    for (let i = 0; i < Number(perRound); i++) cluster.answer('p1');
    cluster.runRounds(1);
  }
  cluster.runRounds(3);
  const peer = await peerOf(cluster);
  print(`away for ${peer.certificates} certificates in ${rounds} rounds, ${STAKES.length} members`);
  const folder = mkdtempSync(join(tmpdir(), 'assay-bench-'));
  const store = await openStore(join(folder, 'db'));
  try {
    await catchUp(cluster, peer, store);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
}

type Peer = {
  readonly certificates: number;
  /** The oldest: what the node that was away knew before it left. */
  readonly first: readonly Uint8Array[];
  readonly answer: (request: RpcRequest) => Promise<readonly Uint8Array[]>;
};

/** A node that has seen it all: what it archived, and the live core of the first validator. */
async function peerOf(cluster: Cluster): Promise<Peer> {
  const archive = new Archive(createMemoryStore());
  for (let r = 1; r <= cluster.round; r++) {
    await archive.addBeacon(round(r), cluster.keys.beacon.sign(r));
  }
  const seen = new Set<string>();
  for (const { message } of cluster.published) {
    if (message.type !== 'certificate') continue;
    const bytes = encodeMessage(message);
    seen.add(`${message.header.round}/${message.index}/${message.level}/${message.verdict}`);
    await archive.addCertificate({ message, bytes });
  }
  const { validator } = cluster.node('v1');
  const ask = (message: Message) => cluster.ask('v1', message).map(encodeMessage);
  const answer = async (request: RpcRequest): Promise<readonly Uint8Array[]> => {
    const { method } = request;
    if (method === 'beacons') return await archive.beacons(request.from, request.count);
    if (method === 'certificates') {
      return withinLimits(await archive.certificates(request.from, request.count));
    }
    if (method === 'open') {
      const ids = validator.snapshot().batches.map(({ id }) => id);
      return ids.map((batch) => encodeMessage({ type: 'query', batch }));
    }
    if (method !== 'lookup') return [];
    const { batch, index } = request;
    return ask({ type: 'query', batch, ...(index === undefined ? {} : { index }) });
  };
  const first = await archive.certificates(round(1), 1);
  return { certificates: seen.size, first, answer };
}

async function catchUp(cluster: Cluster, peer: Peer, store: Store): Promise<void> {
  const { network, keys } = cluster;
  const crypto = rememberBeacons(keys.crypto);
  const signer = defined(keys.validators[1], 'there is a second validator');
  const options = { draws: new Draws(network), crypto, signer, executionClass: EXECUTION_CLASS };
  const validator = new Validator({ ...options, guard: [] });
  const runner = new Runner({
    core: validatorCore(validator),
    clock: systemClock,
    ports: { persist: async () => undefined, perform: () => undefined, halted: () => undefined },
  });
  let latest = 0;
  const traffic = { bytes: 0, calls: 0 };
  const host = hostOf(peer, traffic);
  const feed = new Feed({
    ...{ host, runner, onMalformed: () => undefined, hear: () => undefined },
    onBeacon: (beacon) => {
      latest = Math.max(latest, beacon.round);
    },
    isCurrent: () => false,
    watermark: () => round(0),
  });
  const archive = new Archive(store);
  for (const bytes of peer.first) {
    const { message } = decodedOf(bytes);
    if (message.type === 'certificate') await archive.addCertificate({ message, bytes });
  }
  const sync = new Sync({
    ...{ host, network, crypto, feed, archive },
    chain: () => validator.chain,
    latest: () => (latest === 0 ? undefined : round(latest)),
    due: () => cluster.round,
    unopened: (batch) => unopenedLeaves(validator.snapshot().subjects, batch),
    fetchBeacon: () => Promise.resolve(undefined),
    signal: new AbortController().signal,
  });
  print(`window ${windowRounds(network)} rounds, latest round ${cluster.round}`);
  await timed('sync/beacons', async () => `${await sync.beacons()} beacons`);
  await timed('sync/open', async () => {
    const { batches, messages } = await sync.openBatches();
    return `${batches} batches, ${messages} messages`;
  });
  await timed('sync/certificates', async () => `${await sync.certificates()} certificates`);
  print(`fetched ${Math.round(traffic.bytes / KIB)} KiB in ${traffic.calls} calls`);
  await runner.close();
}

function decodedOf(bytes: Uint8Array): { readonly message: Message } {
  const result = decodeMessage(bytes);
  if (result.kind !== 'ok') throw new Error('what a node archived can be read');
  return result.decoded;
}

async function timed(name: string, work: () => Promise<string>): Promise<void> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  const what = await work();
  const wall = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const cpuSeconds = (user + system) / MICROSECONDS;
  print(`${name.padEnd(20)} CPU ${cpuSeconds.toFixed(2)} s, wall ${wall.toFixed(2)} s: ${what}`);
}

/** A host with one peer, which answers from memory. */
function hostOf(peer: Peer, traffic: { bytes: number; calls: number }): Host {
  const id = 'a'.repeat(64) as NodeId;
  const host: Pick<Host, 'onGossip' | 'onDirect' | 'peers' | 'open'> = {
    onGossip: () => undefined,
    onDirect: () => undefined,
    peers: () => [{ id, role: 'validator' } as PeerInfo],
    open: async () => {
      let frames: Uint8Array[] = [];
      const stream: FrameStream = {
        write: async (frame) => {
          const request = requestFormat.decode(frame);
          if (request.kind === 'ok') frames = [...(await peer.answer(request.value))];
          traffic.calls += 1;
          traffic.bytes += frames.reduce((sum, { length }) => sum + length, 0);
        },
        read: () => Promise.resolve(frames.shift()),
        closeWrite: () => Promise.resolve(),
        close: () => Promise.resolve(),
        abort: () => undefined,
      };
      return stream;
    },
  };
  return host as Host;
}
