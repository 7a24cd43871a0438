/** Arms of a sweep against the first one: differences of pairs that ran with the same chance. */
import type { Difference } from '../../statistics/difference.ts';
import type { ArmDifference } from '../../sweep/results.ts';
import type { Figure } from '../figures/figure.ts';
import { intervalChart } from '../figures/interval-chart.ts';
import { formatCount, formatNumber } from '../format.ts';
import type { SweepContent } from '../read-sweep.ts';
import { valueText } from './arrangement.ts';
import { figuresBlock } from './blocks.ts';
import type { PageSection } from './document.ts';
import { intervalText } from './words.ts';

/** Figures of differences. */
const FIGURES_MAX = 6;

type Row = { readonly label: string; readonly arm: string; readonly difference: Difference };

/** The section on arms; none if there are no arms. */
export async function differencesSection({ plan, results }: SweepContent): Promise<{
  readonly sections: readonly PageSection[];
  readonly figures: readonly Figure[];
}> {
  const { differences } = results;
  const first = differences[0]?.against.arm;
  if (first === undefined) return { sections: [], figures: [] };
  const wanted = [...plan.sweep.metrics, ...plan.kind.headline];
  const names = [
    ...new Set(differences.flatMap((each) => each.differences.map(({ name }) => name))),
  ];
  const figures = [...new Set(wanted)]
    .flatMap((name) => names.filter((each) => each.split('.')[0] === name))
    .flatMap((name, index) => {
      const rows = rowsOf(differences, name);
      return rows.length === 0 ? [] : [differenceFigure(rows, { name, first, index })];
    })
    .slice(0, FIGURES_MAX);
  const section: PageSection = {
    id: 'arms',
    title: 'Arms compared, run by run',
    lead:
      `Each arm less ${first}, in pairs of runs with the same seed: what both share cancels out. ` +
      'An interval that does not touch zero is a difference.',
    body: await figuresBlock(figures),
  };
  return { sections: figures.length === 0 ? [] : [section], figures };
}

function rowsOf(differences: readonly ArmDifference[], name: string): readonly Row[] {
  return differences.flatMap(({ cell, differences: all }) => {
    const difference = all.find((each) => each.name === name);
    if (difference === undefined || difference.mean === null) return [];
    const point = cell.point.map(({ value }) => valueText(value)).join(', ');
    const arm = cell.arm ?? '';
    return [{ label: point === '' ? arm : `${arm}, ${point}`, arm, difference }];
  });
}

function differenceFigure(
  rows: readonly Row[],
  { name, first, index }: { readonly name: string; readonly first: string; readonly index: number },
): Figure {
  const clear = rows.filter(({ difference: { low, high } }) => {
    return low !== null && high !== null && (low > 0 || high < 0);
  });
  const most = [...rows].sort((a, b) => sizeOf(b) - sizeOf(a))[0];
  const unit = rows[0]?.difference.unit ?? '';
  return intervalChart({
    id: `arms-${index + 1}`,
    title: `${name}, less that of ${first}`,
    finding:
      `${formatCount(clear.length)} of ${formatCount(rows.length)} differences are clear of zero` +
      (most === undefined ? '.' : `; the largest, ${most.label}: ${differenceText(most)}.`),
    series: [],
    unit: unit === 'share' ? 'share' : 'number',
    axisTitle: `difference in ${unit === 'prices' ? 'units of cost' : unit}, 95 % interval`,
    hasZero: true,
    rows: rows.map((row) => ({
      label: row.label,
      series: '',
      value: row.difference.mean,
      low: row.difference.low,
      high: row.difference.high,
      expected: null,
      tip: `${row.label}\n${differenceText(row)}`,
    })),
    table: {
      columns: ['arm', 'difference', 'pairs (n)', '95 % interval'].map((label, column) => {
        return { label, isNumber: column > 0 };
      }),
      rows: rows.map(({ label, difference: { mean, n, low, high } }) => [
        label,
        mean === null ? 'none' : formatNumber(mean),
        formatCount(n),
        intervalText({ low, high }, formatNumber),
      ]),
    },
  });
}

function sizeOf({ difference }: Row): number {
  return Math.abs(difference.mean ?? 0);
}

function differenceText({ difference: { mean, n, low, high } }: Row): string {
  const sign = (mean ?? 0) > 0 ? '+' : '';
  return (
    `${sign}${formatNumber(mean ?? 0)} (n = ${formatCount(n)} pairs, ` +
    `95 % ${intervalText({ low, high }, formatNumber)})`
  );
}
