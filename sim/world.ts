/**
 * The world around the nodes: virtual time, network, processors, disks, beacon, requests. It runs
 * the effects of every core one by one and turns them into later events of others.
 */
import { defined, type Round, round, type TimeMs, timeMs } from '../src/base/index.ts';
import { QUIET_ROUNDS } from '../src/config/index.ts';
import type { Effect, ProviderEffect } from '../src/core/index.ts';
import { batchId, type Message, type RequestMessage } from '../src/wire/index.ts';
import { helpersOf, openQueries } from './catch-up.ts';
import type { EventKind, EventLoop } from './kernel/event-loop.ts';
import { PayloadTable } from './kernel/payload-table.ts';
import type { Micros } from './kernel/queue.ts';
import { TraceDigest } from './kernel/trace.ts';
import { type Letter, Letters } from './letters.ts';
import {
  type GossipVerdict,
  LOST,
  type NetworkClient,
  type NetworkModel,
  type Topic,
} from './network/model.ts';
import type { SimNode, Timeless } from './node.ts';
import { type Work, Workshop } from './workshop.ts';
import type { WorldOptions } from './world-options.ts';

/** An event of a node that waits for its time. */
type Waiting = {
  readonly node: SimNode;
  readonly event: Timeless;
  readonly content: number;
  /** A process that ended takes nothing that was meant for it. */
  readonly incarnation: number;
};

type Item = 'beacon' | 'request' | 'wake' | 'event' | 'action' | 'end';

/** What kinds of events are called in the trace. */
const TRACE_KINDS = { beacon: 1, request: 2, wake: 3, deliver: 4, event: 5, fault: 6 } as const;

export class World implements NetworkClient<Letter> {
  readonly #options: WorldOptions;
  readonly #loop: EventLoop;
  readonly #network: NetworkModel<Letter>;
  readonly #trace = new TraceDigest();
  readonly #nodeById: ReadonlyMap<string, SimNode>;
  readonly #providers: readonly SimNode[];
  readonly #requests = new PayloadTable<{ node: SimNode; request: RequestMessage }>();
  readonly #waiting = new PayloadTable<Waiting>();
  readonly #actions = new PayloadTable<() => void>();
  readonly #kinds: Readonly<Record<Item, EventKind>>;
  /** Beacons that were published, by round. */
  readonly #beacons = new Map<Round, Letter>();
  readonly #work: Workshop;
  readonly #letters = new Letters();
  /** Whether the last beacon was published; what is on its way still arrives. */
  #isOver = false;
  /** Whether the run ended, whatever events are left: the network may have some for ever. */
  #isDone = false;
  #lastEventAt: Micros = 0;

