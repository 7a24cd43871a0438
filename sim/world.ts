/**
 * The world around the nodes: virtual time, network, processors, beacon, requests. It runs the
 * effects of every core one by one and turns them into later events of others.
 */
import {
  assert,
  type Digest,
  defined,
  type Measurement,
  type Round,
  round,
  subjectKey,
  type TimeMs,
  timeMs,
} from '../src/base/index.ts';
import type { Effect, ProviderEffect, ProviderEvent } from '../src/core/index.ts';
import type { BeaconSource } from '../src/crypto/index.ts';
import {
  batchId,
  type Decoded,
  decodeMessage,
  encodeMessage,
  type Message,
  type RequestMessage,
} from '../src/wire/index.ts';
import type { Checker } from './checker/checker.ts';
import type { Committees } from './checker/committees.ts';
import { EventQueue, type Micros } from './kernel/queue.ts';
import { contentHash, TraceDigest } from './kernel/trace.ts';
import type { Recorder } from './metrics/recorder.ts';
import type { NetworkModel } from './network/model.ts';
import type { SimNode } from './node.ts';
import { type Oracle, REFERENCE } from './oracle/oracle.ts';
import type { Truth } from './truth.ts';
import type { Workload } from './workload/requests.ts';

/** An event of an honest or dishonest core, without its time. */
type Timeless = ProviderEvent extends infer E
  ? E extends ProviderEvent
    ? Omit<E, 'now'>
    : never
  : never;

type Item =
  | { readonly kind: 'beacon'; readonly round: Round }
  | { readonly kind: 'request'; readonly node: SimNode; readonly request: RequestMessage }
  | { readonly kind: 'wake'; readonly node: SimNode }
  | {
      readonly kind: 'deliver';
      readonly node: SimNode;
      readonly from: string;
      readonly decoded: Decoded;
      readonly content: number;
    }
  | { readonly kind: 'event'; readonly node: SimNode; readonly event: Timeless };

/** What kinds of events are called in the trace. */
const TRACE_KINDS = { beacon: 1, request: 2, wake: 3, deliver: 4, event: 5 } as const;

export type WorldOptions = {
  readonly nodes: readonly SimNode[];
  readonly network: NetworkModel;
  readonly oracle: Oracle;
  readonly beacon: BeaconSource;
  readonly workload: Workload;
  readonly truth: Truth;
  readonly recorder: Recorder;
  readonly checker: Checker;
  readonly committees: Committees;
  readonly roundMs: number;
  /** Rounds with requests. */
  readonly durationRounds: number;
  /** Round after which the run ends, whatever is open. */
  readonly lastRound: number;
};

