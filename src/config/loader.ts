/**
 * Loads a configuration strictly: text, overrides, types and ranges, relations; all faults at once.
 *
 * A typo that is ignored is an experiment that did not run, so an unknown key is an error, and
 * every default is spelled out in the resolved configuration.
 */
import { stringify } from 'yaml';
import { z } from 'zod';
import { compareText, fractionText, sha256, toHex, utf8 } from '../base/index.ts';
import type { ConfigDocument, KeyPath } from './document.ts';
import { ConfigError } from './error.ts';
import { applyOverrides } from './overrides.ts';
import { describeIssues } from './problems.ts';
import type { SchemaNode } from './schema-tree.ts';

/** Something that holds between several values and does not hold here. */
export type RelationProblem = {
  readonly path: KeyPath;
  readonly message: string;
  readonly remedy: string;
};

/** A kind of configuration file. */
export type ConfigKind<T> = {
  readonly schema: z.ZodType<T>;
  /** Returns all relations that do not hold; called when all types and ranges do. */
  readonly relations: (config: T) => readonly RelationProblem[];
};

/**
 * Checks a document and fills in the defaults.
 * @param overrides texts such as `network.degree=4`, applied in order
 * @throws ConfigError with every fault that was found
 */
export function resolveConfig<T>(
  kind: ConfigKind<T>,
  document: ConfigDocument,
  overrides: readonly string[],
): T {
  const root = jsonSchemaOf(kind.schema);
  const changed = applyOverrides(document, overrides, root);
  const parsed = kind.schema.safeParse(changed.value);
  if (!parsed.success) {
    throw new ConfigError(changed.source, describeIssues(parsed.error.issues, changed, root));
  }
  const problems = kind.relations(parsed.data).map(({ path, message, remedy }) => {
    return { code: 'config-relation', message, where: changed.placeOf(path), remedy };
  });
  if (problems.length > 0) throw new ConfigError(changed.source, problems);
  return parsed.data;
}

/** Returns the JSON Schema (draft-07) of what a file of this kind may hold. */
export function jsonSchemaOf(schema: z.ZodType): SchemaNode {
  const known = jsonSchemas.get(schema);
  if (known !== undefined) return known;
  const made: SchemaNode = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });
  jsonSchemas.set(schema, made);
  return made;
}

/** Making one takes milliseconds, and a sweep resolves thousands of configurations. */
const jsonSchemas = new WeakMap<z.ZodType, SchemaNode>();

/** Returns the resolved configuration as YAML with every default spelled out; it loads again. */
export function configYaml(config: unknown): string {
  return stringify(toPlain(config), { lineWidth: 100 });
}

/**
 * Returns the SHA-256 of the resolved configuration in canonical JSON, as 64 hexadecimal digits:
 * equal for files that mean the same, whatever their order, comments and omitted defaults.
 */
export function configHash(config: unknown): string {
  return toHex(sha256(utf8(JSON.stringify(sortKeys(toPlain(config))))));
}

/** Returns the resolved configuration as JSON has it, with the keys and texts of a YAML file. */
export function plainConfig(config: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, toPlain(value)]));
}

/** Maps become objects, amounts numbers where they fit, fractions text. */
function toPlain(value: unknown): unknown {
  if (typeof value === 'bigint') {
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
  }
  if (Array.isArray(value)) return value.map(toPlain);
  if (value instanceof Map) return toPlain(Object.fromEntries(value));
  if (typeof value !== 'object' || value === null) return value;
  if ('numerator' in value && 'denominator' in value) {
    const { numerator, denominator } = value;
    if (typeof numerator === 'bigint' && typeof denominator === 'bigint') {
      return fractionText({ numerator, denominator });
    }
  }
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries.map(([key, each]) => [key, toPlain(each)]));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => compareText(a, b));
  return Object.fromEntries(entries.map(([key, each]) => [key, sortKeys(each)]));
}
