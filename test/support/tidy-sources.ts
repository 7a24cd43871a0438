/** Reads the sources of the repository once, for all checks of the tidy test. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { Token } from './tidy-tokens.ts';
import { tokenize } from './tidy-tokens.ts';

/** Something that is imported. */
export type Import = {
  /** Path in the repository, or package name. */
  readonly target: string;
  readonly isPackage: boolean;
  readonly isTypeOnly: boolean;
  readonly line: number;
};

/** A source file. */
export type Source = {
  /** From the root of the repository, with slashes. */
  readonly path: string;
  readonly text: string;
  /** Without the comments. */
  readonly code: readonly Token[];
  readonly all: readonly Token[];
  readonly imports: readonly Import[];
};

const FOLDERS = ['src', 'sim', 'bench', 'test'];
const EXTENSION = /\.(tsx?|js)$/;

/**
 * Returns all TypeScript and JavaScript files, sorted by path. Markup in them is read as if it were
 * code: its text must not open quotes, which prose can do without.
 */
export function readSources(): readonly Source[] {
  return FOLDERS.flatMap(filesBelow)
    .filter((path) => EXTENSION.test(path))
    .map(readSource);
}

/** Returns all files below a folder, sorted; none if it does not exist. */
export function filesBelow(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch {
    return [];
  }
}

/** Returns the layer of a path: `src/core`, `sim/kernel`, or the file if it lies above them. */
export function layerOf(path: string): string {
  return path.split('/').slice(0, 2).join('/');
}

function readSource(path: string): Source {
  const text = readFileSync(path, 'utf8');
  const all = tokenize(text);
  const code = all.filter((token) => token.kind !== 'comment');
  return { path, text, all, code, imports: importsOf(path, code) };
}

/** `import … from 'x'`, `export … from 'x'`, `import 'x'` and `import('x')`. */
function importsOf(path: string, code: readonly Token[]): readonly Import[] {
  return code.flatMap((token, index) => {
    if (token.kind !== 'text' || token.text.startsWith('`')) return [];
    const before = code[index - 1]?.text;
    const isCall = before === '(' && code[index - 2]?.text === 'import';
    if (before !== 'from' && before !== 'import' && !isCall) return [];
    const name = token.text.slice(1, -1);
    const isPackage = !name.startsWith('.');
    const target = isPackage ? packageName(name) : normalize(join(dirname(path), name));
    return [{ target, isPackage, isTypeOnly: isTypeImport(code, index), line: token.line }];
  });
}

function packageName(name: string): string {
  if (name.startsWith('node:')) return name;
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}

function isTypeImport(code: readonly Token[], from: number): boolean {
  for (let index = from; index >= 0; index--) {
    const text = code[index]?.text;
    if (text === 'import' || text === 'export') return code[index + 1]?.text === 'type';
  }
  return false;
}
