/** The report of a sweep as a page. */
import { resolve } from 'node:path';
import { replicaBounds } from '../../sweep/extent.ts';
import { experimentOf } from '../../sweep/plan.ts';
import { defaultConfig, plainConfig } from '../configuration.ts';
import { jointFacts } from '../environment-facts.ts';
import type { Figure } from '../figures/figure.ts';
import { formatCount, formatPlural } from '../format.ts';
import type { SweepContent } from '../read-sweep.ts';
import { commandText } from '../table.ts';
import { differencesSection } from './arm-differences.ts';
import { cellText, dimensionsOf, type Facet, facetsOf } from './arrangement.ts';
import { figuresBlock, seedsBlock, tableBlock, verdictsBlock } from './blocks.ts';
import { type PageSection, pageHtml } from './document.ts';
import { type Content, html } from './markup.ts';
import { card, provenanceSection } from './provenance.ts';
import type { MadePage, PagePlace } from './run-page.ts';
import { sweepSetting } from './setting.ts';
import {
  type Entry,
  entriesOf,
  entriesTable,
  isConstant,
  type Topic,
  topicFigures,
} from './sweep-figures.ts';
import { sweepSeeds } from './sweep-seeds.ts';
import { type TopicSection, topicSections } from './sweep-topics.ts';
import { sweepVerdicts } from './sweep-verdicts.ts';

/** With more cells than this, only the metrics of interest are drawn: a page has 5 MB at most. */
const CELLS_MAX = 120;
/** Figures of the first screen. */
const OPENING_MAX = 3;

/** Makes the page of a sweep. */
export async function sweepPage(sweep: SweepContent, place: PagePlace): Promise<MadePage> {
  const { plan, results } = sweep;
  const facets = facetsOf(plan.cells);
  const outline = topicSections(sweep).map((section) => ofInterest(sweep, section));
  const openingTopics = openingOf(
    sweep,
    outline.flatMap(({ topics }) => topics),
  );
  const opening = openingTopics
    .flatMap((topic) => drawn(sweep, facets, topic))
    .slice(0, OPENING_MAX);
  const made: Figure[] = [...opening];
  const sections: PageSection[] = [];
  for (const { topics, ...section } of outline) {
    const shown = new Set(opening.map(({ title }) => title));
    const figures = topics
      .flatMap((topic) => drawn(sweep, facets, topic))
      .filter(({ title }) => !shown.has(title));
    const flat = topics.flatMap((topic) => constantsOf(sweep, topic));
    made.push(...figures);
    const body = html`${await figuresBlock(figures)}${constantsCard(flat)}`;
    if (figures.length + flat.length > 0) sections.push({ ...section, body });
  }
  const arms = await differencesSection(sweep);
  made.push(...arms.figures);
  const page = pageHtml({
    title: plan.sweep.name,
    sentence: sentenceOf(sweep),
    description: plan.sweep.description,
    verdicts: verdictsBlock(sweepVerdicts(sweep)),
    opening: await figuresBlock(opening),
    sections: [
      ...sections,
      ...arms.sections,
      seedSection(sweep),
      cellsSection(sweep),
      madeOf(sweep, place),
    ],
    footer: `Written by ${place.writer} from ${sweep.path}; ${countsText(results)}.`,
  });
  const lack = isIncomplete(results) ? countsText(results) : undefined;
  return { html: page, figures: made, lack };
}

/** A section without the metrics that a large sweep does not draw. */
function ofInterest({ plan }: SweepContent, section: TopicSection): TopicSection {
  if (plan.cells.length <= CELLS_MAX) return section;
  const wanted = wantedOf(plan);
  const topics = section.topics.map((topic) => ({
    ...topic,
    metrics: topic.metrics.filter(([metric]) => wanted.some((name) => isOf(metric, name))),
  }));
  const size = formatCount(plan.cells.length);
  const lead = `${section.lead} Of ${size} cells, metrics of interest only.`;
  return { ...section, topics, lead };
}

/** Names of the metrics that the sweep names, and of those that matter most. */
function wantedOf({ sweep, kind }: SweepContent['plan']): readonly string[] {
  return [...new Set([...sweep.metrics, ...kind.headline])];
}

