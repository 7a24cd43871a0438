/** Relations between the keys of a sweep, and its size: checked before a cell is made. */
import type { RelationProblem } from './loader.ts';
import type { Sweep, SweepRange } from './sweep.ts';

/** Most cells of a sweep: a summary of more is read by nobody. */
export const SWEEP_CELLS_MAX = 100_000;

/** Returns all relations of a sweep that do not hold. */
export function sweepRelations(sweep: Sweep): readonly RelationProblem[] {
  return [
    ...replicaProblems(sweep),
    ...zipProblems(sweep),
    ...rangeProblems(sweep),
    ...repeatProblems(sweep),
    ...sizeProblems(sweep),
  ];
}

/** Returns the number of points of each part of `vary`, and of the arms; 1 for what is absent. */
export function sweepSizes({ vary, arms }: Sweep): readonly number[] {
  const { grid = {}, zip, list, random, latinHypercube } = vary;
  return [
    ...Object.values(grid).map((values) => values.length),
    zip === undefined ? 1 : (Object.values(zip)[0]?.length ?? 1),
    list?.length ?? 1,
    random?.count ?? 1,
    latinHypercube?.count ?? 1,
    Math.max(1, Object.keys(arms).length),
  ];
}

function replicaProblems({ replicas, until }: Sweep): readonly RelationProblem[] {
  if (until === undefined) return [];
  const problems: RelationProblem[] = [];
  if (replicas !== undefined) {
    const message = 'replicas and until both say how often a cell runs';
    problems.push({ path: ['until'], message, remedy: 'Give one of them.' });
  }
  if (until.maxReplicas < until.blockReplicas) {
    problems.push({
      path: ['until', 'maxReplicas'],
      message: `maxReplicas (${until.maxReplicas}) is below blockReplicas (${until.blockReplicas})`,
      remedy: 'Raise it, or lower blockReplicas.',
    });
  }
  return problems;
}

function zipProblems({ vary: { zip } }: Sweep): readonly RelationProblem[] {
  const lists = Object.entries(zip ?? {});
  const [first, ...others] = lists;
  return others
    .filter(([, values]) => values.length !== first?.[1].length)
    .map(([key, values]) => ({
      path: ['vary', 'zip', key],
      message: `${key} has ${values.length} values, ${first?.[0]} has ${first?.[1].length}`,
      remedy: 'Lists in zip are read side by side: give all the same length, or use grid.',
    }));
}

function rangeProblems({ vary }: Sweep): readonly RelationProblem[] {
  const parts = ['random', 'latinHypercube'] as const;
  return parts.flatMap((part) =>
    Object.entries(vary[part]?.ranges ?? {}).flatMap(([key, range]) => {
      const message = rangeFault(range);
      if (message === undefined) return [];
      return [
        { path: ['vary', part, 'ranges', key], message, remedy: 'Change from, to or scale.' },
      ];
    }),
  );
}

function rangeFault({ from, to, scale }: SweepRange): string | undefined {
  if (from > to) return `from (${from}) is above to (${to})`;
  if (scale === 'log' && from <= 0) return `a range by magnitude begins above 0, found ${from}`;
  if (scale === 'integer' && !(Number.isSafeInteger(from) && Number.isSafeInteger(to))) {
    return `whole numbers lie between whole numbers, found ${from} and ${to}`;
  }
  return undefined;
}

/** A key that is set twice would have the value of whoever comes last. */
function repeatProblems({ vary, arms, set }: Sweep): readonly RelationProblem[] {
  const places = new Map<string, string>(Object.keys(set).map((key) => [key, 'set']));
  const problems: RelationProblem[] = [];
  const visit = (keys: readonly string[], path: readonly string[]): void => {
    for (const key of keys) {
      const other = places.get(key);
      if (other !== undefined && other !== path.join('.')) {
        const message = `${key} is given here and in ${other}`;
        problems.push({ path: [...path, key], message, remedy: 'Give it in one place.' });
      }
      places.set(key, path.join('.'));
    }
  };
  visit(Object.keys(vary.grid ?? {}), ['vary', 'grid']);
  visit(Object.keys(vary.zip ?? {}), ['vary', 'zip']);
  visit([...new Set((vary.list ?? []).flatMap(Object.keys))], ['vary', 'list']);
  visit(Object.keys(vary.random?.ranges ?? {}), ['vary', 'random', 'ranges']);
  visit(Object.keys(vary.latinHypercube?.ranges ?? {}), ['vary', 'latinHypercube', 'ranges']);
  // an arm may well change what is set for all
  for (const key of Object.keys(set)) places.delete(key);
  visit([...new Set(Object.values(arms).flatMap(Object.keys))], ['arms']);
  return problems;
}

function sizeProblems(sweep: Sweep): readonly RelationProblem[] {
  const cells = sweepSizes(sweep).reduce((product, size) => product * size, 1);
  if (cells <= SWEEP_CELLS_MAX) return [];
  const shown = cells.toLocaleString('en-US', { maximumFractionDigits: 0 });
  return [
    {
      path: ['vary'],
      message: `the sweep has ${shown} cells, more than ${SWEEP_CELLS_MAX.toLocaleString('en-US')}`,
      remedy: 'List fewer values in vary.grid, or draw points: vary.latinHypercube with a count.',
    },
  ];
}
