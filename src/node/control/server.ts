/**
 * Answers the commands of whoever owns the folder: a socket in it, which the system lets nobody
 * else open. No port, no token; what strangers may ask goes over libp2p or the API.
 */
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { AssayError } from '../../base/index.ts';
import { reasonOf } from '../error.ts';
import { type LineLimits, readLine } from './lines.ts';
import type { ControlRequest, ControlService } from './messages.ts';

const SOCKET_FILE = 'control.sock';
/** Names of sockets are short: 104 bytes on macOS, 108 on Linux. */
const SOCKET_PATH_MAX = 100;
const LIMITS: LineLimits = { bytesMax: 4096, timeoutMs: 5_000 };
const CONNECTIONS_MAX = 16;

export type ControlServer = {
  readonly socket: string;
  /** Ends what is under way. */
  close(): Promise<void>;
};

/** Starts to answer. The caller holds the lock of the folder. */
export async function serveControl(
  directory: string,
  service: ControlService,
): Promise<ControlServer> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (connection) => {
    open.add(connection);
    connection.on('close', () => open.delete(connection));
    connection.on('error', () => connection.destroy());
    void answer(connection, service);
  });
  server.maxConnections = CONNECTIONS_MAX;
  const socket = await listening(server, directory);
  if (process.platform !== 'win32') await chmod(socket, 0o600);
  return {
    socket,
    close: async () => {
      const closed = new Promise((done) => server.close(done));
      for (const connection of open) connection.destroy();
      await closed;
      const isElsewhere = process.platform !== 'win32' && dirname(socket) !== resolve(directory);
      if (isElsewhere) await rm(dirname(socket), { recursive: true, force: true });
    },
  };
}

/** Listens in the folder, or elsewhere if its path is too long or its disk has no sockets. */
async function listening(server: Server, directory: string): Promise<string> {
  if (process.platform === 'win32') return listenAt(server, `\\\\.\\pipe\\assay-${randomUUID()}`);
  const path = join(resolve(directory), SOCKET_FILE);
  if (Buffer.byteLength(path) <= SOCKET_PATH_MAX) {
    await rm(path, { force: true });
    const socket = await listenAt(server, path).catch(() => undefined);
    if (socket !== undefined) return socket;
  }
  return await listenAt(server, join(await mkdtemp(join(tmpdir(), 'assay-')), SOCKET_FILE));
}

function listenAt(server: Server, socket: string): Promise<string> {
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(socket, () => {
      server.off('error', fail);
      done(socket);
    });
  });
}

async function answer(connection: Socket, service: ControlService): Promise<void> {
  try {
    const request: unknown = JSON.parse(await readLine(connection, LIMITS));
    connection.end(`${JSON.stringify({ answer: await dispatch(service, request) })}\n`);
  } catch (error) {
    const detail = error instanceof AssayError ? error.detail : undefined;
    const refusal = detail ?? { code: 'control-refused', message: reasonOf(error) };
    connection.end(`${JSON.stringify({ refusal })}\n`);
  }
}

function dispatch(service: ControlService, request: unknown): Promise<unknown> {
  if (!isRequest(request)) throw new Error('this is no request of this release');
  switch (request.method) {
    case 'report':
      return service.report(request);
    case 'peers':
      return service.peers(request);
    case 'ban':
      return service.ban(request);
    case 'unban':
      return service.unban(request);
    case 'earnings':
      return service.earnings(request);
    default:
      return service.reach(request);
  }
}

function isRequest(value: unknown): value is ControlRequest {
  if (typeof value !== 'object' || value === null || !('method' in value)) return false;
  const { method } = value;
  if (['report', 'peers', 'reach', 'earnings'].includes(String(method))) return true;
  const isAboutPeer = 'peer' in value && typeof value.peer === 'string';
  if (method === 'unban') return isAboutPeer;
  const isBan = 'reason' in value && typeof value.reason === 'string' && 'forMs' in value;
  return method === 'ban' && isAboutPeer && isBan && Number.isSafeInteger(value.forMs);
}
