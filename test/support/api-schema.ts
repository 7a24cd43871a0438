/** Compares answers of the HTTP API with what its OpenAPI document says of them. */
import assert from 'node:assert/strict';

type Json = Record<string, unknown>;

/** The schema of what a route answers, from the OpenAPI document. */
export function schemaOf(document: Json, path: string, method: string): Json {
  const paths = document['paths'] as Record<string, Record<string, Json>>;
  const responses = paths[path]?.[method]?.['responses'] as Record<string, Json>;
  const content = responses['200']?.['content'] as Record<string, Json>;
  return content['application/json']?.['schema'] as Json;
}

/** Each property of `value` is described, and each that is required is there. */
export function assertDescribed(schema: Json, value: unknown, where: string): void {
  if (Array.isArray(value)) {
    const items = schema['items'] as Json | undefined;
    for (const item of value) assertDescribed(items ?? {}, item, `${where}[]`);
    return;
  }
  const properties = schema['properties'] as Record<string, Json> | undefined;
  if (properties === undefined || typeof value !== 'object' || value === null) return;
  const names = Object.keys(value);
  const required = schema['required'] as readonly string[];
  assert.deepEqual(
    required.filter((name) => !names.includes(name)),
    [],
    where,
  );
  for (const [name, item] of Object.entries(value)) {
    const inner = properties[name];
    assert.ok(inner !== undefined, `${where}.${name} is not described`);
    assertDescribed(inner, item, `${where}.${name}`);
  }
}
