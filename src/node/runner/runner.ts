/**
 * Drives a core: one event after the other goes in, and its effects are run in order, a `persist`
 * durable before the next one starts. The very `Validator` and `Provider` that the simulator runs.
 *
 * Steps never wait for the disk: effects queue up behind it, and all records that wait become
 * durable together (group commit). A record may so be durable earlier than it has to be, never
 * later. [GUARD-1]
 *
 * Whatever goes wrong with the guard ends everything: no effect after a record that is not durable
 * is ever run. Crossing the runner's bounds (a disk that stalls) makes it stop stepping until the
 * effects are done; its sources have bounds of their own.
 */
import { assert, type TimeMs } from '../../base/index.ts';
import type {
  Effect,
  GuardRecord,
  ProviderEffect,
  ProviderEvent,
  Validator,
} from '../../core/index.ts';
import type { Clock } from './clock.ts';

/** What the runner asks of a core: a `Provider`, or a `Validator` behind `validatorCore`. */
export interface Core {
  step(event: ProviderEvent): readonly ProviderEffect[];
  nextDeadline(): TimeMs | undefined;
}

/** Returns a validator as a core; events of providers never come to it. */
export function validatorCore(validator: Validator): Core {
  return {
    step(event) {
      assert(event.kind !== 'answer-computed', 'a validator answers no requests');
      return validator.step(event);
    },
    nextDeadline: () => validator.nextDeadline(),
  };
}

/** An event without its time, which the runner adds. */
export type Timeless<E extends ProviderEvent = ProviderEvent> = E extends ProviderEvent
  ? Omit<E, 'now'>
  : never;

/** Where effects go. None of them throws; what takes long is started, and its end is an event. */
export type RunnerPorts = {
  /** Resolves when the records are durable; rejects if that cannot be said. */
  readonly persist: (records: readonly GuardRecord[]) => Promise<void>;
  readonly perform: (effect: Exclude<ProviderEffect, { kind: 'persist' }>) => void;
  /** Called once, when the guard failed: nothing is signed any more. */
  readonly halted: (reason: unknown) => void;
};

/** Sees each step: the event as the core got it, and the effects that came of it. */
export type StepObserver = (event: ProviderEvent, effects: readonly ProviderEffect[]) => void;

/** Returns an observer that tells all of those that there are, in order. */
export function joined(...observers: readonly (StepObserver | undefined)[]): StepObserver {
  const present = observers.flatMap((observer) => observer ?? []);
  return (event, effects) => {
    for (const observe of present) observe(event, effects);
  };
}

export type RunnerOptions = {
  readonly core: Core;
  readonly clock: Clock;
  readonly ports: RunnerPorts;
  readonly observe?: StepObserver;
};

type Judge = (effect: Effect & { kind: 'judge' }) => void;

type Waiting = {
  readonly event: Timeless;
  readonly judge: Judge | undefined;
  readonly resolve: (effects: readonly ProviderEffect[]) => void;
  readonly reject: (reason: unknown) => void;
};

/** The effects of one step, and what is left of them to run. */
type Ran = {
  readonly effects: readonly ProviderEffect[];
  next: number;
  /** Whether its records are durable. */
  isDurable: boolean;
  readonly judge: Judge | undefined;
  readonly done: () => void;
  readonly fail: (reason: unknown) => void;
};

/** Time that steps may take before other work gets its turn. */
const SLICE_MS = 8;
/** Steps whose effects may wait for the disk. */
const UNDONE_MAX = 4096;

export class Runner {
  readonly #core: Core;
  readonly #clock: Clock;
  readonly #ports: RunnerPorts;
  readonly #observe: StepObserver | undefined;
  #waiting: Waiting[] = [];
  #undone: Ran[] = [];
  #state: 'running' | 'closed' | 'halted' = 'running';
  #haltedBy: unknown;
  #isStepping = false;
  #isPerforming = false;
  #cancelWake: (() => void) | undefined;
  #idle: (() => void)[] = [];

  constructor({ core, clock, ports, observe }: RunnerOptions) {
    this.#core = core;
    this.#clock = clock;
    this.#ports = ports;
    this.#observe = observe;
  }

  /** Events that wait for their step. */
  get waitingCount(): number {
    return this.#waiting.length;
  }

