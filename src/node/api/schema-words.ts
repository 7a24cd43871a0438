/** Words of which the JSON Schemas are made: they check requests and make the OpenAPI document. */

/** Text. */
export const text = (description: string, more: object = {}) => ({
  type: 'string',
  description,
  ...more,
});
/** A whole number from 0. */
export const whole = (description: string, more: object = {}) => ({
  type: 'integer',
  minimum: 0,
  description,
  ...more,
});
/** Bytes as lower-case hexadecimal digits. */
export const hex = (description: string, bytes: number) =>
  text(description, { pattern: `^[0-9a-f]{${2 * bytes}}$` });
/** A content id. */
export const cid = (of: string) => text(`Content id of ${of}`, { maxLength: 128 });
/** A list. */
export const list = (items: object, description = '') => ({ type: 'array', items, description });
/** An object with these properties and no others. */
export const record = (
  properties: Readonly<Record<string, object>>,
  optional: readonly string[] = [],
) => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
});

/** What a client gets that is refused. */
export const PROBLEM = record({
  code: text('Stable, in kebab-case'),
  message: text('What is wrong'),
  remedy: text('What to do about it'),
});

/** Schema of a route with its description and the form of all errors. */
export function described(summary: string, answer: object, more: object = {}) {
  const response = { 200: answer, '4xx': PROBLEM, '5xx': PROBLEM };
  return { schema: { summary, response, ...more } };
}
