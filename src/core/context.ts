/**
 * What the parts of one node share: identity, network, time, beacons, and the effects of the step
 * under way.
 */
import { assert, type NodeId, type Round, type TimeMs, timeMs } from '../base/index.ts';
import type { Crypto, Signer } from '../crypto/index.ts';
import { type EvidenceMessage, encodeMessage, type Message } from '../wire/index.ts';
import { BeaconLog } from './beacon-log.ts';
import type { Draws } from './committee/draws.ts';
import type { Effect, ProviderEffect, Report } from './events.ts';
import { ignored, type Judgement, rejected } from './judgement.ts';
import { SetChain } from './membership/chain.ts';
import { type CommonNetwork, isInForce, nominalTime, windowRounds } from './network.ts';
import { Shards } from './shards.ts';

/** Convicted identities remembered. */
const CONVICTED_MAX = 4_096;

export class Context {
  /** [SET-1] The sets of the network, from its file to now. */
  readonly chain: SetChain;
  readonly crypto: Crypto;
  readonly signer: Signer;
  readonly beacons: BeaconLog;
  readonly shards: Shards;
  #now: TimeMs = timeMs(0);
  #wallOffsetMs = 0;
  #effects: ProviderEffect[] = [];
  readonly #convicted = new Map<NodeId, EvidenceMessage>();

  constructor({ draws, crypto, signer }: { draws: Draws; crypto: Crypto; signer: Signer }) {
    this.chain = new SetChain(draws);
    this.crypto = crypto;
    this.signer = signer;
    this.beacons = new BeaconLog(windowRounds(draws.network));
    const { shards } = draws.network.parameters;
    this.shards = new Shards(shards, (effect) => this.emit(effect));
  }

  /** What all sets have in common: id, parameters, beacon, models. Members are the chain's. */
  get network(): CommonNetwork {
    return this.chain.genesis.draws.network;
  }

  /** [WIRE-3] Of who is in no set here: whoever passed it on may know a later one, if there are. */
  stranger(code: string): Judgement {
    return this.network.operator === undefined ? rejected(code) : ignored(code);
  }

  get id(): NodeId {
    return this.signer.id;
  }

  get now(): TimeMs {
    return this.#now;
  }

  get wallNow(): TimeMs {
    return timeMs(this.#now + this.#wallOffsetMs);
  }

  /** Begins a step. @throws AssertionError if time runs back */
  begin(now: TimeMs): void {
    assert(now >= this.#now, 'time never runs back');
    this.#now = now;
  }

  adjustClock(wallOffsetMs: number): void {
    this.#wallOffsetMs = wallOffsetMs;
  }

  emit(effect: ProviderEffect): void {
    this.#effects.push(effect);
  }

  report(report: Report): void {
    this.#effects.push({ kind: 'report', report });
  }

  /** Evidence seen or made, by whom it convicts. */
  get convicted(): ReadonlyMap<NodeId, EvidenceMessage> {
    return this.#convicted;
  }

  /** Remembers whom `evidence` convicts and reports who is new; returns how many are. [WIRE-4] */
  convict(evidence: EvidenceMessage, guilty: readonly NodeId[]): number {
    const news = guilty.filter((id) => !this.#convicted.has(id));
    if (news.length === 0 || this.#convicted.size + news.length > CONVICTED_MAX) return 0;
    for (const id of news) this.#convicted.set(id, evidence);
    this.report({ kind: 'evidence-found', guilty: news });
    return news.length;
  }

  /** Publishes evidence that this node found itself, if it convicts anybody new. */
  accuse(evidence: EvidenceMessage, guilty: readonly NodeId[]): void {
    if (this.convict(evidence, guilty) > 0) this.publish(evidence);
  }

  /** @param shard whose topic carries it; absent if everybody shall hear it */
  publish(message: Message, shard?: number): void {
    const topic = shard === undefined ? {} : { shard };
    this.#effects.push({ kind: 'publish', message, bytes: encodeMessage(message), ...topic });
  }

  /** Ends a step: returns its effects in order. */
  take(): ProviderEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  isInForce(tag: string): boolean {
    return isInForce(this.network, tag);
  }

  /** Tells whether the wall clock stands `marginMs` or more before beacon `r` is due. */
  isBefore(r: Round, marginMs: number): boolean {
    return this.wallNow < nominalTime(this.network, r) - marginMs;
  }
}

/** The effects a validator may have: it answers no requests. */
export function validatorEffects(effects: readonly ProviderEffect[]): readonly Effect[] {
  assert(effects.every(isOfValidator), 'a validator answers no requests');
  return effects;
}

function isOfValidator(effect: ProviderEffect): effect is Effect {
  return effect.kind !== 'answer';
}
