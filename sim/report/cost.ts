/** What a run cost: traffic, executions, money; and whether cheating paid. */
import type { Verdict } from '../../src/base/index.ts';
import { leastSamplingRate } from '../../src/theory/index.ts';
import type { ClaimRow } from '../metrics/claims.ts';
import { netOf, type Purse, pursesOf, SUBSTITUTE_COST } from '../metrics/money.ts';
import type { Simulation } from '../setup.ts';

/** Traffic in a period or per something: link transmissions, each counted once per link. */
export type TrafficTotals = {
  readonly messages: number;
  readonly transmissions: number;
  readonly bytes: number;
};

export type TrafficReport = TrafficTotals & {
  readonly perClaim: TrafficTotals | null;
  readonly perDrawnClaim: TrafficTotals | null;
  readonly byType: Readonly<Record<string, TrafficTotals>>;
};

/** Re-executions by validators; the executions of providers are not among them. */
export type ExecutionReport = {
  readonly count: number;
  readonly perClaim: number | null;
  readonly perDrawnClaim: number | null;
};

/** Money of one behaviour, in the smallest unit of stake; sums over its nodes. */
export type BehaviourMoney = {
  readonly role: Purse['role'];
  readonly behaviour: string;
  readonly nodes: number;
  /** `claim` for providers, `seat` for validators. */
  readonly unit: 'claim' | 'seat';
  readonly units: number;
  readonly revenueStake: number;
  readonly executionCostStake: number;
  /** Executions that were due and were not run. */
  readonly savedStake: number;
  /** Decimal text: beyond 2^53 on large stakes. */
  readonly slashedStake: string;
  /** Slashes that came after the stake had left. */
  readonly escapedSlashStake: string;
  readonly penaltyStake: string;
  readonly challengeCostStake: string;
  readonly verificationCostStake: string;
  readonly reservedStake: string;
  readonly netStake: number;
  readonly netPerUnitStake: number | null;
  readonly netPerNodeStake: number;
  /** Share of all seats over share of all stake; absent for providers. */
  readonly seatsOverStake: number | null;
  /** Net per unit less that of honest nodes of the role; for honest nodes absent. */
  readonly againstHonestyPerUnitStake: number | null;
};

export type MoneyReport = {
  /** Stake that one unit of cost and price of the scenario is worth. */
  readonly unitStake: number;
  readonly behaviours: readonly BehaviourMoney[];
  /** Drawn share of sealed claims that the classes of this run promise. */
  readonly samplingRate: number | null;
  /** Rate above which honesty beats the cheapest substitute of this run; absent if none does. */
  readonly leastSamplingRate: number | null;
  readonly poolStake: string;
  readonly burnedStake: string;
};

/** Who publishes messages of a type. */
export type Publisher = 'provider' | 'validator' | 'beacon';

/** Returns who publishes messages of a type; whoever relays them is not told apart. */
export function publisherOf(type: string): Publisher {
  if (type === 'beacon') return 'beacon';
  return PROVIDER_TYPES.includes(type) ? 'provider' : 'validator';
}

const PROVIDER_TYPES = ['header', 'openings', 'output', 'promise'];

/** Sums up messages by type, per claim and per drawn claim. */
export function trafficReport(
  traffic: ReadonlyMap<string, TrafficTotals>,
  counts: { readonly claims: number; readonly drawn: number },
): TrafficReport {
  const total = { messages: 0, transmissions: 0, bytes: 0 };
  const byType: Record<string, TrafficTotals> = {};
  for (const [type, { messages, transmissions, bytes }] of [...traffic].sort()) {
    byType[type] = { messages, transmissions, bytes };
    total.messages += messages;
    total.transmissions += transmissions;
    total.bytes += bytes;
  }
  const per = (count: number): TrafficTotals | null =>
    count === 0
      ? null
      : {
          messages: total.messages / count,
          transmissions: total.transmissions / count,
          bytes: total.bytes / count,
        };
  return { ...total, perClaim: per(counts.claims), perDrawnClaim: per(counts.drawn), byType };
}

/** Relates the re-executions of validators to claims. */
export function executionReport(
  count: number,
  { claims, drawn }: { readonly claims: number; readonly drawn: number },
): ExecutionReport {
  return {
    count,
    perClaim: claims === 0 ? null : count / claims,
    perDrawnClaim: drawn === 0 ? null : count / drawn,
  };
}

