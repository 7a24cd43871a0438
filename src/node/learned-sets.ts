/**
 * [SET-2] The chain of validator sets as a light client learns it: from several nodes, each step
 * checked on the one before, from the network file on. Who leaves steps out only delays.
 *
 * Limit: steps that several nodes keep back are not known. A client that starts from an old network
 * file believes the sets of then about the sets that follow, as every walk from a file does.
 */
import { equalBytes, toHex } from '../base/index.ts';
import { checkStep, Draws, epochOf, type Network, roundDueAt, SetChain } from '../core/index.ts';
import type { Crypto } from '../crypto/index.ts';
import { type Decoded, type Message, type StepMessage, stepDigest } from '../wire/index.ts';
import { NodeError } from './error.ts';

/** Asks several nodes for steps from a number on; the answers one after the other. */
export type AskForSteps = (from: number, signal: AbortSignal) => Promise<readonly Decoded[]>;

export class LearnedSets {
  readonly chain: SetChain;
  readonly #crypto: Crypto;
  readonly #ask: AskForSteps;
  /** Hexadecimal hashes of the sets that are known. */
  readonly #hashes = new Set<string>();
  #askedInEpoch = -1;
  #fork: number | undefined;

  constructor(network: Network, crypto: Crypto, ask: AskForSteps) {
    this.#crypto = crypto;
    this.#ask = ask;
    this.chain = new SetChain(new Draws(network));
    this.#hashes.add(toHex(network.setHash));
  }

  /** The network with the set of the round that is due by the clock. */
  get current(): Network {
    const { network } = this.chain.genesis.state;
    return this.chain.at(Math.max(1, roundDueAt(network, Date.now()))).state.network;
  }

  /**
   * Asks for steps until nobody has more.
   * @returns whether there is anything new
   * @throws NodeError sets-forked: two steps of one number, both confirmed
   */
  async learn(signal: AbortSignal): Promise<boolean> {
    const { network } = this.chain.genesis.state;
    // [SET-2] without an operator there are no steps
    if (network.operator === undefined) return false;
    const epoch = epochOf(network, roundDueAt(network, Date.now()));
    const before = this.chain.head;
    // [SET-1] the head may turn out to be in force earlier: it is asked for again
    for (let isAgain = before.number > 0; !signal.aborted; isAgain = false) {
      const known = this.chain.head.number;
      for (const { message } of await this.#ask(isAgain ? known : known + 1, signal)) {
        if (message.type === 'step') this.#take(message);
      }
      this.#assertOne();
      if (!isAgain && this.chain.head.number === known) break;
    }
    if (!signal.aborted) this.#askedInEpoch = epoch;
    return this.chain.head !== before;
  }

  /**
   * Asks for steps where messages or time show that there may be more.
   * @param round whose set has to be known
   */
  async follow(round: number, messages: readonly Message[], signal: AbortSignal): Promise<void> {
    this.#assertOne();
    const { network } = this.chain.genesis.state;
    // [SET-1] the set of an epoch is confirmed before its first beacon
    const isLater = epochOf(network, round) > this.#askedInEpoch;
    const isUnknown = messages.some((message) => {
      return message.type === 'certificate' && !this.#hashes.has(toHex(message.set));
    });
    if (isLater || isUnknown) await this.learn(signal);
  }

  #take(step: StepMessage): void {
    const { chain } = this;
    const { number } = step.body;
    const known = chain.link(number);
    if (known === undefined) {
      const checked = chain.check(this.#crypto, step);
      if (checked.kind === 'invalid') return;
      chain.append(checked.link);
      this.#hashes.add(toHex(checked.link.state.network.setHash));
      return;
    }
    const before = chain.link(number - 1);
    const name = stepDigest(chain.genesis.state.network.id, step.body);
    if (before === undefined) return;
    const isSame = equalBytes(name, known.digest);
    if (isSame && (number < chain.head.number || step.epoch >= known.epoch)) return;
    const checked = checkStep(this.#crypto, before, step);
    if (checked.kind === 'invalid') return;
    if (isSame) chain.replaceHead(checked.link);
    else this.#fork = number;
  }

  #assertOne(): void {
    if (this.#fork === undefined) return;
    throw new NodeError({
      code: 'sets-forked',
      message: `two validator sets ${this.#fork} are confirmed: the network is split`,
      remedy: 'Rely on no answer of it. Ask its operator, who signed both.',
    });
  }
}
