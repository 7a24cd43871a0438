/**
 * The metrics of a protocol run, flat and by name: what sweeps pool, compare and write to tables.
 * `PROTOCOL_METRICS` says what each name means; a name with a dot is one of a family, such as
 * `profitPerClaim.honest`.
 */
import type { Metric, RateMetric, ValueMetric } from '../metrics/metric.ts';
import { notExpected, type Rate } from '../metrics/rate.ts';
import { type BehaviourMoney, type Publisher, publisherOf } from '../report/cost.ts';
import type { RunResult } from '../report/result.ts';
import { SLASH_REASONS } from '../report/slashes.ts';

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
  {
    name: 'wrongConvicted',
    unit: 'share',
    meaning: 'wrong drawn claims that ended in conviction, by what was run',
  },
  { name: 'honestAccused', unit: 'share', meaning: 'right drawn claims that ended in conviction' },
  { name: 'honestChallenged', unit: 'share', meaning: 'right drawn claims challenged at level 0' },
  { name: 'honestSlashed', unit: 'nodes', meaning: 'honest providers and validators slashed' },
  { name: 'escalated', unit: 'share', meaning: 'drawn claims that went above level 0' },
  { name: 'reachedLevel', unit: 'share', meaning: 'drawn claims that reached a level, from 1 on' },
  { name: 'levelMax', unit: 'level', meaning: 'highest level that a drawn claim reached' },
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
  { name: 'latencyMsMax', unit: 'ms', meaning: 'the same, of all' },
  { name: 'certificateMsP50', unit: 'ms', meaning: 'answer to first certificate, median' },
  { name: 'certificateMsP99', unit: 'ms', meaning: 'the same, of 99 in 100 at most' },
  { name: 'messagesPerClaim', unit: 'messages', meaning: 'messages published per answered claim' },
  { name: 'bytesPerClaim', unit: 'bytes', meaning: 'bytes over links per answered claim' },
  {
    name: 'providerBytesPerClaim',
    unit: 'bytes',
    meaning: 'bytes over links per answered claim, of what providers publish',
  },
  {
    name: 'validatorBytesPerClaim',
    unit: 'bytes',
    meaning: 'the same, of what validators publish',
  },
  { name: 'executionsPerClaim', unit: 'executions', meaning: 're-executions per answered claim' },
  { name: 'executionsPerDrawn', unit: 'executions', meaning: 're-executions per drawn claim' },
  {
    name: 'providerExecutionsPerClaim',
    unit: 'executions',
    meaning: 'what providers ran per answered claim, in executions of the model',
  },
  { name: 'profitPerClaim', unit: 'prices', meaning: 'net of providers per claim, by behaviour' },
  { name: 'profitPerSeat', unit: 'prices', meaning: 'net of validators per seat, by behaviour' },
  { name: 'gainPerClaim', unit: 'prices', meaning: 'the same as profitPerClaim, above honesty' },
  { name: 'gainPerSeat', unit: 'prices', meaning: 'the same as profitPerSeat, above honesty' },
  { name: 'savedPerClaim', unit: 'prices', meaning: 'executions not run, per claim, by behaviour' },
  { name: 'savedPerSeat', unit: 'prices', meaning: 'executions not run, per seat, by behaviour' },
  { name: 'seatsOverStake', unit: 'ratio', meaning: 'share of seats over share of stake' },
  { name: 'slashCollected', unit: 'share', meaning: 'convictions that still found the stake' },
  { name: 'slashedProviders', unit: 'share', meaning: 'providers slashed, by behaviour' },
  { name: 'slashedValidators', unit: 'share', meaning: 'validators slashed, by behaviour' },
  { name: 'slashes', unit: 'slashes', meaning: 'slashes of a run, by what they are for' },
  { name: 'violations', unit: 'count', meaning: 'promises broken; only ablated rules allow any' },
  { name: 'virtualMs', unit: 'ms', meaning: 'virtual time until all was final' },
];

