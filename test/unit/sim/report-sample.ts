/** Small material for tests of the report: claims by hand, a result by hand, a real small run. */

import type { ClaimRow, DrawnClaim, Outcome } from '../../../sim/metrics/claims.ts';
import { durationsOf } from '../../../sim/metrics/quantile.ts';
import { notExpected, rateOf } from '../../../sim/metrics/rate.ts';
import { ModelledOracle } from '../../../sim/oracle/modelled.ts';
import { executionReport, trafficReport } from '../../../sim/report/cost.ts';
import type { RunResult } from '../../../sim/report/result.ts';
import { createSimulation, type Simulation } from '../../../sim/setup.ts';
import {
  type ConfigDocument,
  parseConfigText,
  resolveScenario,
} from '../../../src/config/index.ts';

/** Seven seats of twenty equal validators, nothing executed, no delays that vary. */
export const SMALL_SCENARIO = `
name: small
durationRounds: 3
network: { latency: { kind: constant, delayMs: 20 }, jitter: 0 }
validators: { count: 20 }
providers: { count: 2, stake: 1000000000 }
workload: { claimsPerRound: 3, arrivals: fixed, classes: { full: 1 } }
oracle: { kind: modelled }
parameters: { roundMs: 1000, levels: [7, 128] }
`;

/** Builds a simulation of the small scenario that has not run. */
export function smallSimulation(...overrides: readonly string[]): Simulation {
  const document: ConfigDocument = parseConfigText(SMALL_SCENARIO, 'small.yaml');
  const scenario = resolveScenario(document, overrides);
  if (scenario.oracle.kind !== 'modelled') throw new Error('the small scenario is modelled');
  const { oracle, workload, parameters } = scenario;
  const shared = { seed: 1, workload, sketchSize: parameters.sketchSize };
  return createSimulation(scenario, 1, new ModelledOracle({ ...shared, oracle }));
}

/** Returns a right claim of an honest provider that was sealed and not drawn, changed as told. */
export function claim(changes: Partial<ClaimRow> = {}): ClaimRow {
  return {
    provider: 0,
    behaviour: 'honest',
    model: 'mlp-0',
    assuranceClass: 'full',
    round: 2,
    index: 0,
    variant: 'reference',
    isWrong: false,
    isRepeat: false,
    isSealed: true,
    answeredMs: 1000,
    drawn: undefined,
    ...changes,
  };
}

/** Returns what judging found: settled at level 0, two seconds after the answer. */
export function drawn(outcome: Outcome, changes: Partial<DrawnClaim> = {}): DrawnClaim {
  return {
    outcome,
    level: 0,
    challengedLevels: [],
    isCertifiedValidAtLevel0: outcome === 'valid',
    certifiedMs: 2500,
    finalMs: 3000,
    ...changes,
  };
}

/** A wrong claim of a cheating provider. */
export function wrongClaim(changes: Partial<ClaimRow> = {}): ClaimRow {
  return claim({ behaviour: 'cartel', variant: 'int8', isWrong: true, provider: 1, ...changes });
}

const money = {
  nodes: 1,
  units: 50,
  revenueStake: 60_000,
  executionCostStake: 50_000,
  savedStake: 0,
  slashedStake: '0',
  escapedSlashStake: '0',
  penaltyStake: '0',
  challengeCostStake: '0',
  verificationCostStake: '0',
  reservedStake: '1000',
  netStake: 10_000,
  netPerUnitStake: 200,
  netPerNodeStake: 10_000,
  seatsOverStake: null,
  againstHonestyPerUnitStake: null,
};

function exact(value: number) {
  return { value, form: 'by hand', kind: 'exact' as const };
}

