/**
 * A deterministic cluster in memory: the real `Validator` and `Provider` under virtual time, with
 * scripted delivery, beacons, executions and crashes. It is the third driver of the core, small
 * enough to read; the simulator has another one, so that neither hides a fault of the other.
 *
 * Each message is encoded and strictly decoded, as on a wire. Delays are constants unless a rule
 * says otherwise; with `jitterMs` they are drawn from the seed, which reorders messages.
 */
import {
  assert,
  defined,
  type Measurement,
  round,
  type TimeMs,
  timeMs,
  toHex,
} from '../../src/base/index.ts';
import { measure } from '../../src/compare/index.ts';
import {
  Draws,
  type GuardRecord,
  type Network,
  Provider,
  type ProviderEffect,
  type ProviderEvent,
  type Report,
  Validator,
} from '../../src/core/index.ts';
import type { Signer } from '../../src/crypto/index.ts';
import {
  blobId,
  type Decoded,
  decodeMessage,
  encodeMessage,
  type Message,
  requestSigningBytes,
  type SettlementResult,
} from '../../src/wire/index.ts';
import {
  type ClusterKeys,
  type ClusterNetworkOptions,
  createClusterKeys,
  digestOf,
  EXECUTION_CLASS,
  INPUT,
  MODEL,
  OUTPUTS,
  type OutputName,
  outputOf,
} from './cluster-network.ts';
import { seededRandom } from './seeded-random.ts';

/** What an execution on a node yields. */
export type Execution =
  | { readonly output: OutputName }
  | { readonly fails: (ProviderEvent & { kind: 'execution-failed' })['reason'] }
  | 'never';

/** What the network does with messages; the first rule that fits counts. */
export type DeliveryRule = {
  /** Type of the message, or kind of an entry in a bundle; any, if absent. */
  readonly kind?: string;
  readonly from?: readonly string[];
  readonly to?: readonly string[];
  readonly action: 'drop' | 'hold' | { readonly delayMs: number };
};

export type ClusterOptions = ClusterNetworkOptions & {
  readonly delayMs?: number;
  /** Greatest delay on top, drawn for each delivery. */
  readonly jitterMs?: number;
  /** Share of deliveries that happen twice. */
  readonly duplicateShare?: number;
  readonly randomSeed?: number;
};

export class ClusterNode {
  readonly name: string;
  readonly kind: 'validator' | 'provider';
  readonly signer: Signer;
  /** What it persisted, in order. */
  readonly guard: GuardRecord[] = [];
  core: Validator | Provider | undefined;
  /** Counts restarts: work of an earlier life comes to nothing. */
  life = 0;
  execution: Execution = { output: 'right' };
  executionClass = EXECUTION_CLASS;
  executionMs = 100;
  canFetch = true;
  /** Effects run so far, and the number after which it crashes. */
  effectCount = 0;
  crashAfter: number | undefined;
  wakeAt: number | undefined;

  constructor(name: string, kind: 'validator' | 'provider', signer: Signer) {
    this.name = name;
    this.kind = kind;
    this.signer = signer;
  }

  /** @throws AssertionError if it is a provider or down */
  get validator(): Validator {
    assert(this.core instanceof Validator, `${this.name} is a running validator`);
    return this.core;
  }
}

type Timeless = ProviderEvent extends infer E
  ? E extends ProviderEvent
    ? Omit<E, 'now'>
    : never
  : never;

export type Logged = { readonly at: number; readonly node: string; readonly report: Report };
export type Published = { readonly at: number; readonly node: string; readonly message: Message };

