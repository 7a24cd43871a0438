/**
 * Finds one run in a results folder, of a sweep or of a single run, with what it takes to run it
 * again and the digest that must come out.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  readDocument,
  resolveScenario,
  resolveSweep,
  type Scenario,
} from '../../src/config/index.ts';
import { FOLDER_KIND, MANIFEST_FILE } from '../report/folder.ts';
import { settingText } from './cells.ts';
import { SweepError } from './error.ts';
import { SweepFolder } from './folder.ts';
import { MANIFEST_NAME, manifestDocument, readManifest } from './manifest.ts';
import { type PlannedCell, planSweep, runSeed, type SweepPlan } from './plan.ts';

/** A whole number that names a cell by its place; longer ones are the beginning of an id. */
const PLACE = /^\d{1,7}$/;

/** A run that was stored. */
export type StoredRun = {
  readonly scenario: Scenario;
  readonly seed: number;
  /** What running it again must come to. */
  readonly digest: string;
  /** What was run, in words. */
  readonly label: string;
};

/** Which run of a folder. */
export type RunPlace = {
  /** Place in `cells.csv` from 1, or the beginning of an id; absent if there is one cell. */
  readonly cell?: string | undefined;
  /** From 0. */
  readonly replica?: number | undefined;
  /** Version of the program that is about to run it again. */
  readonly version: string;
};

/**
 * Returns a run of a results folder.
 * @throws SweepError no-run, no-cell, run-absent, run-failed, not-traceable, other-version, and as
 *   `readManifest`; ConfigError if a configuration cannot be read any more
 */
export function findStoredRun(folder: string, place: RunPlace): StoredRun {
  if (existsSync(join(folder, MANIFEST_NAME))) return runOfSweep(folder, place);
  return singleRun(folder, place);
}

function runOfSweep(path: string, { cell: name, replica = 0, version }: RunPlace): StoredRun {
  const document = manifestDocument(readManifest(path));
  const plan = planSweep(resolveSweep(document), { document, version });
  const folder = SweepFolder.look(path, plan);
  if (plan.kind.kind !== 'protocol') throw notTraceable(path);
  const cell = cellNamed(plan, name, path);
  const seed = runSeed(plan, cell, replica);
  const state = folder.stateOf(cell, seed);
  const where = `${path}, cell ${cell.id}, replica ${replica}`;
  if (state === 'absent') {
    throw new SweepError({
      code: 'run-absent',
      where,
      message: `was not run (its seed would be ${seed})`,
      remedy: 'runs.csv lists what was run. To run what is missing, repeat assay sim sweep.',
    });
  }
  const { outcome } = folder.read(cell, seed, state);
  if (outcome.status === 'failed') {
    const config = join(path, folder.configOf(cell));
    throw new SweepError({
      code: 'run-failed',
      where,
      message: `failed, so that it has no digest: ${outcome.message}`,
      remedy: `See it fail: npx assay sim run ${config} --seed ${seed} --trace t.jsonl`,
    });
  }
  return {
    scenario: resolveScenario(plan.base, cell.settings.map(settingText)),
    ...{ seed, digest: outcome.digest },
    label: [cell.label, `replica ${replica}`, `seed ${seed}`]
      .filter((part) => part !== '')
      .join(', '),
  };
}

function cellNamed({ cells }: SweepPlan, name: string | undefined, path: string): PlannedCell {
  const [only] = cells;
  if (name === undefined && cells.length === 1 && only !== undefined) return only;
  const found =
    name !== undefined && PLACE.test(name)
      ? cells.slice(Number(name) - 1, Number(name))
      : cells.filter(({ id }) => name !== undefined && name !== '' && id.startsWith(name));
  const [first] = found;
  if (found.length === 1 && first !== undefined) return first;
  const message =
    name === undefined
      ? `has ${cells.length} cells, and none was named`
      : `has ${found.length === 0 ? 'no cell' : `${found.length} cells`} ${JSON.stringify(name)}`;
  throw new SweepError({
    code: 'no-cell',
    where: path,
    message,
    remedy:
      `Give --cell 1 to ${cells.length}, the places in cells.csv, ` +
      `or the beginning of one id, such as ${only?.id ?? ''}.`,
  });
}

function singleRun(folder: string, { cell, replica, version }: RunPlace): StoredRun {
  const path = join(folder, MANIFEST_FILE);
  const manifest = manifestIn(path);
  if (manifest === undefined) {
    throw new SweepError({
      code: 'no-run',
      where: folder,
      message: 'holds no results of a run or a sweep',
      remedy: 'Name a folder that assay sim run or assay sim sweep wrote to.',
    });
  }
  if (cell !== undefined || replica !== undefined) {
    throw new SweepError({
      code: 'no-cell',
      where: folder,
      message: 'holds a single run, which has no cells and no replicas',
      remedy: 'Leave out --cell and --replica.',
    });
  }
  const { seed, traceDigest, assay } = manifest;
  if (assay !== version) {
    throw new SweepError({
      code: 'other-version',
      where: folder,
      message: `was written by Assay ${String(assay)}, this is ${version}`,
      remedy: 'Run it again with the version that wrote it, or anew with assay sim run.',
    });
  }
  const config = join(folder, 'config.resolved.yaml');
  const document = readDocument(config);
  if (typeof traceDigest !== 'string') throw notTraceable(folder);
  if (typeof seed !== 'number') throw unreadable(path);
  const scenario = resolveScenario(document, [`seed=${seed}`]);
  return { scenario, seed, digest: traceDigest, label: `${scenario.name}, seed ${seed}` };
}

function manifestIn(path: string): Readonly<Record<string, unknown>> | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isOurs(value) ? value : undefined;
  } catch {
    throw unreadable(path);
  }
}

function isOurs(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === FOLDER_KIND
  );
}

function unreadable(where: string): SweepError {
  return new SweepError({
    code: 'run-unreadable',
    where,
    message: 'cannot be read: the file was changed or damaged',
    remedy: 'Restore it, or run the scenario again.',
  });
}

function notTraceable(where: string): SweepError {
  return new SweepError({
    code: 'not-traceable',
    where,
    message: 'holds runs without the protocol: of how messages spread, there is no trace',
    remedy: 'Run the propagation experiment again with assay sim run.',
  });
}
