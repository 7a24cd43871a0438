/** Does the work of `assay sim theory`: closed forms of every cell, nothing is simulated. */
import { formatShare } from '../../../../sim/report/format.ts';
import {
  type ExperimentKind,
  experimentOf,
  kindOf,
  type Prediction,
  planSweep,
} from '../../../../sim/sweep/index.ts';
import { isSweepDocument, readDocument, resolveSweep } from '../../../config/index.ts';
import type { Answer } from '../../io.ts';
import { wrapText } from '../../text.ts';
import { readVersion } from '../../version.ts';

type CellForms = { readonly label: string; readonly forms: readonly Prediction[] };

/**
 * Returns what the closed forms say about a scenario, or about every cell of a sweep.
 * @throws ConfigError
 */
export function answerSimTheory(values: {
  readonly file: string;
  readonly set: readonly string[];
}): Answer {
  const { kind, cells } = formsOf(values.file, values.set);
  const json = {
    experiment: kind.kind,
    cells: cells.map(({ label, forms }) => ({
      cell: label,
      forms: Object.fromEntries(forms.map(({ metric, expected }) => [metric, expected])),
    })),
  };
  const lines = cells.flatMap(({ label, forms }) => [
    label,
    ...forms.flatMap(({ metric, expected }) => {
      const doc = kind.metrics.find(({ name }) => name === metric);
      const said = expected.value === null ? 'no closed form' : shareText(expected);
      const how = expected.value === null ? expected.reason : expected.form;
      return [
        `  ${metric.padEnd(18)}${said}`,
        ...wrapText(`${doc?.meaning ?? ''}: ${how}`, { indent: 4 }),
      ];
    }),
    ...(forms.length === 0 ? ['  there are no closed forms for this kind of run'] : []),
    '',
  ]);
  return { json, lines };
}

const SIGNS = { exact: '', approximation: '≈ ', 'upper-bound': '≤ ', 'lower-bound': '≥ ' } as const;

function shareText({ value, kind }: { value: number; kind: keyof typeof SIGNS }): string {
  return `${SIGNS[kind]}${formatShare(value)}`;
}

function formsOf(
  file: string,
  set: readonly string[],
): { readonly kind: ExperimentKind; readonly cells: readonly CellForms[] } {
  const document = readDocument(file);
  if (!isSweepDocument(document)) {
    const kind = kindOf(document);
    return { kind, cells: [{ label: file, forms: kind.prepare(document, set).predict() }] };
  }
  const plan = planSweep(resolveSweep(document, set), { document, version: readVersion() });
  const cells = plan.cells.map((cell) => {
    return { label: cell.label, forms: experimentOf(plan, cell).predict() };
  });
  return { kind: plan.kind, cells };
}
