/** What a run showed: promises of the protocol that were broken, and figures. */
import type { NodeId } from '../../../../base/index.ts';
import type { Audit, AuditFinding, NodeStatus } from '../../../../node/index.ts';
import type { Plan } from '../plan.ts';
import type { LoadClaim } from './load.ts';
import { type MemorySample, type Slope, slopeOf, WARM_UP_MS } from './memory.ts';
import type { RunRecord } from './run.ts';

/** The report of a run. */
export type ChaosReport = {
  readonly violations: readonly AuditFinding[];
  readonly claims: Readonly<Record<string, number>>;
  readonly recoveryMsMax: number | undefined;
  readonly audit: Audit;
  /** [SETTLE-2] Latest epoch that a quorum found to come to the same; how many nodes say so. */
  readonly settlement: { readonly epoch: number; readonly nodes: number } | undefined;
  readonly memory: {
    readonly heap: Slope | undefined;
    readonly rss: Slope | undefined;
    readonly rssMibMax: number;
  };
};

const MIB = 1024 ** 2;

/** Puts together what the logs, the requester and the nodes say. */
export function reportOf(
  run: RunRecord,
  { audit, plan, memory }: { audit: Audit; plan: Plan; memory: readonly MemorySample[] },
): ChaosReport {
  const recoveries = run.happened.map(({ recovery }) =>
    Math.max(recovery.inSyncMs ?? Number.NaN, recovery.finalMs ?? Number.NaN),
  );
  return {
    violations: [...audit.violations, ...found(run, plan)],
    claims: countsOf(run.claims),
    recoveryMsMax: recoveries.length === 0 ? undefined : Math.max(...recoveries),
    audit,
    settlement: latestSettlement(run.statuses),
    memory: {
      heap: slopeOf(memory, { of: 'heapBytes', warmUpMs: WARM_UP_MS }),
      rss: slopeOf(memory, { of: 'rssBytes', warmUpMs: WARM_UP_MS }),
      rssMibMax: Math.max(0, ...memory.map(({ rssBytes }) => rssBytes / MIB)),
    },
  };
}

/** Claims by what became of them. */
export function countsOf(claims: readonly LoadClaim[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = { asked: claims.length };
  for (const { ending, verdict } of claims) {
    const name = verdict ?? ending;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** What broke that is not in the logs. */
export function found(run: RunRecord, plan: Plan): readonly AuditFinding[] {
  const { claims, happened, died, statuses, lastHealMs } = run;
  const late = claims.filter(
    ({ ending, askedMs }) =>
      ending === 'pending' || (ending === 'unresolved' && askedMs >= lastHealMs),
  );
  const broken = claims.filter(({ ending }) => ending === 'promise-broken');
  const wrong = plan.dishonest > 0 ? [] : claims.filter(({ verdict }) => verdict === 'invalid');
  const unwell = happened.filter(({ unwell }) => unwell !== '');
  const dishonest = dishonestOf(plan);
  const losses = [...statuses.values()].flatMap((status) => lossesOf(status, dishonest));
  const roots = settlementRoots(statuses);
  return [
    ...finding(
      'every-claim-final',
      late.map(({ detail, ending }) => `${ending}: ${detail}`),
    ),
    ...finding(
      'promises-kept',
      broken.map(({ detail }) => detail),
    ),
    ...finding(
      'validity',
      wrong.map(() => 'an honest answer was found invalid'),
    ),
    ...finding(
      'recovery',
      unwell.map(({ unwell }) => unwell),
    ),
    ...finding('no-honest-slashed', losses),
    ...finding('processes-alive', died),
    ...finding('one-settlement', roots.size > 1 ? [[...roots].join(' and ')] : []),
  ];
}

/** Who runs another model than it says. */
export function dishonestOf(plan: Plan): ReadonlySet<NodeId> {
  const ids = plan.nodes.flatMap(({ id, substitute }) => (substitute === undefined ? [] : [id]));
  return new Set(ids as NodeId[]);
}

/**
 * What honest nodes lost, or were convicted of, as a node sees it. A provider that was cut off may
 * be charged: nobody can tell why it did not open.
 */
function lossesOf(status: NodeStatus, dishonest: ReadonlySet<NodeId>): readonly string[] {
  const slashed = status.slashed.filter(
    ({ id, reason }) => !dishonest.has(id) && reason !== 'slash-provider',
  );
  const convicted = status.convicted.filter((id) => !dishonest.has(id));
  return [
    ...slashed.map(({ id, reason }) => `${id}: ${reason}`),
    ...convicted.map((id) => `${id} convicted`),
  ];
}

/** [SETTLE-2] */
function latestSettlement(statuses: ReadonlyMap<string, NodeStatus>): ChaosReport['settlement'] {
  const epochs = [...statuses.values()].flatMap(({ settlement }) => {
    return settlement === '' ? [] : [Number(settlement.split('/')[0])];
  });
  if (epochs.length === 0) return undefined;
  const epoch = Math.max(...epochs);
  return { epoch, nodes: epochs.filter((each) => each === epoch).length };
}

/** [SETTLE-2] Settlements that nodes state, of epochs for which they state more than one. */
function settlementRoots(statuses: ReadonlyMap<string, NodeStatus>): ReadonlySet<string> {
  const byEpoch = new Map<string, Set<string>>();
  for (const { setNumber, settlement } of statuses.values()) {
    const [epoch, root] = settlement.split('/');
    if (epoch === undefined || root === undefined) continue;
    const place = `${setNumber}/${epoch}`;
    byEpoch.set(place, (byEpoch.get(place) ?? new Set()).add(settlement));
  }
  return new Set([...byEpoch.values()].flatMap((roots) => (roots.size > 1 ? [...roots] : [])));
}

function finding(invariant: string, details: readonly string[]): readonly AuditFinding[] {
  const [detail] = details;
  return detail === undefined ? [] : [{ invariant, count: details.length, detail }];
}
