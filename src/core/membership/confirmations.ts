/**
 * [SET-2] Who confirmed what on top of the head: polls by step and epoch. Each member fills a few
 * of them, so that none keeps others from being counted. [WIRE-4]
 */
import { toHex } from '../../base/index.ts';
import type { ConfirmationMessage } from '../../wire/index.ts';
import type { Network } from '../network.ts';
import { Poll } from './poll.ts';

/** Confirmations of one member that are counted: those for the latest epochs. [WIRE-4] */
const CONFIRMATIONS_MAX = 8;

type Vote = { readonly member: number; readonly message: ConfirmationMessage };
type ConfirmationPoll = Poll<ConfirmationMessage>;
type Named = {
  readonly name: string;
  readonly poll: ConfirmationPoll;
  readonly step: string;
  readonly epoch: number;
};

export class Confirmations {
  readonly #polls = new Map<string, ConfirmationPoll>();

  /** @param step hexadecimal */
  get(step: string, epoch: number): ConfirmationPoll | undefined {
    return this.#polls.get(nameOf(step, epoch));
  }

  /** Epochs for which somebody confirmed a step. @param step hexadecimal */
  epochs(step: string): readonly number[] {
    return this.#all()
      .filter((each) => each.step === step)
      .map(({ epoch }) => epoch);
  }

  messages(): readonly ConfirmationMessage[] {
    return [...this.#polls.values()].flatMap((poll) => poll.messages());
  }

  /** [WIRE-4] Whether a member confirmed for so many later epochs that this one counts no more. */
  isOutdone(member: number, epoch: number): boolean {
    const confirmed = this.#of(member);
    const [oldest] = confirmed;
    return confirmed.length >= CONFIRMATIONS_MAX && oldest !== undefined && epoch <= oldest.epoch;
  }

  /** Adds a checked confirmation that is not outdone, in place of the oldest of its member. */
  add({ member, message }: Vote, set: Network): void {
    for (const { name, poll } of this.#of(member).slice(0, 1 - CONFIRMATIONS_MAX)) {
      poll.remove(member, set);
      if (poll.weight === 0n) this.#polls.delete(name);
    }
    const name = nameOf(toHex(message.step), message.epoch);
    const poll = this.#polls.get(name) ?? new Poll<ConfirmationMessage>();
    this.#polls.set(name, poll);
    poll.add({ member, message }, set);
  }

  clear(): void {
    this.#polls.clear();
  }

  /** Polls of a member, of the earliest epoch first. */
  #of(member: number): readonly Named[] {
    return [...this.#all()]
      .filter(({ poll }) => poll.has(member))
      .sort((a, b) => a.epoch - b.epoch);
  }

  #all(): readonly Named[] {
    return [...this.#polls].map(([name, poll]) => {
      const slash = name.indexOf('/');
      return { name, poll, step: name.slice(0, slash), epoch: Number(name.slice(slash + 1)) };
    });
  }
}

function nameOf(step: string, epoch: number): string {
  return `${step}/${epoch}`;
}
