/**
 * A simulated node: a `Validator` or a `Provider` of the core, its identity, its machine, and how
 * it behaves. It hands events to the core and effects to the world; a behaviour may change both. A
 * node that crashes loses its core and keeps its disk: the records that the core persisted.
 */
import { assert, type NodeId, type TimeMs, timeMs } from '../src/base/index.ts';
import type {
  GuardRecord,
  Provider,
  ProviderEffect,
  ProviderEvent,
  Validator,
} from '../src/core/index.ts';
import type { Signer } from '../src/crypto/index.ts';
import type { Behaviour } from './adversary/behaviour.ts';
import { Executor } from './executor.ts';
import type { Micros } from './kernel/queue.ts';
import { NodeClock } from './node-clock.ts';

export type NodeRole =
  | { readonly kind: 'validator'; readonly core: Validator }
  | { readonly kind: 'provider'; readonly core: Provider };

/** An event of a core, honest or not, without its time. */
export type Timeless = ProviderEvent extends infer E
  ? E extends ProviderEvent
    ? Omit<E, 'now'>
    : never
  : never;

/** A process that is killed between two effects, and may be started again. */
export type Doom = {
  /** Effects of its next steps that still happen. */
  effectsLeft: number;
  /** When it is started again; never, if absent. */
  readonly reviveAt: Micros | undefined;
  /** Records that its disk will have forgotten. */
  readonly lostRecords: number;
};

export type SimNodeOptions = {
  readonly index: number;
  readonly signer: Signer;
  /** Starts a core with what was persisted before. [GUARD-1] */
  readonly start: (guard: readonly GuardRecord[]) => NodeRole;
  /** Name of its behaviour: `honest`, or that of the adversary. */
  readonly kind: string;
  readonly behaviour: Behaviour;
  /** Index of its execution class. */
  readonly machine: number;
  /** Time of one execution. */
  readonly executionUs: number;
  /** A node that is down takes and sends nothing. */
  readonly isUp: boolean;
};

export class SimNode {
  readonly index: number;
  readonly signer: Signer;
  readonly kind: string;
  readonly behaviour: Behaviour;
  readonly machine: number;
  readonly executor: Executor;
  readonly clock = new NodeClock();
  /** Shards that it hears. */
  readonly shards = new Set<number>();
  isUp: boolean;
  /** How the process is about to die, if it is. */
  doom: Doom | undefined;
  /** Until when the process is stopped; what comes meanwhile waits. */
  pausedUntil: Micros = 0;
  /** Wall clock = local monotonic clock + offset. */
  wallOffsetMs = 0;
  /** How often it was started. */
  incarnation = 1;
  /** Time of the step under way, by its own clock. */
  now: TimeMs = timeMs(0);
  /** The wake-up that is already in the queue. */
  wakeAt: Micros | undefined;
  readonly #start: SimNodeOptions['start'];
  #role: NodeRole;
  #disk: GuardRecord[] = [];

  constructor(options: SimNodeOptions) {
    this.index = options.index;
    this.signer = options.signer;
    this.kind = options.kind;
    this.behaviour = options.behaviour;
    this.machine = options.machine;
    this.executor = new Executor(options.executionUs);
    this.isUp = options.isUp;
    this.#start = options.start;
    this.#role = options.start([]);
  }

  get id(): NodeId {
    return this.signer.id;
  }

  get role(): NodeRole {
    return this.#role;
  }

  get isHonest(): boolean {
    return this.kind === 'honest';
  }

  /** Lets the core take `event`, and returns its effects, both as the behaviour has them. */
  step(event: Timeless, at: Micros): readonly ProviderEffect[] {
    this.now = this.clock.localAt(at);
    const given = { ...event, now: this.now } as ProviderEvent;
    const { before, after } = this.behaviour;
    if (before === undefined && after === undefined) return this.#give(given);
    const events = before?.(given) ?? [given];
    const effects: ProviderEffect[] = [];
    for (const one of events) effects.push(...this.#give({ ...one, now: this.now }));
    return after?.(effects) ?? effects;
  }

  /** When its core, or its behaviour, wants to be woken. */
  nextDeadline(): Micros | undefined {
    const deadline = earlier(this.#role.core.nextDeadline(), this.behaviour.nextDeadline?.());
    return deadline === undefined ? undefined : this.clock.timeOf(deadline);
  }

  /** [GUARD-1] Writes a record to disk. */
  persist(record: GuardRecord): void {
    this.#disk.push(record);
  }

  /** Starts a new core with what is on disk. @param lost records that the disk had not written */
  restart(lost: number): void {
    this.#disk = this.#disk.slice(0, Math.max(0, this.#disk.length - lost));
    this.incarnation += 1;
    this.shards.clear();
    this.#role = this.#start(this.#disk);
  }

  #give(event: ProviderEvent): readonly ProviderEffect[] {
    if (this.#role.kind === 'provider') return this.#role.core.step(event);
    assert(event.kind !== 'answer-computed', 'a validator answers no requests');
    return this.#role.core.step(event);
  }
}

function earlier(a: TimeMs | undefined, b: TimeMs | undefined): TimeMs | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}
