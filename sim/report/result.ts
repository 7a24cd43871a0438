/**
 * The result of a run: plain data with units in its names, ready for JSON. Rates carry counts,
 * intervals and closed forms; what does not exist (a share of nothing) is null.
 */
import { configHash } from '../../src/config/index.ts';
import { windowRounds } from '../../src/core/index.ts';
import {
  afterWarmUp,
  type ClaimRow,
  claimRows,
  type DrawnClaim,
  type Outcome,
} from '../metrics/claims.ts';
import { convictions, unbondingRounds } from '../metrics/exits.ts';
import { type Durations, durationsOf } from '../metrics/quantile.ts';
import { notExpected, type Rate, rateOf } from '../metrics/rate.ts';
import { settleRun } from '../metrics/settlement.ts';
import type { Simulation } from '../setup.ts';
import {
  CONVICTIONS,
  type ExecutionReport,
  executionReport,
  type MoneyReport,
  moneyReport,
  providerExecutions,
  type TrafficReport,
  trafficReport,
} from './cost.ts';
import { ClosedForms } from './expected.ts';
import { type SlashReport, slashReports } from './slashes.ts';

/** Version of the layout below; it changes when a field changes its meaning or goes away. */
export const RESULT_VERSION = 1;

type Counts = Readonly<Record<Outcome, number>>;

export type RunResult = {
  readonly version: typeof RESULT_VERSION;
  readonly scenario: string;
  readonly description: string;
  readonly seed: number;
  /** SHA-256 of the resolved configuration, hexadecimal. */
  readonly configHash: string;
  /** Hash of each event in order, hexadecimal: equal on every machine. */
  readonly traceDigest: string;
  readonly eventCount: number;
  readonly virtualMs: number;
  readonly population: PopulationReport;
  readonly claims: ClaimReport;
  readonly wrong: WrongReport;
  readonly honest: HonestReport;
  /** Drawn claims by truth and final verdict. */
  readonly verdicts: { readonly right: Counts; readonly wrong: Counts };
  /** Drawn claims by the highest level that ran, from level 0 on. */
  readonly levels: { readonly right: readonly number[]; readonly wrong: readonly number[] };
  readonly time: TimeReport;
  readonly traffic: TrafficReport;
  readonly reExecutions: ExecutionReport;
  /** What providers ran, in executions of the model: a substitute counts by its cost. */
  readonly providerExecutions: number;
  readonly money: MoneyReport;
  readonly slashes: readonly SlashReport[];
  readonly invariants: {
    readonly checks: number;
    /** Violations by invariant; only runs with ablated rules end with any. */
    readonly violations: Readonly<Record<string, number>>;
    /** Rules that were switched off. */
    readonly ablated: readonly string[];
  };
};

export type PopulationReport = {
  readonly validators: number;
  readonly honestValidators: number;
  /** Honest validators that are down. */
  readonly downValidators: number;
  readonly providers: number;
  readonly honestProviders: number;
};

export type ClaimReport = {
  readonly answered: number;
  readonly sealed: Rate;
  /** Drawn among the sealed. */
  readonly drawn: Rate;
  readonly drawnByClass: Readonly<Record<string, Rate>>;
};

export type WrongReport = {
  readonly answered: number;
  /** In batches without a seal: nobody is charged for them. */
  readonly unsealed: number;
  /** Sealed and not drawn: they got through unverified. */
  readonly undrawn: number;
  readonly drawn: number;
  /** The undrawn among the sealed. */
  readonly escaped: Rate;
  /** Drawn, and final `valid`. */
  readonly accepted: Rate;
  /** Drawn, and certified `valid` at level 0, whatever was final. */
  readonly capturedAtLevel0: Rate;
  /** Providers with a sealed wrong answer that got a final `invalid` or `unavailable`. */
  readonly caughtProviders: Rate;
  /** The drawn with a final `invalid` or `unavailable`, by what was run instead of the model. */
  readonly convictedByVariant: Readonly<Record<string, Rate>>;
  /** Convictions that still found the stake of the provider. */
  readonly slashCollected: Rate;
};

export type HonestReport = {
  /** Right drawn claims with a final `invalid` or `unavailable`. */
  readonly rejected: Rate;
  /** Right drawn claims that somebody challenged at level 0. */
  readonly challengedAtLevel0: Rate;
  readonly slashedProviders: number;
  readonly slashedValidators: number;
  /** Drawn claims on which an honest validator measured against the truth. */
  readonly misjudgedClaims: number;
};

