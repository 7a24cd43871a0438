/** Reads the folder of a sweep back: its plan, its runs, and what they come out at. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { resolveSweep } from '../../src/config/index.ts';
import { aggregate, type SweepResults } from '../sweep/aggregate.ts';
import { SweepFolder } from '../sweep/folder.ts';
import { type Manifest, manifestDocument, readManifest } from '../sweep/manifest.ts';
import { planSweep, type SweepPlan } from '../sweep/plan.ts';

/** A sweep as its folder has it. */
export type SweepContent = {
  readonly path: string;
  readonly manifest: Manifest;
  readonly plan: SweepPlan;
  readonly results: SweepResults;
  /** What its runs were made with, as far as it was noted: in the shape of a run's manifest. */
  readonly environments: readonly object[];
  /** Names of the tables that are there. */
  readonly tables: readonly string[];
};

const TABLES = ['cells.csv', 'runs.csv', 'runs.parquet', 'differences.csv'];

/**
 * Reads a sweep. It is planned as the version that ran it did, so that its cells are found.
 * @throws SweepError no-sweep, sweep-unreadable, other-layout, other-version, run-unreadable;
 *   ConfigError if its configuration is none of this version
 */
export function readSweepFolder(path: string): SweepContent {
  const manifest = readManifest(path);
  const document = manifestDocument(manifest);
  const plan = planSweep(resolveSweep(document), { document, version: manifest.assay });
  const folder = SweepFolder.look(path, plan);
  const results = aggregate(plan, folder);
  const tables = TABLES.filter((name) => existsSync(join(path, name)));
  return { path, manifest, plan, results, tables, environments: folder.environments() };
}
