/**
 * What behaviours earned and what they cost, in the smallest unit of stake.
 *
 * A provider earns `claimPrice` for each claim that was sealed and is not contested: undrawn, or
 * final `valid`. What it reserves for its seats [CLAIM-6] the requester pays on top of the price,
 * so it is shown but not counted. Execution is paid for what really ran: a substitute costs
 * its part of the reference, see `SUBSTITUTE_COST`; a cached output nothing. A request is paid
 * once, however often it is claimed [CLAIM-4]. What an honest node would have spent on the same
 * claims, or on the seats that it held, less what was spent, is saved.
 */
import { type NodeId, unreachable } from '../../src/base/index.ts';
import type { Movement } from '../../src/core/index.ts';
import type { SimNode } from '../node.ts';
import type { Simulation } from '../setup.ts';
import { bribesPaid } from './bribes.ts';
import type { ClaimRow } from './claims.ts';
import { type Convictions, convictions } from './exits.ts';
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
  // half precision is what errors near a tolerance come from
  edge: 0.5,
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
  /** Stake of validators at the start. */
  readonly stake: bigint;
  /** Answered claims of providers; seats of validators, those of whole pools by share. */
  readonly units: number;
  /** Price of claims, or rewards of seats and what outsiders paid for votes. */
  readonly revenueStake: number;
  readonly executionCostStake: number;
  /** Executions that were due and were not run, at least 0. */
  readonly savedStake: number;
  readonly slashedStake: bigint;
  /** Slashes that came after the stake had left; not among `slashedStake`. */
  readonly escapedSlashStake: bigint;
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
  const duties = dutiesByHolder(simulation);
  const owed = convictions(simulation);
  const groups = new Map<string, SimNode[]>();
  for (const node of simulation.nodes) {
    const key = `${node.role.kind} ${node.isHonest ? '' : node.kind}`;
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  const byRole = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  return byRole.map(([, nodes]) => purseOf(simulation, { nodes, rows, duties, owed, movements }));
}

type Group = {
  readonly nodes: readonly SimNode[];
  readonly rows: readonly ClaimRow[];
  readonly duties: ReadonlyMap<NodeId, Duties>;
  readonly owed: ReadonlyMap<NodeId, Convictions>;
  readonly movements: readonly Movement[];
};

function purseOf(simulation: Simulation, group: Group): Purse {
  const { nodes, owed } = group;
  const [first] = nodes;
  const role = first?.role.kind ?? 'provider';
  const behaviour = first?.kind ?? 'honest';
  const ids = new Set(nodes.map(({ id }) => id));
  const own = group.movements.filter(({ account }) => ids.has(account));
  const { scenario, network } = simulation;
  const { executionCost, claimPrice, unitStake } = scenario.economics;
  const work = role === 'provider' ? answers(group, behaviour) : judging(group);
  const late = nodes.reduce((sum, { id }) => {
    const { owed: all, collected } = owed.get(id) ?? { owed: 0, collected: 0 };
    return sum + all - collected;
  }, 0);
  const paid = bribesPaid(simulation);
  const bribes = [...ids].reduce((sum, id) => sum + (paid.get(id) ?? 0), 0);
  const slashed = -sumOf(own, 'slash');
  const escaped = smaller(BigInt(late) * scenario.parameters.slashProvider, slashed);
  return {
    role,
    behaviour,
    nodes: nodes.length,
    stake: network.validators.reduce((sum, { id, stake }) => sum + (ids.has(id) ? stake : 0n), 0n),
    units: work.units,
    revenueStake: work.paid * (claimPrice * unitStake) + Number(sumOf(own, 'reward')) + bribes,
    executionCostStake: work.executions * (executionCost * unitStake),
    savedStake: Math.max(0, work.due - work.executions) * (executionCost * unitStake),
    slashedStake: slashed - escaped,
    escapedSlashStake: escaped,
    penaltyStake: -sumOf(own, 'penalty'),
    challengeCostStake: -sumOf(own, 'challenge'),
    verificationCostStake: -sumOf(own, 'verification'),
    reservedStake: -sumOf(own, 'reserve'),
  };
}

/** What nodes did, and what they should have done; executions in those of the reference. */
type Work = {
  readonly units: number;
  readonly paid: number;
  readonly executions: number;
  readonly due: number;
};

function answers({ rows }: Group, behaviour: string): Work {
  const claims = rows.filter((row) => row.behaviour === behaviour);
  // an answer that is claimed again is not computed again
  const computed = claims.filter(({ isRepeat }) => !isRepeat);
  return {
    units: claims.length,
    paid: computed.filter(isPaid).length,
    executions: computed.reduce((sum, { variant }) => sum + (SUBSTITUTE_COST[variant] ?? 1), 0),
    due: computed.length,
  };
}

function judging({ nodes, duties }: Group): Work {
  const ids = new Set(nodes.map(({ id }) => id));
  const own = [...ids].flatMap((id) => duties.get(id) ?? []);
  return {
    units: own.reduce((sum, { seats }) => sum + seats, 0),
    paid: 0,
    executions: nodes.reduce((sum, { executor }) => sum + executor.count, 0),
    due: own.reduce((sum, { subjects }) => sum + subjects, 0),
  };
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
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

/** Seats that a validator held at all levels that ran, and the claims that it had to execute. */
type Duties = { readonly seats: number; readonly subjects: number };

function dutiesByHolder(simulation: Simulation): ReadonlyMap<NodeId, Duties> {
  const duties = new Map<NodeId, Duties>();
  for (const { levels } of judgedSubjects(simulation)) {
    const holders = new Set<NodeId>();
    for (const { committee } of levels) {
      for (const [index, id] of committee.holders.entries()) {
        const weight = Number(committee.weights[index] ?? 0n);
        const held =
          committee.unit === 'seats'
            ? weight
            : (committee.seats * weight) / Number(committee.weight);
        const { seats, subjects } = duties.get(id) ?? { seats: 0, subjects: 0 };
        // an output that was computed for a lower level is not computed again
        duties.set(id, { seats: seats + held, subjects: subjects + (holders.has(id) ? 0 : 1) });
        holders.add(id);
      }
    }
  }
  return duties;
}
