/**
 * [SET-2] [SETTLE-2] What a node does for the chain: takes proposals of the operator, confirms them
 * if it is a member, adds steps that a quorum confirmed, and counts what members found epochs to
 * come to.
 *
 * One confirmation for each number, durable in the guard: two sets of one number would need members
 * of a third of the stake that confirm twice. The operator can so hold the chain up, by proposing
 * two sets at once, and never split it.
 */
import { assert, type Digest, equalBytes, type NodeId, toHex } from '../../base/index.ts';
import {
  type ConfirmationMessage,
  confirmationSigningBytes,
  LIMITS,
  type ProposalMessage,
  type SettlementMessage,
  type SettlementResult,
  type StepMessage,
  settlementRoot,
  settlementSigningBytes,
  stepDigest,
} from '../../wire/index.ts';
import type { Context } from '../context.ts';
import type { GuardRecord } from '../guard.ts';
import { ACCEPTED, ignored, type Judgement, rejected } from '../judgement.ts';
import {
  type ChainLink,
  checkBody,
  checkStep,
  confirmedLink,
  quorumStake,
  type SetChain,
} from './chain.ts';
import { epochOf, firstRound } from './epochs.ts';
import { Poll, type PollResult } from './poll.ts';

/** Rounds that a step must be confirmed before its epoch: everybody has to hear of it. */
const CONFIRM_MARGIN_ROUNDS = 2;
/** Proposals of one number that are followed: more than one is the operator's fault. [WIRE-4] */
const PROPOSALS_MAX = 4;
/** Steps and epochs for which confirmations are counted. [WIRE-4] */
const CONFIRMATION_POLLS_MAX = 64;
/** Members that publish a step: any would do, if it were up. */
const PUBLISHERS = 3;
/** Epochs whose settlements are counted, and roots of one member for one. [WIRE-4] */
const EPOCHS_KEPT = 8;
const ROOTS_MAX = 4;

type Proposed = { readonly message: ProposalMessage; readonly link: ChainLink };

/** How the chain stands at a node. */
export type MembershipSnapshot = {
  readonly number: number;
  readonly epoch: number;
  readonly settledEpoch: number;
  /** Stake that speaks for the set. */
  readonly quorum: bigint;
  readonly proposals: readonly {
    readonly number: number;
    readonly epoch: number;
    /** Hexadecimal. */
    readonly step: string;
    /** Members that confirmed it, for one epoch, and their stake. */
    readonly confirmedBy: readonly NodeId[];
    readonly weight: bigint;
  }[];
  readonly settlements: readonly SettlementTally[];
};

/** What members found an epoch to come to. */
export type SettlementTally = PollResult & {
  readonly epoch: number;
  readonly root: Digest;
};

export class Assembly {
  readonly #context: Context;
  /** Whether this node confirms and votes when it is a member. */
  readonly #isActive: boolean;
  #confirmed: { readonly number: number; readonly step: string } | undefined;
  readonly #proposals = new Map<string, Proposed>();
  /** Confirmations of the next number, by step. */
  readonly #confirmations = new Map<string, Poll<ConfirmationMessage>>();
  /** Settlements on the head, by epoch and root. */
  readonly #settlements = new Map<string, Poll<SettlementMessage>>();

