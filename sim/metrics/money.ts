/**
 * What behaviours earned and what they cost, in the smallest unit of stake.
 *
 * A provider earns `claimPrice` for each claim that was sealed and is not contested: undrawn, or
 * final `valid`. What it reserves for its seats [CLAIM-6] the requester pays on top of the price,
 * so it is shown but not counted. Execution is paid for what really ran: a substitute costs
 * its part of the reference, see `SUBSTITUTE_COST`; a cached output nothing.
 */
import { type NodeId, unreachable } from '../../src/base/index.ts';
import type { Movement } from '../../src/core/index.ts';
import type { SimNode } from '../node.ts';
import type { Simulation } from '../setup.ts';
import type { ClaimRow } from './claims.ts';
import { judgedSubjects, settleRun } from './settlement.ts';

/**
 * Cost of running a substitute, as a part of the reference: by bytes of weights for quantised
 * ones, by weights for `smaller` (half the hidden size) and pruned ones. What is not listed costs
 * as much as the reference.
 */
export const SUBSTITUTE_COST: Readonly<Record<string, number>> = {
  fp16: 0.5,
  int8: 0.25,
  int4: 0.125,
  smaller: 0.5,
  'pruned-10': 0.9,
  'pruned-50': 0.5,
  cached: 0,
};

/** Money of all nodes of one role and behaviour; amounts in stake, as sums over the nodes. */
export type Purse = {
  readonly role: 'provider' | 'validator';
  /** `honest`, or the adversary's name. */
  readonly behaviour: string;
  readonly nodes: number;
  /** Answered claims of providers; seats of validators, those of whole pools by share. */
  readonly units: number;
  /** Price of claims, or rewards of seats. */
  readonly revenueStake: number;
  readonly executionCostStake: number;
  readonly slashedStake: bigint;
  /** For silence. */
  readonly penaltyStake: bigint;
  /** For lost challenges. */
  readonly challengeCostStake: bigint;
  /** Seats of higher levels that convicted the provider. [QUORUM-5] */
  readonly verificationCostStake: bigint;
  /** Reserved with headers; the requesters pay it. */
  readonly reservedStake: bigint;
};

/** Returns revenue less all costs of a purse, in stake. */
export function netOf(purse: Purse): number {
  const { slashedStake, penaltyStake, challengeCostStake, verificationCostStake } = purse;
  const lost = slashedStake + penaltyStake + challengeCostStake + verificationCostStake;
  return purse.revenueStake - purse.executionCostStake - Number(lost);
}

/** Returns one purse per role and behaviour: honest ones first, providers before validators. */
export function pursesOf(simulation: Simulation, rows: readonly ClaimRow[]): readonly Purse[] {
  const { movements } = settleRun(simulation);
  const seats = seatsByHolder(simulation);
  const groups = new Map<string, SimNode[]>();
  for (const node of simulation.nodes) {
    const key = `${node.role.kind} ${node.isHonest ? '' : node.kind}`;
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  const byRole = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  return byRole.map(([, nodes]) => purseOf(simulation, { nodes, rows, seats, movements }));
}

type Group = {
  readonly nodes: readonly SimNode[];
  readonly rows: readonly ClaimRow[];
  readonly seats: ReadonlyMap<NodeId, number>;
  readonly movements: readonly Movement[];
};

function purseOf({ scenario }: Simulation, { nodes, rows, seats, movements }: Group): Purse {
  const [first] = nodes;
  const role = first?.role.kind ?? 'provider';
  const behaviour = first?.kind ?? 'honest';
  const ids = new Set(nodes.map(({ id }) => id));
  const own = movements.filter(({ account }) => ids.has(account));
  const claims = role === 'provider' ? rows.filter((row) => row.behaviour === behaviour) : [];
  const { executionCost, claimPrice, unitStake } = scenario.economics;
  const executions =
    role === 'provider'
      ? claims.reduce((sum, { variant }) => sum + (SUBSTITUTE_COST[variant] ?? 1), 0)
      : nodes.reduce((sum, { executor }) => sum + executor.count, 0);
  const paid = claims.filter(isPaid).length * (claimPrice * unitStake);
  return {
    role,
    behaviour,
    nodes: nodes.length,
    units:
      role === 'provider'
        ? claims.length
        : nodes.reduce((sum, { id }) => sum + (seats.get(id) ?? 0), 0),
    revenueStake: paid + Number(sumOf(own, 'reward')),
    executionCostStake: executions * (executionCost * unitStake),
    slashedStake: -sumOf(own, 'slash'),
    penaltyStake: -sumOf(own, 'penalty'),
    challengeCostStake: -sumOf(own, 'challenge'),
    verificationCostStake: -sumOf(own, 'verification'),
    reservedStake: -sumOf(own, 'reserve'),
  };
}

/** Whether a claim earns its price: sealed, and not found to be anything but valid. */
function isPaid({ isSealed, drawn }: ClaimRow): boolean {
  return isSealed && (drawn === undefined || drawn.outcome === 'valid');
}

type Purpose = 'reward' | 'slash' | 'penalty' | 'challenge' | 'verification' | 'reserve';

function sumOf(movements: readonly Movement[], purpose: Purpose): bigint {
  return movements.reduce(
    (sum, { reason, amount }) => (purposeOf(reason) === purpose ? sum + amount : sum),
    0n,
  );
}

function purposeOf(reason: Movement['reason']): Purpose {
  switch (reason) {
    case 'reward':
    case 'reserve':
      return reason;
    case 'slash-provider':
    case 'slash-voter':
    case 'slash-equivocation':
      return 'slash';
    case 'penalty-silent':
      return 'penalty';
    case 'challenge-cost':
      return 'challenge';
    case 'provider-cost':
      return 'verification';
    default:
      return unreachable(reason);
  }
}

/** Seats that each validator held at all levels that ran. */
function seatsByHolder(simulation: Simulation): ReadonlyMap<NodeId, number> {
  const seats = new Map<NodeId, number>();
  for (const { levels } of judgedSubjects(simulation)) {
    for (const { committee } of levels) {
      for (const [index, id] of committee.holders.entries()) {
        const weight = Number(committee.weights[index] ?? 0n);
        const held =
          committee.unit === 'seats'
            ? weight
            : (committee.seats * weight) / Number(committee.weight);
        seats.set(id, (seats.get(id) ?? 0) + held);
      }
    }
  }
  return seats;
}
