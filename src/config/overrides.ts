/**
 * `--set a.b.0.c=value`: changes one value of a configuration before it is checked.
 *
 * The path must exist in the schema; the value is read as YAML, so `0.3`, `true`, `[1, 2]` and
 * `text` are what they look like. A list may grow by its next index.
 */
import type { ErrorDetail } from '../base/index.ts';
import type { ConfigDocument, KeyPath } from './document.ts';
import { parseConfigText } from './document.ts';
import { ConfigError } from './error.ts';
import type { SchemaNode } from './schema-tree.ts';
import { childValue, isRecord, valueAt, walk } from './schema-tree.ts';

/** A change of one value. */
export type Override = { readonly text: string; readonly path: KeyPath; readonly value: unknown };

/**
 * Returns the document with all overrides applied, in order; places of changed values name them.
 * @param texts such as `network.degree=4`
 * @throws ConfigError override-syntax, override-unknown-path
 */
export function applyOverrides(
  document: ConfigDocument,
  texts: readonly string[],
  root: SchemaNode,
): ConfigDocument {
  const problems: ErrorDetail[] = [];
  const applied: Override[] = [];
  let value = document.value;
  for (const text of texts) {
    const parsed = parseOverride(text);
    const problem = 'code' in parsed ? parsed : pathProblem(parsed, { value, root });
    if (problem !== undefined) problems.push(problem);
    else if (!('code' in parsed)) {
      value = withValue(value, parsed.path, parsed.value);
      applied.push(parsed);
    }
  }
  if (problems.length > 0) throw new ConfigError('--set', problems);
  const placeOf = (path: KeyPath) => {
    const cause = applied.findLast((override) => isWithin(path, override.path));
    return cause === undefined ? document.placeOf(path) : `--set ${cause.text}`;
  };
  return { source: document.source, value, placeOf };
}

/** Reads `a.b=c`; a problem if it is none. */
function parseOverride(text: string): Override | ErrorDetail {
  const [, keys, valueText] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  const path = (keys ?? '').split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  const code = 'override-syntax';
  const where = `--set ${text}`;
  if (keys === undefined || valueText === undefined || path.includes('')) {
    return {
      code,
      message: 'is not key.path=value',
      where,
      remedy: 'For example network.degree=4.',
    };
  }
  try {
    return { text, path, value: parseConfigText(valueText, where).value };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [fault] = error.problems;
    return { code, message: `its value: ${fault?.message}`, where, remedy: 'Quote it for YAML.' };
  }
}

function pathProblem(
  override: Override,
  config: { readonly value: unknown; readonly root: SchemaNode },
): ErrorDetail | undefined {
  const code = 'override-unknown-path';
  const where = `--set ${override.text}`;
  const walked = walk(config.root, override.path, config.value);
  if (!walked.found) {
    const place = walked.known.length === 0 ? 'the configuration' : walked.known.join('.');
    const nearest = walked.nearest === undefined ? '' : `Did you mean ${walked.nearest}? `;
    const allowed = walked.allowed.length === 0 ? 'nothing below' : walked.allowed.join(', ');
    return {
      code,
      message: `there is no key ${walked.unknown} in ${place}`,
      where,
      remedy: `${nearest}It has ${allowed}.`,
    };
  }
  return indexProblem(override, config.value);
}

/** A list has no holes: an index is at most its length. */
function indexProblem(override: Override, value: unknown): ErrorDetail | undefined {
  for (const [position, key] of override.path.entries()) {
    if (typeof key !== 'number') continue;
    const before = override.path.slice(0, position);
    const list = valueAt(value, before);
    const length = Array.isArray(list) ? list.length : 0;
    if (isRecord(list) || key <= length) continue;
    return {
      code: 'override-unknown-path',
      message: `index ${key} would leave a gap: ${before.join('.')} has length ${length}`,
      where: `--set ${override.text}`,
      remedy: `Use an index up to ${length}; ${length} appends.`,
    };
  }
  return undefined;
}

/** Returns a copy of `value` with `leaf` at `path`. */
function withValue(value: unknown, path: KeyPath, leaf: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return leaf;
  const child = withValue(childValue(value, key), rest, leaf);
  if (typeof key === 'number' && !isRecord(value)) {
    const list: unknown[] = Array.isArray(value) ? [...value] : [];
    list[key] = child;
    return list;
  }
  return { ...(isRecord(value) ? value : {}), [key]: child };
}

function isWithin(path: KeyPath, prefix: KeyPath): boolean {
  return prefix.every((key, position) => String(path[position]) === String(key));
}
