/**
 * Reads queries of Prometheus as far as names go: which series with which labels, and by which
 * labels they are put together. Everything that is neither is refused, so that a typing error in a
 * name cannot pass for something else.
 */

/** What a query names. */
export type QueryNames = {
  readonly series: readonly { readonly name: string; readonly labels: readonly string[] }[];
  /** Labels of `by`, `without` and their kind. */
  readonly grouping: readonly string[];
};

const FUNCTIONS = [
  ...['sum', 'max', 'min', 'avg', 'count', 'topk', 'rate', 'increase', 'abs'],
  'histogram_quantile',
];
const GROUPING = ['by', 'without', 'on', 'ignoring', 'group_left', 'group_right'];
const OPERATORS = ['and', 'or', 'unless', 'bool', 'offset'];

/** One piece of a query; the order of the parts matters. */
const TOKEN = new RegExp(
  [
    /(?<text>"(?:[^"\\]|\\.)*")/,
    /(?<range>\[[^\]]*\])/,
    /(?<name>[a-zA-Z_:][\w:]*)/,
    /(?<number>\d[\d.e]*[smhd]?)/,
    /(?<space>\s+)/,
    /(?<sign>[=!<>~]+|[-+*/%^,(){}])/,
    /(?<other>.)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

type Token = { readonly kind: string; readonly text: string };

/** Returns the names in a query. @throws RangeError if there is a word that it does not know */
export function namesIn(query: string): QueryNames {
  const tokens = [...query.matchAll(TOKEN)].flatMap((match): Token[] => {
    const [kind, text] = Object.entries(match.groups ?? {}).find(([, found]) => found) ?? ['', ''];
    if (kind === 'other') throw new RangeError(`${JSON.stringify(text)} in ${query}`);
    return kind === 'space' ? [] : [{ kind, text: text ?? '' }];
  });
  const series: { name: string; labels: readonly string[] }[] = [];
  const grouping: string[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const { kind, text } = tokens[at] as Token;
    if (kind !== 'name' || OPERATORS.includes(text)) continue;
    const next = tokens[at + 1]?.text;
    if (GROUPING.includes(text) && next === '(') {
      const end = closing(tokens, at + 1, ')');
      grouping.push(...namesBetween(tokens, at + 1, end));
      at = end;
    } else if (FUNCTIONS.includes(text)) {
      if (next !== '(' && !GROUPING.includes(next ?? '')) {
        throw new RangeError(`${text} without arguments in ${query}`);
      }
    } else if (next === '{') {
      const end = closing(tokens, at + 1, '}');
      series.push({ name: text, labels: namesBetween(tokens, at + 1, end) });
      at = end;
    } else {
      series.push({ name: text, labels: [] });
    }
  }
  return { series, grouping };
}

function closing(tokens: readonly Token[], from: number, text: string): number {
  const end = tokens.findIndex((token, index) => index > from && token.text === text);
  if (end < 0) throw new RangeError(`${text} is missing`);
  return end;
}

function namesBetween(tokens: readonly Token[], from: number, end: number): readonly string[] {
  return tokens
    .slice(from, end)
    .filter(({ kind }) => kind === 'name')
    .map(({ text }) => text);
}
