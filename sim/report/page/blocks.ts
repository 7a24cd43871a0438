/** The parts that reports are made of: figures, tables, verdicts, commands, lists of facts. */
import type { Figure, FormMark, Table } from '../figures/figure.ts';
import { SERIES_COLOURS, VARIABLES } from '../figures/palette.ts';
import { inlineSvg } from '../figures/render.ts';
import type { Tone } from '../sections.ts';
import { type Content, embeddedJson, html, type Markup, prose, trusted } from './markup.ts';

/** Rows of a table in a page; all rows are in files. */
export const TABLE_ROWS_MAX = 200;

/** A drawn figure with its caption, its legend, its numbers, its specification. */
export async function figureBlock(figure: Figure): Promise<Markup> {
  const { id, title, finding, table, spec } = figure;
  const svg = await inlineSvg(figure);
  return html`<figure id="${id}">
<h3>${title}</h3>
<figcaption>${prose(finding)}</figcaption>
${keysOf(figure)}
<div class="drawing">${trusted(svg)}</div>
<details><summary>Numbers</summary>${tableBlock(table, { caption: title })}</details>
<script type="application/json" id="${id}-spec">${embeddedJson(spec)}</script>
</figure>
`;
}

/** Figures side by side, as many as there is room for, and what belongs beside them. */
export async function figuresBlock(
  figures: readonly Figure[],
  ...beside: readonly Markup[]
): Promise<Content> {
  if (figures.length + beside.length === 0) return undefined;
  return html`<div class="figures">${await Promise.all(figures.map(figureBlock))}${beside}</div>`;
}

/** Says which colour is which series, and how a closed form is drawn. */
function keysOf({ series, form }: Figure): Content {
  if (series.length === 0 && form === undefined) return undefined;
  const items = series.map((name, index) => {
    const colour = SERIES_COLOURS[index] ?? '';
    const variable = VARIABLES.get(colour) ?? '';
    const paint = `var(${variable},${colour})`;
    const swatch = html`<path d="M0 6h20${SHAPES[index] ?? ''}" stroke="${paint}"
stroke-width="2" fill="${paint}"/>`;
    return html`<li data-colour="${variable},">${keySvg(swatch)}<span>${name}</span></li>`;
  });
  const formItem =
    form === undefined
      ? undefined
      : html`<li>${keySvg(FORM_SWATCHES[form])}<span>closed form</span></li>`;
  return html`<ul class="keys">${items}${formItem}</ul>`;
}

/** The shapes of points, as in figures: whoever does not tell the colours tells these. */
const SHAPES: readonly string[] = [
  'M6.5 6a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0',
  'M7 3h6v6h-6z',
  'M10 2l4 7h-8z',
  'M10 1.5l4.5 4.5l-4.5 4.5l-4.5 -4.5z',
  'M10 2v8m-4 -4h8',
  'M10 10l4 -7h-8z',
];

function keySvg(swatch: Markup): Markup {
  return html`<svg viewBox="0 0 20 12" aria-hidden="true">${swatch}</svg>`;
}

const FORM_SWATCHES: Readonly<Record<FormMark, Markup>> = {
  bar: html`<path d="M10 0v12" stroke="var(--ink)" stroke-width="2"/>`,
  'dashed line': html`<path d="M0 6h5m4 0h5m4 0h2" stroke="var(--ink)" stroke-width="2"/>`,
};

/** A table that scrolls inside its own box; says how many rows it leaves out. */
export function tableBlock(
  { columns, rows }: Table,
  { caption }: { readonly caption: string },
): Markup {
  const left = rows.length - TABLE_ROWS_MAX;
  const cut = left > 0 ? `, the first ${TABLE_ROWS_MAX} of ${rows.length} rows` : '';
  const kind = (index: number): Markup =>
    trusted(columns[index]?.isNumber === true ? ' class="n"' : '');
  const head = columns.map(({ label }, index) => html`<th scope="col"${kind(index)}>${label}</th>`);
  const body = rows
    .slice(0, TABLE_ROWS_MAX)
    .map((row) => html`<tr>${row.map((cell, index) => html`<td${kind(index)}>${cell}</td>`)}</tr>`);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}, table">
<table><caption>${caption}${cut}</caption>
<thead><tr>${head}</tr></thead>
<tbody>${body}</tbody></table></div>`;
}

export type Verdict = {
  readonly question: string;
  /** The answer in a few words or one number. */
  readonly answer: string;
  readonly tone: Tone;
  /** What the answer rests on: counts, intervals, closed forms. */
  readonly reasons: readonly string[];
};

/** The verdicts of the first screen. */
export function verdictsBlock(verdicts: readonly Verdict[]): Markup {
  const cards = verdicts.map(
    ({ question, answer, tone, reasons }) => html`<div class="verdict ${tone}">
<h2>${question}</h2>
<p class="big">${answer}</p>
${reasons.filter((reason) => reason !== '').map((reason) => html`<p>${prose(reason)}</p>`)}
</div>
`,
  );
  return html`<div class="verdicts">${cards}</div>`;
}

/** A command line to copy. */
export function commandBlock(command: string): Markup {
  return html`<div class="command"><code>${command}</code></div>`;
}

/** Names with what they stand for. */
export function factsBlock(facts: readonly (readonly [name: string, text: string])[]): Markup {
  return html`<dl>${facts.map(([name, text]) => html`<dt>${name}</dt><dd>${text}</dd>`)}</dl>`;
}

/** A run that is worth a look, and how to see it again. */
export type Seed = {
  readonly title: string;
  readonly facts: string;
  readonly commands: readonly string[];
};

/** Runs that are worth a look. */
export function seedsBlock(seeds: readonly Seed[]): Markup {
  const items = seeds.map(
    ({ title, facts, commands }) => html`<li class="card"><h3>${title}</h3>
<p class="small">${facts}</p>${commands.map(commandBlock)}</li>
`,
  );
  return html`<ul class="seeds">${items}</ul>`;
}

/** A step of a tree: how many, and what became of them. */
export type Branch = {
  readonly text: string;
  /** Of the root's. */
  readonly share: number;
  readonly branches: readonly Branch[];
};

/** A tree of counts, each with a bar for its share. */
export function treeBlock(root: Branch): Markup {
  return html`<ul class="tree">${branchItem(root)}</ul>`;
}

/** The bar is drawn, not styled: a policy without inline styles forbids a style attribute. */
function branchItem({ text, share, branches }: Branch): Markup {
  const width = (100 * share).toFixed(1);
  const below = branches.length === 0 ? undefined : html`<ul>${branches.map(branchItem)}</ul>`;
  return html`<li>${text}
<svg class="bar" viewBox="0 0 100 2" preserveAspectRatio="none" aria-hidden="true">
<path d="M0 1h${width}" stroke="var(--series-0,#0072b2)" stroke-width="2"/></svg>${below}</li>`;
}
