/** The verdict of a sweep in plain words: over all cells, with the cell that decides it. */

import type { CellResult } from '../../sweep/results.ts';
import { formatBytes, formatCount, formatDuration, formatNumber, formatPlural } from '../format.ts';
import type { SweepContent } from '../read-sweep.ts';
import type { Tone } from '../sections.ts';
import { cellText } from './arrangement.ts';
import type { Verdict } from './blocks.ts';
import { isAblated } from './setting.ts';
import { type Entry, entriesOf, formatMetric, formsText, summaryText } from './sweep-figures.ts';
import { expectedText } from './words.ts';

/**
 * Returns the three verdicts of the first screen. Where some cells switch rules off to show what
 * these are for, the answers are about the others, and say beside it what happened without rules.
 */
export function sweepVerdicts(sweep: SweepContent): readonly Verdict[] {
  if (sweep.plan.kind.kind === 'propagation') {
    return [deliveryVerdict(sweep), speedVerdict(sweep), copiesVerdict(sweep)];
  }
  const { cells } = sweep.results;
  const ruled = cells.filter(({ cell }) => !isAblated(cell));
  if (ruled.length === 0 || ruled.length === cells.length) return protocolVerdicts(sweep);
  const part = (own: readonly CellResult[]): SweepContent => {
    return { ...sweep, results: { ...sweep.results, cells: own } };
  };
  const without = protocolVerdicts(part(cells.filter((each) => !ruled.includes(each))));
  return protocolVerdicts(part(ruled)).map((verdict, index) => {
    const { answer = '', reasons: [reason = ''] = [] } = without[index] ?? {};
    if (answer === verdict.answer) return verdict;
    const text = `With rules switched off: ${answer}. ${reason}`;
    return { ...verdict, reasons: [...verdict.reasons, text] };
  });
}

function protocolVerdicts(sweep: SweepContent): readonly Verdict[] {
  return [wrongVerdict(sweep), honestyVerdict(sweep), gainVerdict(sweep)];
}

function wrongVerdict({ results }: SweepContent): Verdict {
  const question = 'Did wrong answers get through?';
  const entries = entriesOf(results.cells, 'wrongAccepted');
  const most = extreme(entries, 1);
  const count = sum(entries.map(({ summary }) => summary.count ?? 0));
  const of = sum(entries.map(({ summary }) => summary.n));
  if (most === undefined) {
    const reasons = ['No wrong answer was drawn in any cell: nothing can be said.'];
    return { question, answer: 'None was drawn', tone: 'plain', reasons };
  }
  const { expected } = most.summary;
  const form =
    expected.value === null
      ? `no closed form: ${expected.reason === '' ? 'none applies' : expected.reason}`
      : `the closed form says ${expectedText(expected)}`;
  const where = `With ${cellText(most.cell)}: ${summaryText(most.summary)}; ${form}.`;
  return {
    question,
    answer:
      count === 0
        ? `0 of ${formatCount(of)} drawn were accepted`
        : `Up to ${formatMetric('share', most.summary.value ?? 0)} of the drawn`,
    tone: count + unresolved(results).count === 0 ? 'good' : 'bad',
    reasons: [
      count === 0 ? `In no cell. ${where}` : where,
      unresolvedText(results),
      undrawnText(results),
      formsText(entries).trim(),
    ],
  };
}

/** Drawn answers, right or wrong, that had no verdict at the end. */
function unresolved({ cells }: SweepContent['results']) {
  const entries = entriesOf(cells, 'unresolved');
  return { entries, count: sum(entries.map(({ summary }) => summary.count ?? 0)) };
}

/** What is not decided is neither accepted nor rejected: whoever reads of none must know. */
function unresolvedText(results: SweepContent['results']): string {
  const { entries, count } = unresolved(results);
  const most = extreme(entries, 1);
  if (count === 0 || most === undefined) return '';
  const of = formatCount(sum(entries.map(({ summary }) => summary.n)));
  return (
    `${formatCount(count)} of ${of} drawn, right or wrong, got no verdict at all; most with ` +
    `${cellText(most.cell)}: ${summaryText(most.summary)}.`
  );
}

function undrawnText({ cells }: SweepContent['results']): string {
  const entries = entriesOf(cells, 'wrongUndrawn');
  const count = sum(entries.map(({ summary }) => summary.count ?? 0));
  const of = sum(entries.map(({ summary }) => summary.n));
  if (count === 0) return '';
  const size = `${formatCount(count)} of ${formatCount(of)} wrong ones`;
  return `${size} got through because nobody looked.`;
}

