/**
 * Delays between regions as a table: CSV that ships with Assay or that a user brings.
 *
 * Its first cell says what the numbers are, `one-way-ms` or `rtt-ms`; then the names of the
 * regions, after an optional column `weight`; a row for each region in the same order. Delays need
 * not be the same both ways. Lines that begin with `#` say where the numbers come from.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defined, type ErrorDetail, nearestText } from '../base/index.ts';
import { ConfigError } from './error.ts';

/** Regions, how many nodes stand in each relative to the others, and delays between them. */
export type LatencyTable = {
  readonly regions: readonly string[];
  /** All 1 if the table has no such column. */
  readonly weights: readonly number[];
  /** One way, milliseconds, from row to column. */
  readonly oneWayMs: readonly (readonly number[])[];
};

/** Tables that ship with Assay, in `configs/latency`. */
export const LATENCY_TABLES = {
  'gossipsub-interop': 'eight regions of the world, weighted by Ethereum nodes, 2024',
  'aws-2025': 'sixteen regions of AWS, medians of July 2025',
  'ec2-2026': 'six regions of EC2, measured in September 2026',
} as const;

/** Name of a table that ships with Assay. */
export type LatencyTableName = keyof typeof LATENCY_TABLES;

const UNITS: Readonly<Record<string, number>> = { 'one-way-ms': 1, 'rtt-ms': 0.5 };
const REGIONS_MAX = 1_000;
const DELAY_MS_MAX = 600_000;

/** Returns a table that ships with Assay. @throws ConfigError if its file is missing */
export function shippedLatencyTable(name: LatencyTableName): LatencyTable {
  const path = join(packageFolder(), 'configs', 'latency', `${name}.csv`);
  return parseLatencyTable(readTable(path), path);
}

/**
 * Returns the text of a user's table after checking it.
 * @param file relative to the folder of `scenarioFile`
 * @throws ConfigError with every fault of the table, by line and column
 */
export function readLatencyCsv(file: string, scenarioFile: string): string {
  const path = resolve(dirname(scenarioFile), file);
  const text = readTable(path);
  parseLatencyTable(text, path);
  return text;
}

/**
 * Parses a table.
 * @param source how errors name it
 * @throws ConfigError latency-table, with every fault by line and column
 */
export function parseLatencyTable(text: string, source: string): LatencyTable {
  const lines = text.split(/\r?\n/).flatMap((line, index) => {
    const isRow = line.trim() !== '' && !line.startsWith('#');
    return isRow ? [{ number: index + 1, cells: line.split(',').map((cell) => cell.trim()) }] : [];
  });
  const [header, ...rows] = lines;
  const [unit = '', ...columns] = header?.cells ?? [];
  const factor = UNITS[unit];
  if (header === undefined || factor === undefined) {
    throw new ConfigError(source, [unitProblem(unit, `${source}:${header?.number ?? 1}:1`)]);
  }
  const hasWeights = columns[0] === 'weight';
  const regions = hasWeights ? columns.slice(1) : columns;
  const problems = [
    ...headerProblems(regions, `${source}:${header.number}`),
    ...shapeProblems(rows, { regions, source }),
    ...rows.flatMap((row) => rowProblems(row, { source, columns })),
  ];
  if (problems.length > 0) throw new ConfigError(source, problems);
  const numbers = rows.map(({ cells }) => cells.slice(1).map(Number));
  const weights = numbers.map((row) => (hasWeights ? (row[0] ?? 0) : 1));
  if (weights.every((weight) => weight === 0)) {
    const where = `${source}:${header.number}:2`;
    throw new ConfigError(source, [problem(where, 'all weights are 0', 'Give one a weight.')]);
  }
  const oneWayMs = numbers.map((row) => row.slice(hasWeights ? 1 : 0).map((ms) => ms * factor));
  return { regions, weights, oneWayMs };
}

