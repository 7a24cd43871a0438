/**
 * [SET-1] [SET-2] The chain of validator sets, from the network file to now: who serves which
 * round, and whether a step is right. A light client walks it with nothing but the network file.
 */
import { type Digest, digest, equalBytes, type NodeId } from '../../base/index.ts';
import type { Crypto } from '../../crypto/index.ts';
import {
  bitmapIndices,
  confirmationSigningBytes,
  keyOwnershipSigningBytes,
  LIMITS,
  proposalSigningBytes,
  type SetChange,
  type StepBody,
  type StepMessage,
  settlementRoot,
  settlementSigningBytes,
  stepContentBytes,
  stepDigest,
} from '../../wire/index.ts';
import { Draws } from '../committee/draws.ts';
import type { Network } from '../network.ts';
import { epochOf } from './epochs.ts';
import { applyStep, genesisState, inForceFrom, type SetState, stateHash } from './set-state.ts';

/** A set of the chain: the step that made it and what it is. */
export type ChainLink = {
  readonly number: number;
  /** Names the step; the network id for number 0. */
  readonly digest: Digest;
  /** First epoch that it serves. */
  readonly epoch: number;
  readonly state: SetState;
  readonly draws: Draws;
  /** Absent for number 0. */
  readonly step?: StepMessage;
};

/** The next link, or the name of the first check that failed. */
export type StepCheck<Link extends ChainLink = ChainLink> =
  | { readonly kind: 'valid'; readonly link: Link }
  | { readonly kind: 'invalid'; readonly check: string };

/** A link whose step was confirmed. */
export type ConfirmedLink = ChainLink & { readonly step: StepMessage };

const failed = (check: string): StepCheck<never> => ({ kind: 'invalid', check });

/** Links whose members are kept at hand; older ones are computed again when they are asked for. */
const LINKS_KEPT = 32;

export class SetChain {
  readonly genesis: ChainLink;
  #links: ChainLink[];
  readonly #steps: StepMessage[] = [];

  /** @param draws of the network file's own set; simulated nodes share them */
  constructor(draws: Draws) {
    const { network } = draws;
    const state = genesisState(network);
    this.genesis = { number: 0, digest: digest(network.id), epoch: 0, state, draws };
    this.#links = [this.genesis];
  }

  get head(): ChainLink {
    return this.#links.at(-1) ?? this.genesis;
  }

  /** Steps 1, 2, 3, … in order. */
  get steps(): readonly StepMessage[] {
    return this.#steps;
  }

  /** [SET-1] The set that serves the subjects of round `r`, at all their levels. */
  at(r: number): ChainLink {
    const epoch = epochOf(this.genesis.draws.network, r);
    return this.recentAt(r) ?? this.#walk((link) => link.epoch <= epoch);
  }

  /** Draws of the set that serves round `r`. */
  drawsAt(r: number): Draws {
    return this.at(r).draws;
  }

  /** Link of a number, if the chain is that long. */
  link(number: number): ChainLink | undefined {
    if (number < 0 || number > this.head.number) return undefined;
    return this.recent(number) ?? this.#walk((link) => link.number <= number);
  }

  /** Link of a number, if it is one of the latest: at hand, whoever asks for it. */
  recent(number: number): ChainLink | undefined {
    return this.#links.find((link) => link.number === number);
  }

  /** The set that serves round `r`, if it is one of the latest. */
  recentAt(r: number): ChainLink | undefined {
    const epoch = epochOf(this.genesis.draws.network, r);
    return this.#links.findLast((link) => link.epoch <= epoch);
  }

  /** Tells whether `id` was a validator in one of the latest sets. */
  wasValidator(id: NodeId): boolean {
    return this.#links.some(({ state }) => state.network.validatorIndex.has(id));
  }

  /** Tells whether `id` is a validator of one of the latest sets, or has stake in exit. */
  isValidator(id: NodeId): boolean {
    return this.#links.some(({ state }) => {
      return state.network.validatorIndex.has(id) || isLeaving(state, id);
    });
  }

  /** Tells whether `id` is a provider of one of the latest sets, or has stake in exit. */
  isProvider(id: NodeId): boolean {
    return this.#links.some(({ state }) => {
      return state.network.providerById.has(id) || isLeaving(state, id);
    });
  }

  /** Checks a step that follows the head. Total. */
  check(crypto: Crypto, step: StepMessage): StepCheck<ConfirmedLink> {
    return checkStep(crypto, this.head, step);
  }

  /** Adds what `check` returned for the head. */
  append(link: ConfirmedLink): void {
    this.#links.push(link);
    this.#steps.push(link.step);
    if (this.#links.length > LINKS_KEPT) this.#links = this.#links.slice(-LINKS_KEPT);
  }

  /** [SET-1] Puts the head in force from an earlier epoch. */
  replaceHead(link: ConfirmedLink): void {
    this.#links[this.#links.length - 1] = link;
    this.#steps[this.#steps.length - 1] = link.step;
  }

  /** All links, from the network file on; what they are is computed again. */
  *links(): Iterable<ChainLink> {
    let link = this.genesis;
    yield link;
    for (const step of this.#steps) {
      const state = applyStep(link.state, step.body);
      if ('refused' in state) return;
      link = confirmedLink(linkOf(link, step.body, state), step);
      yield link;
    }
  }

  /** The last link that fits, of those from the network file on. */
  #walk(fits: (link: ChainLink) => boolean): ChainLink {
    let last = this.genesis;
    for (const link of this.links()) {
      if (!fits(link)) break;
      last = link;
    }
    return last;
  }
}

