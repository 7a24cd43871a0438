/** Builds the world of a scenario: identities, network definition, nodes, judges. */
import {
  type ModelManifest,
  type NodeId,
  type Round,
  type Stake,
  sha256,
  stake,
  timeMs,
  utf8,
} from '../src/base/index.ts';
import type { Adversary, Scenario } from '../src/config/index.ts';
import {
  createNetwork,
  Draws,
  type GuardRecord,
  levelRounds,
  type Network,
  Provider,
  SetChain,
  Validator,
  windowRounds,
} from '../src/core/index.ts';
import {
  type Crypto,
  createBeaconSource,
  createSigner,
  createStandInBeaconSource,
  createStandInSigner,
  realCrypto,
  type Signer,
  standInCrypto,
} from '../src/crypto/index.ts';
import { Checker, Committees } from '../src/invariants/index.ts';
import { BeaconCoalition } from './adversary/beacon-coalition.ts';
import type { AdversaryTools, Behaviour } from './adversary/behaviour.ts';
import { createBehaviour } from './adversary/behaviours.ts';
import { Conspiracy } from './adversary/conspiracy.ts';
import { assignRoles, type Roles } from './adversary/roles.ts';
import { type Staked, splitSybils } from './adversary/sybil-split.ts';
import { Treasury } from './adversary/treasury.ts';
import { Beacon } from './beacon.ts';
import { Faults } from './faults/faults.ts';
import { Kernel } from './kernel/kernel.ts';
import { RandomStream } from './kernel/random.ts';
import { Recorder } from './metrics/recorder.ts';
import { createNetworkModel } from './network/create.ts';
import { type NodeRole, SimNode } from './node.ts';
import type { Oracle } from './oracle/oracle.ts';
import { sharedCrypto } from './shared-crypto.ts';
import { RunTrace, type TraceOptions } from './trace/run-trace.ts';
import { Truth } from './truth.ts';
import { Workload } from './workload/requests.ts';
import { drawStakes } from './workload/stakes.ts';
import { World } from './world.ts';
import type { WorldOptions } from './world-options.ts';

/** Requesters of a run: enough that they differ, they cost nothing. */
const REQUESTER_COUNT = 8;
/** Rounds from a header to its draw, and some in which the last deadlines pass. */
const TAIL_ROUNDS = 6;

/** A world ready to run, and what judges and reports read afterwards. */
export type Simulation = {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly network: Network;
  readonly nodes: readonly SimNode[];
  readonly faults: Faults;
  readonly truth: Truth;
  readonly committees: Committees;
  readonly recorder: Recorder;
  readonly checker: Checker;
  /** What outsiders promised for votes. */
  readonly treasury: Treasury;
  readonly world: World;
  readonly runTrace: RunTrace | undefined;
};

type Keys = {
  readonly crypto: Crypto;
  readonly beacon: Beacon;
  readonly signer: (name: string) => Signer;
};

/**
 * Builds the world of `scenario`.
 * @param seed of all its randomness; the scenario's own seed is not read
 * @param trace who is told what happens; it changes nothing
 */
export function createSimulation(
  scenario: Scenario,
  seed: number,
  oracle: Oracle,
  trace?: TraceOptions,
): Simulation {
  const coalition = new BeaconCoalition();
  const keys = createKeys(scenario, seed, coalition);
  const { stakes, roles } = populationOf(scenario, seed);
  const signers: Signers = {
    validators: stakes.map((_, index) => keys.signer(`validator/${index}`)),
    providers: roles.providers.map((_, index) => keys.signer(`provider/${index}`)),
  };
  const network = networkOf(scenario, { seed, oracle, keys, stakes, signers });
  const draws = new Draws(network);
  const randomness = new Map<Round, Uint8Array>();
  const crypto = sharedCrypto(keys.crypto, randomness);
  const randomnessOf = (r: Round): Uint8Array | undefined => randomness.get(r);
  const truth = new Truth(...dishonestAndDown(roles, signers));
  const chain = new SetChain(draws);
  const sets = (): SetChain => chain;
  const committees = new Committees({ sets, truth, randomnessOf });
  const up = network.validators.filter(({ id }) => truth.isHonest(id) && !truth.down.has(id));
  const twins = roles.validators.filter((adversary) => adversary?.behaviour === 'twin').length;
  const nodeCount = signers.validators.length + signers.providers.length + twins;
  const observers = new Set(up.map(({ id }) => id));
  const recorder = new Recorder({ truth, oracle, observers, nodeCount });
  const treasury = new Treasury();
  const foes = { coalition, treasury, beacon: keys.beacon };
  const nodes = createNodes({ scenario, seed, roles, signers, draws, crypto, oracle, ...foes });
  const faults = new Faults(scenario, { seed, nodes });
  const isLenient = scenario.ablate.length > 0;
  const checker = new Checker({ committees, truth, faults, isLenient, nodeCount });
  const runTrace = trace && new RunTrace(trace, { sets, crypto, randomnessOf });
  runTrace?.start({ scenario, seed, nodes, faults, network });
  const loop = new Kernel();
  const world = new World({
    loop,
    nodes,
    connect: connectionOf(scenario, { seed, loop, faults, nodes }),
    oracle,
    beacon: keys.beacon,
    beaconFaults: faults.beacon,
    workload: workloadOf(scenario, { seed, oracle, keys, networkId: network.id }),
    truth,
    recorder,
    checker,
    committees,
    roundMs: scenario.parameters.roundMs,
    durationRounds: scenario.durationRounds,
    lastRound: scenario.durationRounds + tailRounds(network),
    windowRounds: windowRounds(network),
    runTrace,
  });
  faults.plan(world);
  const judges = { truth, committees, recorder, checker, treasury };
  return { scenario, seed, network, nodes, faults, ...judges, world, runTrace };
}

