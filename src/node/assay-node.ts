/**
 * A running node: one core, driven by one runner, between one host on the network, one guard, one
 * archive and one execution service. Validators and providers are both this; what differs is the
 * core inside and who else hands it events.
 */
import { type BatchId, type NodeId, type Round, round, type Subject } from '../base/index.ts';
import {
  type GuardRecord,
  type Network,
  type ProviderEffect,
  roundDueAt,
  type Settlement,
  windowRounds,
} from '../core/index.ts';
import type { Crypto } from '../crypto/index.ts';
import type { SignGuard, Store } from '../store/index.ts';
import { encodeMessage, type Message } from '../wire/index.ts';
import { answerRequest, SELF } from './answers.ts';
import type { Archive } from './archive.ts';
import { Background, within } from './background.ts';
import { currentBeacons } from './beacon/index.ts';
import type { BeaconFeed } from './beacon-feed.ts';
import { type BlobSource, serveBlobs } from './blobs/index.ts';
import { Chronicle } from './chronicle.ts';
import type { CoreView } from './core-view.ts';
import { isDetailed, reasonOf } from './error.ts';
import type { ExecutionService, ModelLibrary } from './execution/index.ts';
import { Feed, topicOf } from './feed.ts';
import { deskOf, withDesk } from './joining/index.ts';
import type { Host, Role } from './libp2p/index.ts';
import type { Log } from './log/index.ts';
import { LoopWatch } from './loop-watch.ts';
import { outputSource } from './output-source.ts';
import { withDialBack } from './reach/index.ts';
import { type NodeStatus, serveRpc, statusFormat } from './rpc/index.ts';
import { type Clock, Runner, type StepObserver, type Timeless } from './runner/index.ts';
import { type Activation, type DoppelgangerOptions, isMember, Safety } from './safety/index.ts';
import { selfReport } from './self-report.ts';
import { SetService } from './sets/index.ts';
import { Sync, unopenedLeaves } from './sync.ts';

export type AssayNodeOptions = {
  readonly role: Role;
  readonly softwareVersion: string;
  readonly network: Network;
  readonly view: CoreView;
  readonly crypto: Crypto;
  readonly host: Host;
  readonly guard: SignGuard;
  readonly store: Store;
  readonly archive: Archive;
  /** Forgets a part of what is too old. */
  readonly forget: (latest: Round) => Promise<unknown>;
  readonly models: ModelLibrary;
  readonly execution: ExecutionService;
  readonly beacons: BeaconFeed;
  /** Served besides models and outputs: inputs of a provider's requesters. */
  readonly blobSources: readonly BlobSource[];
  readonly activations: readonly Activation[];
  readonly clock: Clock;
  readonly log: Log;
  readonly observe?: StepObserver;
  /** Names of models that this node declares and cannot run, for its status. */
  readonly missingModels: () => readonly string[];
  /** Folder of the node. */
  readonly directory: string;
  /** Listens whether the key runs elsewhere too; absent where it may. */
  readonly doppelganger?: DoppelgangerOptions;
};

/** How often the core is told where the wall clock stands. */
const CLOCK_PERIOD_MS = 10_000;
/** How often the guard forgets what can never be signed again. */
const PRUNE_PERIOD_MS = 60_000;
/** [SAMPLE-1] Rounds from a batch to the beacon that draws from it. */
const SAMPLING_ROUNDS = 2;
/** How long a stopping node waits for its events, and then for what is under way. */
const DRAIN_MS = 3_000;

export class AssayNode {
  readonly runner: Runner;
  readonly feed: Feed;
  readonly safety: Safety;
  readonly sets: SetService;
  readonly #options: AssayNodeOptions;
  readonly #chronicle: Chronicle;
  readonly #abort = new AbortController();
  readonly #startedAt = performance.now();
  readonly #loop = new LoopWatch();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #background = new Background((error) => this.#noteFailure(error));
  #phase: 'starting' | 'syncing' | 'running' = 'starting';
  #halted: string | undefined;
  #latest: Round | undefined;
  #onHalt: (reason: string, cause: unknown) => void = () => undefined;
  #listening: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | undefined;

