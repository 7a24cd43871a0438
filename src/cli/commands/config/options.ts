/** Options of `assay config …`. */
import { JSON_OPTION, TEXT } from '../../io.ts';

/** Options of `config check`. */
export const CHECK_OPTIONS = {
  set: {
    ...TEXT,
    array: true,
    default: [] as string[],
    describe: 'Change a value first, e.g. network.degree=4; repeatable',
  },
  ...JSON_OPTION,
} as const;

/** Options of `config explain`. */
export const EXPLAIN_OPTIONS = { ...JSON_OPTION } as const;

/** Kinds of files with a schema. */
export const SCHEMA_KINDS = ['scenario', 'sweep', 'network', 'operator'] as const;
export type SchemaKind = (typeof SCHEMA_KINDS)[number];
