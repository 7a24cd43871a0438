/**
 * [SLASH-2] Settlement of an epoch: a pure function of an agreed set of headers, certificates,
 * reveals and evidence. Until a network agrees on that set, its balances are advisory.
 *
 * Rewards come from what providers reserve with their headers [CLAIM-6] and from what challengers
 * and silent holders pay; slashes are burned. Divisions round down, remainders stay in the pool.
 */
import type { NodeId, Stake } from '../../base/index.ts';
import type { HeaderMessage } from '../../wire/index.ts';
import type { Network } from '../network.ts';
import { isFault } from '../tally/tally.ts';
import type { Decision } from '../verification/state.ts';
import { Accounts, type Charge, type Movement } from './accounts.ts';
import { type JudgedLevel, type JudgedSubject, type JudgedVote, outcomeOf } from './outcome.ts';

export type SettlementInput = {
  readonly network: Network;
  /** Headers of sealed batches, each once. */
  readonly sealed: readonly HeaderMessage[];
  readonly subjects: readonly JudgedSubject[];
  /** Whom evidence convicts, each once. */
  readonly guilty: Iterable<NodeId>;
};

export type Settlement = {
  readonly balances: ReadonlyMap<NodeId, Stake>;
  readonly pool: Stake;
  readonly burned: Stake;
  readonly movements: readonly Movement[];
};

/** Settles an epoch. The order of `subjects` decides who is paid first if the pool runs dry. */
export function settle({ network, sealed, subjects, guilty }: SettlementInput): Settlement {
  const accounts = new Accounts([
    ...network.validators.map(({ id, stake }) => [id, stake] as const),
    ...network.providers.map(({ id, stake }) => [id, stake] as const),
  ]);
  for (const header of sealed) accounts.apply(reserveOf(network, header));
  for (const id of guilty) {
    const isVoter = network.validatorIndex.has(id);
    for (const each of equivocationOf(network, id, isVoter)) accounts.apply(each);
  }
  for (const subject of subjects)
    for (const each of chargesOf(network, subject)) accounts.apply(each);
  for (const subject of subjects)
    for (const each of rewardsOf(network, subject)) accounts.apply(each);
  accounts.check();
  return {
    balances: accounts.balances(),
    pool: accounts.pool,
    burned: accounts.burned,
    movements: accounts.movements,
  };
}

/** [CLAIM-6] What a sealed header reserves: ⌈count/m⌉ · seats of level 0 · rewardPerSeat. */
export function reserveOf(network: Network, header: HeaderMessage): Charge {
  const { classes, levels, rewardPerSeat } = network.parameters;
  const oneIn = BigInt(classes.get(header.assuranceClass) ?? 1);
  const drawnMax = (BigInt(header.count) + oneIn - 1n) / oneIn;
  const amount = drawnMax * BigInt(levels[0] ?? 0) * rewardPerSeat;
  return { kind: 'collect', account: header.provider, amount, reason: 'reserve' };
}

/** [SLASH-1] What equivocation costs. @param isVoter whether it is a validator */
export function equivocationOf(
  network: Network,
  account: NodeId,
  isVoter: boolean,
): readonly Charge[] {
  if (network.ablated.has('SLASH-1')) return [];
  const { slashProvider, slashVoter } = network.parameters;
  const amount = isVoter ? slashVoter : slashProvider;
  return [{ kind: 'burn', account, amount, reason: 'slash-equivocation' }];
}

/** What a subject costs those who were wrong, silent or dishonest. */
export function chargesOf(network: Network, subject: JudgedSubject): readonly Charge[] {
  const outcome = outcomeOf(subject);
  const { slashProvider, challengeCost, penaltySilent } = network.parameters;
  const charges: Charge[] = [];
  for (const level of subject.levels) {
    if (level.certified.length === 0) continue;
    // [SLASH-1] silence and abstention cost, only at levels that got a certificate
    if (network.ablated.has('SLASH-1')) continue;
    for (const account of silentHolders(level)) {
      charges.push({ kind: 'collect', account, amount: penaltySilent, reason: 'penalty-silent' });
    }
  }
  if (outcome === undefined) return charges;
  const { verdict } = outcome;
  const account = subject.provider;
  for (const level of subject.levels) {
    if (level.level > outcome.level || level.level === 0) continue;
    const cost = BigInt(level.committee.seats) * challengeCost;
    if (verdict === 'valid') charges.push(...challengersOf(network, { subject, level, cost }));
    // [QUORUM-5] a provider whose claim is not valid pays the seats used
    else charges.push({ kind: 'collect', account, amount: cost, reason: 'provider-cost' });
  }
  // [SLASH-1] unavailable costs the same, else a cheater just does not open
  const isSlashed =
    verdict === 'invalid' || (verdict === 'unavailable' && !network.ablated.has('SLASH-1'));
  if (isSlashed) {
    charges.push({ kind: 'burn', account, amount: slashProvider, reason: 'slash-provider' });
  }
  for (const level of subject.levels) {
    for (const vote of level.votes) charges.push(...voterOf(network, { subject, outcome, vote }));
  }
  return charges;
}

