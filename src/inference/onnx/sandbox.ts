/**
 * One child process, treated as hostile: it runs strangers' models in native code.
 *
 * - Time: a watchdog here kills it (SIGKILL; a model that runs lets no other signal through).
 * - Memory: resident size is polled while it works (Linux, /proc), and its address space is limited
 *   from the start (`ulimit -v`, Linux), so that one huge allocation fails at once. On macOS
 * neither
 *   exists, on Windows no shell either: only time is limited there.
 * - Replies: one frame per request, no longer than announced, or it is killed.
 * - Surroundings: no environment variables, an empty working directory, no core dumps, no streams
 *   but the channel.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type AbstentionReason, assert } from '../../base/index.ts';
import type { OptimizationLevel } from './execution-class.ts';
import { FRAME_FD, FRAME_HEAD_BYTES, type REPLY } from './frames.ts';

/** What one request may cost. */
export type RequestLimits = {
  readonly timeoutMs: number;
  readonly memoryBytes: number;
  readonly replyBytesMax: number;
};

/** What came of a request: a frame, or the death of the child. */
export type Reply =
  | { readonly kind: 'frame'; readonly frameKind: number; readonly payload: Uint8Array }
  | { readonly kind: 'death'; readonly reason: AbstentionReason; readonly detail: string };

export type SandboxOptions = {
  readonly optimization: OptimizationLevel;
  /** Largest `memoryBytes` of any request. */
  readonly memoryBytesMax: number;
  /** Empty directory. */
  readonly directory: string;
};

/** Between two looks at the child's memory; it can touch some 50 MiB in that time. */
const MEMORY_POLL_MS = 20;
const PAGE_BYTES = 4096;
/**
 * Address space that Node and the runtime reserve without using it: measured 1.6 GiB, and 2.4 GiB
 * with the threads of a TypeScript loader.
 */
const ADDRESS_SPACE_BYTES = 3 * 1024 ** 3;
/** Loaders use WebAssembly, whose guard pages and reserves would take 10 GiB of address space. */
const NODE_OPTIONS = ['--disable-wasm-trap-handler', '--wasm-max-mem-pages=1024'];

const live = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of live) child.kill('SIGKILL');
});

/** Owns a child process and at most one outstanding request. */
export class Sandbox {
  readonly #child: ChildProcess;
  readonly #channel: Socket;
  readonly #exited: Promise<void>;
  #pending: Pending | undefined;
  /** Set when the child is dead or dying. */
  #death: Extract<Reply, { kind: 'death' }> | undefined;

