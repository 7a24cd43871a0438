/**
 * A small tokenizer for TypeScript, enough to tell code from text and to find function bodies.
 *
 * The compiler has no JavaScript API, and regular expressions over raw text take words in comments
 * for code. Limits: no JSX; `<` and `>` are single tokens; a `/` after `)` is a division.
 */

/** A piece of source. `text` is what stands there, quotes and comment marks included. */
export type Token = {
  readonly kind: 'word' | 'number' | 'text' | 'regex' | 'comment' | 'mark';
  readonly text: string;
  /** From 1. */
  readonly line: number;
};

/** A function with a body. `lines` counts from its name, or its arrow, to the closing brace. */
export type FunctionSpan = { readonly line: number; readonly lines: number };

const WORD = /[\p{ID_Start}$_#@][\p{ID_Continue}$]*/uy;
const NUMBER = /\d[\w.]*/y;
const STRING = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/sy;
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const COMMENT = /\/\/[^\n]*|\/\*.*?\*\//sy;
const MARK = /=>|\.\.\.|[^\s]/uy;
const SPACE = /\s+/y;
/** Words after which an expression begins, so that a slash begins a regular expression. */
const BEFORE_EXPRESSION = new Set(
  'return typeof case in of do else void delete throw new await yield instanceof'.split(' '),
);
const CONTROL = new Set('if for while switch catch with await'.split(' '));
/** After these, a brace opens the type of an object and not a body. */
const BEFORE_TYPE = new Set([
  ...':|&<,=([?',
  '=>',
  ...'is keyof extends readonly infer'.split(' '),
]);
const NEVER_IN_TYPE = new Set('case default return const let if for while throw'.split(' '));

/** Splits source into tokens; white space is dropped, comments are kept. */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  /** For each open template, how many braces are open in its current `${…}`. */
  const templates: number[] = [];
  let at = 0;
  let line = 1;
  const take = (kind: Token['kind'], text: string) => {
    tokens.push({ kind, text, line });
    at += text.length;
    line += text.split('\n').length - 1;
  };
  while (at < source.length) {
    const space = match(SPACE, source, at);
    if (space !== undefined) {
      at += space.length;
      line += space.split('\n').length - 1;
      continue;
    }
    const depth = templates.at(-1);
    const character = source[at];
    if (character === '`' || (character === '}' && depth === 0)) {
      if (character === '}') templates.pop();
      const text = templateText(source, at);
      if (text.endsWith('${')) templates.push(0);
      take('text', text);
      continue;
    }
    if (depth !== undefined && character === '{') templates.push((templates.pop() ?? 0) + 1);
    if (depth !== undefined && character === '}') templates.push((templates.pop() ?? 0) - 1);
    const next = nextToken(source, at, tokens);
    take(next.kind, next.text);
  }
  return tokens;
}

/** Returns all functions, methods and arrow functions with a body in braces. */
export function functionSpans(all: readonly Token[]): readonly FunctionSpan[] {
  const tokens = all.filter((token) => token.kind !== 'comment');
  const pairs = matchBrackets(tokens);
  const spans: FunctionSpan[] = [];
  for (const [index, token] of tokens.entries()) {
    const body = token.text === '=>' ? index + 1 : bodyAfterName(tokens, pairs, index);
    const end = body === undefined ? undefined : pairs.get(body);
    if (body === undefined || tokens[body]?.text !== '{' || end === undefined) continue;
    if (isSuite(tokens.slice(body, end))) continue;
    spans.push({ line: token.line, lines: (tokens[end]?.line ?? 0) - token.line + 1 });
  }
  return spans;
}

function nextToken(source: string, at: number, before: readonly Token[]): Omit<Token, 'line'> {
  const attempts = [
    ['comment', COMMENT],
    ['text', STRING],
    ['word', WORD],
    ['number', NUMBER],
    ...(mayBeginRegex(before) ? ([['regex', REGEX]] as const) : []),
  ] as const;
  for (const [kind, pattern] of attempts) {
    const text = match(pattern, source, at);
    if (text !== undefined) return { kind, text };
  }
  return { kind: 'mark', text: match(MARK, source, at) ?? source.charAt(at) };
}

