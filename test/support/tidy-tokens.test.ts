import assert from 'node:assert/strict';
import { functionSpans, tokenize } from './tidy-tokens.ts';

/** Fixtures write `§` for the dollar, lest they be taken for templates themselves. */
function tokensOf(source: string): ReturnType<typeof tokenize> {
  return tokenize(source.replaceAll('§', '$'));
}

function texts(source: string): readonly string[] {
  return tokensOf(source).map((token) => token.text.replaceAll('$', '§'));
}

function kinds(source: string): string {
  return tokensOf(source)
    .map((token) => token.kind)
    .join(' ');
}

function lengths(source: string): readonly number[] {
  return functionSpans(tokensOf(source)).map((span) => span.lines);
}

describe('the tokenizer of the tidy test', () => {
  it('tells strings and comments from code', () => {
    assert.equal(kinds(`a = 'b // c' // d`), 'word mark text comment');
    assert.equal(kinds(`"it's" /* 'x */ y`), 'text comment word');
    assert.equal(kinds(`'a\\'b' c`), 'text word');
  });

  it('tells regular expressions from divisions', () => {
    assert.equal(kinds('a / b / c'), 'word mark word mark word');
    assert.equal(kinds(`x = /a'b/g; y`), 'word mark regex mark word');
    assert.equal(kinds('return /[/"]/.test(x)'), 'word regex mark word mark word mark');
    assert.equal(kinds('(a) / 2 / b'), 'mark word mark mark number mark word');
  });

  it('finds code inside templates, however deep', () => {
    assert.deepEqual(texts('`a§{b}c`'), ['`a§{', 'b', '}c`']);
    assert.deepEqual(texts('`a§{{ x: `§{y}` }.x}`'), [
      '`a§{',
      '{',
      'x',
      ':',
      '`§{',
      'y',
      '}`',
      '}',
      '.',
      'x',
      '}`',
    ]);
    assert.deepEqual(texts('`\\`§{`}`}`'), ['`\\`§{', '`}`', '}`']);
  });

  it('counts lines through comments, templates and strings', () => {
    const tokens = tokensOf('/*\n\n*/ a\n`\n§{\nb}\n` c');
    const lineOf = (text: string) => tokens.find((token) => token.text === text)?.line;
    assert.deepEqual([lineOf('a'), lineOf('b'), lineOf('c')], [3, 6, 7]);
  });
});

describe('the lengths of functions in the tidy test', () => {
  it('are counted for functions, methods, arrows and accessors', () => {
    assert.deepEqual(lengths('function a(x: number) {\n\n}'), [3]);
    assert.deepEqual(lengths('const a = (x) => {\n};'), [2]);
    assert.deepEqual(lengths('class A {\n  b() {\n  }\n  get c(): number {\n\n  }\n}'), [2, 3]);
    assert.deepEqual(lengths('export async function* a<T extends B>(\n  x: T,\n) {\n}'), [4]);
  });

  it('see through return types, also of objects', () => {
    assert.deepEqual(lengths('function a(): { b: number } {\n}'), [2]);
    assert.deepEqual(lengths('function a(): x is B | { c: D } {\n}'), [2]);
    assert.deepEqual(lengths('function a(): Map<string, { b: C }> {\n}'), [2]);
    assert.deepEqual(lengths('function a(): readonly (readonly [A, B])[] {\n}'), [2]);
    assert.deepEqual(lengths('const f = (): A => {\n\n};'), [3]);
  });

  it('are not counted for blocks, objects, calls and types', () => {
    assert.deepEqual(lengths('if (a) {\n}\nfor (const b of c) {\n}\nwhile (d) {\n}'), []);
    assert.deepEqual(lengths('switch (a) {\n}\ntry {\n} catch (e) {\n}'), []);
    assert.deepEqual(lengths('const a = { b: f(c), d: {} };'), []);
    assert.deepEqual(lengths('const a = b ? f(c) : { d: 1 };'), []);
    assert.deepEqual(lengths('type A = { b(c: D): E };'), []);
    assert.deepEqual(lengths('new Foo(a);\nx.y(b);'), []);
    assert.deepEqual(lengths('declare function a(): B;\nconst c = {};'), []);
  });

  it('include nested functions on their own, and braces in text not at all', () => {
    assert.deepEqual(
      lengths("function a() {\n  b.map((c) => {\n    return '{';\n  });\n}"),
      [5, 3],
    );
    assert.deepEqual(lengths('function a() {\n  return /}/.test(`}§{b}`);\n}'), [3]);
  });

  it('leave suites of tests out', () => {
    assert.deepEqual(
      lengths("function a() {\n  describe(b, () => {\n    it('c', d);\n  });\n}"),
      [],
    );
    assert.deepEqual(lengths("describe('a', () => {\n  it('b', () => {\n  });\n});"), [2]);
  });
});
