/** Two configurations compared key by key: with the defaults, or with each other. */
import {
  configYaml,
  parseConfigText,
  resolvePropagation,
  resolveScenario,
} from '../../src/config/index.ts';

/** A key that differs, with both values as text; absent where a side does not have it. */
export type ConfigDifference = {
  readonly key: string;
  readonly first: string | undefined;
  readonly second: string | undefined;
};

/** Returns a resolved configuration as plain data: what its YAML says. */
export function plainConfig(configuration: object): unknown {
  return parseConfigText(configYaml(configuration), 'configuration').value;
}

/** Returns the configuration in which nothing is set but what must be. */
export function defaultConfig(kind: string): unknown {
  return kind === 'propagation'
    ? plainConfig(resolvePropagation(parseConfigText(BARE_PROPAGATION, 'defaults')))
    : plainConfig(resolveScenario(parseConfigText(BARE, 'defaults')));
}

const BARE = 'name: defaults\n';
const BARE_PROPAGATION = 'name: defaults\npropagation: { nodes: 2 }\n';

/** Returns the keys in which two configurations differ, in the order of the second one. */
export function configDifferences(first: unknown, second: unknown): readonly ConfigDifference[] {
  return compared('', first, second);
}

/** Lists are compared entry by entry where they have as many, as a whole otherwise. */
function compared(key: string, first: unknown, second: unknown): readonly ConfigDifference[] {
  const [a, b] = [entriesOf(first), entriesOf(second)];
  const isComparable = a !== undefined && b !== undefined && isList(first) === isList(second);
  if (isComparable && (!isList(first) || a.size === b.size)) {
    const keys = new Set([...b.keys(), ...a.keys()]);
    return [...keys].flatMap((name) =>
      compared(key === '' ? name : `${key}.${name}`, a.get(name), b.get(name)),
    );
  }
  const texts = [textOf(first), textOf(second)] as const;
  return texts[0] === texts[1] ? [] : [{ key, first: texts[0], second: texts[1] }];
}

function isList(value: unknown): boolean {
  return Array.isArray(value);
}

function entriesOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return new Map<string, unknown>(Object.entries(value));
}

function textOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