/** Who is in the set, with which stake: drawn, then split by those who split theirs. */
function populationOf(scenario: Scenario, seed: number): Staked {
  const stakes = drawStakes(scenario.validators, new RandomStream(seed, 'stakes'));
  const random = new RandomStream(seed, 'roles');
  return splitSybils({ stakes, roles: assignRoles(scenario, { stakes, random }) });
}

/** What makes the network of a run. */
function connectionOf(
  { network }: Scenario,
  parts: { seed: number; loop: Kernel; faults: Faults; nodes: readonly SimNode[] },
): WorldOptions['connect'] {
  const { seed, loop, faults, nodes } = parts;
  return (client) =>
    createNetworkModel({
      network,
      // those who only relay come after the nodes that have a core
      nodeCount: nodes.length + network.relays,
      seed,
      loop,
      client,
      conditions: faults.links,
      isDue: ({ decoded }) => decoded.message.type === 'beacon',
    });
}

type Signers = { readonly validators: readonly Signer[]; readonly providers: readonly Signer[] };

function networkOf(
  scenario: Scenario,
  parts: {
    seed: number;
    oracle: Oracle;
    keys: Keys;
    stakes: readonly Stake[];
    signers: Signers;
  },
): Network {
  const { seed, oracle, keys, stakes, signers } = parts;
  return createNetwork({
    id: sha256(utf8(`assay/sim/network/${scenario.name}`)),
    parameters: scenario.parameters,
    beacon: { chainKey: keys.beacon.chainKey, genesisMs: timeMs(scenario.parameters.roundMs) },
    validators: signers.validators.map(({ id, voteKey }, index) => ({
      id,
      voteKey,
      stake: stakes[index] ?? stake(1n),
      models: heldModels(scenario, { seed, index, oracle }),
    })),
    providers: signers.providers.map(({ id }) => ({
      id,
      stake: stake(BigInt(scenario.providers.stake)),
    })),
    models: manifestsOf(scenario, oracle),
    ablated: new Set(scenario.ablate),
  });
}

function workloadOf(
  scenario: Scenario,
  parts: { seed: number; oracle: Oracle; keys: Keys; networkId: Uint8Array },
): Workload {
  const { seed, oracle, keys, networkId } = parts;
  return new Workload({
    seed,
    networkId,
    workload: scenario.workload,
    providerCount: scenario.providers.count,
    models: oracle.models,
    requesters: Array.from({ length: REQUESTER_COUNT }, (_, i) => keys.signer(`requester/${i}`)),
  });
}

function createKeys(scenario: Scenario, seed: number, coalition: BeaconCoalition): Keys {
  const seedOf = (name: string): Uint8Array => sha256(utf8(`assay/sim/keys/${seed}/${name}`));
  const isReal = scenario.crypto === 'real';
  const createChain = isReal ? createBeaconSource : createStandInBeaconSource;
  const createIdentity = isReal ? createSigner : createStandInSigner;
  const beacon = new Beacon({
    beacon: scenario.beacon,
    chain: (name) => createChain(seedOf(name)),
    choose: (r, randomness) => coalition.choose(r, randomness),
  });
  return {
    crypto: beacon.accepting(isReal ? realCrypto : standInCrypto),
    beacon,
    signer: (name) => createIdentity(seedOf(name)),
  };
}

