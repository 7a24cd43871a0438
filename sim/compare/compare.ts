/** Two results folders compared: first what differs in what they were made of, then the numbers. */
import { type ConfigDifference, configDifferences } from '../report/configuration.ts';
import { type Change, changeOf } from './change.ts';
import { type Comparable, readComparables } from './comparable.ts';
import { type Judgement, judge, readCondition, requireMetric } from './condition.ts';
import { type Pairing, pairUp } from './pairs.ts';

export type CompareOptions = {
  readonly first: string;
  readonly second: string;
  /** Names of metrics or families; those of most interest if empty. */
  readonly metrics: readonly string[];
  /** Conditions as text. */
  readonly conditions: readonly string[];
};

/** Everything that a comparison found. */
export type Comparison = {
  readonly first: Comparable;
  readonly second: Comparable;
  readonly configuration: readonly ConfigDifference[];
  readonly environment: readonly ConfigDifference[];
  readonly pairing: Pairing;
  /** Pairs of runs in all. */
  readonly pairs: number;
  /** Pairs of which both runs have the same digest: nothing at all differs in them. */
  readonly identical: number;
  /** Over all pairs. */
  readonly changes: readonly Change[];
  /** The same cell by cell; empty if there is one cell only. */
  readonly byCell: readonly { readonly label: string; readonly changes: readonly Change[] }[];
  readonly judgements: readonly Judgement[];
};

/**
 * Compares two folders.
 * @throws AssayError not-comparable, unknown-metric, condition-syntax, nothing-to-judge, and what
 *   reading a run or a sweep throws
 */
export function compareResults(options: CompareOptions): Comparison {
  const [first, second] = readComparables(options.first, options.second);
  const known = metricNames(first, second);
  const conditions = options.conditions.map((text) => readCondition(text, known));
  const names =
    options.metrics.length === 0
      ? ofInterest(first, known)
      : options.metrics.flatMap((name) => requireMetric(name, known, `--metric ${name}`));
  const pairing = pairUp(first, second);
  const pairs = pairing.cells.flatMap((cell) => cell.pairs);
  const judgements = conditions.flatMap((condition) => {
    const members = requireMetric(condition.metric, known, `--fail-if ${condition.text}`);
    const all = members.map((name) => changeOf(name, pairs));
    const found = all.filter(({ n }) => n > 0);
    return (found.length === 0 ? all : found).map((change) => judge(condition, change));
  });
  const shown = [...new Set([...names, ...judgements.map(({ change }) => change.name)])];
  return {
    first,
    second,
    configuration: configDifferences(first.configuration, second.configuration),
    environment: configDifferences(
      Object.fromEntries(first.environment),
      Object.fromEntries(second.environment),
    ),
    pairing,
    pairs: pairs.length,
    identical: pairs.filter((pair) => pair.first.digest === pair.second.digest).length,
    changes: shown.map((name) => changeOf(name, pairs)),
    byCell:
      pairing.cells.length < 2
        ? []
        : pairing.cells.map((cell) => ({
            label: cell.label,
            changes: shown.map((name) => changeOf(name, cell.pairs)),
          })),
    judgements,
  };
}

/** Names of all metrics that a run of either folder has. */
function metricNames(first: Comparable, second: Comparable): readonly string[] {
  const runs = [first, second].flatMap(({ cells }) => cells.flatMap((cell) => cell.runs));
  return [...new Set(runs.flatMap(({ metrics }) => metrics.map(({ name }) => name)))];
}

/** The metrics of most interest, as far as there are any. */
function ofInterest({ headline }: Comparable, known: readonly string[]): readonly string[] {
  return headline.flatMap((name) =>
    known.filter((each) => each === name || each.startsWith(`${name}.`)),
  );
}
