/**
 * Who stands against a run, in shares of the stake that seats are drawn from: what the closed
 * forms need to know of a scenario. Taken from the nodes as they are, not from the wanted shares.
 */
import type { NodeId } from '../../src/base/index.ts';
import type { Adversary } from '../../src/config/index.ts';
import { poolOf } from '../../src/core/index.ts';
import type { Simulation } from '../setup.ts';

/** Shares of the stake of one pool, 0..1; the rest executes and votes honestly. */
export type Opposition = {
  /** Validators in the pool. */
  readonly poolSize: number;
  /** Vote `valid` for wrong claims of providers in their cartel. */
  readonly supporting: number;
  /** Say `invalid` to each right claim. */
  readonly slandering: number;
  /** Say `invalid` to a right claim now and then, `challengeShare` of the time. */
  readonly challenging: number;
  readonly challengeShare: number;
  /** Send no vote that counts. */
  readonly silent: number;
  /** Why seats are not independent draws of the above; absent if they are. */
  readonly irregular: string | undefined;
};

/** Returns the opposition in the pool of a model, given by its name in the manifest. */
export function oppositionOf(simulation: Simulation, modelName: string): Opposition {
  const { network, nodes, scenario, truth } = simulation;
  const model = network.models.find(({ name }) => name === modelName);
  const provider = network.providers[0];
  if (model === undefined || provider === undefined) return NOBODY;
  const pool = poolOf(network, model.model, provider.id);
  const members = new Set<NodeId>(pool.members.flatMap((i) => network.validators[i]?.id ?? []));
  const stakes = new Map(network.validators.map(({ id, stake }) => [id, stake]));
  const sums = { supporting: 0n, slandering: 0n, challenging: 0n, silent: 0n };
  for (const node of nodes) {
    if (!members.has(node.id)) continue;
    const part = truth.down.has(node.id) ? 'silent' : partOf(scenario.adversaries, node.kind);
    if (part !== undefined) sums[part] += stakes.get(node.id) ?? 0n;
  }
  const share = (sum: bigint): number => Number(sum) / Number(pool.stake);
  return {
    poolSize: pool.members.length,
    supporting: share(sums.supporting),
    slandering: share(sums.slandering),
    challenging: share(sums.challenging),
    challengeShare: challengeShareOf(scenario.adversaries),
    silent: share(sums.silent),
    irregular: irregularityOf(scenario.adversaries),
  };
}

const NOBODY: Opposition = {
  poolSize: 0,
  supporting: 0,
  slandering: 0,
  challenging: 0,
  challengeShare: 0,
  silent: 0,
  irregular: 'no such model',
};

type Part = 'supporting' | 'slandering' | 'challenging' | 'silent';

function partOf(adversaries: readonly Adversary[], kind: string): Part | undefined {
  switch (kind) {
    case 'cartel':
      return adversaries.some((a) => a.behaviour === 'cartel' && a.withProvider)
        ? 'supporting'
        : 'slandering';
    case 'false-challenger':
      return 'challenging';
    case 'silent-validator':
    case 'lazy-validator':
    case 'commit-copier':
    case 'reveal-withholder':
      // [VOTE-1] [COMMIT-1] lazy votes do not follow, copied commits do not open: both are refused
      return 'silent';
    default:
      return undefined;
  }
}

function challengeShareOf(adversaries: readonly Adversary[]): number {
  const challenger = adversaries.find((a) => a.behaviour === 'false-challenger');
  return challenger?.behaviour === 'false-challenger' ? challenger.challengeShare : 0;
}

/** Whose votes depend on more than who it is. */
const IRREGULAR: readonly Adversary['behaviour'][] = ['briber', 'boundary-racer', 'twin'];

/** Groups whose seats follow others, or cannot be told apart by their behaviour. */
function irregularityOf(adversaries: readonly Adversary[]): string | undefined {
  const kinds = adversaries.map(({ behaviour }) => behaviour);
  if (kinds.includes('vote-copier')) return 'vote copiers follow others: seats are not independent';
  if (kinds.includes('equivocator')) return 'equivocators vote twice: seats are not counted alike';
  const odd = kinds.find((kind) => IRREGULAR.includes(kind));
  if (odd !== undefined) return `a ${odd} is now honest, now not`;
  if (adversaries.some((a) => a.behaviour === 'lazy-validator' && a.lazyShare < 1)) {
    return 'a lazy-validator is now honest, now not';
  }
  const twice = ['cartel', 'false-challenger'].find(
    (kind) => kinds.filter((each) => each === kind).length > 1,
  );
  return twice === undefined ? undefined : `there are several groups of ${twice}`;
}