function isIncomplete({ missing, failed }: SweepContent['results']): boolean {
  return missing + failed > 0;
}

function countsText({ missing, failed }: SweepContent['results']): string {
  const parts = [
    missing === 0 ? 'no run is missing' : `${formatPlural(missing, 'run is', 'runs are')} missing`,
    failed === 0 ? 'none failed' : `${formatCount(failed)} failed`,
  ];
  return parts.join(', ');
}

/** The metrics that the sweep names or that matter most, as far as they vary; a figure each. */
function openingOf({ plan, results }: SweepContent, topics: readonly Topic[]): readonly Topic[] {
  const varied = wantedOf(plan).flatMap((name) => {
    const topic = topics.find(({ metrics }) => metrics.some(([metric]) => isOf(metric, name)));
    const metrics = topic?.metrics.filter(([metric]) => {
      const entries = entriesOf(results.cells, metric);
      return isOf(metric, name) && entries.length > 0 && !isConstant(entries);
    });
    return topic === undefined || metrics === undefined || metrics.length === 0
      ? []
      : [
          {
            ...topic,
            id: `first-${topic.id}`,
            metrics,
            isPart: metrics.length < topic.metrics.length,
          },
        ];
  });
  return varied.slice(0, OPENING_MAX);
}

function isOf(metric: string, name: string): boolean {
  return metric === name || metric.startsWith(`${name}.`);
}

/** A topic of which every metric is the same in all cells is said, not drawn. */
function drawn(sweep: SweepContent, facets: readonly Facet[], topic: Topic): readonly Figure[] {
  const { cells } = sweep.results;
  const metrics = topic.metrics.filter(([metric]) => !isConstant(entriesOf(cells, metric)));
  const docs = sweep.plan.kind.metrics;
  const isPart = topic.isPart === true || metrics.length < topic.metrics.length;
  return topicFigures(cells, facets, { topic: { ...topic, metrics, isPart }, docs });
}

function constantsOf({ results }: SweepContent, { metrics }: Topic): readonly Entry[] {
  return metrics.flatMap(([metric]) => {
    const entries = entriesOf(results.cells, metric);
    return isConstant(entries) ? entries.slice(0, 1) : [];
  });
}

function constantsCard(entries: readonly Entry[]): Content {
  if (entries.length === 0) return undefined;
  const table = entriesTable(entries, true);
  const columns = table.columns.map((column, index) =>
    index === 0 ? { ...column, label: 'for example' } : column,
  );
  return card(
    'The same in every cell',
    tableBlock({ ...table, columns }, { caption: 'Metrics with one value; n is of one cell' }),
  );
}

function sentenceOf({ plan, results }: SweepContent): string {
  const { sweep, kind, cells } = plan;
  const runs = results.cells.reduce((sum, { rows }) => sum + rows.length, 0);
  const what = kind.kind === 'propagation' ? 'spreading messages' : 'the protocol';
  const dimensions = dimensionsOf(cells);
  const varied = dimensions.map(
    ({ key, values }) => `${key} (${formatPlural(values.length, 'value')})`,
  );
  const arms = Object.keys(sweep.arms);
  if (arms.length > 0) varied.push(`${formatPlural(arms.length, 'arm')} (${arms.join(', ')})`);
  if (dimensions.length === 0 && arms.length === 0 && cells.length > 1) {
    varied.push(`${cells.length} settings`);
  }
  const over = varied.length === 0 ? 'with nothing varied but the seed' : `over ${listed(varied)}`;
  const answers = entriesOf(results.cells, 'claims').reduce(
    (sum, { summary }) => sum + (summary.value ?? 0) * summary.n,
    0,
  );
  const lack = isIncomplete(results) ? ` Incomplete: ${countsText(results)}.` : '';
  const amount = answers === 0 ? '' : ` (${formatPlural(Math.round(answers), 'answer')})`;
  const size = `${formatPlural(runs, 'simulated run')} of ${what}${amount}`;
  return `${size} in ${formatPlural(cells.length, 'cell')}, ${over}. ${sweepSetting(plan)}${lack}`;
}