/** [QUORUM-3] The challengers of a level share the cost of the next one by weight. */
function challengersOf(
  network: Network,
  { subject, level, cost }: { subject: JudgedSubject; level: JudgedLevel; cost: bigint },
): readonly Charge[] {
  if (network.ablated.has('QUORUM-3')) return [];
  const below = subject.levels.find((other) => other.level === level.level - 1);
  if (below === undefined) return [];
  const challengers = below.votes.filter((vote) => vote.verdict === 'invalid');
  const total = challengers.reduce((sum, vote) => sum + weightOf(below, vote.holder), 0n);
  return challengers.map(({ holder }) => {
    const amount = (cost * weightOf(below, holder)) / total;
    return { kind: 'collect', account: holder, amount, reason: 'challenge-cost' };
  });
}

/**
 * [SLASH-1] A vote against the final verdict is slashed if its digest also differs from the one
 * that most of its execution class revealed at the final level; without such a majority it pays
 * challengeCost.
 */
function voterOf(
  network: Network,
  at: { subject: JudgedSubject; outcome: Decision; vote: JudgedVote },
): readonly Charge[] {
  const { subject, vote } = at;
  const { verdict, level } = at.outcome;
  const isAgainst =
    (verdict === 'invalid' && vote.verdict === 'valid') ||
    (verdict === 'valid' && vote.verdict === 'invalid');
  if (!isAgainst || network.ablated.has('SLASH-1')) return [];
  const final = subject.levels.find((other) => other.level === level);
  const majority = final === undefined ? undefined : classMajority(final, vote.executionClass);
  const { slashVoter, challengeCost } = network.parameters;
  const account = vote.holder;
  if (majority === undefined) {
    return [{ kind: 'collect', account, amount: challengeCost, reason: 'challenge-cost' }];
  }
  if (majority === vote.digest) return [];
  return [{ kind: 'burn', account, amount: slashVoter, reason: 'slash-voter' }];
}

/** Digest that more than half of the weight of an execution class revealed, if there is one. */
function classMajority(level: JudgedLevel, executionClass: string): string | undefined {
  const weightByDigest = new Map<string, bigint>();
  let total = 0n;
  for (const vote of level.votes) {
    if (vote.executionClass !== executionClass || vote.digest === undefined) continue;
    const weight = weightOf(level, vote.holder);
    total += weight;
    weightByDigest.set(vote.digest, (weightByDigest.get(vote.digest) ?? 0n) + weight);
  }
  for (const [digest, weight] of weightByDigest) if (2n * weight > total) return digest;
  return undefined;
}

/** What the holders who did their work are paid. */
export function rewardsOf(network: Network, subject: JudgedSubject): readonly Charge[] {
  const verdict = outcomeOf(subject)?.verdict;
  const rewards: Charge[] = [];
  for (const level of subject.levels) {
    if (level.certified.length === 0) continue;
    const certified = new Set(level.certified.flatMap((certificate) => certificate.holders));
    for (const vote of level.votes) {
      // [VOTE-4] weight in a certificate, or a dissent that the final verdict proved right
      const isAlone = level.certified.every((other) => other.verdict !== vote.verdict);
      const isRightDissent = isAlone && vote.verdict === verdict;
      if (!certified.has(vote.holder) && !isRightDissent) continue;
      if (verdict !== undefined && isOpposed(vote.verdict, verdict)) continue;
      if (!network.ablated.has('VOTE-4') && !wasSeenInTime(level, vote.holder)) continue;
      const amount = rewardOf(network, level, vote.holder);
      rewards.push({ kind: 'pay', account: vote.holder, amount, reason: 'reward' });
    }
  }
  return rewards;
}

function isOpposed(vote: JudgedVote['verdict'], final: JudgedVote['verdict']): boolean {
  return (vote === 'valid' && isFault(final)) || (isFault(vote) && final === 'valid');
}

/** [VOTE-4] Holders of ≥ k−q+1 saw the commit of `holder` in time. */
function wasSeenInTime(level: JudgedLevel, holder: NodeId): boolean {
  let weight = 0n;
  for (const vote of level.votes) {
    if (vote.seen.has(holder)) weight += weightOf(level, vote.holder);
  }
  return weight >= level.committee.blocking;
}

/** [QUORUM-1] Seats are paid each; a level by stake shares the price of its listed seats. */
function rewardOf(network: Network, { committee }: JudgedLevel, holder: NodeId): bigint {
  const { rewardPerSeat } = network.parameters;
  const weight = weightOf({ committee }, holder);
  if (committee.unit === 'seats') return weight * rewardPerSeat;
  return (BigInt(committee.seats) * rewardPerSeat * weight) / committee.weight;
}

function silentHolders({ committee, votes, certified }: JudgedLevel): readonly NodeId[] {
  const spoke = new Set(votes.map((vote) => vote.holder));
  // [VOTE-4] nobody is silent because an aggregator left him out, or his reveal was lost
  for (const { holders } of certified) for (const holder of holders) spoke.add(holder);
  return committee.holders.filter((holder) => !spoke.has(holder));
}

function weightOf({ committee }: Pick<JudgedLevel, 'committee'>, holder: NodeId): bigint {
  const index = committee.indexOf.get(holder);
  return index === undefined ? 0n : (committee.weights[index] ?? 0n);
}