export class World {
  readonly #options: WorldOptions;
  readonly #queue = new EventQueue<Item>();
  readonly #trace = new TraceDigest();
  readonly #nodeById: ReadonlyMap<string, SimNode>;
  readonly #providers: readonly SimNode[];
  #now: Micros = 0;
  #messages = 0;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#nodeById = new Map(options.nodes.map((node) => [node.id, node]));
    this.#providers = options.nodes.filter((node) => node.role.kind === 'provider');
    this.#queue.push(this.#nominal(round(1)), { kind: 'beacon', round: round(1) });
  }

  get now(): TimeMs {
    return timeMs(this.#now / 1000);
  }

  get eventCount(): number {
    return this.#trace.count;
  }

  traceDigest(): string {
    return this.#trace.digest();
  }

  /** Runs up to `count` events; tells whether there is more to do. */
  run(count: number): boolean {
    for (let i = 0; i < count; i++) {
      const next = this.#queue.pop();
      if (next === undefined) return false;
      assert(next.at >= this.#now, 'virtual time never runs back');
      this.#now = next.at;
      this.#take(next.payload);
    }
    return this.#queue.length > 0;
  }

  #take(item: Item): void {
    switch (item.kind) {
      case 'beacon':
        return this.#takeBeacon(item.round);
      case 'request':
        return this.#takeRequest(item.node, item.request);
      case 'wake':
        if (item.node.wakeAt !== this.#now) return;
        item.node.wakeAt = undefined;
        return this.#step(item.node, { kind: 'time-reached' }, TRACE_KINDS.wake, 0);
      case 'deliver': {
        const { decoded, from, content } = item;
        const event = { kind: 'message-received', from, decoded } as const;
        return this.#step(item.node, event, TRACE_KINDS.deliver, content);
      }
      default:
        return this.#step(item.node, item.event, TRACE_KINDS.event, 0);
    }
  }

  /** Publishes a round, plans the requests of the next one, and ends the run when it is over. */
  #takeBeacon(r: Round): void {
    const { beacon, durationRounds, lastRound, nodes, workload, roundMs, recorder } = this.#options;
    this.#trace.add(this.#now, TRACE_KINDS.beacon, 0, r);
    const message = { type: 'beacon', round: r, signature: beacon.sign(r) } as const;
    const relay = defined(nodes[r % nodes.length], 'a round has a relay');
    this.#publish(relay, message, { toSelf: true });
    if (r <= durationRounds) {
      for (const { at, provider, request } of workload.round(this.#now, roundMs * 1000)) {
        const node = defined(this.#providers[provider], 'a request names a provider');
        this.#queue.push(at, { kind: 'request', node, request });
      }
    }
    const isOver = r >= lastRound || (r > durationRounds + 4 && recorder.isQuiet);
    if (isOver) return;
    const next = round(r + 1);
    this.#queue.push(this.#nominal(next), { kind: 'beacon', round: next });
  }

  /** A provider computes its answer, one at a time; a dishonest one cheaply. */
  #takeRequest(node: SimNode, request: RequestMessage): void {
    this.#trace.add(this.#now, TRACE_KINDS.request, node.index, request.nonce.length);
    const { oracle, recorder } = this.#options;
    const { model, input } = request;
    const dishonest = node.behaviour.answer?.(request);
    const variant = dishonest?.variant ?? REFERENCE;
    const outputDigest =
      dishonest?.cached ?? oracle.output({ model, input, variant, machine: node.machine });
    const at = dishonest?.cached === undefined ? node.occupy(this.#now) : this.#now;
    recorder.answered({ node, request, variant, outputDigest });
    const executionClass = oracle.machines[node.machine]?.executionClass ?? '';
    const event = { kind: 'answer-computed', request, executionClass, outputDigest } as const;
    this.#queue.push(at, { kind: 'event', node, event });
  }

  #step(node: SimNode, event: Timeless, kind: number, content: number): void {
    if (node.isDown) return;
    this.#trace.add(this.#now, kind, node.index, content);
    const effects = node.step({ ...event, now: this.now } as ProviderEvent, this.now);
    for (const effect of effects) this.#perform(node, effect);
    this.#schedule(node);
  }

  #perform(node: SimNode, effect: ProviderEffect): void {
    const { checker, recorder } = this.#options;
    checker.observe(node, effect, this.now);
    switch (effect.kind) {
      case 'persist':
      case 'judge':
        // no simulated disk fails yet, and a flood forwards everything
        return;
      case 'publish':
        return this.#publish(node, effect.message, { toSelf: false });
      case 'send':
        return this.#send(node, effect);
      case 'execute':
        return this.#execute(node, effect);
      case 'measure-output':
        return this.#measureOutput(node, effect);
      case 'answer':
        return recorder.promised(node, effect, this.now);
      default:
        return recorder.reported(node, effect.report, this.now);
    }
  }

  #publish(node: SimNode, message: Message, { toSelf }: { toSelf: boolean }): void {
    const { committees, nodes, network, recorder, truth } = this.#options;
    const decoded = decodedOf(message);
    if (message.type === 'header') {
      truth.addBatch(batchId(message), message);
      committees.note(message);
    }
    this.#messages += 1;
    const { arrivals, transmissions } = network.broadcast({
      from: node.index,
      at: this.#now,
      sizeBytes: decoded.bytes.length,
      message: this.#messages,
    });
    recorder.sent(message.type, decoded.bytes.length, transmissions);
    const item = {
      kind: 'deliver',
      from: node.id,
      decoded,
      content: contentHash(decoded.bytes),
    } as const;
    if (toSelf) this.#queue.push(this.#now, { ...item, node });
    for (const { node: index, at } of arrivals) {
      const receiver = defined(nodes[index], 'a message arrives at a node');
      if (!receiver.isDown) this.#queue.push(at, { ...item, node: receiver });
    }
  }

  #send(node: SimNode, { to, message }: Effect & { kind: 'send' }): void {
    const receiver = this.#nodeById.get(to);
    if (receiver === undefined || receiver.isDown) return;
    const decoded = decodedOf(message);
    this.#messages += 1;
    const at = this.#options.network.direct({
      from: node.index,
      to: receiver.index,
      at: this.#now,
      sizeBytes: decoded.bytes.length,
      message: this.#messages,
    });
    this.#options.recorder.sent(message.type, decoded.bytes.length, 1);
    const content = contentHash(decoded.bytes);
    this.#queue.push(at, { kind: 'deliver', node: receiver, from: node.id, decoded, content });
  }

  #execute(node: SimNode, effect: Effect & { kind: 'execute' }): void {
    const invented = node.behaviour.execute?.(effect);
    if (invented === 'never') return;
    const { oracle, recorder } = this.#options;
    const { model, input, beacon, subject, level } = effect;
    const claimed = recorder.claimedOutput(subject);
    const drawn = `${node.index}/${subjectKey(subject)}/${level}`;
    const measurement: Measurement =
      invented ?? oracle.run({ model, input, machine: node.machine }, { beacon, drawn, claimed });
    // an output that was computed for a lower level is measured again, not computed again
    const isRun = invented === undefined && recorder.executed(node, subject);
    const at = isRun ? node.occupy(this.#now) : this.#now;
    const executionClass = oracle.machines[node.machine]?.executionClass ?? '';
    const event = {
      kind: 'execution-finished',
      id: effect.id,
      measurement,
      executionClass,
    } as const;
    this.#queue.push(at, { kind: 'event', node, event });
  }

  /** Fetches the output from the provider: a round trip, then arithmetic that costs nothing. */
  #measureOutput(node: SimNode, effect: Effect & { kind: 'measure-output' }): void {
    const invented = node.behaviour.measureOutput?.(effect);
    if (invented === 'never') return;
    const measurement = invented ?? this.#options.oracle.measure(effect.digest, effect.beacon);
    const event = {
      kind: 'output-measured',
      id: effect.id,
      ...(measurement === undefined ? {} : { measurement }),
    } as const;
    this.#queue.push(this.#roundTrip(node, effect.digest), { kind: 'event', node, event });
  }

  #roundTrip(node: SimNode, digest: Digest): Micros {
    const { network, recorder } = this.#options;
    const server = recorder.serverOf(digest) ?? node;
    this.#messages += 1;
    const there = { from: node.index, to: server.index, at: this.#now, message: this.#messages };
    const asked = network.direct({ ...there, sizeBytes: FETCH_BYTES });
    return network.direct({
      from: server.index,
      to: node.index,
      at: asked,
      sizeBytes: FETCH_BYTES,
      message: this.#messages,
    });
  }

  /** Wakes a node at its next deadline, unless it will wake before. */
  #schedule(node: SimNode): void {
    const deadline = node.nextDeadline();
    if (deadline === undefined) return;
    const at = Math.max(this.#now + 1, Math.ceil(deadline * 1000));
    if (node.wakeAt !== undefined && node.wakeAt <= at) return;
    node.wakeAt = at;
    this.#queue.push(at, { kind: 'wake', node });
  }

  #nominal(r: Round): Micros {
    return r * this.#options.roundMs * 1000;
  }
}

/** Size of a request for an output, and of a small output, on the wire. */
const FETCH_BYTES = 256;

/** Encodes and strictly decodes, as the wire would. */
function decodedOf(message: Message): Decoded {
  const result = decodeMessage(encodeMessage(message));
  assert(result.kind === 'ok', 'a message of a node can be read');
  return result.decoded;
}
