/** HTML that cannot be broken out of: whatever is put into a template is escaped, once. */

/** A piece of HTML that is safe to put into a page. */
export class Markup {
  readonly html: string;

  constructor(html: string) {
    this.html = html;
  }
}

/** What a template takes: text is escaped, markup is not, lists are joined. */
export type Content = string | number | Markup | undefined | readonly Content[];

/** Makes markup of a template: `` html`<p>${text}</p>` ``. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  const text = parts.map((part, index) => part + textOf(contents[index]));
  return new Markup(text.join(''));
}

/** Takes text as markup: only for what this program has drawn itself. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

/** Binds numbers to their percent signs, so that no line breaks between them. */
export function prose(text: string): string {
  return text.replaceAll(/(\d\]?) %/g, '$1\u00a0%');
}

/** Escapes text for element content and quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Returns JSON that may stand in a script element: no tag can begin in it. */
export function embeddedJson(value: unknown): Markup {
  return new Markup(JSON.stringify(value).replaceAll('<', '\\u003c'));
}

function textOf(content: Content): string {
  if (content === undefined) return '';
  if (typeof content === 'string') return escapeHtml(content);
  if (typeof content === 'number') return String(content);
  return content instanceof Markup ? content.html : content.map(textOf).join('');
}