  /**
   * Gives the core an event.
   * @param judge gets the gossip verdict of a message
   * @returns its effects, when all of them were run; rejects after `close` and after a halt
   */
  take(event: Timeless, judge?: Judge): Promise<readonly ProviderEffect[]> {
    if (this.#state !== 'running') return Promise.reject(this.#ended());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ event, judge, resolve, reject });
      this.#startStepping();
    });
  }

  /** Like `take` for those who do not wait: after a halt or `close` nothing happens. */
  give(event: Timeless, judge?: Judge): void {
    this.take(event, judge).catch(() => undefined);
  }

  /** Takes no more events, waits until the effects of all that came before are run. */
  async close(): Promise<void> {
    if (this.#state === 'running') {
      this.#state = 'closed';
      this.#cancelWake?.();
    }
    if (this.#isQuiet) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  get #isQuiet(): boolean {
    return this.#waiting.length === 0 && this.#undone.length === 0;
  }

  #startStepping(): void {
    if (this.#isStepping) return;
    this.#isStepping = true;
    setImmediate(() => this.#stepSlice());
  }

  /** Steps until nothing waits, or others must get their turn. */
  #stepSlice(): void {
    this.#isStepping = false;
    if (this.#state === 'halted') return;
    const begin = performance.now();
    let done = 0;
    while (done < this.#waiting.length && this.#undone.length < UNDONE_MAX) {
      this.#step(this.#waiting[done] as Waiting);
      done += 1;
      if (performance.now() - begin > SLICE_MS) break;
    }
    this.#waiting = this.#waiting.slice(done);
    if (this.#waiting.length > 0 && this.#undone.length < UNDONE_MAX) this.#startStepping();
    this.#scheduleWake();
    this.#tellIfQuiet();
  }

  #step({ event, judge, resolve, reject }: Waiting): void {
    const timed = { ...event, now: this.#clock.now() } as ProviderEvent;
    const effects = this.#core.step(timed);
    this.#observe?.(timed, effects);
    const done = (): void => resolve(effects);
    this.#undone.push({ effects, next: 0, isDurable: false, judge, done, fail: reject });
    if (!this.#isPerforming) this.#performAll();
  }

  /** Runs effects in order until the queue is empty or a record has to become durable. */
  #performAll(): void {
    for (let ran = this.#undone[0]; ran !== undefined; ran = this.#undone[0]) {
      while (ran.next < ran.effects.length) {
        const effect = ran.effects[ran.next] as ProviderEffect;
        if (effect.kind === 'persist' && !ran.isDurable) return this.#persistWaiting();
        if (effect.kind === 'judge') ran.judge?.(effect);
        if (effect.kind !== 'persist') this.#ports.perform(effect);
        ran.next += 1;
      }
      this.#undone.shift();
      ran.done();
    }
    this.#tellIfQuiet();
  }

  #tellIfQuiet(): void {
    if (!this.#isQuiet) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** [GUARD-1] Makes every record that waits durable, then goes on with what follows them. */
  #persistWaiting(): void {
    this.#isPerforming = true;
    const group = [...this.#undone];
    const records = group.flatMap(({ effects, next }) =>
      effects.slice(next).flatMap((effect) => (effect.kind === 'persist' ? effect.record : [])),
    );
    this.#ports.persist(records).then(
      () => {
        for (const ran of group) ran.isDurable = true;
        this.#isPerforming = false;
        this.#performAll();
        if (this.#waiting.length > 0) this.#startStepping();
      },
      (reason) => this.#halt(reason),
    );
  }

  /** [GUARD-2] Fails closed: what was to be signed after a lost record is never sent. */
  #halt(reason: unknown): void {
    this.#state = 'halted';
    this.#haltedBy = reason;
    this.#cancelWake?.();
    const lost = [...this.#undone, ...this.#waiting];
    this.#undone = [];
    this.#waiting = [];
    for (const item of lost) 'fail' in item ? item.fail(reason) : item.reject(reason);
    for (const resolve of this.#idle.splice(0)) resolve();
    this.#ports.halted(reason);
  }

  #ended(): unknown {
    return this.#haltedBy ?? new Error('the runner is closed');
  }

  #scheduleWake(): void {
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    const deadline = this.#core.nextDeadline();
    if (deadline === undefined || this.#state !== 'running') return;
    this.#cancelWake = this.#clock.after(deadline - this.#clock.now(), () =>
      this.give({ kind: 'time-reached' }),
    );
  }
}
