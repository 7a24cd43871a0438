/** What a result was made of: configuration, versions, machine, digests, files. */
import { resolve } from 'node:path';
import { type ConfigDifference, configDifferences, defaultConfig } from '../configuration.ts';
import { environmentFacts, type Fact } from '../environment-facts.ts';
import type { Table } from '../figures/figure.ts';
import { formatCount } from '../format.ts';
import type { RunFolder } from '../read-folder.ts';
import { commandText } from '../table.ts';
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

/** What the page of one run says of what it was made of. */
export function runProvenance(
  { manifest, configuration, path }: Pick<RunFolder, 'manifest' | 'configuration' | 'path'>,
  at: {
    readonly kind: 'protocol' | 'propagation';
    readonly seed: number;
    readonly configHash: string;
    readonly traceDigest: string;
    readonly events: number;
    /** Files besides those that every run has. */
    readonly files: readonly Fact[];
    readonly folderLink: string;
  },
): PageSection {
  return provenanceSection({
    defaults: defaultConfig(at.kind),
    configuration,
    varied: [],
    facts: [
      ...environmentFacts(manifest),
      ['seed', String(at.seed)],
      ['configuration', at.configHash],
      ['trace digest', at.traceDigest],
      ['events', formatCount(at.events)],
      ['folder', resolve(path)],
    ],
    files: [
      ['result.json', 'every number of this report'],
      ...at.files,
      ['config.resolved.yaml', 'what was run, with every default spelled out; it runs again'],
      ['manifest.json', 'what made the result'],
    ],
    folderLink: at.folderLink,
    command: [
      'Run it again',
      commandText(['npx', 'assay', 'sim', 'run', `${path}/config.resolved.yaml`]),
    ],
    more: undefined,
  });
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
