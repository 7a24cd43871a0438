/** Does the work of `assay sim compare`: prints what changed, ends with 1 if a condition holds. */
import { type Comparison, compareResults } from '../../../../sim/compare/compare.ts';
import { holds } from '../../../../sim/compare/condition.ts';
import { comparisonLines, judgementText } from '../../../../sim/compare/text.ts';
import { NotValidError } from '../../failure.ts';
import { type Io, printAnswer } from '../../io.ts';
import { terminalOf } from '../../terminal.ts';

/** Options of `sim compare` as the command line gives them. */
export type CompareValues = {
  readonly io: Io;
  readonly first: string;
  readonly second: string;
  readonly metric?: string | undefined;
  readonly failIf: readonly string[];
  readonly json: boolean;
};

/**
 * Compares two results folders.
 * @throws NotValidError condition-holds; and what `compareResults` throws
 */
export function compareFolders(values: CompareValues): void {
  const { io, first, second, metric = '', failIf: conditions, json } = values;
  const metrics = metric.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]));
  const comparison = compareResults({ first, second, metrics, conditions });
  const columns = terminalOf(process.stdout).columns();
  const lines = comparisonLines(comparison, { columns });
  printAnswer(io, { json: comparisonJson(comparison), lines }, json);
  const failed = comparison.judgements.filter(holds);
  if (failed.length === 0) return;
  throw new NotValidError({
    code: 'condition-holds',
    where: second,
    message: failed.map(judgementText).join('; '),
    remedy: 'Look at the pairs that differ most: assay sim replay runs one of them again.',
  });
}

function comparisonJson(comparison: Comparison): object {
  const { first, second, pairing, judgements, ...rest } = comparison;
  const { configuration, environment, pairs, identical, changes, byCell } = rest;
  return {
    first: first.path,
    second: second.path,
    configuration,
    environment,
    cells: {
      paired: pairing.cells.map(({ label, pairs: own, isSeeded, unpaired }) => {
        return { label, pairs: own.length, isSeeded, unpaired };
      }),
      onlyFirst: pairing.onlyFirst,
      onlySecond: pairing.onlySecond,
    },
    pairs,
    identical,
    changes,
    byCell,
    conditions: judgements.map((judgement) => ({
      condition: judgement.condition.text,
      metric: judgement.change.name,
      holds: holds(judgement),
      isBeyond: judgement.isBeyond,
      isClear: judgement.isClear,
    })),
  };
}
