/** Puts schema nodes and values into words: "a whole number from 1 to 9, found 12". */
import type { SchemaNode } from './schema-tree.ts';
import { alternatives, isRecord } from './schema-tree.ts';

const FOUND_CHARACTERS_MAX = 60;

/** Returns what a value must be, e.g. `a number from 0 to 1`. */
export function expectation(node: SchemaNode): string {
  const all = alternatives(node, undefined);
  const choices = all.flatMap(choicesOf);
  if (choices.length > 1 && all.every((each) => choicesOf(each).length > 0)) {
    return `one of ${choices.join(', ')}`;
  }
  return [...new Set(all.map(expectationOfOne))].join(' or ');
}

/** Returns a value as a user would recognise it, shortened. */
export function showValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'nothing (empty)';
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value, showBigInt);
  return text.length <= FOUND_CHARACTERS_MAX ? text : `${text.slice(0, FOUND_CHARACTERS_MAX)}…`;
}

/** Returns the words that a key accepts, or none if it takes other values. */
export function choicesOf(node: SchemaNode): readonly string[] {
  return alternatives(node, undefined).flatMap((each) => {
    if (Array.isArray(each.enum)) return each.enum.map(String);
    return each.const === undefined ? [] : [String(each.const)];
  });
}

function expectationOfOne(node: SchemaNode): string {
  const [choice] = choicesOf(node);
  if (choice !== undefined) return choice;
  switch (node.type) {
    case 'integer':
      return `a whole number${range(node)}`;
    case 'number':
      return `a number${range(node)}`;
    case 'string':
      return stringExpectation(node);
    case 'boolean':
      return 'true or false';
    case 'array':
      return `a list${typeof node.minItems === 'number' ? ' that is not empty' : ''}`;
    default:
      return isRecord(node.properties) ? 'a group of keys' : 'a map of names to values';
  }
}

function stringExpectation(node: SchemaNode): string {
  const pattern = typeof node.pattern === 'string' ? ` that matches ${node.pattern}` : '';
  const length = typeof node.maxLength === 'number' ? ` of at most ${node.maxLength}` : '';
  return `text${length === '' ? '' : `${length} characters`}${pattern}`;
}

function range({ minimum, maximum }: SchemaNode): string {
  const low = minimum === undefined ? '' : ` from ${minimum}`;
  return maximum === undefined || maximum === Number.MAX_SAFE_INTEGER
    ? low
    : `${low} to ${maximum}`;
}

function showBigInt(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
