/** The processes of a testnet: started, watched, and ended with their parent. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../version.ts';
import { type Plan, type PlannedNode, TESTNET_FILES } from './plan.ts';

/** What became of a process. */
export type ProcessState =
  | { readonly kind: 'running'; readonly pid: number }
  | { readonly kind: 'ended'; readonly how: string };

/** How long processes have to end before they are killed: a node takes at most 10 s. */
const STOP_MS = 12_000;

export class Processes {
  readonly #dir: string;
  readonly #children = new Map<string, { child: ChildProcess; state: ProcessState }>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Starts beacon and nodes. */
  startAll(plan: Plan, logLevel: string): void {
    const { beacon, nodes } = plan;
    this.#start('beacon', [
      ...['beacon', '--period', `${beacon.periodMs}ms`, '--port', String(beacon.port)],
      ...['--genesis', String(beacon.genesisMs)],
      ...['--seed-file', join(this.#dir, TESTNET_FILES.beaconSeed)],
    ]);
    for (const node of nodes) this.#start(node.name, this.#argumentsOf(node, plan, logLevel));
  }

  /** How the process of a name is. */
  state(name: string): ProcessState {
    return this.#children.get(name)?.state ?? { kind: 'ended', how: 'not started' };
  }

  /** Ends all of them: asks first, kills what does not end in time. */
  async stopAll(): Promise<void> {
    const running = [...this.#children.values()].filter(({ state }) => state.kind === 'running');
    const ended = running.map(
      ({ child }) => new Promise<void>((resolve) => child.once('exit', () => resolve())),
    );
    for (const { child } of running) child.kill('SIGTERM');
    const timer = setTimeout(() => this.killAll(), STOP_MS);
    await Promise.all(ended);
    clearTimeout(timer);
  }

  /** Ends all of them at once. */
  killAll(): void {
    for (const { child, state } of this.#children.values()) {
      if (state.kind === 'running') child.kill('SIGKILL');
    }
  }

  #argumentsOf(node: PlannedNode, plan: Plan, logLevel: string): readonly string[] {
    const shared = [
      ...['--dir', join(this.#dir, node.name), '--net', join(this.#dir, TESTNET_FILES.network)],
      ...['--password-file', join(this.#dir, TESTNET_FILES.password)],
      ...['--listen', `/ip4/127.0.0.1/tcp/${node.port}`, '--log-level', logLevel],
    ];
    if (node.role === 'validator') return ['start', ...shared];
    const models = plan.models.flatMap((model) => ['--model', model]);
    const cheat = node.substitute === undefined ? [] : ['--substitute', node.substitute];
    return ['serve', ...shared, ...models, ...cheat];
  }

  #start(name: string, args: readonly string[]): void {
    const log = openSync(join(this.#dir, `${name}.log`), 'a', 0o600);
    // a group of its own: Ctrl-C reaches the parent, which ends its children in order
    const child = spawn(process.execPath, [LAUNCHER, ...args], {
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);
    const entry = { child, state: { kind: 'running', pid: child.pid ?? 0 } as ProcessState };
    child.once('error', (error) => {
      entry.state = { kind: 'ended', how: error.message };
    });
    child.once('exit', (code, signal) => {
      entry.state = { kind: 'ended', how: signal ?? `exit ${code}` };
    });
    this.#children.set(name, entry);
  }
}

const LAUNCHER = join(packageRoot(), 'src', 'cli', 'assay.js');
