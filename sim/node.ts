/**
 * A simulated node: a `Validator` or a `Provider` of the core, its identity, and how it behaves.
 * It hands events to the core and effects to the world; a behaviour may change both.
 */
import { assert, type NodeId, type TimeMs, timeMs } from '../src/base/index.ts';
import type { Provider, ProviderEffect, ProviderEvent, Validator } from '../src/core/index.ts';
import type { Signer } from '../src/crypto/index.ts';
import type { Behaviour } from './adversary/behaviour.ts';
import type { Micros } from './kernel/queue.ts';

export type NodeRole =
  | { readonly kind: 'validator'; readonly core: Validator }
  | { readonly kind: 'provider'; readonly core: Provider };

export type SimNodeOptions = {
  readonly index: number;
  readonly signer: Signer;
  readonly role: NodeRole;
  /** Name of its behaviour: `honest`, or that of the adversary. */
  readonly kind: string;
  readonly behaviour: Behaviour;
  /** Index of its execution class. */
  readonly machine: number;
  /** Time of one execution. */
  readonly executionUs: number;
  /** A node that is down takes and sends nothing. */
  readonly isDown: boolean;
};

export class SimNode {
  readonly index: number;
  readonly signer: Signer;
  readonly role: NodeRole;
  readonly kind: string;
  readonly behaviour: Behaviour;
  readonly machine: number;
  readonly executionUs: number;
  readonly isDown: boolean;
  /** When its processor is free again. */
  freeAt: Micros = 0;
  /** Executions it ran. */
  executionCount = 0;
  /** Time of the step under way. */
  now: TimeMs = timeMs(0);
  /** The wake-up that is already in the queue. */
  wakeAt: Micros | undefined;

  constructor(options: SimNodeOptions) {
    this.index = options.index;
    this.signer = options.signer;
    this.role = options.role;
    this.kind = options.kind;
    this.behaviour = options.behaviour;
    this.machine = options.machine;
    this.executionUs = options.executionUs;
    this.isDown = options.isDown;
  }

  get id(): NodeId {
    return this.signer.id;
  }

  get isHonest(): boolean {
    return this.kind === 'honest';
  }

  /** Lets the core take `event`, and returns its effects, both as the behaviour has them. */
  step(event: ProviderEvent, now: TimeMs): readonly ProviderEffect[] {
    this.now = now;
    const events = this.behaviour.before?.(event) ?? [event];
    const effects: ProviderEffect[] = [];
    for (const given of events) effects.push(...this.#give({ ...given, now }));
    return this.behaviour.after?.(effects) ?? effects;
  }

  nextDeadline(): TimeMs | undefined {
    return this.role.core.nextDeadline();
  }

  /** Takes the processor for one execution that is asked for at `at`; returns when it ends. */
  occupy(at: Micros): Micros {
    this.freeAt = Math.max(this.freeAt, at) + this.executionUs;
    this.executionCount += 1;
    return this.freeAt;
  }

  #give(event: ProviderEvent): readonly ProviderEffect[] {
    if (this.role.kind === 'provider') return this.role.core.step(event);
    assert(event.kind !== 'answer-computed', 'a validator answers no requests');
    return this.role.core.step(event);
  }
}