/** A result whose numbers were made up to fill every line of the report. */
export function sampleResult(): RunResult {
  const counts = { claims: 100, drawn: 30 };
  const bundle = { messages: 900, transmissions: 12_000, bytes: 3_456_789 };
  const beacon = { messages: 10, transmissions: 400, bytes: 32_000 };
  return {
    version: 1,
    scenario: 'sample',
    description: 'A result whose numbers were made up, so that no line of the report is empty.',
    seed: 7,
    configHash: 'ab'.repeat(32),
    traceDigest: '0123456789abcdef'.repeat(4),
    eventCount: 123_456,
    virtualMs: 45_678,
    population: {
      validators: 20,
      honestValidators: 16,
      downValidators: 1,
      providers: 2,
      honestProviders: 1,
    },
    ...sampleRates(),
    verdicts: {
      right: { valid: 19, invalid: 0, unavailable: 0, inconclusive: 1, unresolved: 0 },
      wrong: { valid: 1, invalid: 7, unavailable: 1, inconclusive: 0, unresolved: 1 },
    },
    levels: { right: [15, 5], wrong: [1, 8, 1] },
    time: {
      toCertificate: durationsOf([900, 1200, 1500]),
      toFinal: durationsOf([950, 2000, 12_345]),
      toFinalUndisputed: durationsOf([950, 2000]),
      toFinalDisputed: durationsOf([12_345]),
    },
    traffic: trafficReport(new Map([['bundle', bundle] as const, ['beacon', beacon]]), counts),
    reExecutions: executionReport(240, counts),
    providerExecutions: 90,
    money: sampleMoney(),
    slashes: [
      {
        role: 'provider',
        behaviour: 'substitute-model',
        nodes: 1,
        slashedNodes: 1,
        reasons: { 'slash-provider': 7 },
        stake: '1050000',
      },
    ],
    invariants: { checks: 98_765, violations: { agreement: 1 }, ablated: ['QUORUM-3'] },
  };
}

function sampleRates(): Pick<RunResult, 'claims' | 'wrong' | 'honest'> {
  return {
    claims: {
      answered: 100,
      sealed: rateOf(98, 100, notExpected('')),
      drawn: rateOf(30, 98, exact(0.3)),
      drawnByClass: {
        spot: rateOf(2, 60, exact(0.05)),
        standard: rateOf(28, 38, exact(0.75)),
      },
    },
    wrong: {
      answered: 20,
      unsealed: 1,
      undrawn: 9,
      drawn: 10,
      escaped: rateOf(9, 19, exact(0.75)),
      accepted: rateOf(1, 10, exact(1.28e-5)),
      capturedAtLevel0: rateOf(2, 10, { ...exact(0.004672), kind: 'approximation' }),
      caughtProviders: rateOf(1, 1, { ...exact(0.99999), kind: 'lower-bound' }),
      convictedByVariant: {
        int8: rateOf(7, 8, notExpected('')),
        fp16: rateOf(1, 2, notExpected('')),
      },
      slashCollected: rateOf(7, 8, exact(1)),
    },
    honest: {
      rejected: rateOf(0, 20, { ...exact(5.55e-15), kind: 'upper-bound' }),
      challengedAtLevel0: rateOf(5, 20, notExpected('rules are ablated: QUORUM-3')),
      slashedProviders: 0,
      slashedValidators: 1,
      misjudgedClaims: 0,
    },
  };
}

function sampleMoney(): RunResult['money'] {
  return {
    unitStake: 1000,
    behaviours: [
      { ...money, role: 'provider', behaviour: 'honest', unit: 'claim' },
      {
        ...money,
        role: 'provider',
        behaviour: 'substitute-model',
        unit: 'claim',
        slashedStake: '1050000',
        netStake: -1_040_000,
        netPerUnitStake: -20_800,
        againstHonestyPerUnitStake: -21_000,
      },
      { ...money, role: 'validator', behaviour: 'honest', unit: 'seat' },
      {
        ...money,
        role: 'validator',
        behaviour: 'lazy-validator',
        unit: 'seat',
        executionCostStake: 0,
        savedStake: 50_000,
        netStake: 60_000,
        netPerUnitStake: 1200,
        againstHonestyPerUnitStake: 1000,
      },
    ],
    samplingRate: 0.3,
    leastSamplingRate: 0.00496,
    poolStake: '12345',
    burnedStake: '1050000',
  };
}
