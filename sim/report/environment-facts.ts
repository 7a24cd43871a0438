/** What results were made with: versions and machine, as names with text. */
import type { ManifestFacts } from './read-folder.ts';

/** A name and what it stands for. */
export type Fact = readonly [name: string, text: string];

/** Returns what a manifest says about program and machine, as names with text. */
export function environmentFacts(manifest: ManifestFacts): readonly Fact[] {
  const { assay, commit, isDirty, node, os, cpu, executionClasses } = manifest;
  const dirty = isDirty === true ? ', with changes' : '';
  const classes = Array.isArray(executionClasses) ? executionClasses.map(String) : [];
  return [
    ['Assay', assay === undefined ? 'not noted' : String(assay)],
    ['commit', commit === undefined ? 'not noted' : `${String(commit)}${dirty}`],
    ['Node', node === undefined ? 'not noted' : String(node)],
    ['system', os === undefined ? 'not noted' : String(os)],
    ['processor', processorText(cpu)],
    ...(classes.length === 0 ? [] : [['execution classes', classes.join(', ')] as const]),
  ];
}

/** The same of several: each fact with all the texts that it has. */
export function jointFacts(environments: readonly object[]): readonly Fact[] {
  const all = environments.flatMap((each) =>
    environmentFacts(Object.fromEntries(Object.entries(each))),
  );
  const names = [...new Set(all.map(([name]) => name))];
  return names.map((name) => {
    const texts = all.filter(([own]) => own === name).map(([, text]) => text);
    return [name, [...new Set(texts)].sort().join('; ')];
  });
}

function processorText(cpu: unknown): string {
  if (typeof cpu !== 'object' || cpu === null) return 'not noted';
  const facts = new Map<string, unknown>(Object.entries(cpu));
  const [count, model, arch] = ['count', 'model', 'arch'].map((key) => String(facts.get(key)));
  return `${count} x ${model}, ${arch}`;
}
