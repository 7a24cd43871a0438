/** "Did you mean": the candidate that a mistyped word most likely stood for. */

import { defined } from './assert.ts';
import { compareText } from './bytes.ts';

/**
 * Returns the candidate with the fewest typing errors away from `word`; `undefined` if none is
 * within a third of its length (at least two errors).
 */
export function nearestText(word: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.max(2, Math.floor(word.length / 3));
  let best: { readonly text: string; readonly errors: number } | undefined;
  for (const text of [...candidates].sort(compareText)) {
    const errors = typingErrors(word.toLowerCase(), text.toLowerCase());
    if (errors <= limit && errors < text.length && (best === undefined || errors < best.errors)) {
      best = { text, errors };
    }
  }
  return best?.text;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function typingErrors(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number) => defined(rows[i]?.[j], 'the row above is complete');
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let errors = Math.min(replaced, at(i - 1, j) + 1, at(i, j - 1) + 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) errors = Math.min(errors, at(i - 2, j - 2) + 1);
      row.push(errors);
    }
  }
  return at(a.length, b.length);
}
