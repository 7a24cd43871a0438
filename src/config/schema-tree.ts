/**
 * Walks a JSON Schema along a path of keys: what is allowed there, and what it means.
 *
 * One description of each key serves editors (the schema itself), errors ("did you mean", ranges)
 * and `assay config explain`. Only what zod emits is understood: properties, items,
 * additionalProperties, oneOf, anyOf.
 */
import { nearestText } from '../base/index.ts';
import type { KeyPath } from './document.ts';

/** A node of a JSON Schema: the keywords that are looked at. */
export type SchemaNode = {
  readonly type?: unknown;
  readonly const?: unknown;
  readonly enum?: unknown;
  readonly oneOf?: unknown;
  readonly anyOf?: unknown;
  readonly items?: unknown;
  readonly properties?: unknown;
  readonly additionalProperties?: unknown;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly minItems?: unknown;
  readonly maxLength?: unknown;
  readonly pattern?: unknown;
  readonly default?: unknown;
  readonly description?: unknown;
  readonly unit?: unknown;
  readonly tooLow?: unknown;
  readonly tooHigh?: unknown;
  readonly defaultText?: unknown;
};

/** Tells whether `value` is a map with text keys. */
export function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Returns the alternatives that `node` allows; where one key (`kind`, `behaviour`) tells them
 * apart and `value` has it, only the one that fits.
 */
export function alternatives(node: SchemaNode, value: unknown): readonly SchemaNode[] {
  const listed = node.oneOf ?? node.anyOf;
  if (!Array.isArray(listed)) return [node];
  const all = listed.filter(isRecord).flatMap((each) => alternatives(each, value));
  const fitting = all.filter((each) => fitsConstants(each, value));
  return fitting.length > 0 ? fitting : all;
}

/**
 * Returns the schema nodes of the child `key`, one for each alternative that has it.
 * @param value the value that is there now, if any, to choose among alternatives
 */
export function childrenOf(
  node: SchemaNode,
  key: string | number,
  value: unknown,
): readonly SchemaNode[] {
  return alternatives(node, value).flatMap((each) => {
    const properties = isRecord(each.properties) ? each.properties : {};
    const isIndex = /^\d+$/.test(String(key));
    const found =
      isIndex && isRecord(each.items)
        ? each.items
        : Object.hasOwn(properties, key)
          ? properties[key]
          : each.additionalProperties;
    return isRecord(found) ? [found] : [];
  });
}

/** Returns the keys that are allowed in the map that `node` describes. */
export function keysOf(node: SchemaNode, value: unknown): readonly string[] {
  const keys = alternatives(node, value).flatMap((each) =>
    isRecord(each.properties) ? Object.keys(each.properties) : [],
  );
  return [...new Set(keys)];
}

/** Where a path leads in a schema, or how far it goes. */
export type Walk =
  | { readonly found: true; readonly nodes: readonly SchemaNode[] }
  | {
      readonly found: false;
      /** The part of the path that exists. */
      readonly known: KeyPath;
      /** The key that does not. */
      readonly unknown: string;
      /** The whole path as it was probably meant. */
      readonly nearest: string | undefined;
      /** What is allowed there. */
      readonly allowed: readonly string[];
    };

/**
 * Follows `path` from the root of a schema.
 * @param value the configuration, to choose among alternatives; `undefined` looks at all
 */
export function walk(root: SchemaNode, path: KeyPath, value?: unknown): Walk {
  let nodes: readonly SchemaNode[] = [root];
  let here = value;
  for (const [position, key] of path.entries()) {
    const next = nodes.flatMap((node) => childrenOf(node, key, here));
    if (next.length === 0) return stopped({ nodes, path, position, here });
    nodes = next;
    here = childValue(here, key);
  }
  return { found: true, nodes };
}

/** Returns the value under `key`, or `undefined`. */
export function childValue(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return value[Number(key)];
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Returns the value at `path`, or `undefined`. */
export function valueAt(value: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>(childValue, value);
}

function stopped(at: {
  readonly nodes: readonly SchemaNode[];
  readonly path: KeyPath;
  readonly position: number;
  readonly here: unknown;
}): Walk {
  const known = at.path.slice(0, at.position);
  const unknown = String(at.path[at.position]);
  const allowed = [...new Set(at.nodes.flatMap((node) => keysOf(node, at.here)))];
  const meant = nearestText(unknown, allowed);
  const nearest = meant === undefined ? undefined : [...known, meant].join('.');
  return { found: false, known, unknown, nearest, allowed };
}

function fitsConstants(node: SchemaNode, value: unknown): boolean {
  if (!isRecord(value) || !isRecord(node.properties)) return false;
  const constants = Object.entries(node.properties).flatMap(([key, property]) => {
    const wanted = isNode(property) ? property.const : undefined;
    return wanted === undefined ? [] : [value[key] === wanted];
  });
  return constants.length > 0 && constants.every((fits) => fits);
}

function isNode(value: unknown): value is SchemaNode {
  return isRecord(value);
}
