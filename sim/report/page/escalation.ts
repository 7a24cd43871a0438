/** How far claims were taken: a tree of levels, each settled or challenged. */
import { rateOf } from '../../metrics/rate.ts';
import { formatCount, formatInterval, formatPlural, formatShare } from '../format.ts';
import type { RunResult } from '../result.ts';
import { type Branch, treeBlock } from './blocks.ts';
import type { PageSection } from './document.ts';
import { html } from './markup.ts';

/** The section about levels. */
export function escalationSection({ levels, verdicts }: RunResult): PageSection {
  const count = Math.max(levels.right.length, levels.wrong.length);
  const settled = Array.from({ length: count }, (_, level) => ({
    right: levels.right[level] ?? 0,
    wrong: levels.wrong[level] ?? 0,
  }));
  const drawn = settled.reduce((sum, { right, wrong }) => sum + right + wrong, 0);
  const above = drawn - (settled[0]?.right ?? 0) - (settled[0]?.wrong ?? 0);
  const { unresolved: open } = verdicts.right;
  const unresolved = open + verdicts.wrong.unresolved;
  return {
    id: 'escalation',
    title: 'Escalation',
    lead:
      drawn === 0
        ? 'Nothing was drawn, so nothing could be challenged.'
        : `${formatCount(above)} of ${formatPlural(drawn, 'drawn answer')} went above level 0: ` +
          `${rateText(above, drawn)}. ` +
          (unresolved === 0
            ? 'All have a final verdict.'
            : `${formatCount(unresolved)} had no final verdict at the end.`),
    body:
      drawn === 0
        ? undefined
        : html`<div class="card">${treeBlock({
            text: `${formatPlural(drawn, 'answer')} drawn`,
            share: 1,
            branches: branchesFrom(0, { settled, drawn }),
          })}</div>`,
  };
}

type Settled = { readonly right: number; readonly wrong: number };

function branchesFrom(
  level: number,
  tree: { readonly settled: readonly Settled[]; readonly drawn: number },
): readonly Branch[] {
  const { settled, drawn } = tree;
  const here = settled[level];
  if (here === undefined) return [];
  const size = here.right + here.wrong;
  const later = settled.slice(level + 1).reduce((sum, { right, wrong }) => sum + right + wrong, 0);
  const ended: Branch = {
    text:
      `ended at level ${level}: ${formatCount(size)} ` +
      `(${formatCount(here.right)} right, ${formatCount(here.wrong)} wrong), ` +
      rateText(size, drawn),
    share: size / drawn,
    branches: [],
  };
  if (later === 0) return [ended];
  const wentOn: Branch = {
    text: `went on to level ${level + 1}: ${formatCount(later)}, ${rateText(later, drawn)}`,
    share: later / drawn,
    branches: branchesFrom(level + 1, tree),
  };
  return [ended, wentOn];
}

function rateText(count: number, of: number): string {
  const rate = rateOf(count, of, { value: null, reason: '' });
  return `${formatShare(count / of)}, 95 % ${formatInterval(rate)}`;
}
