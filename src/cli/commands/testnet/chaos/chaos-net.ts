/**
 * A testnet whose processes and links go wrong on command. The folder is one of `testnet up`: the
 * proxies take the ports that its network file names, and the nodes listen elsewhere.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssayError } from '../../../../base/index.ts';
import { FaultyNetwork, type ProxiedNode } from '../../../../node/index.ts';
import { freePorts, type Plan } from '../plan.ts';
import { type Launch, Processes } from '../processes.ts';
import { insideWords } from './inside.ts';
import type { Fault } from './schedule.ts';

/** Conditions that hold for all links, all the time. */
export type Background = {
  readonly delayMs: number;
  readonly bytesPerSecond: number | undefined;
};

export type ChaosNetOptions = {
  readonly dir: string;
  readonly plan: Plan;
  readonly logLevel: string;
  readonly background: Background;
  readonly random: () => number;
};

/** Share of the delay that is added on top, at most. */
const JITTER_SHARE = 0.25;
/** Where a run keeps what nodes record. */
const RUN_FOLDER = 'chaos';

export class ChaosNet {
  readonly processes: Processes;
  readonly #options: ChaosNetOptions;
  readonly #network: FaultyNetwork;
  readonly #skewed = new Set<string>();

  private constructor(
    options: ChaosNetOptions,
    parts: { readonly network: FaultyNetwork; readonly nodes: readonly ProxiedNode[] },
  ) {
    this.#options = options;
    this.#network = parts.network;
    const { dir, plan, logLevel } = options;
    const byName = new Map(parts.nodes.map((node) => [node.name, node]));
    const launch = (name: string): Launch => this.#launch(byName.get(name));
    this.processes = new Processes({ dir, plan, logLevel, launch });
  }

  /** Opens the links; nothing runs yet. What an earlier run recorded is removed. */
  static async open(options: ChaosNetOptions): Promise<ChaosNet> {
    const { dir, plan, random } = options;
    rmSync(join(dir, RUN_FOLDER), { recursive: true, force: true });
    mkdirSync(join(dir, RUN_FOLDER), { mode: 0o700 });
    const ports = await freePorts(plan.nodes.length);
    const nodes = plan.nodes.map(({ name, port }, index) => ({
      name,
      publicPort: port,
      hiddenPort: ports[index] ?? 0,
      dialFrom: `127.0.1.${index + 1}`,
    }));
    try {
      const network = await FaultyNetwork.open(nodes, { random });
      return new ChaosNet(options, { network, nodes });
    } catch (cause) {
      const message = 'the ports of this network are taken';
      const remedy = 'Does it run already? Stop it first.';
      throw new AssayError({ code: 'testnet-runs', message, where: dir, remedy }, { cause });
    }
  }

  /** Where a node records its events. */
  eventsOf(name: string): string {
    return join(this.#options.dir, RUN_FOLDER, `${name}.events`);
  }

  /** Where a node writes how much memory it uses. */
  memoryOf(name: string): string {
    return join(this.#options.dir, RUN_FOLDER, `${name}.memory`);
  }

  /** Nodes whose clock was wrong at some time. */
  get skewed(): ReadonlySet<string> {
    return this.#skewed;
  }

  /** Starts everything, over links that are calm. */
  start(): void {
    this.processes.startAll();
  }

  /** Puts the conditions that hold all the time in force. */
  beginBackground(): void {
    this.#network.heal();
    const { delayMs, bytesPerSecond } = this.#options.background;
    const limit = bytesPerSecond === undefined ? {} : { bytesPerSecond };
    const change = { delayMs, jitterMs: delayMs * JITTER_SHARE, ...limit };
    const names = this.#names();
    for (const from of names) {
      for (const to of names) if (from !== to) this.#network.change(from, to, change);
    }
  }

  /** Lets something go wrong. */
  async begin(fault: Fault): Promise<void> {
    switch (fault.kind) {
      case 'kill':
        await Promise.all(fault.nodes.map((name) => this.processes.end(name, 'SIGKILL')));
        return;
      case 'restart':
        await Promise.all(fault.nodes.map((name) => this.processes.end(name, 'SIGTERM')));
        return;
      case 'pause':
        for (const name of fault.nodes) this.processes.pause(name, 'SIGSTOP');
        return;
      case 'stall':
        return this.processes.pause('beacon', 'SIGSTOP');
      case 'skew':
        for (const name of fault.nodes) this.#setClock(name, fault.offsetMs);
        return;
      case 'partition':
        return this.#cutGroups(fault.groups);
      case 'one-way': {
        const others = this.#names().filter((name) => !fault.nodes.includes(name));
        return this.#cut(fault.nodes, others);
      }
    }
  }

  /** Mends it. */
  end(fault: Fault): void {
    switch (fault.kind) {
      case 'kill':
      case 'restart':
        for (const name of fault.nodes) this.processes.start(name);
        return;
      case 'pause':
        for (const name of fault.nodes) this.processes.pause(name, 'SIGCONT');
        return;
      case 'stall':
        return this.processes.pause('beacon', 'SIGCONT');
      case 'skew':
        for (const name of fault.nodes) this.#setClock(name, 0);
        return;
      case 'partition':
      case 'one-way':
        return this.beginBackground();
    }
  }

  /** Makes all links calm. */
  heal(): void {
    this.#network.heal();
  }

  /** Ends all processes and links. */
  async close(): Promise<void> {
    for (const name of ['beacon', ...this.#names()]) this.processes.pause(name, 'SIGCONT');
    await this.processes.stopAll();
    await this.#network.close();
  }

  #launch(node: ProxiedNode | undefined): Launch {
    if (node === undefined) return {};
    const { name, publicPort, hiddenPort, dialFrom } = node;
    return {
      listenPort: hiddenPort,
      words: [
        ...['--announce', `/ip4/127.0.0.1/tcp/${publicPort}`, '--dial-from', dialFrom],
        ...['--record', this.eventsOf(name)],
      ],
      nodeWords: insideWords({ clock: this.#clockOf(name), memory: this.memoryOf(name) }),
    };
  }

  #clockOf(name: string): string {
    return join(this.#options.dir, RUN_FOLDER, `${name}.clock`);
  }

  #setClock(name: string, offsetMs: number): void {
    this.#skewed.add(name);
    writeFileSync(this.#clockOf(name), String(offsetMs));
  }

  #names(): readonly string[] {
    return this.#options.plan.nodes.map(({ name }) => name);
  }

  /** Nobody of a group hears anybody of another one; who is in none is not concerned. */
  #cutGroups(groups: readonly (readonly string[])[]): void {
    for (const group of groups) {
      for (const other of groups) if (other !== group) this.#cut(group, other);
    }
  }

  #cut(senders: readonly string[], receivers: readonly string[]): void {
    for (const from of senders) {
      for (const to of receivers) this.#network.change(from, to, { isCut: true });
    }
  }
}
