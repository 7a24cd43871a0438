/**
 * The metrics of a protocol run, flat and by name: what sweeps pool, compare and write to tables.
 * `PROTOCOL_METRICS` says what each name means; a name with a dot is one of a family, such as
 * `profitPerClaim.honest`.
 */
import type { Metric, RateMetric, ValueMetric } from '../metrics/metric.ts';
import { notExpected, type Rate } from '../metrics/rate.ts';
import type { BehaviourMoney } from '../report/cost.ts';
import type { RunResult } from '../report/result.ts';

/** What a metric is called, and what it says. */
export type MetricDoc = {
  /** Without the part after the dot, for families. */
  readonly name: string;
  readonly unit: string;
  readonly meaning: string;
};

/** All metrics of protocol runs. */
export const PROTOCOL_METRICS: readonly MetricDoc[] = [
  { name: 'wrongAccepted', unit: 'share', meaning: 'wrong drawn claims that ended valid' },
  { name: 'wrongCertified', unit: 'share', meaning: 'wrong drawn claims that level 0 certified' },
  { name: 'wrongUndrawn', unit: 'share', meaning: 'wrong sealed claims that nobody looked at' },
  { name: 'cheatersCaught', unit: 'share', meaning: 'cheating providers convicted at least once' },
  { name: 'honestAccused', unit: 'share', meaning: 'right drawn claims that ended in conviction' },
  { name: 'honestChallenged', unit: 'share', meaning: 'right drawn claims challenged at level 0' },
  { name: 'honestSlashed', unit: 'nodes', meaning: 'honest providers and validators slashed' },
  { name: 'escalated', unit: 'share', meaning: 'drawn claims that went above level 0' },
  { name: 'unresolved', unit: 'share', meaning: 'drawn claims without a verdict at the end' },
  { name: 'sealed', unit: 'share', meaning: 'answered claims whose batch was sealed in time' },
  { name: 'drawn', unit: 'share', meaning: 'sealed claims that were drawn' },
  { name: 'claims', unit: 'claims', meaning: 'answered claims of the run' },
  {
    name: 'latencyMsP50',
    unit: 'ms',
    meaning: 'to the final verdict, median of drawn claims that have one',
  },
  { name: 'latencyMsP95', unit: 'ms', meaning: 'the same, of 95 in 100 at most' },
  { name: 'latencyMsP99', unit: 'ms', meaning: 'the same, of 99 in 100 at most' },
  { name: 'certificateMsP50', unit: 'ms', meaning: 'answer to first certificate, median' },
  { name: 'certificateMsP99', unit: 'ms', meaning: 'the same, of 99 in 100 at most' },
  { name: 'messagesPerClaim', unit: 'messages', meaning: 'messages published per answered claim' },
  { name: 'bytesPerClaim', unit: 'bytes', meaning: 'bytes over links per answered claim' },
  { name: 'executionsPerClaim', unit: 'executions', meaning: 're-executions per answered claim' },
  { name: 'executionsPerDrawn', unit: 'executions', meaning: 're-executions per drawn claim' },
  { name: 'profitPerClaim', unit: 'prices', meaning: 'net of providers per claim, by behaviour' },
  { name: 'profitPerSeat', unit: 'prices', meaning: 'net of validators per seat, by behaviour' },
  { name: 'gainPerClaim', unit: 'prices', meaning: 'the same as profitPerClaim, above honesty' },
  { name: 'gainPerSeat', unit: 'prices', meaning: 'the same as profitPerSeat, above honesty' },
  { name: 'savedPerClaim', unit: 'prices', meaning: 'executions not run, per claim, by behaviour' },
  { name: 'savedPerSeat', unit: 'prices', meaning: 'executions not run, per seat, by behaviour' },
  { name: 'seatsOverStake', unit: 'ratio', meaning: 'share of seats over share of stake' },
  { name: 'slashCollected', unit: 'share', meaning: 'convictions that still found the stake' },
  { name: 'violations', unit: 'count', meaning: 'promises broken; only ablated rules allow any' },
  { name: 'virtualMs', unit: 'ms', meaning: 'virtual time until all was final' },
];

/** Returns the metrics of one protocol run, in the order of `PROTOCOL_METRICS`. */
export function metricsOf(result: RunResult): readonly Metric[] {
  const { wrong, honest, claims, verdicts, levels, time, traffic, reExecutions } = result;
  const drawn = sum(levels.right) + sum(levels.wrong);
  const atLevel0 = (levels.right[0] ?? 0) + (levels.wrong[0] ?? 0);
  const unresolved = verdicts.right.unresolved + verdicts.wrong.unresolved;
  const violations = sum(Object.values(result.invariants.violations));
  return [
    rate('wrongAccepted', wrong.accepted),
    rate('wrongCertified', wrong.capturedAtLevel0),
    rate('wrongUndrawn', wrong.escaped),
    rate('cheatersCaught', wrong.caughtProviders),
    rate('honestAccused', honest.rejected),
    rate('honestChallenged', honest.challengedAtLevel0),
    value('honestSlashed', honest.slashedProviders + honest.slashedValidators),
    counted('escalated', drawn - atLevel0, drawn),
    counted('unresolved', unresolved, drawn),
    rate('sealed', claims.sealed),
    rate('drawn', claims.drawn),
    value('claims', claims.answered),
    value('latencyMsP50', time.toFinal.p50Ms?.value),
    value('latencyMsP95', time.toFinal.p95Ms?.value),
    value('latencyMsP99', time.toFinal.p99Ms?.value),
    value('certificateMsP50', time.toCertificate.p50Ms?.value),
    value('certificateMsP99', time.toCertificate.p99Ms?.value),
    value('messagesPerClaim', traffic.perClaim?.messages),
    value('bytesPerClaim', traffic.perClaim?.bytes),
    value('executionsPerClaim', reExecutions.perClaim),
    value('executionsPerDrawn', reExecutions.perDrawnClaim),
    ...moneyMetrics(result),
    rate('slashCollected', wrong.slashCollected),
    value('violations', violations),
    value('virtualMs', result.virtualMs),
  ];
}

function moneyMetrics({ money }: RunResult): readonly Metric[] {
  const per = (stake: number | null): number | null =>
    stake === null ? null : stake / money.unitStake;
  const row = (prefix: string, { role, behaviour }: BehaviourMoney, amount: number | null) =>
    value(`${prefix}Per${role === 'provider' ? 'Claim' : 'Seat'}.${behaviour}`, per(amount));
  const compared = money.behaviours.filter((each) => each.againstHonestyPerUnitStake !== null);
  return [
    ...money.behaviours.map((each) => row('profit', each, each.netPerUnitStake)),
    ...compared.map((each) => row('gain', each, each.againstHonestyPerUnitStake)),
    ...money.behaviours.map((each) =>
      row('saved', each, each.units === 0 ? null : each.savedStake / each.units),
    ),
    ...money.behaviours
      .filter(({ role }) => role === 'validator')
      .map((each) => value(`seatsOverStake.${each.behaviour}`, each.seatsOverStake)),
  ];
}

function rate(name: string, { count, of, expected }: Rate): RateMetric {
  return { kind: 'rate', name, count, of, expected };
}

function counted(name: string, count: number, of: number): RateMetric {
  return { kind: 'rate', name, count, of, expected: notExpected('') };
}

function value(name: string, amount: number | null | undefined): ValueMetric {
  const family = name.split('.')[0];
  const unit = PROTOCOL_METRICS.find((doc) => doc.name === family)?.unit ?? '';
  return { kind: 'value', name, unit, value: amount ?? null };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}
