/**
 * [SET-2] The operator of a network at work: sees the chain as an observer does, proposes the next
 * step, and waits until the members confirm it.
 *
 * What was proposed is kept in the operator's folder before it leaves the machine: a second
 * proposal of the same number would split the members.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes, type NodeId } from '../../base/index.ts';
import {
  type ChainLink,
  epochOf,
  firstRound,
  type MembershipSnapshot,
  proposeStep,
  type SetChain,
} from '../../core/index.ts';
import { realCrypto, type Signer } from '../../crypto/index.ts';
import type { NetworkFile } from '../../network-file/index.ts';
import {
  type AgreedSettlement,
  decodeMessage,
  encodeMessage,
  type ProposalMessage,
  type SetChange,
  stepDigest,
} from '../../wire/index.ts';
import type { JoinAsking } from '../joining/index.ts';
import type { HostOptions } from '../libp2p/index.ts';
import { pause } from '../light-client.ts';
import type { Log } from '../log/index.ts';
import { type ObserverNode, openObserverNode } from '../observer-node.ts';
import { callRpc } from '../rpc/index.ts';
import { isResultOf, settlementResultFormat } from '../sets/index.ts';
import { OperatorError } from './error.ts';

/** Rounds from a proposal to its epoch, at least: members need to hear of it. */
const LEAD_ROUNDS = 6;
const POLL_MS = 100;
const CALL_TIMEOUT_MS = 5_000;
/** Where proposals are kept, in the operator's folder. */
const PROPOSALS_FOLDER = 'proposals';

export type OperatorOptions = {
  readonly file: NetworkFile;
  readonly signer: Signer;
  /** The operator's folder. */
  readonly directory: string;
  readonly softwareVersion: string;
  readonly log: Log;
  readonly transports?: HostOptions['transports'];
};

/** What became of a proposal. */
export type Proposed = {
  readonly link: ChainLink;
  /** Whether it had been proposed before and was only confirmed now. */
  readonly isRepeated: boolean;
};

export class Operator {
  readonly #options: OperatorOptions;
  readonly #observer: ObserverNode;

  private constructor(options: OperatorOptions, observer: ObserverNode) {
    this.#options = options;
    this.#observer = observer;
  }

  /**
   * Joins the network and reads the chain.
   * @throws OperatorError not-the-operator; HostError; NodeError unreachable
   */
  static async open(options: OperatorOptions): Promise<Operator> {
    const { file, signer } = options;
    if (file.operator !== signer.id) {
      throw new OperatorError({
        code: 'not-the-operator',
        message: `the operator of this network is ${file.operator}, the key is ${signer.id}`,
        remedy: 'Give the folder in which `assay network create` made the network.',
      });
    }
    const observer = await openObserverNode(options);
    const operator = new Operator(options, observer);
    await observer.start();
    return operator;
  }

  async close(): Promise<void> {
    await this.#observer.stop();
  }

  get chain(): SetChain {
    return this.#observer.membership.chain;
  }

  /** The latest set of the chain. */
  get head(): ChainLink {
    return this.chain.head;
  }

  /** Latest beacon known. */
  get round(): number {
    return this.#observer.node.latestRound ?? 0;
  }

  standing(): MembershipSnapshot {
    return this.#observer.membership.assembly.snapshot();
  }

  /** How to ask nodes about those who want to be members. */
  asking(signal: AbortSignal): JoinAsking {
    const { host } = this.#observer;
    return { host, network: this.head.state.network, crypto: realCrypto, signal };
  }

  /** Members that are not connected now. */
  absent(): readonly NodeId[] {
    const peers = new Set(this.#observer.host.peers().map(({ id }) => id));
    return this.head.state.network.validators.map(({ id }) => id).filter((id) => !peers.has(id));
  }

  /** [SETTLE-2] The latest settlement that a quorum signed, if there is one to be had. */
  async settlement(signal: AbortSignal): Promise<AgreedSettlement | undefined> {
    const { quorum, settlements } = this.standing();
    const agreed = settlements
      .filter(({ weight }) => weight >= quorum)
      .sort((a, b) => b.epoch - a.epoch);
    for (const { root, holders, signature } of agreed) {
      for (const peer of this.#members()) {
        const request = { method: 'settlement', root } as const;
        const limit = AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]);
        const [frame] = await callRpc(this.#observer.host, peer, request, limit).catch(() => []);
        const read = frame === undefined ? undefined : settlementResultFormat.decode(frame);
        if (read?.kind !== 'ok' || !isResultOf(this.head, { root, result: read.value })) continue;
        return { ...read.value, holders, signature };
      }
    }
    return undefined;
  }