/** Durations from the answer on, in ms of virtual time. */
export type TimeReport = {
  /** To the first certificate of any level at any honest validator. */
  readonly toCertificate: Durations;
  /** To the final verdict at the median honest validator. */
  readonly toFinal: Durations;
  /** The same, of claims that level 0 settled. */
  readonly toFinalUndisputed: Durations;
  /** The same, of claims that went to a higher level. */
  readonly toFinalDisputed: Durations;
};

/** Says what a run came out at. Rows of claims are made once and may be given. */
export function summarise(
  simulation: Simulation,
  rows: readonly ClaimRow[] = claimRows(simulation),
): RunResult {
  const { scenario, seed, world, checker, recorder } = simulation;
  const forms = new ClosedForms(simulation);
  const counted = afterWarmUp(rows, scenario);
  const drawn = counted.filter(isDrawn);
  const [right, wrong] = byTruth(drawn);
  const counts = { claims: rows.length, drawn: rows.filter(isDrawn).length };
  return {
    version: RESULT_VERSION,
    scenario: scenario.name,
    description: scenario.description,
    seed,
    configHash: configHash(scenario),
    traceDigest: world.traceDigest(),
    eventCount: world.eventCount,
    virtualMs: world.now,
    population: populationReport(simulation),
    claims: claimReport(counted, forms),
    wrong: { ...wrongReport(counted, forms), slashCollected: slashCollected(simulation) },
    honest: { ...honestReport(right, forms), ...slashedHonest(simulation) },
    verdicts: { right: outcomeCounts(right), wrong: outcomeCounts(wrong) },
    levels: { right: levelCounts(right), wrong: levelCounts(wrong) },
    time: timeReport(drawn),
    traffic: trafficReport(recorder.traffic, counts),
    reExecutions: executionReport(recorder.executionCount, counts),
    providerExecutions: providerExecutions(rows),
    money: moneyReport(simulation, rows, settleRun(simulation)),
    slashes: slashReports(simulation),
    invariants: {
      checks: checker.checkCount,
      violations: Object.fromEntries(checker.violations),
      ablated: scenario.ablate,
    },
  };
}

/** Counts claims: answered, sealed, drawn. */
export function claimReport(rows: readonly ClaimRow[], forms: ClosedForms): ClaimReport {
  const sealed = rows.filter(({ isSealed }) => isSealed);
  const drawnOf = (claims: readonly ClaimRow[]): Rate =>
    rateOf(claims.filter(isDrawn).length, claims.length, forms.drawn(claims));
  const classes = [...new Set(sealed.map(({ assuranceClass }) => assuranceClass))].sort();
  return {
    answered: rows.length,
    sealed: rateOf(sealed.length, rows.length, notExpected('')),
    drawn: drawnOf(sealed),
    drawnByClass: Object.fromEntries(
      classes.map((name) => [name, drawnOf(sealed.filter((row) => row.assuranceClass === name))]),
    ),
  };
}

/** Says what became of wrong answers. */
export function wrongReport(
  rows: readonly ClaimRow[],
  forms: ClosedForms,
): Omit<WrongReport, 'slashCollected'> {
  const wrong = rows.filter(({ isWrong }) => isWrong);
  const sealed = wrong.filter(({ isSealed }) => isSealed);
  const drawn = sealed.filter(isDrawn);
  const accepted = drawn.filter((row) => row.drawn.outcome === 'valid');
  const captured = drawn.filter((row) => row.drawn.isCertifiedValidAtLevel0);
  const cheaters = [...new Set(sealed.map(({ provider }) => provider))].map((provider) =>
    sealed.filter((row) => row.provider === provider),
  );
  const caught = cheaters.filter((claims) => claims.some(isConvicted));
  const variants = [...new Set(drawn.map(({ variant }) => variant))].sort();
  return {
    answered: wrong.length,
    unsealed: wrong.length - sealed.length,
    undrawn: sealed.length - drawn.length,
    drawn: drawn.length,
    escaped: rateOf(sealed.length - drawn.length, sealed.length, forms.undrawn(sealed)),
    accepted: rateOf(accepted.length, drawn.length, forms.wrongAccepted(drawn)),
    capturedAtLevel0: rateOf(captured.length, drawn.length, forms.captured(drawn)),
    caughtProviders: rateOf(caught.length, cheaters.length, forms.caught(cheaters)),
    convictedByVariant: Object.fromEntries(
      variants.map((variant) => {
        const own = drawn.filter((row) => row.variant === variant);
        return [variant, rateOf(own.filter(isConvicted).length, own.length, notExpected(''))];
      }),
    ),
  };
}

