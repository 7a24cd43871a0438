/**
 * A sweep ready to run: its base is read, every cell is checked, and each has its id.
 *
 * The id of a cell is a hash of its resolved configuration, the version of the results and of the
 * program: what would come out the same has the same id, wherever and in whichever sweep it is run.
 */
import type { ErrorDetail } from '../../src/base/index.ts';
import {
  baseDocument,
  type ConfigDocument,
  ConfigError,
  configHash,
  type Sweep,
} from '../../src/config/index.ts';
import { type Cell, cellLabel, cellsOf, seedOf, settingText } from './cells.ts';
import { type Experiment, type ExperimentKind, kindOf } from './experiment.ts';

/** Hexadecimal digits of a cell's id: 64 bits. */
const ID_DIGITS = 16;
/** Faults that are told at once; a bad value is often in many cells. */
const PROBLEMS_MAX = 20;

/** A cell with the hash of what it runs. */
export type PlannedCell = Cell & { readonly id: string; readonly label: string };

/** A checked sweep. */
export type SweepPlan = {
  readonly sweep: Sweep;
  readonly kind: ExperimentKind;
  /** Version of the program. */
  readonly version: string;
  readonly base: ConfigDocument;
  /** Distinct cells, in order. */
  readonly cells: readonly PlannedCell[];
  /** Cells that are the same as an earlier one, and are left out. */
  readonly repeated: readonly string[];
};

/**
 * Reads the base of a sweep and checks all cells.
 * @param at.document the sweep's file, for places in errors and for its base
 * @param at.version version of the program, part of each cell's id
 * @throws ConfigError with the faults of all cells, placed in the sweep file
 */
export function planSweep(
  sweep: Sweep,
  at: { readonly document: ConfigDocument; readonly version: string },
): SweepPlan {
  const base = baseDocument(sweep, at.document);
  const kind = kindOf(base);
  const problems = new Map<string, ErrorDetail>();
  const cells = new Map<string, PlannedCell>();
  const repeated: string[] = [];
  refuseUnknownMetrics(sweep, kind, at.document);
  for (const cell of cellsOf(sweep)) {
    const label = cellLabel(cell);
    try {
      const { configuration } = kind.prepare(base, cell.settings.map(settingText));
      const id = idOf(configuration, kind, at.version);
      if (cells.has(id)) repeated.push(label);
      else cells.set(id, { ...cell, id, label });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const problem of error.problems) {
        const placed = placedProblem(problem, cell, at.document);
        problems.set(`${placed.where} ${placed.message}`, placed);
      }
      if (problems.size >= PROBLEMS_MAX) break;
    }
  }
  if (problems.size > 0) throw new ConfigError(at.document.source, [...problems.values()]);
  return { sweep, kind, version: at.version, base, cells: [...cells.values()], repeated };
}

/** Prepares a cell to be run. */
export function experimentOf({ kind, base }: SweepPlan, cell: Cell): Experiment {
  return kind.prepare(base, cell.settings.map(settingText));
}

/** Returns the seed of a replica of a cell. */
export function runSeed({ sweep }: SweepPlan, cell: Cell, replica: number): number {
  return seedOf(sweep, cell, replica);
}

/** Seed and description are not part of what is run. */
function idOf(configuration: object, { kind, resultVersion }: ExperimentKind, version: string) {
  const content = { ...configuration, seed: undefined, description: undefined };
  return configHash({ kind, resultVersion, version, content }).slice(0, ID_DIGITS);
}

/** What a cell sets stands in the sweep file: that is where its fault is. */
function placedProblem(problem: ErrorDetail, cell: Cell, document: ConfigDocument): ErrorDetail {
  const setting = cell.settings.findLast((each) => problem.where === `--set ${settingText(each)}`);
  if (setting !== undefined) return { ...problem, where: document.placeOf(setting.path) };
  return cell.settings.length === 0 || problem.code !== 'config-relation'
    ? problem
    : { ...problem, message: `${problem.message} (in the cell ${cellLabel(cell)})` };
}

function refuseUnknownMetrics(
  { metrics, until }: Sweep,
  kind: ExperimentKind,
  document: ConfigDocument,
): void {
  const known = new Set(kind.metrics.map(({ name }) => name));
  const named = metrics.map((name, index) => ({ name, path: ['metrics', index] }));
  if (until !== undefined) named.push({ name: until.metric, path: ['until', 'metric'] });
  const problems = named
    .filter(({ name }) => !known.has(name.split('.')[0] ?? ''))
    .map(({ name, path }) => ({
      code: 'unknown-metric',
      message: `there is no metric ${name}`,
      where: document.placeOf(path),
      remedy: `There is ${[...known].join(', ')}.`,
    }));
  if (problems.length > 0) throw new ConfigError(document.source, problems);
}