/**
 * [SET-2] Checks what the operator proposes on top of `head`: all but who confirmed it. Total.
 */
export function checkBody(
  crypto: Crypto,
  head: ChainLink,
  { body, signature }: Pick<StepMessage, 'body' | 'signature'>,
): StepCheck {
  const { network } = head.state;
  if (body.number !== head.number + 1) return failed('number');
  if (!equalBytes(body.predecessor, head.digest)) return failed('predecessor');
  // [WIRE-3] nobody but the operator makes a node compute a set
  const { operator } = network;
  const signed = proposalSigningBytes(network.id, stepDigest(network.id, body));
  if (operator === undefined || !crypto.verify(operator, signed, signature)) {
    return failed('operator-signature');
  }
  // [WIRE-4] room for those who confirm it
  if (stepContentBytes(body) > LIMITS.stepContentBytes) return failed('too-large');
  // [SET-1] sets follow one another: an epoch has one
  if (body.epoch <= head.epoch) return failed('epoch');
  const state = applyStep(head.state, body);
  if ('refused' in state) return failed(state.refused);
  if (!equalBytes(stateHash(state), body.state)) return failed('state');
  const link = linkOf(head, body, state);
  if (!body.changes.every((change) => areKeysProved(crypto, network, change))) {
    return failed('key-proofs');
  }
  if (!isSettlementAgreed(crypto, head, body)) return failed('settlement-quorum');
  return { kind: 'valid', link };
}

/** [SET-2] Checks a step on top of `head`, and that a quorum of its set confirmed it. Total. */
export function checkStep(
  crypto: Crypto,
  head: ChainLink,
  step: StepMessage,
): StepCheck<ConfirmedLink> {
  const checked = checkBody(crypto, head, step);
  if (checked.kind === 'invalid') return checked;
  const { network } = head.state;
  const { number, digest: name } = checked.link;
  // [SET-1] later than proposed where the proposed epoch had begun, never earlier
  if (step.epoch < step.body.epoch) return failed('epoch');
  const signed = confirmationSigningBytes(network.id, { number, epoch: step.epoch, step: name });
  const confirmed = { holders: step.holders, signature: step.confirmation };
  if (!isQuorumSigned(crypto, network, signed, confirmed)) return failed('confirmation');
  return { kind: 'valid', link: confirmedLink(checked.link, step) };
}

/** [SET-2] The link of a proposal as its members confirmed it. */
export function confirmedLink(proposed: ChainLink, step: StepMessage): ConfirmedLink {
  const { number } = proposed;
  const state = inForceFrom(proposed.state, number, step.epoch);
  return { ...proposed, state, epoch: step.epoch, step };
}

/** [SET-2] Whether members of more than two thirds of the stake signed `message`. */
export function isQuorumSigned(
  crypto: Crypto,
  network: Network,
  message: Uint8Array,
  { holders, signature }: { readonly holders: Uint8Array; readonly signature: Uint8Array },
): boolean {
  const indices = bitmapIndices(holders, network.validators.length);
  if (indices === undefined) return false;
  const signers = indices.flatMap((index) => network.validators[index] ?? []);
  const weight = signers.reduce((sum, { stake }) => sum + stake, 0n);
  if (weight < quorumStake(network)) return false;
  const keys = signers.map(({ voteKey }) => voteKey);
  return crypto.verifyAggregate(keys, message, signature);
}

/** [QUORUM-1] Least stake that speaks for the whole set: ⌊2k/3⌋+1. */
export function quorumStake({ totalStake }: Network): bigint {
  return (2n * totalStake) / 3n + 1n;
}

/** Rebuilds the chain from its steps, up to the first that is wrong. */
export function walkChain(
  crypto: Crypto,
  draws: Draws,
  steps: Iterable<StepMessage>,
): { readonly chain: SetChain; readonly fault?: string } {
  const chain = new SetChain(draws);
  for (const step of steps) {
    const checked = chain.check(crypto, step);
    if (checked.kind === 'invalid') return { chain, fault: checked.check };
    chain.append(checked.link);
  }
  return { chain };
}

function isLeaving({ leaving }: SetState, id: NodeId): boolean {
  return leaving.some((entry) => entry.id === id);
}

function linkOf(head: ChainLink, body: StepBody, state: SetState): ChainLink {
  const { number, epoch } = body;
  const name = stepDigest(head.state.network.id, body);
  return { number, digest: name, epoch, state, draws: new Draws(state.network) };
}

/** [KEY-1] A validator that enters proves its keys, for this network. */
function areKeysProved(crypto: Crypto, network: Network, change: SetChange): boolean {
  if (change.kind !== 'validator') return true;
  const { id: signer, voteKey, possession, ownership } = change;
  const keys = { signer, voteKey };
  const isOwned = crypto.verify(signer, keyOwnershipSigningBytes(network.id, keys), ownership);
  return isOwned && crypto.verifyPossession({ ...keys, networkId: network.id, proof: possession });
}

/** [SETTLE-2] A quorum of the set signed the settlement that a step carries, on its head. */
function isSettlementAgreed(crypto: Crypto, head: ChainLink, { settlement }: StepBody): boolean {
  if (settlement === undefined) return true;
  const { network } = head.state;
  const root = settlementRoot(network.id, head.digest, settlement);
  const at = { epoch: settlement.epoch, head: head.digest, root };
  return isQuorumSigned(crypto, network, settlementSigningBytes(network.id, at), settlement);
}