  constructor(options: SandboxOptions) {
    const [command, ...args] = commandLine(options);
    assert(command !== undefined, 'a command line has a command');
    this.#child = spawn(command, args, {
      cwd: options.directory,
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      windowsHide: true,
    });
    live.add(this.#child);
    // The fourth stream is a pipe that goes both ways.
    this.#channel = this.#child.stdio[FRAME_FD] as Socket;
    this.#channel.on('data', (chunk: Uint8Array) => this.#receive(chunk));
    this.#channel.on('error', () => this.kill('crash', 'the channel to the child broke'));
    this.#exited = new Promise((resolve) => {
      const end = (detail: string): void => {
        live.delete(this.#child);
        this.kill('crash', detail);
        resolve();
      };
      this.#child.once('error', (error) => end(`the child did not start: ${error.message}`));
      this.#child.once('exit', (code, signal) =>
        end(`the child ended: ${signal ?? `code ${code}`}`),
      );
    });
    this.#rest();
  }

  get isAlive(): boolean {
    return this.#death === undefined;
  }

  /** Waits for the child's first words; `frames` is empty then. Otherwise sends a request. */
  request(frames: readonly Uint8Array[], limits: RequestLimits): Promise<Reply> {
    assert(this.#pending === undefined, 'a child has one outstanding request');
    if (this.#death !== undefined) return Promise.resolve(this.#death);
    this.#child.ref();
    this.#channel.ref();
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => this.kill('timeout', `stopped after ${limits.timeoutMs} ms`),
        limits.timeoutMs,
      );
      const memoryTimer = setInterval(() => this.#checkMemory(limits), MEMORY_POLL_MS);
      this.#pending = { resolve, timer, memoryTimer, limits, parts: [], received: 0, length: -1 };
      this.#write(frames);
    });
  }

  /** Sends a request that has no reply. */
  post(frames: readonly Uint8Array[]): void {
    if (this.#death === undefined) this.#write(frames);
  }

  /** Kills the child; the outstanding request ends with this reason. */
  kill(reason: AbstentionReason, detail: string): void {
    this.#death ??= { kind: 'death', reason, detail };
    this.#child.kill('SIGKILL');
    this.#channel.destroy();
    this.#settle(this.#death);
  }

  /** Kills the child and waits until it is gone. */
  async close(): Promise<void> {
    this.kill('crash', 'the engine was closed');
    this.#child.ref();
    await this.#exited;
  }

  #write(frames: readonly Uint8Array[]): void {
    this.#channel.cork();
    for (const frame of frames) this.#channel.write(frame);
    this.#channel.uncork();
  }

  /** [EXEC-2] Kills a child that has grown beyond its limit. */
  #checkMemory(limits: RequestLimits): void {
    const bytes = residentBytes(this.#child.pid);
    if (bytes === undefined || bytes <= limits.memoryBytes) return;
    const mebibytes = Math.round(limits.memoryBytes / 1024 ** 2);
    this.kill('out-of-memory', `stopped above ${mebibytes} MiB of memory`);
  }

  #receive(chunk: Uint8Array): void {
    const pending = this.#pending;
    if (pending === undefined) return this.kill('crash', 'the child spoke without being asked');
    pending.parts.push(chunk);
    pending.received += chunk.length;
    if (pending.length < 0 && pending.received >= FRAME_HEAD_BYTES) {
      const head = Buffer.concat(pending.parts);
      pending.length = head.readUInt32LE(0) + 4;
      if (pending.length > pending.limits.replyBytesMax + FRAME_HEAD_BYTES) {
        return this.kill('out-of-memory', `the outputs have ${pending.length} bytes or more`);
      }
    }
    if (pending.length < 0 || pending.received < pending.length) return;
    if (pending.received > pending.length || pending.length < FRAME_HEAD_BYTES) {
      return this.kill('crash', 'the child sent no proper frame');
    }
    const frame = pending.parts.length === 1 ? chunk : Buffer.concat(pending.parts);
    const payload = frame.subarray(FRAME_HEAD_BYTES);
    this.#settle({ kind: 'frame', frameKind: frame[4] ?? 0, payload });
  }

  #settle(reply: Reply): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#pending = undefined;
    clearTimeout(pending.timer);
    clearInterval(pending.memoryTimer);
    this.#rest();
    pending.resolve(reply);
  }

  /** An idle child does not keep this process alive. */
  #rest(): void {
    this.#child.unref();
    this.#channel.unref();
  }
}

type Pending = {
  readonly resolve: (reply: Reply) => void;
  readonly timer: NodeJS.Timeout;
  readonly memoryTimer: NodeJS.Timeout;
  readonly limits: RequestLimits;
  readonly parts: Uint8Array[];
  received: number;
  /** Of the whole frame, or -1 before its head has arrived. */
  length: number;
};

/** Tells whether a reply is a frame of one kind. */
export function isFrame(
  reply: Reply,
  kind: (typeof REPLY)[keyof typeof REPLY],
): reply is Extract<Reply, { kind: 'frame' }> {
  return reply.kind === 'frame' && reply.frameKind === kind;
}

function commandLine({ optimization, memoryBytesMax }: SandboxOptions): string[] {
  const node = [process.execPath, ...NODE_OPTIONS, ...childModule(), optimization];
  if (process.platform === 'win32') return node;
  const kibibytes = Math.ceil((memoryBytesMax + ADDRESS_SPACE_BYTES) / 1024);
  // `exec` keeps the process id; a limit that the system does not know is left out.
  const script = 'ulimit -c 0; ulimit -v "$1" 2>/dev/null; shift; exec "$@"';
  return ['/bin/sh', '-c', script, 'sh', String(kibibytes), ...node];
}

/** Run from sources, the child needs the same TypeScript loader as this process. */
function childModule(): string[] {
  const here = import.meta.url;
  const extension = here.endsWith('.ts') ? 'ts' : 'js';
  const module = fileURLToPath(new URL(`./child.${extension}`, here));
  if (extension === 'js') return [module];
  return ['--import', pathToFileURL(createRequire(here).resolve('tsx')).href, module];
}

function residentBytes(pid: number | undefined): number | undefined {
  if (process.platform !== 'linux' || pid === undefined) return undefined;
  try {
    const pages = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1];
    return Number(pages) * PAGE_BYTES;
  } catch {
    // The child has just ended; its exit settles the request.
    return undefined;
  }
}
