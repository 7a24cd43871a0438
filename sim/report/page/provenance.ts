/** What a result was made of: configuration, versions, machine, digests, files. */
import { type ConfigDifference, configDifferences } from '../configuration.ts';
import type { Fact } from '../environment-facts.ts';
import type { Table } from '../figures/figure.ts';
import { commandBlock, factsBlock, tableBlock } from './blocks.ts';
import type { PageSection } from './document.ts';
import { type Content, html, type Markup } from './markup.ts';

/** Keys that name a run; they always differ from defaults. */
const NAMING_KEYS = ['name', 'description', 'seed'];

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
