/**
 * Reads one YAML file into plain values that remember where they stood.
 *
 * A configuration comes from anywhere: size, nesting and aliases are bounded, duplicate keys and
 * unknown tags are refused, and every later complaint names line and column.
 */
import { readFileSync, statSync } from 'node:fs';
import type { Document } from 'yaml';
import { isAlias, isNode, isPair, LineCounter, parseDocument, visit } from 'yaml';
import type { ErrorDetail } from '../base/index.ts';
import { ConfigError } from './error.ts';

/** The way to a value: keys of maps and indices of lists. */
export type KeyPath = readonly (string | number)[];

/** A parsed file. */
export type ConfigDocument = {
  readonly source: string;
  readonly value: unknown;
  /** Returns `file:line:column` of the value, or of its key, or of the nearest one around it. */
  readonly placeOf: (path: KeyPath) => string;
};

/** More than any configuration needs; a hostile one must not fill the memory. */
const SIZE_BYTES_MAX = 1_048_576;
const DEPTH_MAX = 64;
const ALIAS_COUNT_MAX = 100;

/**
 * Reads a configuration file.
 * @throws ConfigError config-unreadable, config-too-large, config-not-text, config-syntax
 */
export function readDocument(path: string): ConfigDocument {
  return parseConfigText(decode(readBytes(path), path), path);
}

/**
 * Parses the text of a configuration.
 * @param source how errors name it
 * @throws ConfigError config-syntax
 */
export function parseConfigText(text: string, source: string): ConfigDocument {
  const lines = new LineCounter();
  const document = guarded(source, () => parseDocument(text, { lineCounter: lines }));
  const faults = [...document.errors, ...document.warnings].map((fault): ErrorDetail => {
    const { line, col } = lines.linePos(fault.pos[0]);
    const sentence = fault.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '');
    return {
      code: 'config-syntax',
      message: `not valid YAML: ${sentence}`,
      where: `${source}:${line}:${col}`,
    };
  });
  if (faults.length > 0) throw new ConfigError(source, faults);
  refuseShape(document, source);
  const value: unknown = guarded(source, () => document.toJS({ maxAliasCount: ALIAS_COUNT_MAX }));
  return { source, value, placeOf: (path) => placeOf(document, { lines, source, path }) };
}

function readBytes(path: string): Uint8Array {
  const fail = (code: string, message: string, remedy: string, cause?: unknown) =>
    new ConfigError(path, [{ code, message, where: path, remedy }], { cause });
  try {
    const status = statSync(path);
    if (status.isDirectory()) {
      throw fail('config-unreadable', 'is a folder', 'Name a YAML file in it.');
    }
    if (status.size > SIZE_BYTES_MAX) {
      const limit = `The limit is ${SIZE_BYTES_MAX} bytes.`;
      throw fail('config-too-large', `has ${status.size} bytes`, limit);
    }
    return readFileSync(path);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isMissing) {
      throw fail('config-unreadable', 'there is no such file', 'Check the path.', error);
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw fail('config-unreadable', 'cannot be read', reason, error);
  }
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    const detail = {
      code: 'config-not-text',
      message: 'is not UTF-8 text',
      where: path,
      remedy: 'Save it as UTF-8.',
    };
    throw new ConfigError(path, [detail], { cause });
  }
}

/** The parser recurses, and expands aliases: both end in exceptions of their own kind. */
function guarded<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const message =
      cause instanceof RangeError ? 'is nested too deeply' : 'expands to too much through aliases';
    throw new ConfigError(source, [{ code: 'config-syntax', message, where: source }], { cause });
  }
}

/** What the parser accepts, and what would fail, or grow, only when values are made of it. */
function refuseShape(document: Document, source: string): void {
  const refuse = (message: string) =>
    new ConfigError(source, [{ code: 'config-syntax', message, where: source }]);
  const anchors = new Set<string>();
  visit(document, (_key, node, ancestors) => {
    if (isNode(node) && ancestors.filter(isNode).length >= DEPTH_MAX) {
      throw refuse('is nested too deeply');
    }
    if (isAlias(node) && !anchors.has(node.source)) {
      throw refuse(`not valid YAML: the alias *${node.source} has no anchor`);
    }
    if (isAlias(node) && ancestors.some((outer) => anchorOf(outer) === node.source)) {
      throw refuse(`not valid YAML: &${node.source} contains itself`);
    }
    const anchor = anchorOf(node);
    if (anchor !== undefined) anchors.add(anchor);
  });
}

function anchorOf(node: unknown): string | undefined {
  return isNode(node) && 'anchor' in node ? node.anchor : undefined;
}

function placeOf(
  document: Document,
  at: { readonly lines: LineCounter; readonly source: string; readonly path: KeyPath },
): string {
  for (let length = at.path.length; length >= 0; length--) {
    const offset = offsetOf(document, at.path.slice(0, length));
    if (offset === undefined) continue;
    const { line, col } = at.lines.linePos(offset);
    return `${at.source}:${line}:${col}`;
  }
  return at.source;
}

/** Where the key of a map entry begins, or the item of a list, or the whole document. */
function offsetOf(document: Document, path: KeyPath): number | undefined {
  if (path.length === 0) return document.contents?.range?.[0];
  const last = path.at(-1);
  const parent: unknown = document.getIn(path.slice(0, -1), true) ?? document.contents;
  if (!isNode(parent) || !('items' in parent)) return undefined;
  for (const item of parent.items) {
    if (!isPair(item)) continue;
    const key: unknown = item.key;
    if (isNode(key) && 'value' in key && String(key.value) === String(last)) return key.range?.[0];
  }
  const node: unknown = document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}
