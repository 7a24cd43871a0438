/** Where somebody stands on the way into a network, as the chain and the nodes tell it. */
import type { NodeId } from '../../../base/index.ts';
import { type ChainLink, quorumStake } from '../../../core/index.ts';
import type { Applicant, SetsReading } from '../../../node/index.ts';
import { amountText, epochNow, inForceText, shareOf } from '../network/wording.ts';

/** A place on the way. */
export type Standing =
  /** No node was reached. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'not-asked' }
  | { readonly kind: 'asked'; readonly knownTo: number }
  | { readonly kind: 'refused'; readonly reason: string }
  /** Shares of the stake. */
  | { readonly kind: 'proposed'; readonly confirmed: string; readonly needed: string }
  | { readonly kind: 'admitted'; readonly share: string; readonly link: ChainLink }
  | { readonly kind: 'active'; readonly share: string; readonly link: ChainLink }
  | {
      readonly kind: 'removed';
      readonly number: number;
      readonly inExit: bigint;
      readonly freeInEpoch: number | undefined;
    };

/** Who is meant. */
export type Someone = { readonly id: NodeId; readonly role: 'validator' | 'provider' };

/** Returns where somebody stands. @param applicant what nodes know of its request */
export function standingOf(
  { chain, pending }: SetsReading,
  who: Someone,
  applicant: Applicant | undefined,
): Standing {
  const { network } = chain.head.state;
  const own = stakeIn(chain.head, who);
  if (own !== undefined) {
    const link = firstWith([...chain.links()], who) ?? chain.head;
    const share = own.text;
    const kind = link.epoch <= epochNow(network) ? 'active' : 'admitted';
    return { kind, share, link };
  }
  const step = pending.find(({ changes }) => changes.some(({ id }) => id === who.id));
  if (step !== undefined) {
    const confirmed = shareOf(step.weight, network.totalStake);
    return {
      kind: 'proposed',
      confirmed,
      needed: shareOf(quorumStake(network), network.totalStake),
    };
  }
  if (applicant?.refusal !== undefined)
    return { kind: 'refused', reason: applicant.refusal.reason };
  if (applicant !== undefined) return { kind: 'asked', knownTo: applicant.knownTo };
  const without = [...chain.links()].findLast((_link, i, all) => {
    const before = all[i - 1];
    return before !== undefined && stakeIn(before, who) !== undefined;
  });
  if (without === undefined) return { kind: 'not-asked' };
  const exits = chain.head.state.leaving.filter(({ id }) => id === who.id);
  return {
    ...{ kind: 'removed', number: without.number },
    inExit: exits.reduce((sum, { stake }) => sum + stake, 0n),
    freeInEpoch: exits.at(-1)?.untilEpoch,
  };
}

/** A standing in words. */
export function standingText(standing: Standing): string {
  switch (standing.kind) {
    case 'unknown':
      return 'no node of the network can be reached';
    case 'not-asked':
      return 'not asked';
    case 'asked':
      return `asked: known to ${standing.knownTo} nodes, waiting for the operator`;
    case 'refused':
      return `the operator refused: ${standing.reason}`;
    case 'proposed':
      return (
        `proposed: members of ${standing.confirmed} of the stake confirmed it, ` +
        `${standing.needed} is needed`
      );
    case 'admitted':
      return `admitted with ${standing.share}: in force ${inForceText(standing.link)}`;
    case 'active':
      return `active with ${standing.share}, ${inForceText(standing.link)}`;
    default: {
      const { number, inExit, freeInEpoch } = standing;
      const exit =
        freeInEpoch === undefined ? '' : `; ${amountText(inExit)} free in epoch ${freeInEpoch}`;
      return `removed by set ${number}${exit}`;
    }
  }
}

/** What a member holds, and in words: the share of a validator, the amount of a provider. */
function stakeIn(
  { state: { network } }: ChainLink,
  { id, role }: Someone,
): { readonly text: string } | undefined {
  if (role === 'provider') {
    const provider = network.providerById.get(id);
    return provider === undefined
      ? undefined
      : { text: `a stake of ${amountText(provider.stake)}` };
  }
  const validator = network.validators[network.validatorIndex.get(id) ?? -1];
  if (validator === undefined) return undefined;
  return { text: `${shareOf(validator.stake, network.totalStake)} of the stake` };
}

/** The first link of those, up to the last, in which somebody is without a break. */
function firstWith(links: readonly ChainLink[], who: Someone): ChainLink | undefined {
  const lastWithout = links.findLastIndex((link) => stakeIn(link, who) === undefined);
  return links[lastWithout + 1];
}
