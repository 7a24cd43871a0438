/** Explains a key of a configuration: meaning, unit, range, default, what breaks beyond it. */
import { AssayError } from '../base/index.ts';
import type { KeyPath } from './document.ts';
import type { SchemaNode } from './schema-tree.ts';
import { alternatives, isRecord, keysOf, walk } from './schema-tree.ts';
import { expectation, showValue } from './wording.ts';

/** What there is to know about a key. */
export type Explanation = {
  readonly path: string;
  readonly meaning: string;
  readonly value: string;
  readonly unit: string | undefined;
  readonly default: string | undefined;
  readonly tooLow: string | undefined;
  readonly tooHigh: string | undefined;
  /** Keys below this one; for alternatives, each with its own. */
  readonly parts: readonly { readonly meaning: string; readonly keys: readonly string[] }[];
};

/**
 * Explains the key at `text`, such as `network.degree` or `adversaries.share`; list indices may be
 * left out. The empty text explains the whole file.
 * @throws AssayError config-unknown-key
 */
export function explainKey(root: SchemaNode, text: string): Explanation {
  const path = text === '' ? [] : text.split('.');
  const walked = walk(root, withIndices(root, path));
  if (!walked.found) {
    const nearest = walked.nearest?.replaceAll(/\.0(?=\.|$)/g, '');
    const meant = nearest === undefined ? '' : `Did you mean ${nearest}? `;
    throw new AssayError({
      code: 'config-unknown-key',
      message: `there is no key ${walked.unknown}`,
      where: text,
      remedy: `${meant}There is ${walked.allowed.join(', ')}.`,
    });
  }
  return explanationOf(text, walked.nodes);
}

function explanationOf(path: string, nodes: readonly SchemaNode[]): Explanation {
  const textOf = (keyword: keyof SchemaNode) => {
    const texts = nodes.map((node) => node[keyword]).filter((each) => typeof each === 'string');
    return texts.length === 0 ? undefined : [...new Set(texts)].join('; or: ');
  };
  const defaults = nodes.map((node) => node.default).filter((value) => value !== undefined);
  return {
    path,
    meaning: textOf('description') ?? '',
    value: expectation({ anyOf: nodes }),
    unit: textOf('unit'),
    default: textOf('defaultText') ?? (defaults.length > 0 ? showValue(defaults[0]) : undefined),
    tooLow: textOf('tooLow'),
    tooHigh: textOf('tooHigh'),
    parts: nodes.flatMap(partsOf),
  };
}

function partsOf(node: SchemaNode): Explanation['parts'] {
  const inner = isRecord(node.items) ? node.items : node;
  return alternatives(inner, undefined)
    .map((each) => ({ meaning: String(each.description ?? ''), keys: keysOf(each, undefined) }))
    .filter((part) => part.keys.length > 0);
}

/** People write `adversaries.share`: the index of a list goes where one is needed. */
function withIndices(root: SchemaNode, path: readonly string[]): KeyPath {
  const complete: string[] = [];
  for (const key of path) {
    const here = walk(root, complete);
    const isList = here.found && here.nodes.every((node) => isRecord(node.items) && node.items);
    if (isList && !/^\d+$/.test(key)) complete.push('0');
    complete.push(key);
  }
  return complete;
}