  constructor(context: Context, options: { guard: readonly GuardRecord[]; isActive: boolean }) {
    this.#context = context;
    this.#isActive = options.isActive;
    for (const record of options.guard) {
      if (record.kind !== 'confirm' || record.number < (this.#confirmed?.number ?? 0)) continue;
      this.#confirmed = { number: record.number, step: toHex(record.step) };
    }
  }

  /** [SET-2] Confirms what the operator proposes, if it is right and in time. */
  takeProposal(message: ProposalMessage): Judgement {
    const { head } = this.#chain;
    const { number } = message.body;
    if (number <= head.number) return ignored('known-step');
    if (number > head.number + 1) return this.#behind(number);
    const name = toHex(stepDigest(this.#context.network.id, message.body));
    if (this.#proposals.has(name)) return ignored('known-proposal');
    if (this.#proposals.size >= PROPOSALS_MAX) return ignored('too-many-proposals');
    const checked = checkBody(this.#context.crypto, head, message);
    if (checked.kind === 'invalid') return rejected(`proposal-${checked.check}`);
    this.#proposals.set(name, { message, link: checked.link });
    const { epoch } = message.body;
    this.#context.report({ kind: 'set-proposed', number, epoch, step: name });
    this.#considerConfirming(name, checked.link);
    for (const poll of this.#confirmations.values()) {
      const [first] = poll.messages();
      if (first !== undefined && toHex(first.step) === name) this.#tryStep(name, first.epoch);
    }
    return ACCEPTED;
  }

  takeConfirmation(message: ConfirmationMessage): Judgement {
    const { head } = this.#chain;
    const { number, validator, step, epoch } = message;
    if (number <= head.number) return ignored('known-step');
    if (number > head.number + 1) return this.#behind(number);
    const { network } = head.state;
    const member = network.validatorIndex.get(validator);
    // who passed it on may know another set
    if (member === undefined) return ignored('unknown-validator');
    const name = pollName(toHex(step), epoch);
    const poll = this.#confirmations.get(name);
    if (poll?.has(member)) return ignored('known-confirmation');
    if (poll === undefined && this.#confirmations.size >= CONFIRMATION_POLLS_MAX) {
      return ignored('too-many-proposals');
    }
    const signed = confirmationSigningBytes(network.id, message);
    if (!this.#isSignedBy(member, signed, message.signature)) {
      return rejected('confirmation-signature');
    }
    this.#count(this.#confirmations, name, { member, message });
    this.#tryStep(toHex(step), epoch);
    return ACCEPTED;
  }

  /** [SET-2] Adds a step that a quorum of the set before confirmed. */
  takeStep(message: StepMessage): Judgement {
    const { network } = this.#context;
    const chain = this.#chain;
    const { number } = message.body;
    const known = chain.link(number);
    if (known !== undefined) {
      const isSame = equalBytes(stepDigest(network.id, message.body), known.digest);
      return isSame ? this.#hasten(message, known) : this.#fork(message, known);
    }
    if (number > chain.head.number + 1) return this.#behind(number);
    const checked = chain.check(this.#context.crypto, message);
    if (checked.kind === 'invalid') return rejected(`step-${checked.check}`);
    this.#append(confirmedLink(checked.link, message));
    return ACCEPTED;
  }

  /** [SETTLE-2] Counts what a member found. */
  takeSettlement(message: SettlementMessage): Judgement {
    const { head } = this.#chain;
    const { network, settledEpoch } = head.state;
    const { validator, epoch, root } = message;
    if (!equalBytes(message.head, head.digest)) return ignored('other-head');
    if (epoch <= settledEpoch) return ignored('settled-epoch');
    const member = network.validatorIndex.get(validator);
    if (member === undefined) return ignored('unknown-validator');
    if (epoch >= epochOf(network, this.#context.beacons.latest ?? 0)) return ignored('far-epoch');
    if (epoch + EPOCHS_KEPT < this.#latestVoted()) return ignored('old-epoch');
    const name = `${epoch}/${toHex(root)}`;
    if (this.#settlements.get(name)?.has(member)) return ignored('known-settlement');
    const said = [...this.#settlements].filter(([key, poll]) => {
      return key.startsWith(`${epoch}/`) && poll.has(member);
    });
    if (said.length >= ROOTS_MAX) return ignored('too-many-roots');
    const signed = settlementSigningBytes(network.id, message);
    if (!this.#isSignedBy(member, signed, message.signature)) {
      return rejected('settlement-signature');
    }
    this.#countSettlement(name, { member, message });
    this.#forgetOld();
    return ACCEPTED;
  }

  /** [SETTLE-2] Says what this node found, if it is a member. */
  vouch(result: SettlementResult): void {
    const { head } = this.#chain;
    const { signer } = this.#context;
    const { network } = head.state;
    const member = network.validatorIndex.get(signer.id);
    if (member === undefined || !this.#isActive) return;
    // [WIRE-4] what no message can hold cannot be agreed on
    if (result.balances.length > LIMITS.settledAccounts) {
      this.#context.report({ kind: 'fault', code: 'settlement-too-large', from: signer.id });
      return;
    }
    const root = settlementRoot(network.id, head.digest, result);
    const at = { epoch: result.epoch, head: head.digest, root };
    const name = `${result.epoch}/${toHex(root)}`;
    if (this.#settlements.get(name)?.has(member)) return;
    const signature = signer.signVote(settlementSigningBytes(network.id, at));
    const message = { type: 'settlement', validator: signer.id, ...at, signature } as const;
    this.#countSettlement(name, { member, message });
    this.#context.publish(message);
  }

  /** What a node that comes late needs besides the steps. */
  pending(): readonly (ProposalMessage | ConfirmationMessage | SettlementMessage)[] {
    return [
      ...[...this.#proposals.values()].map(({ message }) => message),
      ...[...this.#confirmations.values()].flatMap((poll) => poll.messages()),
      ...[...this.#settlements.values()].flatMap((poll) => poll.messages()),
    ];
  }

  snapshot(): MembershipSnapshot {
    const { number, epoch, state } = this.#chain.head;
    return {
      number,
      epoch,
      settledEpoch: state.settledEpoch,
      quorum: quorumStake(state.network),
      proposals: [...this.#proposals].map(([step, { link }]) => {
        return { number: link.number, epoch: link.epoch, step, ...this.#confirmedBy(step) };
      }),
      settlements: [...this.#settlements.values()].flatMap((poll) => {
        const [first] = poll.messages();
        const result = poll.result(this.#context.crypto, state.network);
        if (first === undefined || result === undefined) return [];
        return [{ epoch: first.epoch, root: first.root, ...result }];
      }),
    };
  }

  /** Confirms for the next epoch what was not confirmed by enough before its own began. */
  advance(): void {
    for (const [name, { link }] of this.#proposals) this.#considerConfirming(name, link);
  }

  /** Who confirmed a step for the epoch for which most did. */
  #confirmedBy(step: string): { confirmedBy: readonly NodeId[]; weight: bigint } {
    const polls = [...this.#confirmations].filter(([name]) => name.startsWith(step));
    const [most] = polls.map(([, poll]) => poll).sort((a, b) => (a.weight < b.weight ? 1 : -1));
    if (most === undefined) return { confirmedBy: [], weight: 0n };
    const { validators } = this.#chain.head.state.network;
    const confirmedBy = most.members().flatMap((index) => validators[index]?.id ?? []);
    return { confirmedBy, weight: most.weight };
  }

  get #chain(): SetChain {
    return this.#context.chain;
  }

  #considerConfirming(name: string, link: ChainLink): void {
    const { signer } = this.#context;
    const { network } = this.#chain.head.state;
    const member = network.validatorIndex.get(signer.id);
    if (member === undefined || !this.#isActive) return;
    const before = this.#confirmed;
    const isSame = before?.number === link.number && before.step === name;
    // [SET-2] one for each number; [GUARD-1] after a restart, the same one again
    if (before !== undefined && link.number <= before.number && !isSame) return;
    const epoch = this.#epochFor(link);
    if (epoch === undefined) return;
    if (this.#confirmations.get(pollName(name, epoch))?.has(member)) return;
    const { number, digest: step } = link;
    this.#confirmed = { number, step: name };
    const round = firstRound(network, link.epoch);
    this.#context.emit({ kind: 'persist', record: { kind: 'confirm', number, step, round } });
    const said = { number, epoch, step };
    const signature = signer.signVote(confirmationSigningBytes(network.id, said));
    const message = { type: 'confirmation', validator: signer.id, ...said, signature } as const;
    this.#count(this.#confirmations, pollName(name, epoch), { member, message });
    this.#context.publish(message);
    this.#context.report({ kind: 'set-confirmed', number });
    this.#tryStep(name, epoch);
  }

  /**
   * [SET-1] The epoch for which a step may be confirmed now: a set is fixed before the first beacon
   * of its epoch. Once the epoch proposed has begun, members wait half an epoch before they confirm
   * for the next one, so that all know whether enough did for this one.
   */
  #epochFor(link: ChainLink): number | undefined {
    const { network } = link.state;
    const latest = this.#context.beacons.latest ?? 0;
    const epoch = epochOf(network, latest + CONFIRM_MARGIN_ROUNDS) + 1;
    if (epoch <= link.epoch) return link.epoch;
    const half = Math.floor(network.parameters.epochRounds / 2);
    return latest >= firstRound(network, epoch - 1) + half ? epoch : undefined;
  }

  /** Makes the step when a quorum confirmed it. */
  #tryStep(name: string, epoch: number): void {
    const proposed = this.#proposals.get(name);
    const poll = this.#confirmations.get(pollName(name, epoch));
    const { network } = this.#chain.head.state;
    if (proposed === undefined || poll === undefined) return;
    if (poll.weight < quorumStake(network) || epoch < proposed.link.epoch) return;
    const result = poll.result(this.#context.crypto, network);
    if (result === undefined) return;
    const { body, signature } = proposed.message;
    const { holders, signature: confirmation } = result;
    const step = { type: 'step', body, signature, epoch, holders, confirmation } as const;
    const publishers = poll.members().slice(0, PUBLISHERS);
    const own = network.validatorIndex.get(this.#context.id);
    this.#append(confirmedLink(proposed.link, step));
    if (own !== undefined && publishers.includes(own)) this.#context.publish(step);
  }

  #append(link: ChainLink & { readonly step: StepMessage }): void {
    this.#chain.append(link);
    this.#proposals.clear();
    this.#confirmations.clear();
    this.#settlements.clear();
    const { number, epoch } = link;
    this.#context.report({ kind: 'set-changed', number, epoch });
  }

  /** [SET-1] Of two epochs that a quorum confirmed a step for, the earlier one counts. */
  #hasten(message: StepMessage, known: ChainLink): Judgement {
    const chain = this.#chain;
    const before = chain.link(known.number - 1);
    const isEarlier = message.epoch < known.epoch && known.number === chain.head.number;
    if (!isEarlier || before === undefined) return ignored('known-step');
    const checked = checkStep(this.#context.crypto, before, message);
    if (checked.kind === 'invalid') return rejected(`step-${checked.check}`);
    chain.replaceHead(confirmedLink(checked.link, message));
    const { number, epoch } = chain.head;
    this.#context.report({ kind: 'set-changed', number, epoch });
    return ACCEPTED;
  }

  /** [SET-2] Two sets of one number, both confirmed: more than a third of the stake is at fault. */
  #fork(message: StepMessage, known: ChainLink): Judgement {
    const before = this.#chain.link(known.number - 1);
    assert(before !== undefined, 'each step has one before it');
    const checked = checkStep(this.#context.crypto, before, message);
    if (checked.kind === 'invalid') return rejected(`step-${checked.check}`);
    this.#context.report({ kind: 'set-forked', number: known.number });
    return ignored('forked-step');
  }

  #behind(number: number): Judgement {
    this.#context.report({ kind: 'set-behind', number });
    return ignored('unknown-predecessor');
  }

  #isSignedBy(member: number, signed: Uint8Array, signature: Uint8Array): boolean {
    const key = this.#chain.head.state.network.validators[member]?.voteKey;
    return key !== undefined && this.#context.crypto.verifyAggregate([key], signed, signature);
  }

  #count<M extends { readonly signature: Uint8Array }>(
    polls: Map<string, Poll<M>>,
    name: string,
    vote: { readonly member: number; readonly message: M },
  ): Poll<M> {
    const poll = polls.get(name) ?? new Poll<M>();
    polls.set(name, poll);
    poll.add(vote, this.#chain.head.state.network);
    return poll;
  }

  #latestVoted(): number {
    return Math.max(-1, ...[...this.#settlements.keys()].map(epochIn));
  }

  #forgetOld(): void {
    const oldest = this.#latestVoted() - EPOCHS_KEPT;
    for (const name of this.#settlements.keys()) {
      if (epochIn(name) < oldest) this.#settlements.delete(name);
    }
  }

  #countSettlement(
    name: string,
    vote: { readonly member: number; readonly message: SettlementMessage },
  ): void {
    const quorum = quorumStake(this.#chain.head.state.network);
    const wasAgreed = (this.#settlements.get(name)?.weight ?? 0n) >= quorum;
    const poll = this.#count(this.#settlements, name, vote);
    if (wasAgreed || poll.weight < quorum) return;
    const { epoch, root } = vote.message;
    this.#context.report({ kind: 'settlement-agreed', epoch, root: toHex(root) });
  }
}

/** Epoch in the name of a poll: `epoch/root`. */
function epochIn(name: string): number {
  return Number(name.slice(0, name.indexOf('/')));
}

function pollName(step: string, epoch: number): string {
  return `${step}/${epoch}`;
}