/** Returns the weights of `regions`, those of `changes` in place of the table's own, else 0. */
export function changedWeights(
  { regions, weights }: LatencyTable,
  changes: Readonly<Record<string, number>> | undefined,
): readonly number[] {
  if (changes === undefined) return weights;
  return regions.map((region) => changes[region] ?? 0);
}

/** Returns what is wrong with weights by name of region: a name that the table does not have. */
export function unknownRegions(
  { regions }: LatencyTable,
  weights: Readonly<Record<string, number>>,
): readonly { readonly region: string; readonly remedy: string }[] {
  return Object.keys(weights)
    .filter((region) => !regions.includes(region))
    .map((region) => {
      const nearest = nearestText(region, regions);
      const meant = nearest === undefined ? '' : `Did you mean ${nearest}? `;
      return { region, remedy: `${meant}The table has ${regions.join(', ')}.` };
    });
}

type Row = { readonly number: number; readonly cells: readonly string[] };

function unitProblem(unit: string, where: string): ErrorDetail {
  return problem(
    where,
    `the first cell is "${unit}"`,
    `Begin the header with ${Object.keys(UNITS).join(' or ')}, then the names of the regions.`,
  );
}

function headerProblems(regions: readonly string[], line: string): readonly ErrorDetail[] {
  if (regions.length === 0 || regions.length > REGIONS_MAX) {
    const message = `the header names ${regions.length} regions`;
    return [problem(`${line}:2`, message, `Name 1 to ${REGIONS_MAX}.`)];
  }
  return regions.flatMap((region, index) => {
    const where = `${line}:${index + 2}`;
    if (region === '') return [problem(where, 'a region has no name', 'Name it.')];
    if (regions.indexOf(region) === index) return [];
    return [problem(where, `the region ${region} stands twice`, 'Name each region once.')];
  });
}

function shapeProblems(
  rows: readonly Row[],
  { regions, source }: { regions: readonly string[]; source: string },
): readonly ErrorDetail[] {
  const problems = rows.flatMap(({ number, cells }, index) => {
    const wanted = regions[index];
    if (wanted === undefined || cells[0] === wanted) return [];
    const message = `the row is called "${cells[0] ?? ''}", where ${wanted} is due`;
    return [problem(`${source}:${number}:1`, message, 'Order rows as the header orders columns.')];
  });
  if (rows.length === regions.length) return problems;
  const message = `${rows.length} rows for ${regions.length} regions: the table is not square`;
  return [...problems, problem(source, message, 'Give each region of the header one row.')];
}

function rowProblems(
  { number, cells }: Row,
  { source, columns }: { source: string; columns: readonly string[] },
): readonly ErrorDetail[] {
  const values = cells.slice(1);
  if (values.length !== columns.length) {
    const message = `the row has ${values.length} numbers, the header ${columns.length} columns`;
    return [problem(`${source}:${number}:1`, message, 'Fill the holes, or remove what is over.')];
  }
  return values.flatMap((cell, index) => {
    const where = `${source}:${number}:${index + 2}`;
    const what = `${cells[0]} to ${defined(columns[index], 'a column has a name')}`;
    if (cell === '') return [problem(where, `${what} is empty`, 'Fill the hole.')];
    const value = Number(cell);
    if (!Number.isFinite(value)) return [problem(where, `${what} is "${cell}"`, 'Give a number.')];
    if (value >= 0 && value <= DELAY_MS_MAX) return [];
    return [problem(where, `${what} is ${cell}`, `Give a number from 0 to ${DELAY_MS_MAX}.`)];
  });
}

function problem(where: string, message: string, remedy: string): ErrorDetail {
  return { code: 'latency-table', message, where, remedy };
}

function readTable(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const remedy = 'Name a CSV file; paths are relative to the file of the scenario.';
    const detail = { code: 'latency-table', message: reason, where: path, remedy };
    throw new ConfigError(path, [detail], { cause });
  }
}

/** The nearest folder above with a `package.json`: above `src` and above `dist/src`. */
function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) {
    folder = dirname(folder);
  }
  return folder;
}