export class Cluster {
  readonly keys: ClusterKeys;
  readonly network: Network;
  readonly draws: Draws;
  readonly nodes: readonly ClusterNode[];
  readonly rules: DeliveryRule[] = [];
  readonly reports: Logged[] = [];
  readonly published: Published[] = [];
  /** What was sent to one node alone. */
  readonly sent: Message[] = [];
  readonly answers: (ProviderEffect & { kind: 'answer' })[] = [];
  readonly judged: { readonly node: string; readonly verdict: string; readonly code: string }[] =
    [];
  now = 0;
  readonly #options: ClusterOptions;
  readonly #random: () => number;
  readonly #queue: { at: number; order: number; run: () => void }[] = [];
  readonly #beaconAt = new Map<number, number>();
  readonly #beacons: Decoded[] = [];
  readonly #held: (() => void)[] = [];
  #order = 0;
  #nonce = 0;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#random = seededRandom(options.randomSeed ?? 1);
    this.keys = createClusterKeys(options);
    this.network = this.keys.network;
    this.draws = new Draws(this.network);
    const { validators, standby, providers } = this.keys;
    this.nodes = [
      ...[...validators, ...standby].map(
        (signer, i) => new ClusterNode(`v${i + 1}`, 'validator', signer),
      ),
      ...providers.map((signer, i) => new ClusterNode(`p${i + 1}`, 'provider', signer)),
    ];
    for (const node of this.nodes) this.#start(node);
    this.#at(this.#beaconTime(1), () => this.#emitBeacon(1));
  }

  get validators(): readonly ClusterNode[] {
    return this.nodes.filter(({ kind }) => kind === 'validator');
  }

  /** @throws AssertionError if there is no such node */
  node(name: string): ClusterNode {
    return defined(
      this.nodes.find((node) => node.name === name),
      `there is a node ${name}`,
    );
  }

  /** Returns the name of an identity. */
  nameOf(id: string): string {
    return this.nodes.find(({ signer }) => signer.id === id)?.name ?? id.slice(0, 8);
  }

  /** The latest round emitted. */
  get round(): number {
    return this.#beacons.length;
  }

  /** Says when beacon `r` comes, at the nodes and not before the one before it. */
  setBeaconTime(r: number, atMs: number): void {
    this.#beaconAt.set(r, atMs);
  }

  /** Lets a provider answer a request with the output of this name. */
  answer(
    name: string,
    {
      output = 'right',
      assuranceClass = 'full',
      executionClass = EXECUTION_CLASS,
      model = MODEL,
      input,
    }: {
      output?: OutputName;
      assuranceClass?: string;
      executionClass?: string;
      model?: typeof MODEL;
      /** Travels with the opening. */
      input?: Uint8Array;
    } = {},
  ): void {
    const { requester } = this.keys;
    this.#nonce += 1;
    const nonce = Uint8Array.of(this.#nonce >> 8, this.#nonce & 255);
    const inputId = input === undefined ? INPUT : blobId(input);
    const body = { requester: requester.id, nonce, model, input: inputId, assuranceClass };
    const signature = requester.sign(requestSigningBytes(this.network.id, body));
    this.#step(this.node(name), {
      kind: 'answer-computed',
      request: { type: 'request', ...body, signature },
      executionClass,
      outputDigest: digestOf(output),
      ...(input === undefined ? {} : { input }),
    });
  }

  /** Delivers a message to nodes at once, whoever made it. */
  inject(message: Message, to: readonly string[] = this.nodes.map(({ name }) => name)): void {
    for (const name of to) this.#deliver(this.node(name), 'outside', decodedOf(message));
  }

  /** Asks a node something, as an outsider; returns its answers. */
  ask(name: string, message: Message): readonly Message[] {
    const before = this.sent.length;
    this.inject(message, [name]);
    return this.sent.slice(before);
  }

  /** Sets the wall clock of a node off by `wallOffsetMs`. */
  adjustClock(name: string, wallOffsetMs: number): void {
    this.#step(this.node(name), { kind: 'clock-adjusted', wallOffsetMs });
  }

  /** [SETTLE-2] Tells a node what it finds epochs to come to. */
  settled(name: string, result: SettlementResult): void {
    this.#step(this.node(name), { kind: 'settlement-computed', result });
  }

  crash(name: string): void {
    this.node(name).core = undefined;
  }

  /** Starts a node again with what it persisted; it gets all beacons in order, and asks around. */
  restart(name: string): void {
    const node = this.node(name);
    node.crashAfter = undefined;
    this.#start(node);
    for (const beacon of this.#beacons) this.#deliver(node, 'outside', beacon);
    const peer = this.validators.find((each) => each !== node && each.core !== undefined);
    if (peer === undefined) return;
    for (const { message } of [...this.published]) {
      if (message.type !== 'header') continue;
      this.inject(message, [name]);
    }
    const { core } = peer;
    assert(core instanceof Validator, 'a validator answers');
    for (const { id } of core.snapshot().batches) {
      const query = decodedOf({ type: 'query', batch: id });
      this.#step(peer, { kind: 'message-received', from: name, decoded: query });
    }
  }

  /** Delivers what rules held back. */
  release(): void {
    for (const deliver of this.#held.splice(0)) deliver();
  }

  /** Runs `action` at time `at`. */
  runAt(at: number, action: () => void): void {
    this.#at(at, action);
  }

  /** Runs everything up to and including time `until`. */
  runUntil(until: number): void {
    for (;;) {
      const next = this.#queue[0];
      if (next === undefined || next.at > until) break;
      this.#queue.shift();
      this.now = next.at;
      next.run();
    }
    this.now = until;
  }

  /** Runs `count` rounds. */
  runRounds(count: number): void {
    this.runUntil(this.now + count * this.network.parameters.roundMs);
  }

  #start(node: ClusterNode): void {
    const { draws } = this;
    const options = {
      draws,
      crypto: this.keys.crypto,
      signer: node.signer,
      guard: [...node.guard],
      executionClass: node.executionClass,
      patience: { ackMs: 0, voteMs: 0, busyMs: 0, certificateMs: 20, turnMs: 20 },
    };
    node.life += 1;
    node.wakeAt = undefined;
    node.core = node.kind === 'validator' ? new Validator(options) : new Provider(options);
  }

  #beaconTime(r: number): number {
    return this.#beaconAt.get(r) ?? r * this.network.parameters.roundMs;
  }

  #emitBeacon(r: number): void {
    const signature = this.keys.beacon.sign(r);
    const decoded = decodedOf({ type: 'beacon', round: round(r), signature });
    this.#beacons.push(decoded);
    for (const node of this.nodes) this.#transport(node, 'beacon', decoded, 0);
    this.#at(Math.max(this.now, this.#beaconTime(r + 1)), () => this.#emitBeacon(r + 1));
  }

  #at(at: number, run: () => void): void {
    this.#order += 1;
    const item = { at, order: this.#order, run };
    const after = this.#queue.findLastIndex((other) => other.at <= at);
    this.#queue.splice(after + 1, 0, item);
  }

  #transport(to: ClusterNode, from: string, decoded: Decoded, delayMs: number): void {
    const rule = this.rules.find((each) => fits(each, { from, to: to.name, decoded }));
    if (rule?.action === 'drop') return;
    const deliver = () => this.#deliver(to, from, decoded);
    if (rule?.action === 'hold') {
      this.#held.push(deliver);
      return;
    }
    const ruled = rule === undefined ? delayMs : rule.action.delayMs;
    const { jitterMs = 0, duplicateShare = 0 } = this.#options;
    const drawn = () => (jitterMs === 0 ? 0 : Math.floor(this.#random() * jitterMs));
    this.#at(this.now + ruled + drawn(), deliver);
    if (duplicateShare > this.#random()) this.#at(this.now + ruled + drawn(), deliver);
  }

  #deliver(node: ClusterNode, from: string, decoded: Decoded): void {
    this.#step(node, { kind: 'message-received', from, decoded });
  }

  #step(node: ClusterNode, event: Timeless): void {
    const { core } = node;
    if (core === undefined) return;
    const timed = { ...event, now: timeMs(this.now) } as ProviderEvent;
    let effects: readonly ProviderEffect[];
    if (core instanceof Provider) effects = core.step(timed);
    else {
      assert(timed.kind !== 'answer-computed', 'a validator answers nothing');
      effects = core.step(timed);
    }
    for (const effect of effects) {
      if (node.crashAfter !== undefined && node.effectCount >= node.crashAfter) {
        return this.crash(node.name);
      }
      node.effectCount += 1;
      this.#perform(node, effect);
    }
    this.#schedule(node, core.nextDeadline());
  }

  #perform(node: ClusterNode, effect: ProviderEffect): void {
    const delayMs = this.#options.delayMs ?? 10;
    switch (effect.kind) {
      case 'persist':
        node.guard.push(effect.record);
        return;
      case 'publish': {
        this.published.push({ at: this.now, node: node.name, message: effect.message });
        const decoded = decodedOf(effect.message);
        for (const to of this.nodes) {
          if (to !== node) this.#transport(to, node.name, decoded, delayMs);
        }
        return;
      }
      case 'send':
        return this.#send(node, effect);
      case 'execute':
        return this.#execute(node, effect);
      case 'measure-output':
        return this.#measureOutput(node, effect);
      case 'answer':
        this.answers.push(effect);
        return;
      case 'judge':
        this.judged.push({ node: node.name, verdict: effect.verdict, code: effect.code });
        return;
      case 'follow':
        // every node of a cluster hears every shard
        return;
      default:
        this.reports.push({ at: this.now, node: node.name, report: effect.report });
    }
  }

  #send(node: ClusterNode, { to, message }: ProviderEffect & { kind: 'send' }): void {
    this.sent.push(message);
    const receiver = this.nodes.find(({ name }) => name === to);
    if (receiver === undefined) return;
    this.#transport(receiver, node.name, decodedOf(message), this.#options.delayMs ?? 10);
  }

  #execute(node: ClusterNode, { id, beacon }: ProviderEffect & { kind: 'execute' }): void {
    const { execution, executionClass } = node;
    if (execution === 'never') return;
    const event: Timeless =
      'fails' in execution
        ? { kind: 'execution-failed', id, reason: execution.fails }
        : {
            kind: 'execution-finished',
            id,
            measurement: this.#measure(execution.output, beacon),
            executionClass,
          };
    this.#later(node, node.executionMs, event);
  }

  #measureOutput(node: ClusterNode, effect: ProviderEffect & { kind: 'measure-output' }): void {
    const { id, digest, beacon } = effect;
    const output = node.canFetch ? OUTPUTS.get(toHex(digest)) : undefined;
    const { sketchSize } = this.network.parameters;
    const found =
      output === undefined ? {} : { measurement: measure(output, { beacon, sketchSize }) };
    this.#later(node, 2 * (this.#options.delayMs ?? 10), { kind: 'output-measured', id, ...found });
  }

  #measure(name: OutputName, beacon: Uint8Array): Measurement {
    const { sketchSize } = this.network.parameters;
    return measure(outputOf(name), { beacon, sketchSize });
  }

  /** Hands `event` to a node later, unless it crashed in between. */
  #later(node: ClusterNode, delayMs: number, event: Timeless): void {
    const { life } = node;
    this.#at(this.now + delayMs, () => {
      if (node.life === life) this.#step(node, event);
    });
  }

  #schedule(node: ClusterNode, deadline: TimeMs | undefined): void {
    if (deadline === undefined) return;
    const at = Math.max(this.now, Math.ceil(deadline));
    if (node.wakeAt !== undefined && node.wakeAt <= at && node.wakeAt > this.now) return;
    node.wakeAt = at;
    this.#at(at, () => {
      if (node.wakeAt !== at) return;
      node.wakeAt = undefined;
      this.#step(node, { kind: 'time-reached' });
    });
  }
}

/** Encodes and strictly decodes, as the wire would. */
export function decodedOf(message: Message): Decoded {
  const result = decodeMessage(encodeMessage(message));
  assert(result.kind === 'ok', 'what a node sends can be read');
  return result.decoded;
}

function fits(
  rule: DeliveryRule,
  { from, to, decoded }: { from: string; to: string; decoded: Decoded },
): boolean {
  if (rule.from !== undefined && !rule.from.includes(from)) return false;
  if (rule.to !== undefined && !rule.to.includes(to)) return false;
  if (rule.kind === undefined) return true;
  const { message } = decoded;
  if (message.type !== 'bundle') return message.type === rule.kind;
  return message.entries.some(({ entry }) => entry.kind === rule.kind);
}