/** `a`, `a and b`, `a, b and c`. */
function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

function seedSection(sweep: SweepContent): PageSection {
  const seeds = sweepSeeds(sweep);
  return {
    id: 'seeds',
    title: 'Worth a look',
    lead:
      seeds.length === 0
        ? 'No run stands out.'
        : 'Runs that stand out. A replay gives the same run again, digest for digest.',
    body: seedsBlock(seeds),
  };
}

/** The metrics of interest, cell by cell. */
function cellsSection({ plan, results }: SweepContent): PageSection {
  const wanted = new Set(wantedOf(plan));
  const names = new Set(
    results.cells.flatMap(({ summaries }) =>
      summaries.map(({ name }) => name).filter((name) => wanted.has(name.split('.')[0] ?? '')),
    ),
  );
  const entries = results.cells.flatMap((cell) =>
    [...names].flatMap((name) => entriesOf([cell], name)),
  );
  const runs = results.cells.map(({ cell, rows, extent }) => [
    cellText(cell),
    cell.id,
    formatCount(rows.length),
    formatCount(extent.missing.length),
  ]);
  const columns = ['cell', 'id', 'runs', 'missing'].map((label, index) => {
    return { label, isNumber: index > 1 };
  });
  const numbers = tableBlock(entriesTable(entries, true), { caption: 'Metrics of interest' });
  const runTable = tableBlock({ columns, rows: runs }, { caption: 'Runs of each cell' });
  return {
    id: 'cells',
    title: 'Cell by cell',
    lead: 'The metrics of interest in each cell, and how many runs each is of.',
    body: html`<div class="card">${numbers}</div>
<details><summary>Runs of each cell</summary>${runTable}</details>`,
  };
}

const FILES: Readonly<Record<string, string>> = {
  'cells.csv': 'a row for each cell and metric',
  'runs.csv': 'a row for each run, with its seed and digest',
  'runs.parquet': 'the same, for DuckDB and data frames',
  'differences.csv': 'a row for each arm, point and metric',
};

function madeOf(sweep: SweepContent, { folderLink }: PagePlace): PageSection {
  const { plan, manifest, tables, path } = sweep;
  const [first] = plan.cells;
  const configuration = first === undefined ? {} : experimentOf(plan, first).configuration;
  const varied = plan.cells.flatMap(({ point }) => point.map(({ key }) => key));
  const arms = Object.entries(plan.sweep.arms).map(([name, changes]) => [
    name,
    JSON.stringify(changes),
  ]);
  const columns = ['arm', 'what it changes'].map((label) => ({ label, isNumber: false }));
  return provenanceSection({
    defaults: defaultConfig(plan.kind.kind),
    configuration: plainConfig(configuration),
    varied: [...new Set(varied)],
    facts: [
      ...environmentOf(sweep),
      ['results', `version ${manifest.resultVersion}`],
      ['seed of the sweep', String(plan.sweep.seed)],
      ['replicas', replicasText(sweep)],
      ['digests', 'one for each run, in runs.csv'],
      ['folder', resolve(path)],
    ],
    files: [
      ...tables.map((name) => [name, FILES[name] ?? ''] as const),
      ['sweep.json', 'the sweep with its base: enough to run it again'],
    ],
    folderLink,
    command: ['Make the tables again', commandText(['npx', 'assay', 'sim', 'merge', path])],
    more: arms.length === 0 ? undefined : tableBlock({ columns, rows: arms }, { caption: 'Arms' }),
  });
}

/** The machine is told for the sake of completeness: digests do not depend on it. */
function environmentOf({ manifest, environments }: SweepContent) {
  return environments.length === 0
    ? [['Assay', manifest.assay] as const, ['commit, Node, machine', 'not noted'] as const]
    : jointFacts(environments);
}

function replicasText({ plan: { sweep } }: SweepContent): string {
  const { until } = sweep;
  if (until === undefined) return `${formatCount(replicaBounds(sweep).least)} for each cell`;
  const most = formatCount(until.maxReplicas);
  return `until ${until.metric} is known to ± ${until.halfWidth}, at most ${most}`;
}
