import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { FaultyNetwork, type ProxiedNode } from '../../../../src/node/chaos/index.ts';

const NAMES = ['a', 'b', 'c'] as const;
type Name = (typeof NAMES)[number];
const DELAY_MS = 60;

describe('a faulty network', function () {
  this.timeout(10_000);
  let echoes: Server[];
  let nodes: ProxiedNode[];
  let network: FaultyNetwork;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    echoes = await Promise.all(NAMES.map(() => echo()));
    const free = await Promise.all(NAMES.map(() => freePort()));
    nodes = NAMES.map((name, k) => ({
      name,
      publicPort: free[k] ?? 0,
      hiddenPort: portOf(echoes[k] as Server),
      dialFrom: `127.0.1.${k + 1}`,
    }));
    network = await FaultyNetwork.open(nodes, { random: () => 0.5 });
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await network.close();
    for (const server of echoes) server.close();
  });

  /** Connects as a node, or as somebody outside. */
  async function dial(from: Name | 'outside', to: Name): Promise<Socket> {
    const port = nodes.find(({ name }) => name === to)?.publicPort ?? 0;
    const localAddress = nodes.find(({ name }) => name === from)?.dialFrom ?? '127.0.0.1';
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }

  async function isOpen(from: Name | 'outside', to: Name): Promise<boolean> {
    const socket = await dial(from, to).catch(() => undefined);
    if (socket === undefined) return false;
    const said = answer(socket, 'hello').then((text) => text === 'hello');
    return await Promise.race([closing(socket).then(() => false), said]);
  }

  it('carries bytes both ways, and knows who dialled whom', async () => {
    assert.equal(await answer(await dial('a', 'b'), 'ping'), 'ping');
    assert.equal(await answer(await dial('outside', 'c'), 'pong'), 'pong');
    assert.deepEqual(network.connections(), [
      { dialler: 'a', listener: 'b' },
      { dialler: undefined, listener: 'c' },
    ]);
  });

  it('delays without changing the order', async () => {
    network.change('a', 'b', { delayMs: DELAY_MS, jitterMs: DELAY_MS });
    const socket = await dial('a', 'b');
    const begin = performance.now();
    const text = Array.from({ length: 200 }, (_, k) => `${k},`).join('');
    for (const part of text.match(/.{1,7}/g) ?? []) socket.write(part);
    assert.equal(await read(socket, text.length), text);
    assert.ok(performance.now() - begin >= DELAY_MS, 'nothing comes before the delay');
  });

  it('limits bandwidth', async () => {
    network.change('a', 'b', { bytesPerSecond: 100_000 });
    const socket = await dial('a', 'b');
    const begin = performance.now();
    socket.write(Buffer.alloc(20_000));
    await read(socket, 20_000);
    assert.ok(performance.now() - begin >= 190, '20 kB at 100 kB/s take 200 ms');
  });

  it('cuts exactly one pair, connections that exist and new ones, until it heals', async () => {
    const socket = await dial('a', 'b');
    assert.equal(await answer(socket, 'before'), 'before');
    network.change('a', 'b', { isCut: true });
    network.change('b', 'a', { isCut: true });
    const late = answer(socket, 'during');
    assert.equal(await isOpen('a', 'b'), false);
    assert.equal(await isOpen('b', 'a'), false);
    assert.equal(await isOpen('a', 'c'), true);
    assert.equal(await isOpen('c', 'b'), true);
    assert.equal(await isOpen('outside', 'b'), true);
    assert.equal(await Promise.race([late, 'nothing']), 'nothing');
    network.heal();
    assert.equal(await late, 'during');
    assert.equal(await isOpen('a', 'b'), true);
  });

  it('cuts one direction only', async () => {
    const byA = await dial('a', 'b');
    const byB = await dial('b', 'a');
    assert.equal(await answer(byA, '1'), '1');
    assert.equal(await answer(byB, '1'), '1');
    network.change('b', 'a', { isCut: true });
    const heard = once(echoes[1] as Server, 'heard');
    byA.write('there');
    assert.equal(String((await heard)[0]), 'there', 'a is heard at b');
    const silent = answer(byB, 'no way');
    assert.equal(await isOpen('a', 'c'), true);
    assert.equal(await Promise.race([silent, 'nothing']), 'nothing', 'b is not heard at a');
    assert.equal(await isOpen('a', 'b'), false, 'a handshake needs both directions');
  });

  it('holds back the end of a connection while it is cut', async () => {
    const socket = await dial('a', 'b');
    assert.equal(await answer(socket, '1'), '1');
    network.change('a', 'b', { isCut: true });
    network.change('b', 'a', { isCut: true });
    const gone = once(echoes[1] as Server, 'gone').then(() => 'gone');
    socket.destroy();
    await closing(socket);
    assert.equal(await isOpen('c', 'b'), true);
    assert.equal(await Promise.race([gone, 'nothing']), 'nothing');
    network.heal();
    assert.equal(await gone, 'gone');
  });

  it('resets the connections of a pair', async () => {
    const [hit, spared] = [await dial('a', 'b'), await dial('c', 'b')];
    await answer(hit, '1');
    const closed = closing(hit);
    network.reset('b', 'a');
    await closed;
    assert.equal(await answer(spared, 'still'), 'still');
  });

  it('waits for a slow reader instead of holding everything', async () => {
    const socket = await dial('a', 'b');
    socket.pause();
    const block = Buffer.alloc(64 * 1024, 1);
    let sent = 0;
    while (sent < 64 * 1024 * 1024 && socket.writableLength < 8 * 1024 * 1024) {
      socket.write(block);
      sent += block.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(socket.writableLength > 0, 'the sender is held back');
    socket.resume();
    assert.equal((await read(socket, sent)).length, sent);
  });
});

/** A server that says back what it hears, and tells of it. */
async function echo(): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      server.emit('heard', chunk);
      if (!socket.write(chunk)) {
        socket.pause();
        socket.once('drain', () => socket.resume());
      }
    });
    socket.on('close', () => server.emit('gone'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** Resolves when a socket is closed, however it came to that. */
function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function answer(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  return await read(socket, text.length);
}

/** Reads so many bytes. */
function read(socket: Socket, sizeBytes: number): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let left = sizeBytes;
    socket.on('data', function take(chunk: Buffer) {
      chunks.push(chunk);
      left -= chunk.length;
      if (left > 0) return;
      socket.off('data', take);
      resolve(Buffer.concat(chunks).toString());
    });
  });
}
