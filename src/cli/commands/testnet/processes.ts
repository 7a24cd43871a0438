/** The processes of a testnet: started, watched, and ended with their parent. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../version.ts';
import { type Plan, TESTNET_FILES } from './plan.ts';
import { Reaper } from './reaper.ts';

/** What became of a process. */
export type ProcessState =
  | { readonly kind: 'running'; readonly pid: number }
  | { readonly kind: 'ended'; readonly how: string };

/** How long processes have to end before they are killed: a node takes at most 10 s. */
const STOP_MS = 12_000;

export type ProcessesOptions = {
  readonly dir: string;
  readonly plan: Plan;
  readonly logLevel: string;
  /** What is started otherwise than `testnet up` does, by name. */
  readonly launch?: (name: string) => Launch;
};

/** How a process is started. */
export type Launch = {
  /** Instead of the port that the plan gives it. */
  readonly listenPort?: number;
  /** More arguments of the command. */
  readonly words?: readonly string[];
  /** Arguments of Node, before the command. */
  readonly nodeWords?: readonly string[];
};

type Entry = { readonly child: ChildProcess; state: ProcessState };

export class Processes {
  readonly #options: ProcessesOptions;
  readonly #children = new Map<string, Entry>();
  readonly #reaper = new Reaper();

  constructor(options: ProcessesOptions) {
    this.#options = options;
  }

  /** Starts beacon and nodes. */
  startAll(): void {
    this.start('beacon');
    for (const { name } of this.#options.plan.nodes) this.start(name);
  }

  /** Starts `beacon` or the node of a name; what runs already is left alone. */
  start(name: string): void {
    if (this.state(name).kind === 'running') return;
    const { dir } = this.#options;
    const log = openSync(join(dir, `${name}.log`), 'a', 0o600);
    // a group of its own: Ctrl-C reaches the parent, which ends its children in order
    const { nodeWords = [] } = this.#launchOf(name);
    const words = [HEAP_WORD, ...nodeWords, LAUNCHER, ...this.#argumentsOf(name)];
    const child = spawn(process.execPath, words, {
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);
    const entry: Entry = { child, state: { kind: 'running', pid: child.pid ?? 0 } };
    const { pid } = child;
    if (pid !== undefined) this.#reaper.watch(pid);
    child.once('error', (error) => {
      entry.state = { kind: 'ended', how: error.message };
    });
    child.once('exit', (code, signal) => {
      if (pid !== undefined) this.#reaper.forget(pid);
      entry.state = { kind: 'ended', how: signal ?? `exit ${code}` };
    });
    this.#children.set(name, entry);
  }

  /** Sends a signal to one process; resolves when it has ended. */
  async end(name: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const entry = this.#children.get(name);
    if (entry === undefined || entry.state.kind === 'ended') return;
    const ended = new Promise<void>((resolve) => entry.child.once('exit', () => resolve()));
    entry.child.kill(signal);
    await ended;
  }

  /** Lets a process stand still, or go on. */
  pause(name: string, signal: 'SIGSTOP' | 'SIGCONT'): void {
    const entry = this.#children.get(name);
    if (entry?.state.kind === 'running') entry.child.kill(signal);
  }

  /** How the process of a name is. */
  state(name: string): ProcessState {
    return this.#children.get(name)?.state ?? { kind: 'ended', how: 'not started' };
  }

  /** Ends all of them: asks first, kills what does not end in time. */
  async stopAll(): Promise<void> {
    const timer = setTimeout(() => this.killAll(), STOP_MS);
    await Promise.all([...this.#children.keys()].map((name) => this.end(name, 'SIGTERM')));
    clearTimeout(timer);
    this.#reaper.close();
  }

  /** Ends all of them at once. */
  killAll(): void {
    for (const { child, state } of this.#children.values()) {
      if (state.kind === 'running') child.kill('SIGKILL');
    }
    this.#reaper.close();
  }

  /** Runs one of them in place of this process's work: its output is ours. Resolves at its end. */
  async runAlone(name: string, signal: AbortSignal): Promise<number> {
    const child = spawn(process.execPath, [LAUNCHER, ...this.#argumentsOf(name)], {
      stdio: 'inherit',
      detached: true,
    });
    const stop = (): void => void child.kill('SIGTERM');
    signal.addEventListener('abort', stop);
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (status) => resolve(status ?? 1));
    });
    signal.removeEventListener('abort', stop);
    return code;
  }

  #launchOf(name: string): Launch {
    return this.#options.launch?.(name) ?? {};
  }

  #argumentsOf(name: string): readonly string[] {
    const { dir, plan, logLevel } = this.#options;
    const node = plan.nodes.find((planned) => planned.name === name);
    if (node === undefined) return beaconArguments(dir, plan);
    const { listenPort = node.port, words = [] } = this.#launchOf(name);
    const shared = [
      ...['--dir', join(dir, name), '--net', join(dir, TESTNET_FILES.network)],
      ...['--password-file', join(dir, TESTNET_FILES.password)],
      ...['--listen', `/ip4/127.0.0.1/tcp/${listenPort}`, '--log-level', logLevel],
      // all keys of a testnet are in its folder: nobody can start them elsewhere by mistake
      ...['--doppelganger-wait', '0'],
      ...words,
    ];
    if (node.role === 'validator') return ['start', ...shared];
    const models = plan.models.flatMap((model) => ['--model', model]);
    const cheat = node.substitute === undefined ? [] : ['--substitute', node.substitute];
    return ['serve', ...shared, ...models, ...cheat];
  }
}

function beaconArguments(dir: string, { beacon }: Plan): readonly string[] {
  return [
    ...['beacon', '--period', `${beacon.periodMs}ms`, '--port', String(beacon.port)],
    ...['--genesis', String(beacon.genesisMs)],
    ...['--seed-file', join(dir, TESTNET_FILES.beaconSeed)],
  ];
}

/**
 * Where the heap is set, the launcher starts no process of its own for it: a signal to a process
 * here is one to the node, and a kill is a crash.
 */
const HEAP_WORD = '--max-old-space-size=1024';
const LAUNCHER = join(packageRoot(), 'src', 'cli', 'assay.js');