function slashCollected(simulation: Simulation): Rate {
  const found = [...convictions(simulation).values()];
  const owed = found.reduce((sum, each) => sum + each.owed, 0);
  const collected = found.reduce((sum, each) => sum + each.collected, 0);
  const isBound = unbondingRounds(simulation) >= windowRounds(simulation.network);
  const expected = isBound
    ? ({ value: 1, form: 'stake stays until all is closed', kind: 'exact' } as const)
    : notExpected('stake leaves before all is closed');
  return rateOf(collected, owed, expected);
}

/** Says what became of right answers that were drawn. */
export function honestReport(
  right: readonly Drawn[],
  forms: ClosedForms,
): Pick<HonestReport, 'rejected' | 'challengedAtLevel0'> {
  const rejected = right.filter(isConvicted).length;
  const challenged = right.filter(({ drawn }) => drawn.challengedLevels.includes(0)).length;
  return {
    rejected: rateOf(rejected, right.length, forms.rightRejected(right)),
    challengedAtLevel0: rateOf(challenged, right.length, forms.challenged(right)),
  };
}

type Drawn = ClaimRow & { readonly drawn: DrawnClaim };

function isDrawn(row: ClaimRow): row is Drawn {
  return row.drawn !== undefined;
}

function isConvicted({ drawn }: ClaimRow): boolean {
  return drawn !== undefined && CONVICTIONS.some((verdict) => verdict === drawn.outcome);
}

function byTruth(drawn: readonly Drawn[]): [readonly Drawn[], readonly Drawn[]] {
  return [drawn.filter(({ isWrong }) => !isWrong), drawn.filter(({ isWrong }) => isWrong)];
}

function outcomeCounts(drawn: readonly Drawn[]): Counts {
  const count = (outcome: Outcome): number =>
    drawn.filter((row) => row.drawn.outcome === outcome).length;
  return {
    valid: count('valid'),
    invalid: count('invalid'),
    unavailable: count('unavailable'),
    inconclusive: count('inconclusive'),
    unresolved: count('unresolved'),
  };
}

function levelCounts(drawn: readonly Drawn[]): readonly number[] {
  const highest = drawn.reduce((max, row) => Math.max(max, row.drawn.level), -1);
  return Array.from(
    { length: highest + 1 },
    (_, level) => drawn.filter((row) => row.drawn.level === level).length,
  );
}

function timeReport(drawn: readonly Drawn[]): TimeReport {
  const since = (rows: readonly Drawn[], at: 'certifiedMs' | 'finalMs'): Durations =>
    durationsOf(
      rows.flatMap((row) => {
        const end = row.drawn[at];
        return end === undefined ? [] : [end - row.answeredMs];
      }),
    );
  return {
    toCertificate: since(drawn, 'certifiedMs'),
    toFinal: since(drawn, 'finalMs'),
    toFinalUndisputed: since(
      drawn.filter((row) => row.drawn.level === 0),
      'finalMs',
    ),
    toFinalDisputed: since(
      drawn.filter((row) => row.drawn.level > 0),
      'finalMs',
    ),
  };
}

function populationReport({ nodes, truth }: Simulation): PopulationReport {
  const validators = nodes.filter(({ role }) => role.kind === 'validator');
  const providers = nodes.filter(({ role }) => role.kind === 'provider');
  const honest = validators.filter(({ isHonest }) => isHonest);
  return {
    validators: validators.length,
    honestValidators: honest.length,
    downValidators: honest.filter(({ id }) => truth.down.has(id)).length,
    providers: providers.length,
    honestProviders: providers.filter(({ isHonest }) => isHonest).length,
  };
}

function slashedHonest(
  simulation: Simulation,
): Omit<HonestReport, 'rejected' | 'challengedAtLevel0'> {
  const slashed = new Set(
    settleRun(simulation)
      .movements.filter(({ reason }) => reason.startsWith('slash-'))
      .map(({ account }) => account),
  );
  const count = (kind: 'provider' | 'validator'): number =>
    simulation.nodes.filter(
      ({ id, isHonest, role }) => isHonest && role.kind === kind && slashed.has(id),
    ).length;
  return {
    slashedProviders: count('provider'),
    slashedValidators: count('validator'),
    misjudgedClaims: simulation.recorder.erring.size,
  };
}