function heldModels(
  { validators }: Scenario,
  { seed, index, oracle }: { seed: number; index: number; oracle: Oracle },
): NetworkModels {
  const random = new RandomStream(seed, `models/${index}`);
  return oracle.models
    .filter(() => random.uniform() < validators.modelShare)
    .map(({ model }) => model);
}

type NetworkModels = readonly ModelManifest['model'][];

function manifestsOf({ workload }: Scenario, oracle: Oracle): readonly ModelManifest[] {
  return oracle.models.map(({ model }, index) => {
    const config = workload.models[index];
    const tolerance = config?.tolerance ?? 5e-6;
    return {
      name: `${config?.model ?? 'model'}-${index}`,
      model,
      sizeBytes: 0,
      executionClasses: oracle.machines.map(({ executionClass }) => executionClass),
      // [COMPARE-1] rejection defaults to 3 · tolerance
      comparator: { kind: 'relative-rms', tolerance, rejection: 3 * tolerance, scale: 0 },
      executionMs: config?.executionMs ?? 100,
      inputBytesMax: 1_048_576,
    };
  });
}

function dishonestAndDown(roles: Roles, signers: Signers): [Set<NodeId>, Set<NodeId>] {
  const dishonest = new Set<NodeId>();
  for (const group of ['validators', 'providers'] as const) {
    for (const [index, { id }] of signers[group].entries()) {
      if (roles[group][index] !== undefined) dishonest.add(id);
    }
  }
  const down = [...roles.down].flatMap((index) => signers.validators[index]?.id ?? []);
  return [dishonest, new Set(down)];
}

type Crew = {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly roles: Roles;
  readonly signers: Signers;
  readonly draws: Draws;
  readonly crypto: Crypto;
  readonly oracle: Oracle;
  readonly coalition: BeaconCoalition;
  readonly treasury: Treasury;
  readonly beacon: Beacon;
};

function createNodes(crew: Crew): readonly SimNode[] {
  const { scenario, seed, roles, signers, draws, crypto, oracle } = crew;
  const { coalition, treasury, beacon } = crew;
  const conspiracy = new Conspiracy();
  const machines = new RandomStream(seed, 'machines');
  const slow = new RandomStream(seed, 'slow');
  const shares = oracle.machines.map(({ share }) => share);
  const nodes: SimNode[] = [];
  const add = (group: 'validator' | 'provider', at: number, signer: Signer): void => {
    const index = nodes.length;
    const machine = machines.weighted(shares);
    const adversary = (group === 'validator' ? roles.validators : roles.providers)[at];
    const executionClass = oracle.machines[machine]?.executionClass ?? '';
    const start = (guard: readonly GuardRecord[]): NodeRole => {
      const options = { draws, crypto, signer, guard, executionClass };
      return group === 'validator'
        ? { kind: 'validator', core: new Validator(options) }
        : { kind: 'provider', core: new Provider(options) };
    };
    const isSlow = slow.uniform() < scenario.validators.slowShare && group === 'validator';
    const random = new RandomStream(seed, `adversary/${group}/${at}`);
    const node: SimNode = new SimNode({
      index,
      signer,
      start,
      kind: adversary?.behaviour ?? 'honest',
      behaviour: behaviourOf(adversary, group, {
        signer,
        draws,
        oracle,
        random,
        conspiracy,
        coalition,
        treasury,
        foresee: (r) => beacon.foresee(r),
        machine,
        scenario,
        now: () => node.now,
      }),
      machine,
      executionUs: executionUs(scenario, group) * (isSlow ? scenario.validators.slowFactor : 1),
      isUp: group === 'provider' || !roles.down.has(at),
    });
    nodes.push(node);
  };
  for (const [at, signer] of signers.validators.entries()) add('validator', at, signer);
  for (const [at, signer] of signers.providers.entries()) add('provider', at, signer);
  // the second machine of a validator that runs twice
  for (const [at, signer] of signers.validators.entries()) {
    if (roles.validators[at]?.behaviour === 'twin') add('validator', at, signer);
  }
  return nodes;
}

function behaviourOf(
  adversary: Adversary | undefined,
  group: 'validator' | 'provider',
  tools: AdversaryTools,
): Behaviour {
  return adversary === undefined ? {} : createBehaviour(adversary, group, tools);
}

function executionUs(scenario: Scenario, group: 'validator' | 'provider'): number {
  const { validators, providers } = scenario;
  return Math.round((group === 'validator' ? validators : providers).executionMs * 1000);
}

/** Rounds after the last batch in which any level may still run. */
function tailRounds(network: Network): number {
  return network.parameters.levels.length * levelRounds(network) + TAIL_ROUNDS;
}