  constructor(options: AssayNodeOptions) {
    this.#options = options;
    this.runner = new Runner({
      core: options.view.core,
      clock: options.clock,
      ports: {
        persist: (records) => this.#persist(records),
        perform: (effect) => this.#perform(effect),
        halted: (cause) => this.#halt(cause),
      },
      ...(options.observe === undefined ? {} : { observe: options.observe }),
    });
    const { host, log } = options;
    this.safety = new Safety({
      ...options,
      headerOf: (batch) => this.feed.header(batch),
      onTwin: (error) => this.#halt(error),
    });
    this.feed = new Feed({
      host,
      runner: this.runner,
      onBeacon: (beacon) => this.#noteBeacon(beacon.round, beacon.signature),
      isCurrent: currentBeacons(options.network, options.crypto),
      onMalformed: (from, reason) => log.debug('message-malformed', { from, reason }),
      watermark: () => this.safety.gate(options.guard.watermark),
      hear: (message) => this.safety.hear(message),
    });
    const { runner, feed } = this;
    const track = (work: Promise<unknown>): void => this.#background.track(work);
    this.sets = new SetService({
      ...{ ...options, feed, track, signal: this.#abort.signal },
      latest: () => this.#latest ?? 0,
      durable: () => this.runner.take({ kind: 'time-reached' }),
      found: (result) => this.runner.give({ kind: 'settlement-computed', result }),
    });
    this.#chronicle = new Chronicle({ ...options, runner, feed, track, sets: this.sets });
    this.#serve();
  }

  get id(): NodeId {
    return this.#options.host.id;
  }

  /** Latest beacon known. */
  get latestRound(): Round | undefined {
    return this.#latest;
  }

  /** Calls `handler` once when nothing is signed any more: the guard failed, or the key is used. */
  onHalt(handler: (reason: string, cause: unknown) => void): void {
    this.#onHalt = handler;
  }

  /** Joins the network, catches up, and takes part; resolves when it does, or is stopped. */
  async start(): Promise<void> {
    const started = this.#start();
    this.#background.track(started.catch(() => undefined));
    try {
      await started;
    } catch (error) {
      if (!this.#abort.signal.aborted) throw error;
    }
  }

  async #start(): Promise<void> {
    const { host, log, beacons } = this.#options;
    const { signal } = this.#abort;
    if (signal.aborted) return;
    this.#adjustClock();
    this.#every(CLOCK_PERIOD_MS, () => this.#adjustClock());
    await this.safety.start();
    if (signal.aborted) return;
    const listening = host.start();
    this.#listening = listening.catch(() => undefined);
    await listening;
    if (signal.aborted) return;
    log.info('listening', { id: this.id, addresses: host.addresses().join(' ') });
    const sync = this.#sync();
    await this.sets.restore();
    await sync.firstPeer();
    this.#phase = 'syncing';
    await this.sets.catchUp();
    const caughtUp = await sync.beacons();
    const open = await sync.openBatches();
    if (signal.aborted) return;
    this.safety.begin(round(Math.max(this.#latest ?? 0, this.#due())));
    this.feed.open();
    beacons.start((message) => this.#takeBeacon(message));
    this.#phase = 'running';
    log.info('in-sync', { beacons: caughtUp, ...open, peers: host.peers().length });
    this.#background.track(sync.rest().then(() => sync.certificates()));
    this.#every(PRUNE_PERIOD_MS, () => this.#background.track(this.#prune()));
  }

  /** Stops taking part within 10 s; what was promised to the disk is there, the rest is dropped. */
  stop(): Promise<void> {
    this.#abort.abort();
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const { beacons, host, guard, log } = this.#options;
    for (const timer of this.#timers) clearInterval(timer);
    this.#loop.stop();
    this.safety.stop();
    beacons.stop();
    await within(DRAIN_MS, this.runner.close());
    // a host that is about to start would not notice that it was stopped
    await within(DRAIN_MS, this.#listening);
    await host.stop();
    await this.#background.drained(DRAIN_MS);
    await guard.close();
    log.info('stopped');
  }

  /** How this node is. */
  status(): NodeStatus {
    return selfReport({
      ...this.#options,
      chronicle: this.#chronicle,
      safety: this.safety,
      sets: this.sets,
      phase: this.#phase,
      halted: this.#halted,
      latest: this.#latest ?? round(0),
      uptimeMs: Math.round(performance.now() - this.#startedAt),
      loopDelayP99Ms: this.#loop.p99Ms(),
    });
  }

  /** [SLASH-2] Balances as this node sees them; advisory. */
  settlement(): Settlement {
    return this.#chronicle.settlement();
  }

  /** What was said about a leaf, live or from the archive. */
  async messagesAbout({ batch, index }: Subject): Promise<readonly Uint8Array[]> {
    return await this.#answer({ method: 'lookup', batch, index });
  }

  #serve(): void {
    const { host, models, execution, view, blobSources } = this.#options;
    const answer = withDesk(deskOf(this.#options), (request) => this.#answer(request));
    serveRpc(host, withDialBack(host, answer));
    const outputs = outputSource({ execution, subjects: view.subjects });
    serveBlobs(host, [(id) => models.directory.find(id), outputs, ...blobSources]);
    host.onPeer(({ peer, change }) => {
      this.#options.log.info(`peer-${change}`, { peer, peers: host.peers().length });
      const found = host.peers().find(({ id }) => id === peer);
      // [WIRE-4] anybody can make up a key and connect; and where he calls from is no address
      if (found?.direction !== 'outbound' || !isMember(this.#options.view.membership.chain, peer))
        return;
      this.#background.track(this.#options.archive.addPeer(peer, found.addresses));
    });
  }

  #answer(request: Parameters<typeof answerRequest>[1]): Promise<readonly Uint8Array[]> {
    const { archive, view } = this.#options;
    const sources = {
      runner: this.runner,
      archive,
      feed: this.feed,
      sets: this.sets,
      status: () => statusFormat.encode(this.status()),
      openBatches: view.batches,
      opening: view.opening,
    };
    return answerRequest(sources, request);
  }

  /** [GUARD-1] */
  async #persist(records: readonly GuardRecord[]): Promise<void> {
    this.safety.assertAlone();
    await this.#options.guard.append(records, (batch) => this.#roundOf(batch));
  }

  #roundOf(batch: BatchId): Round {
    const header = this.feed.header(batch);
    if (header !== undefined) return header.round;
    const subject = this.#options.view.subjects().find((s) => s.subject.batch === batch);
    if (subject === undefined) throw new Error(`nothing is known of the batch ${batch}`);
    return subject.header.round;
  }

  #perform(effect: Exclude<ProviderEffect, { kind: 'persist' }>): void {
    switch (effect.kind) {
      case 'publish':
        return this.#publish(effect.message, effect.bytes);
      case 'send':
        this.safety.said(effect.message);
        if (effect.to !== SELF) this.#options.host.send(effect.to as NodeId, effect.bytes);
        return;
      case 'execute':
        this.#chronicle.countExecution();
        this.safety.votes.drawn(effect.subject);
        return this.#finish(this.#options.execution.execute(effect));
      case 'measure-output':
        return this.#finish(this.#measureOutput(effect));
      case 'report':
        this.safety.note(effect.report);
        return this.#chronicle.take(effect.report, this.#latest ?? 0);
      default:
        // judgements and answers go to whoever gave the event
        return;
    }
  }

  #publish(message: Message, bytes: Uint8Array): void {
    this.feed.note(message);
    this.safety.said(message);
    const topic = topicOf(message);
    if (topic !== undefined) this.#background.track(this.#options.host.publish(topic, bytes));
  }

  #measureOutput(effect: ProviderEffect & { kind: 'measure-output' }): Promise<Timeless> {
    const header = this.feed.header(effect.subject.batch);
    const manifest =
      header === undefined ? undefined : this.#options.network.modelById.get(header.model);
    const first = header === undefined ? [] : [header.provider];
    return this.#options.execution.measureOutput(effect, first, manifest);
  }

  /** Gives the core the end of some work. */
  #finish(work: Promise<Timeless>): void {
    this.#background.track(work.then((event) => this.runner.give(event)));
  }

  /** A beacon from an endpoint; gossip carries it on once the core has verified it. [TIME-1] */
  #takeBeacon(message: Message & { type: 'beacon' }): void {
    const bytes = encodeMessage(message);
    const taken = this.feed.take('beacon-endpoint', { message, bytes });
    this.#background.track(
      taken.then((isAccepted) => {
        if (isAccepted) this.#background.track(this.#options.host.publish('beacon', bytes));
      }),
    );
  }

  #due(): number {
    return roundDueAt(this.#options.network, Date.now());
  }

  #sync(): Sync {
    const { host, network, crypto, archive, beacons, view } = this.#options;
    return new Sync({
      ...{ host, network, crypto, archive, feed: this.feed },
      chain: () => view.membership.chain,
      latest: () => this.#latest,
      due: () => this.#due(),
      fetchBeacon: (r) => beacons.fetch(r),
      unopened: (batch) => unopenedLeaves(view.subjects(), batch),
      signal: this.#abort.signal,
    });
  }

  /**
   * [GUARD-2] Forgets what lies before the window: it can never be signed again. What is under way
   * after a stall stays open as long as the core remembers its sampling beacon, of round r+2.
   */
  async #prune(): Promise<void> {
    const { network, guard, forget } = this.#options;
    if (this.#latest !== undefined) await forget(this.#latest);
    const below = (this.#latest ?? 0) - windowRounds(network) - SAMPLING_ROUNDS;
    if (below > 0) await guard.prune(round(below));
  }

  #adjustClock(): void {
    const wallOffsetMs = this.#options.clock.wallOffsetMs();
    this.runner.give({ kind: 'clock-adjusted', wallOffsetMs });
  }

  #halt(cause: unknown): void {
    if (this.#halted !== undefined) return;
    const reason = reasonOf(cause);
    this.#halted = reason;
    this.#options.log.error('halted', { reason });
    this.#onHalt(reason, cause);
  }

  #noteBeacon(r: Round, signature: Uint8Array): void {
    this.#latest = round(Math.max(this.#latest ?? 0, r));
    this.#options.beacons.heard(r);
    this.safety.tick(this.#latest);
    if (this.#phase === 'running') this.sets.tick(this.#latest);
    this.#background.track(this.#options.archive.addBeacon(r, signature));
  }

  #noteFailure(error: unknown): void {
    if (this.#abort.signal.aborted || this.#halted !== undefined) return;
    this.#options.log.warn('failed', { reason: reasonOf(error), isBug: !isDetailed(error) });
  }

  #every(periodMs: number, action: () => void): void {
    this.#timers.push(setInterval(action, periodMs).unref());
  }
}
