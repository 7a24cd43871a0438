/** Does the work of `assay sim merge`: tables from the runs that several machines have written. */
import {
  aggregate,
  manifestDocument,
  planSweep,
  readManifest,
  requireComplete,
  SweepFolder,
  writeTables,
} from '../../../../sim/sweep/index.ts';
import { resolveSweep } from '../../../config/index.ts';
import type { Io } from '../../io.ts';
import { readVersion } from '../../version.ts';
import { printSweep } from './sweep-report.ts';

/**
 * Makes the tables of a results folder.
 * @throws SweepError no-sweep, other-version, sweep-incomplete unless `partial`, run-unreadable
 */
export function mergeSweep(values: {
  readonly io: Io;
  readonly out: string;
  readonly partial: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}): void {
  const { out, partial } = values;
  const manifest = readManifest(out);
  const document = manifestDocument(manifest);
  const plan = planSweep(resolveSweep(document), { document, version: readVersion() });
  const folder = SweepFolder.look(out, plan);
  const results = aggregate(plan, folder);
  if (!partial) requireComplete(results, out);
  const { basePath } = manifest;
  const files = writeTables(results, { folder, basePath });
  printSweep(values, { plan, results, files, path: out });
}