/** Returns the metrics of one protocol run, in the order of `PROTOCOL_METRICS`. */
export function metricsOf(result: RunResult): readonly Metric[] {
  const { wrong, honest, claims, verdicts, levels, time, traffic, reExecutions } = result;
  const drawn = sum(levels.right) + sum(levels.wrong);
  const atLevel0 = (levels.right[0] ?? 0) + (levels.wrong[0] ?? 0);
  const unresolved = verdicts.right.unresolved + verdicts.wrong.unresolved;
  const reached = drawnByLevelReached(levels);
  const violations = sum(Object.values(result.invariants.violations));
  return [
    rate('wrongAccepted', wrong.accepted),
    rate('wrongCertified', wrong.capturedAtLevel0),
    rate('wrongUndrawn', wrong.escaped),
    rate('cheatersCaught', wrong.caughtProviders),
    ...Object.entries(wrong.convictedByVariant).map(([variant, each]) =>
      rate(`wrongConvicted.${variant}`, each),
    ),
    rate('honestAccused', honest.rejected),
    rate('honestChallenged', honest.challengedAtLevel0),
    value('honestSlashed', honest.slashedProviders + honest.slashedValidators),
    counted('escalated', drawn - atLevel0, drawn),
    ...reached.slice(1).map((count, index) => counted(`reachedLevel.${index + 1}`, count, drawn)),
    value('levelMax', reached.length === 0 ? null : reached.length - 1),
    counted('unresolved', unresolved, drawn),
    rate('sealed', claims.sealed),
    rate('drawn', claims.drawn),
    value('claims', claims.answered),
    value('latencyMsP50', time.toFinal.p50Ms?.value),
    value('latencyMsP95', time.toFinal.p95Ms?.value),
    value('latencyMsP99', time.toFinal.p99Ms?.value),
    value('latencyMsMax', time.toFinal.maxMs),
    value('certificateMsP50', time.toCertificate.p50Ms?.value),
    value('certificateMsP99', time.toCertificate.p99Ms?.value),
    value('messagesPerClaim', traffic.perClaim?.messages),
    value('bytesPerClaim', traffic.perClaim?.bytes),
    value('providerBytesPerClaim', bytesPerClaim(result, 'provider')),
    value('validatorBytesPerClaim', bytesPerClaim(result, 'validator')),
    value('executionsPerClaim', reExecutions.perClaim),
    value('executionsPerDrawn', reExecutions.perDrawnClaim),
    value('providerExecutionsPerClaim', perClaim(result, result.providerExecutions)),
    ...moneyMetrics(result),
    rate('slashCollected', wrong.slashCollected),
    ...slashMetrics(result),
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

/** Drawn claims that reached each level, from 0 on. */
function drawnByLevelReached({ right, wrong }: RunResult['levels']): readonly number[] {
  const count = Math.max(right.length, wrong.length);
  return Array.from(
    { length: count },
    (_, level) => sum(right.slice(level)) + sum(wrong.slice(level)),
  );
}

function perClaim({ money }: RunResult, amount: number): number | null {
  const claims = sum(money.behaviours.map(({ role, units }) => (role === 'provider' ? units : 0)));
  return claims === 0 ? null : amount / claims;
}

function bytesPerClaim(result: RunResult, publisher: Publisher): number | null {
  const types = Object.entries(result.traffic.byType);
  const own = types.filter(([type]) => publisherOf(type) === publisher);
  return perClaim(result, sum(own.map(([, { bytes }]) => bytes)));
}

function slashMetrics({ slashes, money }: RunResult): readonly Metric[] {
  const reasons = SLASH_REASONS.map((reason) =>
    value(`slashes.${reason}`, sum(slashes.map(({ reasons: each }) => each[reason] ?? 0))),
  );
  const nodes = money.behaviours.map(({ role, behaviour, nodes: of }) => {
    const found = slashes.find((each) => each.role === role && each.behaviour === behaviour);
    const name = role === 'provider' ? 'slashedProviders' : 'slashedValidators';
    return counted(`${name}.${behaviour}`, found?.slashedNodes ?? 0, of);
  });
  return [...nodes, ...reasons];
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