  /**
   * [SET-2] Proposes changes, with the latest settlement, and waits until they are confirmed.
   * @throws OperatorError step-refused, step-not-confirmed
   */
  async propose(changes: readonly SetChange[], signal: AbortSignal): Promise<Proposed> {
    const before = await this.#proposedBefore(this.head);
    if (before !== undefined) {
      const link = await this.#confirmed(before, signal);
      if (areSame(before.body.changes, changes)) return { link, isRepeated: true };
    }
    const message = await this.#made(this.head, changes, signal);
    await this.#keep(message);
    return { link: await this.#confirmed(message, signal), isRepeated: false };
  }

  async #made(
    head: ChainLink,
    changes: readonly SetChange[],
    signal: AbortSignal,
  ): Promise<ProposalMessage> {
    const settlement = await this.settlement(signal);
    const { network } = head.state;
    const epoch = Math.max(head.epoch, epochOf(network, this.round + LEAD_ROUNDS)) + 1;
    const planned = { epoch, changes, ...(settlement === undefined ? {} : { settlement }) };
    const made = proposeStep(head, planned, this.#options.signer);
    if ('type' in made) return made;
    throw new OperatorError({
      code: 'step-refused',
      message: `the change breaks a rule: ${made.refused}`,
      remedy: REFUSALS[made.refused] ?? 'See the rules of the set chain in src/core/README.md.',
    });
  }

  /** Says it until a quorum has confirmed it. */
  async #confirmed(message: ProposalMessage, signal: AbortSignal): Promise<ChainLink> {
    const decoded = { message, bytes: encodeMessage(message) };
    const { feed } = this.#observer.node;
    while (!signal.aborted) {
      await feed.take('operator', decoded);
      await this.#observer.host.publish('claims', decoded.bytes);
      await this.#settled(message.body.number, signal);
      const link = this.#observer.membership.chain.link(message.body.number);
      if (link !== undefined) return this.#own(link, message);
    }
    const [proposal] = this.standing().proposals;
    const { totalStake } = this.head.state.network;
    const percent = (100n * (proposal?.weight ?? 0n)) / totalStake;
    throw new OperatorError({
      code: 'step-not-confirmed',
      message: `members of ${percent} % of the stake confirmed it, more than 66 % are needed`,
      remedy: 'It stays proposed. Run the command again when more validators are up.',
    });
  }

  /** The link, if it is what was proposed, and not what the same key proposed elsewhere. */
  #own(link: ChainLink, { body }: ProposalMessage): ChainLink {
    if (equalBytes(link.digest, stepDigest(link.state.network.id, body))) return link;
    throw new OperatorError({
      code: 'step-not-confirmed',
      message: `members confirmed another step ${body.number}, which this folder did not propose`,
      remedy: 'Use one folder for the operator. Look at the set of now, then propose again.',
    });
  }

  /** Waits a while for the step to appear. */
  async #settled(number: number, signal: AbortSignal): Promise<void> {
    const { roundMs } = this.head.state.network.parameters;
    const deadline = performance.now() + 3 * roundMs;
    while (performance.now() < deadline && !signal.aborted) {
      if (this.head.number >= number) return;
      await pause(POLL_MS, signal);
    }
  }

  /** What was proposed on top of this head and may still be confirmed. */
  async #proposedBefore(head: ChainLink): Promise<ProposalMessage | undefined> {
    const bytes = await readFile(this.#path(head.number + 1)).catch(() => undefined);
    const result = bytes === undefined ? undefined : decodeMessage(new Uint8Array(bytes));
    if (result?.kind !== 'ok' || result.decoded.message.type !== 'proposal') return undefined;
    const { message } = result.decoded;
    return equalBytes(message.body.predecessor, head.digest) ? message : undefined;
  }

  async #keep(message: ProposalMessage): Promise<void> {
    const path = this.#path(message.body.number);
    await mkdir(join(this.#options.directory, PROPOSALS_FOLDER), { recursive: true });
    await writeFile(`${path}.new`, encodeMessage(message), { flush: true });
    await rename(`${path}.new`, path);
  }

  #path(number: number): string {
    return join(this.#options.directory, PROPOSALS_FOLDER, `${number}.cbor`);
  }

  #members(): readonly NodeId[] {
    const { validatorIndex } = this.head.state.network;
    const peers = this.#observer.host.peers().map(({ id }) => id);
    return peers.filter((id) => validatorIndex.has(id));
  }
}

/** What to do about the rules that a change may break. */
const REFUSALS: Readonly<Record<string, string>> = {
  'known-validator': 'It is in the set already: `assay network sets` shows its stake.',
  'known-provider': 'It is in the set already: `assay network sets` shows its stake.',
  'unknown-member': 'It is not in the set: `assay network sets` shows who is.',
  'same-stake': 'It has that stake already.',
  'no-stake': 'Give it a stake above 0.',
  'vote-key-taken': 'Another validator has this vote key: let it make a key of its own.',
  models: 'It may only declare models that the network file lists, each once.',
  'too-large': 'Make fewer changes in one step: two steps hold twice as many.',
  'too-much-stake': 'A validator holds less than 2^64 units, all accounts less than 10^28.',
  'empty-set': 'One validator with stake has to stay.',
};

/** Whether two lists of changes ask for the same. */
function areSame(a: readonly SetChange[], b: readonly SetChange[]): boolean {
  const text = (changes: readonly SetChange[]): string =>
    changes.map(({ kind, id, stake }) => `${kind} ${id} ${stake}`).join();
  return text(a) === text(b);
}

/** First round of the set of a link. */
export function servesFrom(link: ChainLink): number {
  return link.epoch === 0 ? 1 : firstRound(link.state.network, link.epoch);
}
