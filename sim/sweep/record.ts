/**
 * One finished run as a file: plain JSON, the same bytes whoever ran it. No times, no machine.
 */
import type { Metric } from '../metrics/metric.ts';
import { SweepError } from './error.ts';
import type { Outcome } from './executor.ts';

/** A run with the names of what was run. */
export type RunRecord = {
  /** Id of the cell. */
  readonly cell: string;
  readonly seed: number;
  readonly outcome: Outcome;
};

/** Returns the text of a record; the same for the same run. */
export function recordText({ cell, seed, outcome }: RunRecord): string {
  return `${JSON.stringify({ cell, seed, ...outcome })}\n`;
}

/**
 * Reads a record.
 * @param file for the error
 * @throws SweepError run-unreadable
 */
export function parseRecord(text: string, file: string): RunRecord {
  const value = parsed(text);
  if (!isRecord(value) || typeof value['cell'] !== 'string') throw unreadable(file);
  const { cell, seed, status, digest, metrics, code, message } = value;
  if (typeof seed !== 'number') throw unreadable(file);
  if (status === 'done' && typeof digest === 'string' && isMetrics(metrics)) {
    return { cell, seed, outcome: { status, digest, metrics } };
  }
  if (status === 'failed' && typeof code === 'string' && typeof message === 'string') {
    return { cell, seed, outcome: { status, code, message } };
  }
  throw unreadable(file);
}

/** Tells whether a value that came over a wire is an outcome. */
export function isOutcome(value: unknown): value is Outcome {
  if (!isRecord(value)) return false;
  const { status, digest, metrics, code, message } = value;
  if (status === 'done') return typeof digest === 'string' && isMetrics(metrics);
  return status === 'failed' && typeof code === 'string' && typeof message === 'string';
}

function isMetrics(value: unknown): value is readonly Metric[] {
  return Array.isArray(value) && value.every(isMetric);
}

function isMetric(value: unknown): value is Metric {
  if (!isRecord(value) || typeof value['name'] !== 'string') return false;
  const { kind, count, of, expected, unit, value: amount } = value;
  if (kind === 'rate') {
    return typeof count === 'number' && typeof of === 'number' && isRecord(expected);
  }
  return kind === 'value' && typeof unit === 'string' && (amount === null || isNumber(amount));
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the caller says which file.
    return undefined;
  }
}

function unreadable(file: string): SweepError {
  return new SweepError({
    code: 'run-unreadable',
    where: file,
    message: 'is no record of a run',
    remedy: 'Remove it; the same command runs it again.',
  });
}
