/** Turns what the schema refuses into sentences with place, range and meaning. */
import type { z } from 'zod';
import type { ErrorDetail } from '../base/index.ts';
import { nearestText } from '../base/index.ts';
import type { ConfigDocument, KeyPath } from './document.ts';
import type { SchemaNode } from './schema-tree.ts';
import { keysOf, valueAt, walk } from './schema-tree.ts';
import { choicesOf, expectation, showValue } from './wording.ts';

/** Returns one problem for each fault, in the order of the file's keys. */
export function describeIssues(
  issues: readonly z.core.$ZodIssue[],
  document: ConfigDocument,
  root: SchemaNode,
): readonly ErrorDetail[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
    if (issue.code !== 'unrecognized_keys') return [valueProblem(path, document, root)];
    return issue.keys.map((key) => unknownKey([...path, key], document, root));
  });
}

function unknownKey(path: KeyPath, document: ConfigDocument, root: SchemaNode): ErrorDetail {
  const around = path.slice(0, -1);
  const key = String(path.at(-1));
  const value = valueAt(document.value, around);
  const parent = walk(root, around, document.value);
  const allowed = parent.found ? parent.nodes.flatMap((node) => keysOf(node, value)) : [];
  const nearest = nearestText(key, allowed);
  const meant = nearest === undefined ? '' : `Did you mean ${nearest}? `;
  const place = around.length === 0 ? 'at the top' : `in ${around.join('.')}`;
  return {
    code: 'config-unknown-key',
    message: `unknown key ${key} ${place}`,
    where: document.placeOf(path),
    remedy: `${meant}Allowed here: ${allowed.join(', ')}.`,
  };
}

function valueProblem(path: KeyPath, document: ConfigDocument, root: SchemaNode): ErrorDetail {
  const value = valueAt(document.value, path);
  const name = path.length === 0 ? 'the configuration' : path.join('.');
  const walked = walk(root, path, document.value);
  const node = walked.found ? walked.nodes : [];
  const wanted = expectation({ anyOf: node });
  const where = document.placeOf(path);
  const about = node[0]?.description;
  const remedy = [suggestion(value, node), typeof about === 'string' ? `${about}.` : ''];
  const said = remedy.filter((part) => part !== '').join(' ');
  const message =
    value === undefined
      ? `${name} is missing; it must be ${wanted}`
      : `${name} must be ${wanted}, found ${showValue(value)}`;
  const detail = { code: 'config-value', message, where };
  return said === '' ? detail : { ...detail, remedy: said };
}

function suggestion(value: unknown, nodes: readonly SchemaNode[]): string {
  if (typeof value !== 'string') return '';
  const nearest = nearestText(value, nodes.flatMap(choicesOf));
  return nearest === undefined ? '' : `Did you mean ${nearest}?`;
}
