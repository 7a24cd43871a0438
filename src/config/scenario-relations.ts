/** Relations between the keys of a scenario: each alone may be right and both together wrong. */
import { checkParameters, nearestText } from '../base/index.ts';
import type { RelationProblem } from './loader.ts';
import type { Scenario } from './scenario.ts';
import { providerShareOf, validatorShareOf } from './scenario-adversaries.ts';

/** Shares are given in decimal: they add up to 1 only nearly. */
const SHARE_TOLERANCE = 1e-9;

/** Returns all relations of a scenario that do not hold. */
export function scenarioRelations(scenario: Scenario): readonly RelationProblem[] {
  return [
    ...parameterProblems(scenario),
    ...networkProblems(scenario),
    ...shareProblems(scenario),
    ...classProblems(scenario),
    ...timeProblems(scenario),
    ...stakeProblems(scenario),
  ];
}

function parameterProblems(scenario: Scenario): readonly RelationProblem[] {
  return checkParameters(scenario.parameters).map(({ key, message, remedy }) => {
    return { path: ['parameters', key], message, remedy };
  });
}

function networkProblems({ network }: Scenario): readonly RelationProblem[] {
  const { latency } = network;
  if (latency.kind !== 'uniform' || latency.minMs <= latency.maxMs) return [];
  const message = `minMs (${latency.minMs}) is above maxMs (${latency.maxMs})`;
  return [{ path: ['network', 'latency', 'minMs'], message, remedy: 'Exchange them.' }];
}

function shareProblems({ adversaries, workload, oracle }: Scenario): readonly RelationProblem[] {
  const problems: RelationProblem[] = [];
  const atMostOne = (what: string, shares: readonly number[]) => {
    const sum = total(shares);
    if (sum <= 1 + SHARE_TOLERANCE) return;
    const message = `the shares of ${what} add up to ${round(sum)}, more than 1`;
    problems.push({ path: ['adversaries'], message, remedy: 'Lower them.' });
  };
  atMostOne('dishonest providers', adversaries.map(providerShareOf));
  atMostOne('dishonest validators', adversaries.map(validatorShareOf));
  const exactlyOne = (path: readonly string[], shares: readonly number[]) => {
    const sum = total(shares);
    if (Math.abs(sum - 1) <= SHARE_TOLERANCE) return;
    const message = `the shares in ${path.join('.')} add up to ${round(sum)}, not to 1`;
    problems.push({ path, message, remedy: 'Make them add up to 1.' });
  };
  exactlyOne(
    ['workload', 'models'],
    workload.models.map((model) => model.share),
  );
  exactlyOne(['workload', 'classes'], Object.values(workload.classes));
  if (oracle.kind === 'measured') {
    exactlyOne(['oracle', 'honestClasses'], Object.values(oracle.honestClasses));
  }
  return problems;
}

function classProblems(scenario: Scenario): readonly RelationProblem[] {
  const known = [...scenario.parameters.classes.keys()];
  const problem = (path: RelationProblem['path'], name: string): RelationProblem => {
    const nearest = nearestText(name, known);
    const meant = nearest === undefined ? '' : `Did you mean ${nearest}? `;
    return {
      path,
      message: `there is no assurance class ${name}`,
      remedy: `${meant}parameters.classes has ${known.join(', ')}.`,
    };
  };
  const asked = Object.keys(scenario.workload.classes)
    .filter((name) => !known.includes(name))
    .map((name) => problem(['workload', 'classes', name], name));
  const cheated = scenario.adversaries.flatMap((adversary, index) => {
    if (adversary.behaviour !== 'selective-cheat') return [];
    return adversary.classes
      .filter((name) => !known.includes(name))
      .map((name) => problem(['adversaries', index, 'classes'], name));
  });
  return [...asked, ...cheated];
}

/** An honest node that cannot keep the model's bound would look silent. */
function timeProblems({ workload, validators }: Scenario): readonly RelationProblem[] {
  return workload.models.flatMap((model, index) => {
    if (validators.executionMs <= model.executionMs) return [];
    return [
      {
        path: ['workload', 'models', index, 'executionMs'],
        message:
          `an execution takes ${validators.executionMs} ms on a validator, more than the ` +
          `${model.executionMs} ms that model ${index} is allowed`,
        remedy: 'Raise executionMs of the model, or lower validators.executionMs.',
      },
    ];
  });
}

function stakeProblems(scenario: Scenario): readonly RelationProblem[] {
  const { parameters, providers, validators, workload } = scenario;
  const problems: RelationProblem[] = [];
  const batch = BigInt(Math.ceil(workload.claimsPerRound)) * parameters.claimValue;
  if (BigInt(providers.stake) < batch) {
    problems.push({
      path: ['providers', 'stake'],
      message:
        `providers.stake (${providers.stake}) is below claimsPerRound × claimValue (${batch}): ` +
        'not even one batch would be sealed',
      remedy: 'Raise the stake, or lower parameters.claimValue or workload.claimsPerRound.',
    });
  }
  const { stake } = validators;
  if (stake.distribution === 'list' && stake.values.length !== validators.count) {
    problems.push({
      path: ['validators', 'stake', 'values'],
      message: `${stake.values.length} stakes are listed for ${validators.count} validators`,
      remedy: 'List one for each, or change validators.count.',
    });
  }
  return problems;
}

function total(shares: readonly number[]): number {
  return shares.reduce((sum, share) => sum + share, 0);
}

function round(value: number): number {
  return Number(value.toFixed(9));
}
