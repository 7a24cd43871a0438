/**
 * [SET-2] The chain of validator sets as somebody reads it who has nothing but the network file:
 * asks several nodes, believes none, checks each step, each confirmation and each settlement.
 */
import { equalBytes, type NodeId, toHex } from '../../base/index.ts';
import {
  type ChainLink,
  checkBody,
  type Network,
  quorumStake,
  type SetChain,
} from '../../core/index.ts';
import { type Crypto, realCrypto } from '../../crypto/index.ts';
import {
  type ConfirmationMessage,
  confirmationSigningBytes,
  type Message,
  type ProposalMessage,
  type SetChange,
  type SettlementMessage,
  settlementSigningBytes,
  stepDigest,
} from '../../wire/index.ts';
import type { LightClient } from '../light-client.ts';

/** What is proposed and not confirmed by enough. */
export type PendingStep = {
  readonly link: ChainLink;
  readonly changes: readonly SetChange[];
  /** Members that confirmed it, and their stake. */
  readonly confirmedBy: readonly NodeId[];
  readonly weight: bigint;
};

/** [SETTLE-2] What a quorum found epochs to come to, on the head. */
export type PendingSettlement = {
  readonly epoch: number;
  /** Hexadecimal. */
  readonly root: string;
  readonly weight: bigint;
};

/** The chain, and what is under way. */
export type SetsReading = {
  readonly chain: SetChain;
  readonly pending: readonly PendingStep[];
  /** The latest that is agreed. */
  readonly settlement: PendingSettlement | undefined;
};

/** Reads the chain from the network. Nodes that withhold steps make it shorter, never other. */
export async function readSets(client: LightClient, signal: AbortSignal): Promise<SetsReading> {
  await client.learnSets(signal);
  const { chain } = client;
  const request = { method: 'chain', from: chain.head.number + 1 } as const;
  const messages = (await client.askSeveral(request, signal)).map(({ message }) => message);
  return { chain, ...underWay(chain, messages) };
}

function underWay(
  { head }: SetChain,
  messages: readonly Message[],
): Pick<SetsReading, 'pending' | 'settlement'> {
  const proposals = new Map<string, ProposalMessage>();
  for (const message of messages) {
    if (message.type !== 'proposal') continue;
    proposals.set(toHex(stepDigest(head.state.network.id, message.body)), message);
  }
  const confirmations = messages.filter((message) => message.type === 'confirmation');
  const pending = [...proposals.values()].flatMap((proposal) => {
    const checked = checkBody(realCrypto, head, proposal);
    if (checked.kind === 'invalid') return [];
    const { changes } = proposal.body;
    return [{ link: checked.link, changes, ...confirmedBy(head, checked.link, confirmations) }];
  });
  const settlements = messages.filter((message) => message.type === 'settlement');
  return { pending, settlement: agreedSettlement(head, settlements) };
}

/** Of the epochs for which members confirmed it, the one with most stake. */
function confirmedBy(
  { state: { network } }: ChainLink,
  link: ChainLink,
  confirmations: readonly ConfirmationMessage[],
): Pick<PendingStep, 'confirmedBy' | 'weight'> {
  const about = confirmations.filter(({ step }) => equalBytes(step, link.digest));
  const polls = countBy(network, about, {
    key: ({ epoch }) => String(epoch),
    bytes: (message) => confirmationSigningBytes(network.id, message),
  });
  const [most] = [...polls.values()].sort(byWeight);
  return { confirmedBy: most?.members ?? [], weight: most?.weight ?? 0n };
}

function agreedSettlement(
  { digest, state: { network } }: ChainLink,
  settlements: readonly SettlementMessage[],
): PendingSettlement | undefined {
  const onHead = settlements.filter(({ head }) => equalBytes(head, digest));
  const polls = countBy(network, onHead, {
    key: ({ epoch, root }) => `${epoch}/${toHex(root)}`,
    bytes: (message) => settlementSigningBytes(network.id, message),
  });
  const agreed = [...polls].flatMap(([key, { weight }]) => {
    const [epoch = '', root = ''] = key.split('/');
    return weight < quorumStake(network) ? [] : [{ epoch: Number(epoch), root, weight }];
  });
  return agreed.sort((a, b) => b.epoch - a.epoch)[0];
}

type Tally = { readonly members: readonly NodeId[]; readonly weight: bigint };

/** Counts each member once for each key, if its signature is right. */
function countBy<M extends { readonly validator: NodeId; readonly signature: Uint8Array }>(
  network: Network,
  messages: readonly M[],
  { key, bytes }: { key: (message: M) => string; bytes: (message: M) => Uint8Array },
): ReadonlyMap<string, Tally> {
  const tallies = new Map<string, Tally>();
  for (const message of messages) {
    const { validator } = message;
    const member = network.validators[network.validatorIndex.get(validator) ?? -1];
    const name = key(message);
    const before = tallies.get(name) ?? { members: [], weight: 0n };
    if (member === undefined || before.members.includes(validator)) continue;
    if (!isSignedBy(realCrypto, member.voteKey, { bytes: bytes(message), message })) continue;
    const members = [...before.members, validator];
    tallies.set(name, { members, weight: before.weight + member.stake });
  }
  return tallies;
}

function isSignedBy(
  crypto: Crypto,
  key: Uint8Array,
  { bytes, message }: { bytes: Uint8Array; message: { readonly signature: Uint8Array } },
): boolean {
  return crypto.verifyAggregate([key], bytes, message.signature);
}

const byWeight = (a: Tally, b: Tally): number => (a.weight < b.weight ? 1 : -1);
