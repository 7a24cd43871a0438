/**
 * A sweep: one scenario, what varies in it, how often each cell runs, and what is compared.
 *
 * Cells are all combinations of what `vary` lists; each is the base with some values set, exactly
 * as `--set` would set them. Sizes are checked before anything is expanded: a grid of a few lists
 * easily has a billion cells. Relations between keys are in `sweep-relations.ts`.
 */
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { type ConfigDocument, readDocument } from './document.ts';
import { countField, numberField } from './fields.ts';
import { resolveConfig } from './loader.ts';
import { SWEEP_CELLS_MAX, sweepRelations } from './sweep-relations.ts';

/** Most replicas of one cell. */
const REPLICAS_MAX = 1_000_000;

const values = z.array(z.unknown()).min(1);

const assignment = z.record(z.string().min(1), z.unknown());

const range = z
  .strictObject({
    from: z.number().meta({ description: 'Least value' }),
    to: z.number().meta({ description: 'Greatest value' }),
    scale: z
      .enum(['linear', 'log', 'integer'])
      .default('linear')
      .meta({ description: 'How values are spread: evenly, evenly by magnitude, whole numbers' }),
  })
  .meta({ description: 'Values of one key' });

const drawn = z.strictObject({
  count: countField(
    { description: 'Points that are drawn', unit: 'points' },
    { min: 1, max: SWEEP_CELLS_MAX },
  ),
  seed: countField(
    { description: 'Seed of the draw' },
    { min: 0, max: Number.MAX_SAFE_INTEGER },
  ).default(1),
  ranges: z.record(z.string().min(1), range).meta({ description: 'Key path to its range' }),
});

const vary = z
  .strictObject({
    grid: z
      .record(z.string().min(1), values)
      .optional()
      .meta({ description: 'Key path to values: every combination of them' }),
    zip: z
      .record(z.string().min(1), values)
      .optional()
      .meta({ description: 'Key path to values: the first of each, the second of each, …' }),
    list: z.array(assignment).min(1).optional().meta({ description: 'Points given one by one' }),
    random: drawn.optional().meta({ description: 'Points drawn independently' }),
    latinHypercube: drawn
      .optional()
      .meta({ description: 'Points drawn so that each range is covered evenly' }),
  })
  .prefault({})
  .meta({ description: 'What varies; several of these are combined, each with each' });

const until = z
  .strictObject({
    metric: z.string().min(1).meta({ description: 'Metric whose interval is looked at' }),
    halfWidth: numberField(
      { description: 'Half the width of its 95 % interval that is narrow enough' },
      { min: 1e-12, max: 1e12 },
    ),
    maxReplicas: countField(
      { description: 'Replicas after which a cell ends anyway', unit: 'replicas' },
      { min: 2, max: REPLICAS_MAX },
    ),
    blockReplicas: countField(
      {
        description: 'Replicas between two looks at the interval',
        unit: 'replicas',
        tooLow: 'an interval that is narrow by luck ends the cell',
        tooHigh: 'more replicas than needed',
      },
      { min: 2, max: 10_000 },
    ).default(8),
  })
  .meta({ description: 'Runs each cell until an interval is narrow enough' });

/** The schema of a sweep file. */
export const sweepSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9-]{1,64}$/)
      .meta({ description: 'Name of the sweep, used for folders' }),
    description: z
      .string()
      .max(2000)
      .default('')
      .meta({ description: 'The question that the sweep answers' }),
    seed: countField(
      { description: 'Seed of all runs; each derives its own from it, its cell and replica' },
      { min: 0, max: Number.MAX_SAFE_INTEGER },
    ).default(1),
    base: z
      .union([
        z.string().min(1).meta({ description: 'Scenario file, relative to the sweep file' }),
        z.record(z.string(), z.unknown()).meta({ description: 'A scenario, written here' }),
      ])
      .meta({ description: 'The scenario that is varied' }),
    set: assignment
      .default({})
      .meta({ description: 'Key path to value: changes of the base in all cells' }),
    vary,
    arms: z
      .record(z.string().regex(/^[a-z0-9-]{1,32}$/), assignment)
      .default({})
      .meta({
        description: 'Name to changes: variants compared with the same random numbers',
      }),
    replicas: countField(
      { description: 'Runs of each cell (default 10 without until)', unit: 'replicas' },
      { min: 1, max: REPLICAS_MAX },
    ).optional(),
    until: until.optional(),
    metrics: z
      .array(z.string().min(1))
      .default([])
      .meta({ description: 'Metrics to show; all go to files. None: those of most interest' }),
    means: z
      .enum(['student', 'bootstrap'])
      .default('student')
      .meta({ description: 'How intervals of means are made' }),
  })
  .meta({ title: 'Assay sweep', description: 'Many runs of one scenario with changed values' });

/** A checked sweep with its defaults. */
export type Sweep = z.output<typeof sweepSchema>;

/** Values of a range. */
export type SweepRange = z.output<typeof range>;

/**
 * Checks a sweep document and fills in its defaults; cells are not looked at yet.
 * @param overrides texts such as `replicas=3`, applied in order
 * @throws ConfigError with every fault that was found
 */
export function resolveSweep(document: ConfigDocument, overrides: readonly string[] = []): Sweep {
  const kind = { schema: sweepSchema, relations: sweepRelations };
  return resolveConfig(kind, document, overrides);
}

/** Tells whether a document is meant as a sweep: by the key that every sweep has. */
export function isSweepDocument({ value }: ConfigDocument): boolean {
  return typeof value === 'object' && value !== null && 'base' in value;
}

/**
 * Returns the document of the base, from its file or from the sweep itself.
 * @throws ConfigError if the file cannot be read
 */
export function baseDocument(sweep: Sweep, document: ConfigDocument): ConfigDocument {
  const { base } = sweep;
  if (typeof base === 'string') return readDocument(resolve(dirname(document.source), base));
  return {
    source: document.source,
    value: base,
    placeOf: (path) => document.placeOf(['base', ...path]),
  };
}