/** Returns what providers ran, in executions of the model; what is claimed again is not run. */
export function providerExecutions(rows: readonly ClaimRow[]): number {
  const computed = rows.filter(({ isRepeat }) => !isRepeat);
  return computed.reduce((sum, { variant }) => sum + (SUBSTITUTE_COST[variant] ?? 1), 0);
}

/** Says what every behaviour earned, and compares dishonest ones with honesty. */
export function moneyReport(
  simulation: Simulation,
  rows: readonly ClaimRow[],
  settled: { readonly pool: bigint; readonly burned: bigint },
): MoneyReport {
  const purses = pursesOf(simulation, rows);
  const { classes } = simulation.scenario.parameters;
  const rates = rows
    .filter(({ isSealed }) => isSealed)
    .map(({ assuranceClass }) => 1 / (classes.get(assuranceClass) ?? 1));
  return {
    unitStake: simulation.scenario.economics.unitStake,
    behaviours: purses.map((purse) => ({
      ...behaviourMoney(purse, honestOf(simulation, purses, purse)),
      seatsOverStake: seatsOverStake(purse, purses),
    })),
    samplingRate: rates.length === 0 ? null : rates.reduce((sum, r) => sum + r, 0) / rates.length,
    leastSamplingRate: deterringRate(simulation, rows),
    poolStake: String(settled.pool),
    burnedStake: String(settled.burned),
  };
}

/** What an honest node of the same role nets per unit; by the scenario if the run has none. */
function honestOf(
  { scenario }: Simulation,
  purses: readonly Purse[],
  { role }: Purse,
): number | undefined {
  const honest = purses.find((other) => other.role === role && other.behaviour === 'honest');
  if (honest !== undefined && honest.units > 0) return netOf(honest) / honest.units;
  const { claimPrice, executionCost, unitStake } = scenario.economics;
  return role === 'provider' ? (claimPrice - executionCost) * unitStake : undefined;
}

/** [SEAT-1] 1 up to chance, however stake is split. */
function seatsOverStake(purse: Purse, purses: readonly Purse[]): number | null {
  if (purse.role === 'provider') return null;
  const all = purses.filter(({ role }) => role === 'validator');
  const seats = all.reduce((sum, { units }) => sum + units, 0);
  const stake = all.reduce((sum, other) => sum + other.stake, 0n);
  if (seats === 0 || purse.stake === 0n) return null;
  return purse.units / seats / (Number(purse.stake) / Number(stake));
}

function behaviourMoney(
  purse: Purse,
  honest: number | undefined,
): Omit<BehaviourMoney, 'seatsOverStake'> {
  const { role, behaviour, nodes, units } = purse;
  const net = netOf(purse);
  const perUnit = units === 0 ? null : net / units;
  const isCompared = behaviour !== 'honest' && honest !== undefined && perUnit !== null;
  return {
    role,
    behaviour,
    nodes,
    unit: role === 'provider' ? 'claim' : 'seat',
    units,
    revenueStake: purse.revenueStake,
    executionCostStake: purse.executionCostStake,
    savedStake: purse.savedStake,
    slashedStake: String(purse.slashedStake),
    escapedSlashStake: String(purse.escapedSlashStake),
    penaltyStake: String(purse.penaltyStake),
    challengeCostStake: String(purse.challengeCostStake),
    verificationCostStake: String(purse.verificationCostStake),
    reservedStake: String(purse.reservedStake),
    netStake: net,
    netPerUnitStake: perUnit,
    netPerNodeStake: net / nodes,
    againstHonestyPerUnitStake: isCompared ? perUnit - honest : null,
  };
}

/** The sampling rate that deters the substitute that saves most; without collusion. */
function deterringRate({ scenario }: Simulation, rows: readonly ClaimRow[]): number | null {
  const wrong = rows.filter(({ isWrong }) => isWrong);
  if (wrong.length === 0) return null;
  const { executionCost, claimPrice, unitStake } = scenario.economics;
  const cheapest = Math.min(...new Set(wrong.map(({ variant }) => SUBSTITUTE_COST[variant] ?? 1)));
  const { oracle, parameters } = scenario;
  const rate = leastSamplingRate({
    cost: executionCost * (1 - cheapest),
    reward: claimPrice,
    slash: Number(parameters.slashProvider) / unitStake,
    collusion: 0,
    miss: oracle.kind === 'modelled' ? oracle.missShare : 0,
    falseAlarm: 0,
  });
  return rate ?? null;
}

/** Verdicts that convict a provider. */
export const CONVICTIONS: readonly Verdict[] = ['invalid', 'unavailable'];