function honestyVerdict({ results }: SweepContent): Verdict {
  const accused = entriesOf(results.cells, 'honestAccused');
  const most = extreme(accused, 1);
  const rejected = sum(accused.map(({ summary }) => summary.count ?? 0));
  const right = sum(accused.map(({ summary }) => summary.n));
  const executions = entriesOf(results.cells, 'executionsPerClaim');
  const slashed = sum(
    entriesOf(results.cells, 'honestSlashed').map(
      ({ summary }) => (summary.value ?? 0) * summary.n,
    ),
  );
  const isHurt = rejected + slashed > 0;
  const latency = rangeText(entriesOf(results.cells, 'latencyMsP99'), formatDuration);
  const bytes = rangeText(entriesOf(results.cells, 'bytesPerClaim'), formatBytes);
  return {
    question: 'What did honesty cost?',
    answer:
      executions.length === 0
        ? 'Nothing was executed again'
        : `${rangeText(executions, formatNumber)} executions per answer`,
    tone: isHurt ? 'bad' : 'good',
    reasons: [
      right === 0
        ? 'No right answer was drawn: whether any would be rejected cannot be said.'
        : rejected === 0
          ? `None of ${formatCount(right)} right drawn answers was rejected.`
          : `${formatCount(rejected)} of ${formatCount(right)} right drawn answers were ` +
            `rejected, most with ${most === undefined ? '' : cellText(most.cell)}.`,
      slashed === 0
        ? 'Nobody honest was slashed.'
        : `Honest nodes were slashed ${formatCount(Math.round(slashed))} times.`,
      latency === ''
        ? ''
        : `99 in 100 of those with a verdict had it within ${latency}; ${bytes} over links ` +
          'per answer.',
    ],
  };
}

function gainVerdict({ results }: SweepContent): Verdict {
  const question = 'What did cheating earn?';
  const names = new Set(
    results.cells.flatMap(({ summaries }) =>
      summaries
        .filter(({ name, n }) => /^gainPer(?:Claim|Seat)\./.test(name) && n > 0)
        .map(({ name }) => name),
    ),
  );
  const entries = [...names].flatMap((name) => entriesOf(results.cells, name));
  const best = extreme(entries, 1);
  if (best === undefined) {
    const reasons = ['No node was dishonest in a way that can be compared with honest ones.'];
    return { question, answer: 'Nobody cheated', tone: 'plain', reasons };
  }
  const above = entries.filter(({ summary }) => (summary.low ?? summary.value ?? 0) > 0).length;
  const all = formatPlural(entries.length, 'cell and behaviour', 'cells and behaviours');
  const gain = best.summary.value ?? 0;
  const [family = '', behaviour = ''] = best.summary.name.split('.');
  const unit = family === 'gainPerClaim' ? 'answer' : 'seat';
  const tone: Tone = gain > 0 ? 'bad' : 'good';
  return {
    question,
    tone,
    answer: `${gain > 0 ? '+' : ''}${formatNumber(gain)} units per ${unit} at best`,
    reasons: [
      `Above honest nodes, in units of cost: ${behaviour} with ${cellText(best.cell)}, ` +
        `${summaryText(best.summary)}.`,
      above === 0
        ? `Surely above honesty in none of ${all}.`
        : `Surely above honesty in ${formatCount(above)} of ${all}.`,
    ],
  };
}

function deliveryVerdict({ results }: SweepContent): Verdict {
  const question = 'Who got the messages?';
  const entries = entriesOf(results.cells, 'delivered');
  const worst = extreme(entries, -1);
  if (worst === undefined) {
    return { question, answer: 'Nothing was sent', tone: 'plain', reasons: [] };
  }
  const missed = sum(entries.map(({ summary }) => summary.n - (summary.count ?? 0)));
  const all = sum(entries.map(({ summary }) => summary.n));
  return {
    question,
    answer:
      missed === 0
        ? 'Everybody, everywhere'
        : `At least ${formatMetric('share', worst.summary.value ?? 0)} in each cell`,
    tone: missed === 0 ? 'good' : 'bad',
    reasons: [
      missed === 0
        ? `All of ${formatCount(all)} deliveries were made.`
        : `Least with ${cellText(worst.cell)}: ${summaryText(worst.summary)}.`,
    ],
  };
}

function speedVerdict({ results }: SweepContent): Verdict {
  const entries = entriesOf(results.cells, 'deliveryMsP99');
  const slowest = extreme(entries, 1);
  return {
    question: 'How long did it take?',
    answer:
      slowest === undefined
        ? 'Nothing was delivered'
        : `${rangeText(entries, formatDuration)} for 99 in 100`,
    tone: 'plain',
    reasons:
      slowest === undefined
        ? []
        : [`Slowest with ${cellText(slowest.cell)}: ${summaryText(slowest.summary)}.`],
  };
}

function copiesVerdict({ results }: SweepContent): Verdict {
  const entries = entriesOf(results.cells, 'copiesPerDelivery');
  const most = extreme(entries, 1);
  return {
    question: 'What did it cost?',
    answer:
      most === undefined
        ? 'Nothing was delivered'
        : `${rangeText(entries, formatNumber)} copies per delivery`,
    tone: 'plain',
    reasons:
      most === undefined ? [] : [`Most with ${cellText(most.cell)}: ${summaryText(most.summary)}.`],
  };
}

/** The entry with the largest (1) or least (-1) value; of equals, the one with most samples. */
function extreme(entries: readonly Entry[], sign: 1 | -1): Entry | undefined {
  const known = entries.filter(({ summary }) => summary.value !== null);
  return [...known].sort(
    ({ summary: a }, { summary: b }) => sign * ((b.value ?? 0) - (a.value ?? 0)) || b.n - a.n,
  )[0];
}

/** `1.2` or `1.2 to 3.4`; empty if there is nothing. */
function rangeText(entries: readonly Entry[], format: (value: number) => string): string {
  const values = entries.flatMap(({ summary: { value } }) => (value === null ? [] : [value]));
  if (values.length === 0) return '';
  const [least, most] = [format(Math.min(...values)), format(Math.max(...values))];
  return least === most ? least : `${least} to ${most}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}
