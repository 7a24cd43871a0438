/**
 * [SET-2] [SETTLE-2] What a node does for the chain: takes proposals of the operator, confirms them
 * if it is a member, adds steps that a quorum confirmed, and counts what members found epochs to
 * come to.
 *
 * One confirmation for each number, durable in the guard: two sets of one number would need members
 * of a third of the stake that confirm twice. The operator can so hold the chain up, by proposing
 * two sets at once, and never split it.
 */
import { equalBytes, type NodeId, toHex } from '../../base/index.ts';
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
import { windowRounds } from '../network.ts';
import {
  type ChainLink,
  type ConfirmedLink,
  checkBody,
  checkStep,
  confirmedLink,
  quorumStake,
  type SetChain,
} from './chain.ts';
import { Confirmations } from './confirmations.ts';
import { epochOf, firstRound } from './epochs.ts';
import { Poll } from './poll.ts';
import type { MembershipSnapshot } from './snapshot.ts';

/** Rounds that a step must be confirmed before its epoch: everybody has to hear of it. */
const CONFIRM_MARGIN_ROUNDS = 2;
/** Proposals of one number that are followed: more than one is the operator's fault. [WIRE-4] */
const PROPOSALS_MAX = 4;
/** Members that publish a step: any would do, if it were up. */
const PUBLISHERS = 3;
/** Epochs whose settlements are counted, and roots of one member for one. [WIRE-4] */
const EPOCHS_KEPT = 8;
const ROOTS_MAX = 4;

type Proposed = { readonly message: ProposalMessage; readonly link: ChainLink };

export class Assembly {
  readonly #context: Context;
  /** Whether this node confirms and votes when it is a member. */
  readonly #isActive: boolean;
  #confirmed: { readonly number: number; readonly step: string } | undefined;
  readonly #proposals = new Map<string, Proposed>();
  /** Confirmations of the next number, by step. */
  readonly #confirmations = new Confirmations();
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
    for (const each of this.#confirmations.epochs(name)) this.#tryStep(name, each);
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
    const name = toHex(step);
    if (this.#confirmations.get(name, epoch)?.has(member)) return ignored('known-confirmation');
    if (this.#confirmations.isOutdone(member, epoch)) return ignored('old-confirmation');
    const signed = confirmationSigningBytes(network.id, message);
    if (!this.#isSignedBy(member, signed, message.signature)) {
      return rejected('confirmation-signature');
    }
    this.#confirmations.add({ member, message }, network);
    this.#tryStep(name, epoch);
    return ACCEPTED;
  }

  /** [SET-2] Adds a step that a quorum of the set before confirmed. */
  takeStep(message: StepMessage): Judgement {
    const { network } = this.#context;
    const chain = this.#chain;
    const { number } = message.body;
    const known = chain.steps[number - 1];
    if (known !== undefined) {
      const [here, there] = [known, message].map(({ body }) => stepDigest(network.id, body));
      const isSame = here !== undefined && there !== undefined && equalBytes(here, there);
      return isSame ? this.#hasten(message) : this.#fork(message);
    }
    if (number > chain.head.number + 1) return this.#behind(number);
    const checked = chain.check(this.#context.crypto, message);
    if (checked.kind === 'invalid') return rejected(`step-${checked.check}`);
    this.#append(checked.link);
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
    if (epoch < this.#oldestKept()) return ignored('old-epoch');
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
      ...this.#confirmations.messages(),
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
    const epochs = this.#confirmations.epochs(step);
    const polls = epochs.flatMap((epoch) => this.#confirmations.get(step, epoch) ?? []);
    const [most] = polls.sort((a, b) => (a.weight < b.weight ? 1 : -1));
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
    if (this.#confirmations.get(name, epoch)?.has(member)) return;
    const { number, digest: step } = link;
    if (!isSame) {
      this.#confirmed = { number, step: name };
      const round = firstRound(network, epoch);
      this.#context.emit({ kind: 'persist', record: { kind: 'confirm', number, step, round } });
    }
    const said = { number, epoch, step };
    const signature = signer.signVote(confirmationSigningBytes(network.id, said));
    const message = { type: 'confirmation', validator: signer.id, ...said, signature } as const;
    this.#confirmations.add({ member, message }, network);
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
    const poll = this.#confirmations.get(name, epoch);
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

  #append(link: ConfirmedLink): void {
    this.#chain.append(link);
    this.#proposals.clear();
    this.#confirmations.clear();
    this.#settlements.clear();
    const { number, epoch } = link;
    this.#context.report({ kind: 'set-changed', number, epoch });
  }

  /** [SET-1] Of two epochs that a quorum confirmed a step for, the earlier one counts. */
  #hasten(message: StepMessage): Judgement {
    const chain = this.#chain;
    const before = chain.recent(chain.head.number - 1);
    const isHead = message.body.number === chain.head.number;
    const isEarlier = isHead && message.epoch < chain.head.epoch;
    if (!isEarlier || before === undefined) return ignored('known-step');
    const checked = checkStep(this.#context.crypto, before, message);
    if (checked.kind === 'invalid') return rejected(`step-${checked.check}`);
    chain.replaceHead(checked.link);
    // what was proposed on top stands on other exits now
    const proposals = [...this.#proposals.values()];
    this.#proposals.clear();
    const { number, epoch } = chain.head;
    this.#context.report({ kind: 'set-changed', number, epoch });
    for (const { message: proposal } of proposals) this.takeProposal(proposal);
    return ACCEPTED;
  }

  /** [SET-2] Two sets of one number, both confirmed: more than a third of the stake is at fault. */
  #fork(message: StepMessage): Judgement {
    const { number } = message.body;
    // [WIRE-3] to compute an old set again costs more than to send a step
    const before = this.#chain.recent(number - 1);
    if (before === undefined) return ignored('old-step');
    const checked = checkStep(this.#context.crypto, before, message);
    if (checked.kind === 'invalid') return rejected(`step-${checked.check}`);
    this.#context.report({ kind: 'set-forked', number });
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

  /** Votes for epochs before are forgotten; who votes early pushes out none that is due. */
  #oldestKept(): number {
    const { network } = this.#context;
    const voted = [...this.#settlements.keys()].map(epochIn);
    const window = windowRounds(network);
    const over = epochOf(network, (this.#context.beacons.latest ?? 0) - window) - 1;
    return Math.min(over, Math.max(-1, ...voted)) - EPOCHS_KEPT;
  }

  #forgetOld(): void {
    const oldest = this.#oldestKept();
    for (const name of this.#settlements.keys()) {
      if (epochIn(name) < oldest) this.#settlements.delete(name);
    }
  }

  #countSettlement(
    name: string,
    vote: { readonly member: number; readonly message: SettlementMessage },
  ): void {
    const { network } = this.#chain.head.state;
    const quorum = quorumStake(network);
    const poll = this.#settlements.get(name) ?? new Poll<SettlementMessage>();
    this.#settlements.set(name, poll);
    const wasAgreed = poll.weight >= quorum;
    poll.add(vote, network);
    if (wasAgreed || poll.weight < quorum) return;
    const { epoch, root } = vote.message;
    this.#context.report({ kind: 'settlement-agreed', epoch, root: toHex(root) });
  }
}

/** Epoch in the name of a poll: `epoch/root`. */
function epochIn(name: string): number {
  return Number(name.slice(0, name.indexOf('/')));
}