  constructor(options: WorldOptions) {
    const { loop, nodes } = options;
    this.#options = options;
    this.#loop = loop;
    this.#nodeById = new Map(nodes.map((node) => [node.id, node]));
    this.#providers = nodes.filter((node) => node.role.kind === 'provider');
    this.#kinds = {
      beacon: loop.register((r) => this.#takeBeacon(round(r))),
      request: loop.register((slot) => this.#takeRequest(slot)),
      wake: loop.register((index) => this.#wake(defined(nodes[index], 'a wake-up has a node'))),
      event: loop.register((slot) => this.#takeWaiting(slot)),
      action: loop.register((slot) => this.#act(slot)),
      end: loop.register(() => {
        this.#isDone = true;
      }),
    };
    this.#network = options.connect(this);
    const { oracle, recorder } = options;
    this.#work = new Workshop({ loop, oracle, recorder, network: this.#network });
    for (const node of nodes) if (!node.isUp) this.#network.setUp(node.index, false);
    this.#planBeacon(round(1));
  }

  /** Time of the event under way; of the last one, when the run ended. */
  get now(): TimeMs {
    return timeMs((this.#isDone ? this.#lastEventAt : this.#loop.now) / 1000);
  }

  get eventCount(): number {
    return this.#trace.count;
  }

  traceDigest(): string {
    return this.#trace.digest();
  }

  /** Whether events must run one by one, each followed by `settle`. */
  get isSettling(): boolean {
    return this.#network.settle !== undefined;
  }

  /** Lets real promises of the network model end. */
  async settle(): Promise<void> {
    await this.#network.settle?.();
  }

  /** Runs up to `count` events; tells whether there is more to do. */
  run(count: number): boolean {
    return this.#loop.run(count) && !this.#isDone;
  }

  /** Plans `action`, as faults do. */
  at(time: Micros, action: () => void): void {
    this.#loop.push(time, this.#kinds.action, this.#actions.add(action), 0);
  }

  /** [NetworkClient] Lets a node take a message that arrived; who only relays accepts all. */
  deliver(index: number, from: number, letter: Letter): GossipVerdict {
    return this.#receive({ index, from, letter, isCaughtUp: false });
  }

  /** @param at.isCaughtUp whether it was asked for after a restart: it is of the past [TIME-4] */
  #receive(at: {
    readonly index: number;
    readonly from: number;
    readonly letter: Letter;
    readonly isCaughtUp: boolean;
  }): GossipVerdict {
    const { index, from, letter, isCaughtUp } = at;
    const node = this.#options.nodes[index];
    const sender = this.#options.nodes[from];
    const name = sender?.id ?? `relay/${from}`;
    if (node === undefined) {
      this.#options.runTrace?.reached(this.#loop.now, index, letter, name);
      return 'accept';
    }
    const { decoded, content } = letter;
    const event = { kind: 'message-received', from: name, decoded, isCaughtUp } as const;
    const verdict = this.#step(node, event, { kind: TRACE_KINDS.deliver, content });
    this.#options.checker.observeVerdict(verdict, { node, sender, type: decoded.message.type });
    return verdict;
  }

  sent(letter: Letter, copies: number): void {
    this.#options.recorder.sent(letter.decoded.message.type, letter.sizeBytes, copies);
  }

  controlled(messages: number, bytes: number): void {
    this.#options.recorder.controlled(messages, bytes);
  }

  /** Stops a node at once: what it had in memory is gone, its disk stays. */
  #crash(node: SimNode): void {
    node.isUp = false;
    node.wakeAt = undefined;
    for (const shard of node.shards) this.#network.unsubscribe(node.index, 1 + shard);
    this.#network.setUp(node.index, false);
    this.#options.runTrace?.state(this.#loop.now, node, false);
  }

  /**
   * Starts a node again, from its disk; it asks others for what it missed.
   * @param lost records that the disk said were written, and were not
   */
  #restart(node: SimNode, lost: number): void {
    node.restart(lost);
    node.isUp = true;
    this.#network.setUp(node.index, true);
    this.#options.runTrace?.state(this.#loop.now, node, true);
    if (node.wallOffsetMs !== 0) this.adjustClock(node, node.wallOffsetMs);
    const [helper] = helpersOf(this.#options.nodes, node);
    if (helper === undefined) return;
    // nothing reaches the core before it is up to date
    const exchange = { id: -node.incarnation, sizeBytes: SYNC_BYTES };
    const tripUs = this.#network.roundTripUs(node.index, helper.index, exchange);
    node.pausedUntil = this.#loop.now + (tripUs === LOST ? SYNC_TIMEOUT_US : tripUs);
    this.at(node.pausedUntil, () => this.#catchUp(node));
  }

  /** [WIRE-6] Beacons that a node missed, in order; then it asks what is open and was said. */
  #catchUp(node: SimNode): void {
    const helpers = helpersOf(this.#options.nodes, node);
    const latest = Math.max(0, ...this.#beacons.keys());
    for (let r = Math.max(1, latest - this.#options.windowRounds); r <= latest; r++) {
      const letter = this.#beacons.get(round(r));
      const from = helpers[0]?.index ?? node.index;
      const { index } = node;
      if (letter !== undefined) this.#receive({ index, from, letter, isCaughtUp: true });
    }
    for (const helper of helpers) {
      for (const message of openQueries(helper)) this.#send(node, helper.id, message);
    }
  }

  /** Sets how far the wall clock of a node stands off. */
  adjustClock(node: SimNode, offsetMs: number): void {
    node.wallOffsetMs = offsetMs;
    const event = { kind: 'clock-adjusted', wallOffsetMs: offsetMs } as const;
    this.#step(node, event, { kind: TRACE_KINDS.fault, content: 0 });
  }

  /** Lets the monotonic clock of a node run at `rate` from now on. */
  changeRate(node: SimNode, rate: number): void {
    node.clock.setRate(this.#loop.now, rate);
    if (node.isUp) this.#schedule(node);
  }

  #planBeacon(r: Round): void {
    const { roundMs, beaconFaults } = this.#options;
    const at = r * roundMs * 1000 + beaconFaults.delayUs(r);
    this.#loop.push(Math.max(this.#loop.now, at), this.#kinds.beacon, r, 0);
  }

  /** Publishes a round, plans the requests of the next one, and ends the run when it is over. */
  #takeBeacon(r: Round): void {
    const { beacon, durationRounds, lastRound, workload, roundMs, recorder } = this.#options;
    this.#trace.add(this.#loop.now, TRACE_KINDS.beacon, 0, r);
    const message = { type: 'beacon', round: r, signature: beacon.sign(r) } as const;
    const relay = this.#relayOf(r);
    const letter = this.#letters.of(message);
    this.#beacons.set(r, letter);
    this.#options.runTrace?.said(this.#loop.now, relay, letter);
    this.#network.publish(relay.index, 0, letter);
    this.#network.send(relay.index, relay.index, letter);
    if (r <= durationRounds) {
      for (const { at, provider, request } of workload.round(this.#loop.now, roundMs * 1000)) {
        const node = defined(this.#providers[provider], 'a request names a provider');
        this.#loop.push(at, this.#kinds.request, this.#requests.add({ node, request }), 0);
      }
    }
    this.#isOver = r >= lastRound || (r > durationRounds + QUIET_ROUNDS && recorder.isQuiet);
    if (this.#isOver) this.#loop.push(this.#loop.now + DRAIN_US, this.#kinds.end, 0, 0);
    else this.#planBeacon(round(r + 1));
  }

  /** An honest node that is up, another one each round: gossip may have shut others out. */
  #relayOf(r: Round): SimNode {
    const { nodes } = this.#options;
    for (let i = 0; i < nodes.length; i++) {
      const node = defined(nodes[(r + i) % nodes.length], 'a round has a relay');
      if (node.isUp && node.isHonest) return node;
    }
    return defined(nodes[0], 'a run has nodes');
  }

  /** A provider begins to compute its answer. */
  #takeRequest(slot: number): void {
    const { node, request } = this.#requests.take(slot);
    if (!node.isUp) return;
    this.#trace.add(this.#loop.now, TRACE_KINDS.request, node.index, request.nonce.length);
    this.#options.runTrace?.answers(this.#loop.now, node, request);
    const { at, event } = this.#work.answer(node, request);
    this.#later(at, node, event);
  }

  #later(at: Micros, node: SimNode, event: Timeless): void {
    const slot = this.#waiting.add({ node, event, content: 0, incarnation: node.incarnation });
    this.#loop.push(at, this.#kinds.event, slot, 0);
  }

  #laterIf(node: SimNode, work: Work | undefined): void {
    if (work !== undefined) this.#later(work.at, node, work.event);
  }

  #takeWaiting(slot: number): void {
    const { node, event, content, incarnation } = this.#waiting.take(slot);
    if (incarnation !== node.incarnation) return;
    this.#step(node, event, { kind: TRACE_KINDS.event, content });
  }

  #act(slot: number): void {
    this.#trace.add(this.#loop.now, TRACE_KINDS.fault, 0, slot);
    this.#actions.take(slot)();
  }

  #wake(node: SimNode): void {
    if (node.wakeAt !== this.#loop.now) return;
    node.wakeAt = undefined;
    this.#step(node, { kind: 'time-reached' }, { kind: TRACE_KINDS.wake, content: 0 });
  }

  /** Lets a node take an event; says what it thinks of a message. */
  #step(
    node: SimNode,
    event: Timeless,
    { kind, content }: { readonly kind: number; readonly content: number },
  ): GossipVerdict {
    if (!node.isUp || this.#isDone) return 'ignore';
    const now = this.#loop.now;
    if (node.pausedUntil > now) {
      // a stopped process takes everything at once when it goes on
      const slot = this.#waiting.add({ node, event, content, incarnation: node.incarnation });
      this.#loop.push(node.pausedUntil, this.#kinds.event, slot, 0);
      return 'ignore';
    }
    this.#lastEventAt = now;
    this.#trace.add(now, kind, node.index, content);
    const effects = node.step(event, now);
    this.#options.runTrace?.took(now, node, event, effects);
    let verdict: GossipVerdict = 'ignore';
    for (const effect of effects) {
      if (effect.kind === 'judge') verdict = effect.verdict;
      this.#perform(node, effect);
      if (this.#dies(node)) return 'ignore';
    }
    this.#schedule(node);
    return verdict;
  }

  /** Counts an effect of a doomed process: after the last one it is gone, whatever follows. */
  #dies(node: SimNode): boolean {
    const { doom } = node;
    if (doom === undefined) return false;
    doom.effectsLeft -= 1;
    if (doom.effectsLeft > 0) return false;
    node.doom = undefined;
    this.#crash(node);
    if (doom.reviveAt !== undefined) {
      const at = Math.max(this.#loop.now + 1, doom.reviveAt);
      this.at(at, () => this.#restart(node, doom.lostRecords));
    }
    return true;
  }

  #perform(node: SimNode, effect: ProviderEffect): void {
    const { checker, recorder, runTrace } = this.#options;
    checker.observe(node, effect, this.now);
    runTrace?.did(this.#loop.now, node, effect);
    switch (effect.kind) {
      case 'persist':
        return node.persist(effect.record);
      case 'judge':
        return;
      case 'publish':
        return this.#publish(node, effect);
      case 'follow':
        return this.#follow(node, effect);
      case 'send':
        return this.#send(node, effect.to, effect.message);
      case 'execute':
        return this.#laterIf(node, this.#work.execute(node, effect));
      case 'measure-output':
        return this.#laterIf(node, this.#work.measureOutput(node, effect));
      case 'answer':
        return recorder.promised(node, effect, this.now);
      default:
        return recorder.reported(node, effect.report, this.now);
    }
  }

  #publish(node: SimNode, { message, shard }: Effect & { kind: 'publish' }): void {
    const { committees, truth, runTrace } = this.#options;
    if (message.type === 'header') {
      truth.addBatch(batchId(message), message);
      committees.note(message);
    }
    const topic: Topic = shard === undefined ? 0 : 1 + shard;
    const letter = this.#letters.of(message);
    runTrace?.said(this.#loop.now, node, letter, { shard });
    this.#network.publish(node.index, topic, letter);
  }

  #follow(node: SimNode, { shard, isFollowed }: Effect & { kind: 'follow' }): void {
    if (isFollowed) {
      node.shards.add(shard);
      this.#network.subscribe(node.index, 1 + shard);
    } else {
      node.shards.delete(shard);
      this.#network.unsubscribe(node.index, 1 + shard);
    }
  }

  #send(node: SimNode, to: string, message: Message): void {
    const receiver = this.#nodeById.get(to);
    if (receiver === undefined) return;
    const letter = this.#letters.of(message);
    this.#options.runTrace?.said(this.#loop.now, node, letter, { to: receiver });
    this.#network.send(node.index, receiver.index, letter);
  }

  /** Wakes a node at its next deadline, unless it will wake before. */
  #schedule(node: SimNode): void {
    const deadline = node.nextDeadline();
    if (deadline === undefined) return;
    const at = Math.max(this.#loop.now + 1, deadline);
    if (node.wakeAt !== undefined && node.wakeAt <= at) return;
    node.wakeAt = at;
    this.#loop.push(at, this.#kinds.wake, node.index, 0);
  }
}

/** Size of what a node gets that starts again, and how long it waits if nobody answers. */
const SYNC_BYTES = 4_096;
const SYNC_TIMEOUT_US = 1_000_000;
/** How long after the last beacon what is on its way may arrive. */
const DRAIN_US = 10_000_000;