function match(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}

/** From a back quote or a closing brace to the next `${` or the closing back quote. */
function templateText(source: string, from: number): string {
  let at = from + 1;
  while (at < source.length) {
    if (source[at] === '\\') at += 2;
    else if (source[at] === '`') return source.slice(from, at + 1);
    else if (source.startsWith('${', at)) return source.slice(from, at + 2);
    else at++;
  }
  return source.slice(from);
}

function mayBeginRegex(before: readonly Token[]): boolean {
  const last = before.findLast((token) => token.kind !== 'comment');
  if (last === undefined) return true;
  if (last.kind === 'word') return BEFORE_EXPRESSION.has(last.text);
  if (last.kind === 'text') return last.text.endsWith('${');
  return last.kind === 'mark' && ![')', ']', '}'].includes(last.text);
}

/** Index of the partner of each bracket; a part of a template is no bracket. */
function matchBrackets(tokens: readonly Token[]): ReadonlyMap<number, number> {
  const pairs = new Map<number, number>();
  const open: number[] = [];
  for (const [index, { kind, text }] of tokens.entries()) {
    if (kind !== 'mark') continue;
    if ('([{'.includes(text)) open.push(index);
    if (!')]}'.includes(text)) continue;
    const partner = open.pop();
    if (partner === undefined) continue;
    pairs.set(partner, index);
    pairs.set(index, partner);
  }
  return pairs;
}

/** Where the body of `name(…): Type {` begins, if that is what stands at `index`. */
function bodyAfterName(
  tokens: readonly Token[],
  pairs: ReadonlyMap<number, number>,
  index: number,
): number | undefined {
  const name = tokens[index];
  if (name?.kind !== 'word' || CONTROL.has(name.text)) return undefined;
  const before = tokens[index - 1]?.text;
  if (before === '.' || before === 'new') return undefined;
  const open = afterTypeParameters(tokens, index + 1);
  if (tokens[open]?.text !== '(') return undefined;
  const close = pairs.get(open);
  if (close === undefined) return undefined;
  const next = tokens[close + 1]?.text;
  if (next === '{') return close + 1;
  return next === ':' ? bodyAfterType(tokens, pairs, close + 2) : undefined;
}

function afterTypeParameters(tokens: readonly Token[], from: number): number {
  if (tokens[from]?.text !== '<') return from;
  let depth = 0;
  for (let index = from; index < tokens.length; index++) {
    const text = tokens[index]?.text ?? '';
    if (text === '<') depth++;
    if (text === '>') depth--;
    if (depth === 0) return index + 1;
    if (text === ';') return from;
  }
  return from;
}

function bodyAfterType(
  tokens: readonly Token[],
  pairs: ReadonlyMap<number, number>,
  from: number,
): number | undefined {
  let angles = 0;
  for (let index = from; index < tokens.length; index++) {
    const { text = '', kind } = tokens[index] ?? {};
    if (kind === 'word' && NEVER_IN_TYPE.has(text)) return undefined;
    if (text === '<') angles++;
    if (text === '>') angles--;
    if (angles === 0 && [';', ',', ')', '}', '=', '=>', '?'].includes(text)) return undefined;
    if (text === '{' && !BEFORE_TYPE.has(tokens[index - 1]?.text ?? '')) return index;
    if (['(', '[', '{'].includes(text)) index = pairs.get(index) ?? tokens.length;
  }
  return undefined;
}

/** Tells whether a body lists tests: it is as long as there is something to test. */
function isSuite(body: readonly Token[]): boolean {
  return body.some(({ kind, text }, index) => {
    return kind === 'word' && text === 'it' && body[index + 1]?.text === '(';
  });
}
