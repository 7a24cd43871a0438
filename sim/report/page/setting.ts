/**
 * The setting of an experiment in words: who took part, who of them was dishonest, and over which
 * network. Taken from configurations as plain data; what they do not have is left out.
 */
import { experimentOf, type PlannedCell, type SweepPlan } from '../../sweep/plan.ts';
import { formatBytes, formatCount, formatDuration, formatNumber } from '../format.ts';
import type { RunResult } from '../result.ts';

/** Cells that are looked at for what varies; of more, evenly many. */
const CELLS_MAX = 100;

/** Says how many of a role took part, and who was dishonest: `4 providers (1 dishonest: twin)`. */
export function roleText(role: 'provider' | 'validator', { money, population }: RunResult): string {
  const [all, honest] =
    role === 'provider'
      ? [population.providers, population.honestProviders]
      : [population.validators, population.honestValidators];
  const others = money.behaviours.filter((each) => {
    return each.role === role && each.behaviour !== 'honest' && each.nodes > 0;
  });
  const names = others.map(({ behaviour, nodes }) => {
    return others.length === 1 ? behaviour : `${formatCount(nodes)} ${behaviour}`;
  });
  const who = names.length === 0 ? '' : `: ${names.join(', ')}`;
  const count = `${formatCount(all)} ${role}${all === 1 ? '' : 's'}`;
  if (honest === all) return `${count} (all honest)`;
  return `${count} (${formatCount(all - honest)} dishonest${who})`;
}

const FIDELITIES: ReadonlyMap<unknown, string> = new Map([
  ['analytic', 'a flood over links'],
  ['mesh', 'GossipSub meshes, link by link'],
  ['gossipsub', 'the GossipSub of real nodes'],
]);

/** Says how messages spread: `a flood over links, 50 ms each`. */
export function networkText(configuration: unknown): string {
  const spread = FIDELITIES.get(valueAt(configuration, 'network', 'fidelity')) ?? '';
  const delay = delayText(valueAt(configuration, 'network', 'latency'));
  return [spread, delay].filter((text) => text !== '').join(', ');
}

function delayText(latency: unknown): string {
  const duration = (key: string): string => formatDuration(Number(valueAt(latency, key)));
  switch (valueAt(latency, 'kind')) {
    case 'constant':
      return `${duration('delayMs')} each`;
    case 'uniform':
      return `${duration('minMs')} to ${duration('maxMs')} each`;
    case 'lognormal':
      return `${duration('medianMs')} each at the median`;
    case 'regions':
      return `delays between regions of the table ${String(valueAt(latency, 'table'))}`;
    case 'matrix':
      return 'delays from a matrix';
    default:
      return '';
  }
}

/** Says what each run of a sweep was; numbers that vary as a range. */
export function sweepSetting(plan: SweepPlan): string {
  const step = Math.ceil(plan.cells.length / CELLS_MAX);
  const configurations = plan.cells
    .filter((_, index) => index % step === 0)
    .map((cell) => experimentOf(plan, cell).configuration);
  const range = (format: (value: number) => string, ...path: readonly string[]): string =>
    rangeOf(
      configurations.map((each) => valueAt(each, ...path)),
      format,
    );
  const networks = new Set(configurations.map(networkText));
  const network = `Network: ${networks.size === 1 ? [...networks].join('') : 'varied'}.`;
  if (plan.kind.kind === 'propagation') {
    const messages = `${range(formatCount, 'propagation', 'messages')} messages of`;
    const size = range(formatBytes, 'propagation', 'sizeBytes');
    const nodes = range(formatCount, 'propagation', 'nodes');
    return `Each run: ${messages} ${size} over ${nodes} nodes. ${network}`;
  }
  const validators = range(formatCount, 'validators', 'count');
  const providers = range(formatCount, 'providers', 'count');
  const dishonest = dishonestText(configurations);
  return `Each run: ${validators} validators, ${providers} providers; ${dishonest}. ${network}`;
}

function dishonestText(configurations: readonly unknown[]): string {
  const shares = new Map<string, unknown[]>();
  for (const configuration of configurations) {
    const adversaries = valueAt(configuration, 'adversaries');
    for (const adversary of Array.isArray(adversaries) ? adversaries : []) {
      const behaviour = String(valueAt(adversary, 'behaviour'));
      const variant = valueAt(adversary, 'variant');
      const name = typeof variant === 'string' ? `${behaviour} (${variant})` : behaviour;
      shares.set(name, [...(shares.get(name) ?? []), valueAt(adversary, 'share')]);
    }
  }
  const groups = [...shares].map(([name, values]) => {
    const share = rangeOf(values, formatNumber);
    return share === '' ? name : `${name}, share ${share}`;
  });
  return groups.length === 0 ? 'nobody dishonest' : `dishonest: ${groups.join('; ')}`;
}

/** Whether a cell switches rules off that the others have. */
export function isAblated({ settings }: PlannedCell): boolean {
  const last = settings.findLast(({ key }) => key === 'ablate')?.value;
  return Array.isArray(last) && last.length > 0;
}

function rangeOf(values: readonly unknown[], format: (value: number) => string): string {
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length === 0) return '';
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  return least === most ? format(least) : `${format(least)} to ${format(most)}`;
}

function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let at: unknown = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = Reflect.get(at, key);
  }
  return at;
}
