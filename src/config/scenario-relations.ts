/** Relations between the keys of a scenario: each alone may be right and both together wrong. */
import { checkParameters, nearestText } from '../base/index.ts';
import { shippedLatencyTable, unknownRegions } from './latency-table.ts';
import type { RelationProblem } from './loader.ts';
import type { Scenario } from './scenario.ts';
import { providerShareOf, validatorShareOf } from './scenario-adversaries.ts';
import { QUIET_ROUNDS } from './scenario-faults.ts';
import { NETWORKS } from './scenario-network.ts';

/** Shares are given in decimal: they add up to 1 only nearly. */
const SHARE_TOLERANCE = 1e-9;

/** Returns all relations of a scenario that do not hold. */
export function scenarioRelations(scenario: Scenario): readonly RelationProblem[] {
  return [
    ...parameterProblems(scenario),
    ...networkProblems(scenario),
    ...sizeProblems(scenario),
    ...faultProblems(scenario),
    ...shareProblems(scenario),
    ...classProblems(scenario),
    ...timeProblems(scenario),
    ...warmUpProblems(scenario),
    ...stakeProblems(scenario),
    ...beaconProblems(scenario),
  ];
}

function parameterProblems(scenario: Scenario): readonly RelationProblem[] {
  return checkParameters(scenario.parameters).map(({ key, message, remedy }) => {
    return { path: ['parameters', key], message, remedy };
  });
}

/** Returns what does not hold in the network of a scenario. */
export function networkProblems({
  network,
}: Pick<Scenario, 'network'>): readonly RelationProblem[] {
  const { bandwidthMbps, bandwidthClasses, mesh, attack, fidelity } = network;
  const problems: RelationProblem[] = [...latencyProblems(network)];
  const report = (key: string, message: string, remedy: string) =>
    problems.push({ path: ['network', ...key.split('.')], message, remedy });
  if (bandwidthClasses !== undefined) {
    const sum = total(bandwidthClasses.map(({ share }) => share));
    const message = `the shares of the lines add up to ${round(sum)}, not to 1`;
    if (Math.abs(sum - 1) > SHARE_TOLERANCE) {
      report('bandwidthClasses', message, 'Make them add up to 1.');
    }
    if (bandwidthMbps !== undefined) {
      report('bandwidthMbps', 'stands beside bandwidthClasses', 'Remove one of them.');
    }
  }
  if (bandwidthClasses !== undefined && fidelity === 'analytic') {
    const message = 'the analytic network knows one line for all nodes';
    report('bandwidthClasses', message, 'Set bandwidthMbps, or network.fidelity to mesh.');
  }
  const { degreeLow, degree, degreeHigh, degreeOut } = mesh;
  if (degreeLow > degree || degree > degreeHigh) {
    const message = `degreeLow ${degreeLow}, degree ${degree} and degreeHigh ${degreeHigh} fall`;
    report('mesh.degree', message, 'Let them rise, as 4, 6 and 12 do.');
  }
  if (degreeOut >= degreeLow || degreeOut > degree / 2) {
    const message = `degreeOut (${degreeOut}) leaves no room in a mesh of ${degreeLow}`;
    report('mesh.degreeOut', message, 'Keep it below degreeLow and within half of degree.');
  }
  if (mesh.cacheGossipHeartbeats > mesh.cacheHeartbeats) {
    const message = 'messages are announced that are no longer in the cache';
    report('mesh.cacheGossipHeartbeats', message, 'Lower it to cacheHeartbeats.');
  }
  if (attack.length > 0 && fidelity !== 'mesh') {
    const message = `the ${fidelity} network has no attackers on its overlay`;
    report('attack', message, 'Set network.fidelity to mesh, or remove the attack.');
  }
  return problems;
}

function sizeProblems({ network, validators, providers }: Scenario): readonly RelationProblem[] {
  const { nodesMax } = NETWORKS[network.fidelity];
  const count = validators.count + providers.count + network.relays;
  if (count <= nodesMax) return [];
  const message = `${count} nodes are more than the ${nodesMax} of the ${network.fidelity} network`;
  const remedy = 'Take fewer nodes, or another network.fidelity: assay sim list networks.';
  return [{ path: ['network', 'fidelity'], message, remedy }];
}

function faultProblems({ faults, durationRounds }: Scenario): readonly RelationProblem[] {
  return faults.flatMap(({ fromRound }, index) => {
    const end = durationRounds + QUIET_ROUNDS;
    if (fromRound <= end) return [];
    const message = `begins in round ${fromRound}, and a run may be over after round ${end}`;
    const path = ['faults', index, 'fromRound'];
    return [{ path, message, remedy: 'Let it begin earlier, or raise durationRounds.' }];
  });
}

function latencyProblems({ latency }: Scenario['network']): readonly RelationProblem[] {
  const path = ['network', 'latency'];
  if (latency.kind === 'uniform' && latency.minMs > latency.maxMs) {
    const message = `minMs (${latency.minMs}) is above maxMs (${latency.maxMs})`;
    return [{ path: [...path, 'minMs'], message, remedy: 'Exchange them.' }];
  }
  if (latency.kind === 'matrix' && (latency.file === undefined) === (latency.csv === undefined)) {
    const message = 'a matrix has either a file or its csv';
    return [{ path, message, remedy: 'Name a file, relative to the one of the scenario.' }];
  }
  if (latency.kind !== 'regions' || latency.weights === undefined) return [];
  const { weights } = latency;
  const unknown = unknownRegions(shippedLatencyTable(latency.table), weights);
  const problems = unknown.map(({ region, remedy }) => {
    return { path: [...path, 'weights', region], message: `there is no ${region}`, remedy };
  });
  if (total(Object.values(weights)) > 0) return problems;
  const message = 'all weights are 0';
  return [...problems, { path: [...path, 'weights'], message, remedy: 'Give one a weight.' }];
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

function warmUpProblems({ warmUpRounds, durationRounds }: Scenario): readonly RelationProblem[] {
  if (warmUpRounds < durationRounds) return [];
  const message =
    `warmUpRounds (${warmUpRounds}) leaves nothing of ` + `durationRounds (${durationRounds})`;
  return [{ path: ['warmUpRounds'], message, remedy: 'Lower it, or let the run last longer.' }];
}

/** Only a chain that is stood in for has several values of one round that verify. */
function beaconProblems({ beacon, crypto }: Scenario): readonly RelationProblem[] {
  if (beacon.kind !== 'last-revealer' || crypto === 'stand-in') return [];
  const message = 'a beacon that last revealers choose needs crypto: stand-in';
  return [{ path: ['beacon', 'kind'], message, remedy: 'Set crypto to stand-in.' }];
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
