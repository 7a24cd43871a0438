/** What a result was made of: configuration, versions, machine, digests, files. */
import { type ConfigDifference, configDifferences } from '../configuration.ts';
import type { Table } from '../figures/figure.ts';
import type { ManifestFacts } from '../read-folder.ts';
import { commandBlock, factsBlock, tableBlock } from './blocks.ts';
import type { PageSection } from './document.ts';
import { type Content, html, type Markup } from './markup.ts';

/** Keys that name a run; they always differ from defaults. */
const NAMING_KEYS = ['name', 'description', 'seed'];

type Fact = readonly [name: string, text: string];

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

/** What a provenance section says. */
export type Provenance = {
  readonly defaults: unknown;
  readonly configuration: unknown;
  /** Keys that vary in a sweep: they are said elsewhere. */
  readonly varied: readonly string[];
  readonly facts: readonly Fact[];
  /** Names of files beside the report, with what they hold. */
  readonly files: readonly Fact[];
  /** From the report to the folder of the results: '' or ends in a slash. */
  readonly folderLink: string;
  /** What a command does, and the command. */
  readonly command: Fact;
  /** Besides: for example data of a whole sweep. */
  readonly more: Content;
};

/** The last section of every report. */
export function provenanceSection(provenance: Provenance): PageSection {
  const { defaults, configuration, varied, facts, files, folderLink, command, more } = provenance;
  const isVaried = (key: string): boolean =>
    varied.some((each) => key === each || key.startsWith(`${each}.`));
  const changed = configDifferences(defaults, configuration).filter(
    ({ key }) => !NAMING_KEYS.includes(key) && !isVaried(key),
  );
  const whole = tableBlock(wholeTable(configuration), { caption: 'Configuration' });
  return {
    id: 'made-of',
    title: 'What it was made of',
    lead:
      changed.length === 0
        ? 'The configuration is the default one.'
        : `The configuration differs from the defaults in ${changed.length} values.`,
    body: html`${changesTable(changed)}
${card(command[0], commandBlock(command[1]))}
${card('Versions and digests', factsBlock(facts))}
${card('Data', filesBlock(files, folderLink), more)}
<details><summary>The whole configuration</summary>${whole}</details>`,
  };
}

/** A box with a heading. */
export function card(title: string, ...contents: readonly Content[]): Markup {
  return html`<div class="card"><h3>${title}</h3>${contents}</div>`;
}

function changesTable(changed: readonly ConfigDifference[]): Content {
  if (changed.length === 0) return undefined;
  const columns = ['key', 'here', 'default'].map((label) => ({ label, isNumber: false }));
  const rows = changed.map(({ key, first, second }) => [
    key,
    second ?? 'absent',
    first ?? 'absent',
  ]);
  return card(
    'Configuration, where it differs from the defaults',
    tableBlock({ columns, rows }, { caption: 'Differences from the defaults' }),
  );
}

function wholeTable(configuration: unknown): Table {
  const columns = ['key', 'value'].map((label) => ({ label, isNumber: false }));
  const all = configDifferences(emptied(configuration), configuration);
  return { columns, rows: all.map(({ key, second }) => [key, second ?? '']) };
}

/** The same groups without their values, so that every value counts as different. */
function emptied(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return value.map(emptied);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, emptied(each)]));
}

function filesBlock(files: readonly Fact[], folderLink: string): Markup {
  return html`<dl>${files.map(
    ([name, holds]) => html`<dt><a href="${folderLink}${name}">${name}</a></dt><dd>${holds}</dd>`,
  )}</dl>`;
}
