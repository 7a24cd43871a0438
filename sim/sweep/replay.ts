/** The command that runs one run of a sweep again, by itself, with its whole report. */
import { settingText } from './cells.ts';
import type { PlannedCell } from './plan.ts';

/**
 * Returns the words of the command.
 * @param at.basePath scenario file of the sweep; null if the base stands in the sweep: then the
 *   resolved configuration of the cell is run, from the folder of the sweep
 */
export function replayOf(
  cell: PlannedCell,
  at: { readonly seed: number; readonly basePath: string | null },
): readonly string[] {
  const run = ['npx', 'assay', 'sim', 'run'];
  const seed = ['--seed', String(at.seed)];
  if (at.basePath === null) return [...run, `runs/${cell.id}/config.resolved.yaml`, ...seed];
  return [...run, at.basePath, ...seed, ...cell.settings.flatMap(settingWords)];
}

function settingWords(setting: PlannedCell['settings'][number]): readonly string[] {
  return ['--set', shellQuoted(settingText(setting))];
}

function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
