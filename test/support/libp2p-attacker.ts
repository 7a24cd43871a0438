/** A hostile peer on raw libp2p: speaks the protocols of a host badly, on purpose. */
import { gossipsub } from '@chainsafe/libp2p-gossipsub';
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import { identify } from '@libp2p/identify';
import { memory } from '@libp2p/memory';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import type { Hello } from '../../src/node/libp2p/index.ts';
import { HELLO, seedOf } from './libp2p-hosts.ts';

const HELLO_PROTOCOL = '/assay/hello/1';
const GOSSIP_PROTOCOL = '/meshsub/1.1.0';

let names = 0;

/** Returns a started raw peer with identity `index` that knows no rule. */
export async function startRaw(index: number, wire: 'memory' | 'tcp' = 'memory') {
  names += 1;
  const isTcp = wire === 'tcp';
  const node = await createLibp2p({
    privateKey: await generateKeyPairFromSeed('Ed25519', seedOf(index)),
    addresses: { listen: isTcp ? [] : [`/memory/attacker-${names}`] },
    transports: [isTcp ? tcp() : memory()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify() },
  });
  await node.handle([GOSSIP_PROTOCOL], () => {}, { maxInboundStreams: 100 });
  return node;
}

export type RawPeer = Awaited<ReturnType<typeof startRaw>>;
export type RawConnection = Awaited<ReturnType<RawPeer['dial']>>;

/** Connects to `address` and says hello, or something else. */
export async function connectRaw(
  node: RawPeer,
  address: string,
  hello: Hello | Uint8Array | 'nothing' = HELLO,
): Promise<RawConnection> {
  const connection = await node.dial(multiaddr(address));
  if (hello === 'nothing') return connection;
  const stream = await connection.newStream(HELLO_PROTOCOL);
  const bytes =
    hello instanceof Uint8Array ? hello : new TextEncoder().encode(JSON.stringify(hello));
  stream.send(framed(bytes));
  const answered = new Promise<void>((resolve) => {
    stream.addEventListener('message', () => resolve());
    stream.addEventListener('close', () => resolve());
  });
  await answered;
  await stream.close();
  return connection;
}

/** Returns a stream of the gossip protocol; what comes back on others is not read. */
export async function gossipStream(connection: RawConnection) {
  return await connection.newStream(GOSSIP_PROTOCOL);
}

/** A frame of our streams: four bytes of length. */
export function framed(bytes: Uint8Array, claimed = bytes.length): Uint8Array {
  const frame = new Uint8Array(4 + bytes.length);
  new DataView(frame.buffer).setUint32(0, claimed);
  frame.set(bytes, 4);
  return frame;
}

/** An RPC of gossipsub: a varint of its length, then protobuf fields. */
export function rpc(...fields: readonly Uint8Array[]): Uint8Array {
  const body = join(...fields);
  return join(varint(body.length), body);
}

/** Field 1 of an RPC: a subscription. */
export function subscription(topic: string): Uint8Array {
  return field(1, join(Uint8Array.of(8, 1), field(2, new TextEncoder().encode(topic))));
}

/** Field 2 of an RPC: a message. */
export function message(topic: string, data: Uint8Array): Uint8Array {
  return field(2, join(field(2, data), field(4, new TextEncoder().encode(topic))));
}

/** Field 3 of an RPC: control, made of the four below. */
export function control(...fields: readonly Uint8Array[]): Uint8Array {
  return field(3, join(...fields));
}

export function ihave(topic: string, ids: readonly Uint8Array[]): Uint8Array {
  const list = ids.map((id) => field(2, id));
  return field(1, join(field(1, new TextEncoder().encode(topic)), ...list));
}

export function iwant(ids: readonly Uint8Array[]): Uint8Array {
  return field(2, join(...ids.map((id) => field(1, id))));
}

export function graft(topic: string): Uint8Array {
  return field(3, field(1, new TextEncoder().encode(topic)));
}

export function prune(topic: string, backoffSeconds: number): Uint8Array {
  const name = field(1, new TextEncoder().encode(topic));
  return field(4, join(name, Uint8Array.of(3 << 3), varint(backoffSeconds)));
}

/** A router of the library that takes part but keeps everything to itself. */
export async function startSilent(index: number, topics: readonly string[]) {
  names += 1;
  const node = await createLibp2p({
    privateKey: await generateKeyPairFromSeed('Ed25519', seedOf(index)),
    addresses: { listen: [`/memory/silent-${names}`] },
    transports: [memory()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: {
      identify: identify(),
      gossip: gossipsub({ globalSignaturePolicy: 'StrictNoSign', asyncValidation: true }),
    },
  });
  for (const topic of topics) node.services.gossip.subscribe(topic);
  return node;
}

function field(number: number, bytes: Uint8Array): Uint8Array {
  return join(Uint8Array.of((number << 3) | 2), varint(bytes.length), bytes);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Uint8Array.of(...bytes, rest);
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
