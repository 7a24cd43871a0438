/**
 * A report as one HTML file that asks for nothing: style and script stand in it, and its content
 * security policy admits these two by their hashes and nothing else, from a file as from a server.
 */
import { createHash } from 'node:crypto';
import { type Content, html, type Markup, prose, trusted } from './markup.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

export type PageSection = {
  /** For links: kebab-case. */
  readonly id: string;
  readonly title: string;
  /** What the section shows, in words. */
  readonly lead: string;
  readonly body: Content;
};

export type Page = {
  readonly title: string;
  /** What was simulated, in one sentence. */
  readonly sentence: string;
  /** What its author says about it; may be empty. */
  readonly description: string;
  readonly verdicts: Content;
  /** Figures of the first screen. */
  readonly opening: Content;
  readonly sections: readonly PageSection[];
  /** What wrote the report. */
  readonly footer: string;
};

/** Returns the whole document. */
export function pageHtml(page: Page): string {
  const { title, sentence, description, verdicts, opening, sections, footer } = page;
  const links = sections.map(
    (section) => html`<li><a href="#${section.id}">${section.title}</a></li>`,
  );
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header class="top">
<h1>${title}</h1>
<p class="said">${prose(sentence)}</p>
${description === '' ? undefined : html`<p class="quiet">${description}</p>`}
<nav aria-label="Sections"><ul>${links}</ul></nav>
</header>
<main id="content">
${verdicts}
${opening}
${sections.map(sectionHtml)}
</main>
<footer>${footer}</footer>
<div id="tip" role="status" hidden></div>
<script>${trusted(SCRIPT)}</script>
</body>
</html>
`;
  return document.html;
}

function sectionHtml({ id, title, lead, body }: PageSection): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
<p>${prose(lead)}</p>
${body}
</section>
`;
}

function policy(): string {
  const hash = (text: string): string =>
    `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return [
    "default-src 'none'",
    `style-src ${hash(STYLE)}`,
    `script-src ${hash(SCRIPT)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
