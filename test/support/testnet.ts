/** A network of real processes for end-to-end tests: the ones that `assay testnet up` starts. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeId } from '../../src/base/index.ts';
import { type Plan, planOf, TESTNET_FILES } from '../../src/cli/commands/testnet/plan.ts';
import { Processes } from '../../src/cli/commands/testnet/processes.ts';
import { type NetworkFile, readNetworkFile } from '../../src/network-file/index.ts';
import {
  type Answered,
  type ClaimOutcome,
  type NodeStatus,
  Requester,
} from '../../src/node/index.ts';
import { mlpInput } from './devnet.ts';

const LAUNCHER = 'src/cli/assay.js';

/** Runs the command line of a user; never rejects. */
export function assay(
  ...args: readonly string[]
): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [LAUNCHER, ...args],
      { maxBuffer: 16 * 1024 ** 2 },
      (error, out, err) => resolve({ code: codeOf(error), out, err }),
    );
  });
}

export class Testnet {
  readonly dir: string;
  readonly plan: Plan;
  readonly processes: Processes;
  readonly file: NetworkFile;
  #requester: Requester | undefined;

  private constructor(dir: string, plan: Plan) {
    this.dir = dir;
    this.plan = plan;
    this.processes = new Processes({ dir, plan, logLevel: 'info' });
    this.file = readNetworkFile(this.networkPath);
  }

  /** Makes the folder; nothing runs yet. */
  static async make(shape: {
    validators: number;
    providers: number;
    dishonest: number;
    epochRounds?: number;
  }): Promise<Testnet> {
    const dir = mkdtempSync(join(tmpdir(), 'assay-e2e-'));
    const plan = await planOf(dir, { ...shape, periodMs: 1000, models: ['mlp'] });
    return new Testnet(dir, plan);
  }

  get networkPath(): string {
    return join(this.dir, TESTNET_FILES.network);
  }

  /** Starts beacon and nodes, all but those named. */
  start({ without = [] }: { without?: readonly string[] } = {}): void {
    this.processes.start('beacon');
    for (const { name } of this.plan.nodes) if (!without.includes(name)) this.processes.start(name);
  }

  async stop(): Promise<void> {
    await this.#requester?.close();
    await this.processes.stopAll();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** A requester in this process, connected once. */
  async requester(): Promise<Requester> {
    const options = { file: this.file, softwareVersion: 'assay/test' };
    this.#requester ??= await until('a validator can be reached', 60_000, () =>
      Requester.open(options).catch(() => undefined),
    );
    return this.#requester;
  }

  /** Statuses by the name of the node; those that do not answer are left out. */
  async statuses(): Promise<ReadonlyMap<string, NodeStatus>> {
    const requester = await this.requester();
    const all = await requester.client.statuses(AbortSignal.timeout(5_000));
    return new Map(all.map((status) => [this.nameOf(status.id), status]));
  }

  nameOf(id: NodeId): string {
    return this.plan.nodes.find((node) => node.id === id)?.name ?? id;
  }

  idOf(name: string): NodeId {
    return this.plan.nodes.find((node) => node.name === name)?.id as NodeId;
  }

  /** Waits until all of `names` say that they take part. */
  async inSync(names: readonly string[]): Promise<void> {
    await until(`in sync: ${names.join(', ')}`, 60_000, async () => {
      const statuses = await this.statuses();
      const isUp = (name: string): boolean =>
        ['in-sync', 'degraded'].includes(statuses.get(name)?.state ?? '');
      return names.every(isUp) ? true : undefined;
    });
  }

  /** Asks a provider for the answer to an input of its own. */
  async infer(provider: string, k: number): Promise<Answered> {
    const requester = await this.requester();
    const id = this.idOf(provider);
    const address = this.file.providers.find((p) => p.id === id)?.addresses[0] ?? '';
    await requester.client.host.dial(address).catch(() => undefined);
    return await requester.infer({
      model: 'mlp',
      input: mlpInput(k),
      assurance: 'full',
      provider: id,
      signal: AbortSignal.timeout(20_000),
    });
  }

  /** What became of an answer, within a minute. */
  async outcome(answered: Answered): Promise<ClaimOutcome> {
    const requester = await this.requester();
    return await requester.outcome(answered, { signal: AbortSignal.timeout(60_000) });
  }

  /** The log of a process. */
  log(name: string): string {
    return readFileSync(join(this.dir, `${name}.log`), 'utf8');
  }
}

/** Calls `look` until it returns something. @throws Error when it did not within `timeoutMs` */
export async function until<T>(
  what: string,
  timeoutMs: number,
  look: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`not within ${timeoutMs} ms: ${what}`);
}

function codeOf(error: unknown): number {
  if (error === null) return 0;
  return typeof error === 'object' && 'code' in error ? Number(error.code) : 70;
}
