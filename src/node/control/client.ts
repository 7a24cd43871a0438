/** Asks the node that runs with a folder. */
import { connect, type Socket } from 'node:net';
import { ControlError } from './error.ts';
import { readLine } from './lines.ts';
import type { ControlAnswers, ControlRequest } from './messages.ts';
import { type Running, readRunning } from './running.ts';

const ANSWER_BYTES_MAX = 8 * 1024 ** 2;
/** Peers that are asked to dial take a while. */
const TIMEOUT_MS = 30_000;
const CONNECT_MS = 3_000;

/**
 * Asks the node that runs with `directory`.
 * @param softwareVersion of who asks: only the same release is sure to understand
 * @throws ControlError node-not-running, node-silent, node-of-other-release, control-refused
 */
export async function askNode<M extends ControlRequest['method']>(
  directory: string,
  request: Extract<ControlRequest, { method: M }>,
  softwareVersion: string,
  { timeoutMs = TIMEOUT_MS } = {},
): Promise<ControlAnswers[M]> {
  const running = await readRunning(directory);
  if (running === undefined) throw notRunning(directory);
  const socket = await connected(directory, running);
  try {
    assertSameRelease(running, softwareVersion);
    const limits = { bytesMax: ANSWER_BYTES_MAX, timeoutMs };
    const reading = readLine(socket, limits);
    socket.write(`${JSON.stringify(request)}\n`);
    const reply: unknown = JSON.parse(await reading.catch((cause) => fail(directory, cause)));
    if (isAnswer<M>(reply)) return reply.answer;
    throw new ControlError(refusalIn(reply));
  } finally {
    socket.destroy();
  }
}

function connected(directory: string, { socket: path, pid }: Running): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const timer = setTimeout(() => socket.destroy(new Error('no connection')), CONNECT_MS);
    socket.once('error', (cause) => {
      clearTimeout(timer);
      reject(notRunning(directory, { pid, cause }));
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(socket);
    });
  });
}

function assertSameRelease(running: Running, softwareVersion: string): void {
  if (running.softwareVersion === softwareVersion) return;
  throw new ControlError({
    code: 'node-of-other-release',
    message: `the node runs ${running.softwareVersion}, this command is ${softwareVersion}`,
    remedy: 'Use the release that the node runs, or start the node again with this one.',
  });
}

/** The release is the same, and so is what it answers. */
function isAnswer<M extends ControlRequest['method']>(
  reply: unknown,
): reply is { readonly answer: ControlAnswers[M] } {
  return typeof reply === 'object' && reply !== null && 'answer' in reply;
}

function refusalIn(reply: unknown): { code: string; message: string; remedy?: string } {
  const { refusal }: { refusal?: unknown } = Object(reply);
  const { code, message, remedy }: Record<string, unknown> = Object(refusal);
  return {
    code: typeof code === 'string' ? code : 'control-refused',
    message: typeof message === 'string' ? message : 'the node refused',
    ...(typeof remedy === 'string' ? { remedy } : {}),
  };
}

function fail(directory: string, cause: unknown): never {
  const message = 'the node that runs with this folder does not answer';
  const remedy = 'Look at its log; it may be very busy, or about to stop.';
  throw new ControlError({ code: 'node-silent', message, where: directory, remedy }, { cause });
}

function notRunning(
  directory: string,
  gone?: { readonly pid: number; readonly cause: unknown },
): ControlError {
  const ended = gone === undefined ? '' : `; process ${gone.pid} did not stop in good order`;
  const detail = {
    code: 'node-not-running',
    message: `no node runs with this folder${ended}`,
    where: directory,
    remedy: 'Start it with assay start, or name the folder of a node with --dir.',
  };
  return new ControlError(detail, gone === undefined ? {} : { cause: gone.cause });
}
