/**
 * How a dishonest node differs from an honest one. It runs the same core; a behaviour stands
 * between the core and the world and changes what goes in and what comes out.
 */
import type { Digest, Measurement, NodeId, Round, TimeMs } from '../../src/base/index.ts';
import type { Scenario } from '../../src/config/index.ts';
import type { Draws, Effect, ProviderEffect, ProviderEvent } from '../../src/core/index.ts';
import type { Signer } from '../../src/crypto/index.ts';
import type { RequestMessage } from '../../src/wire/index.ts';
import type { RandomStream } from '../kernel/random.ts';
import type { Oracle } from '../oracle/oracle.ts';
import type { BeaconCoalition } from './beacon-coalition.ts';
import type { Conspiracy } from './conspiracy.ts';
import type { Treasury } from './treasury.ts';

export type ExecuteEffect = Effect & { readonly kind: 'execute' };
export type MeasureEffect = Effect & { readonly kind: 'measure-output' };

/** What a behaviour may use: what a real adversary would have. */
export type AdversaryTools = {
  readonly signer: Signer;
  readonly draws: Draws;
  readonly oracle: Oracle;
  readonly random: RandomStream;
  /** What dishonest nodes tell each other. */
  readonly conspiracy: Conspiracy;
  /** What outsiders promised for votes. */
  readonly treasury: Treasury;
  /** Those who choose the beacon, where a scenario lets them. */
  readonly coalition: BeaconCoalition;
  /** Randomness of a round that is not published yet, if dishonest nodes know it. */
  readonly foresee: (round: Round) => Uint8Array | undefined;
  readonly scenario: Scenario;
  /** Index of its execution class. */
  readonly machine: number;
  /** Own clock. */
  readonly now: () => TimeMs;
};

/** An answer as a dishonest provider makes it. */
export type DishonestAnswer = {
  /** What it runs; `cached` runs nothing. */
  readonly variant: string;
  /** Output that it hands out, if it is not what the variant yields. */
  readonly output?: Digest;
};

/** What a dishonest validator finds without running anything, or `never` to stay silent. */
export type Invention = Measurement | 'never';

/** All parts are optional: what is left out is done honestly. */
export interface Behaviour {
  /** Round in which it asks for its stake back; never, if absent. */
  readonly asksToLeaveIn?: number;
  /** Chooses what answers a request; `undefined` is an honest answer. */
  answer?(request: RequestMessage): DishonestAnswer | undefined;
  /** Events as the core shall see them, in order; each is given the time of delivery. */
  before?(event: ProviderEvent): readonly ProviderEvent[];
  /** Effects as the world shall see them. */
  after?(effects: readonly ProviderEffect[]): readonly ProviderEffect[];
  /** When it wants to be woken, by its own clock. */
  nextDeadline?(): TimeMs | undefined;
  /** In place of an execution; `undefined` executes honestly. */
  execute?(effect: ExecuteEffect): Invention | undefined;
  /** Whether it serves an output to a node that asks for it; a node that is left out does. */
  serves?(to: NodeId, asked: MeasureEffect): boolean;
  /** In place of measuring the provider's output; `undefined` measures it. */
  measureOutput?(effect: MeasureEffect): Invention | undefined;
}
