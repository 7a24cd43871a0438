/**
 * Reads the folder of a run back: what `folder.ts` wrote. Everything comes from a disk that others
 * write to, so it is checked before it is used.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssayError } from '../../src/base/index.ts';
import { parseConfigText } from '../../src/config/index.ts';
import { PROPAGATION_RESULT_VERSION, type PropagationResult } from '../propagation/result.ts';
import { type ClaimLine, readClaims } from './claims-csv.ts';
import { FOLDER_KIND, MANIFEST_FILE } from './folder.ts';
import { RESULT_VERSION, type RunResult } from './result.ts';

/** What a run was made with, as its manifest says; values of any shape by name. */
export type ManifestFacts = Readonly<Record<string, unknown>>;

type Common = {
  readonly path: string;
  readonly manifest: ManifestFacts;
  /** The resolved configuration as plain data. */
  readonly configuration: unknown;
};

/** A run as its folder has it. */
export type RunFolder =
  | (Common & {
      readonly kind: 'protocol';
      readonly result: RunResult;
      readonly claims: readonly ClaimLine[];
    })
  | (Common & { readonly kind: 'propagation'; readonly result: PropagationResult });

/** What a folder holds. */
export type FolderContent = 'run' | 'sweep';

/**
 * Tells what a folder holds.
 * @throws AssayError no-results
 */
export function contentOf(path: string): FolderContent {
  if (existsSync(join(path, 'sweep.json'))) return 'sweep';
  if (existsSync(join(path, MANIFEST_FILE))) return 'run';
  throw new AssayError({
    code: 'no-results',
    where: path,
    message: existsSync(path)
      ? 'holds neither a run (manifest.json) nor a sweep (sweep.json)'
      : 'there is no such folder',
    remedy: 'Name a folder that `assay sim run --out` or `assay sim sweep --out` wrote.',
  });
}

/**
 * Reads the folder of a run.
 * @throws AssayError result-unreadable, other-result-version; ConfigError
 */
export function readRunFolder(path: string): RunFolder {
  const manifest = jsonOf(path, MANIFEST_FILE);
  if (!isRecord(manifest) || manifest['kind'] !== FOLDER_KIND) {
    throw unreadable(join(path, MANIFEST_FILE), 'is no manifest of a run');
  }
  const configText = textOf(path, 'config.resolved.yaml');
  const { value: configuration } = parseConfigText(configText, join(path, 'config.resolved.yaml'));
  const result = jsonOf(path, 'result.json');
  const common = { path, manifest, configuration };
  if (isPropagationResult(result)) return { ...common, kind: 'propagation', result };
  if (isRunResult(result)) {
    const claims = readClaims(textOf(path, 'claims.csv'), join(path, 'claims.csv'));
    return { ...common, kind: 'protocol', result, claims };
  }
  throw new AssayError({
    code: 'other-result-version',
    where: join(path, 'result.json'),
    message: 'is no result of this version of Assay, or is damaged',
    remedy: `Run it again: npx assay sim run ${join(path, 'config.resolved.yaml')} --out <folder>`,
  });
}

/** What every result of a protocol run has, and earlier layouts have not. */
const RESULT_KEYS: readonly (keyof RunResult)[] = [
  ...(['population', 'claims', 'wrong', 'honest', 'verdicts', 'levels', 'time'] as const),
  ...(['traffic', 'reExecutions', 'providerExecutions', 'money', 'slashes', 'invariants'] as const),
];

/** Numbers that the first screen is made of: words in their place would be printed as they are. */
const RESULT_NUMBERS: readonly string[] = [
  ...['virtualMs', 'population.providers', 'population.validators', 'claims.answered'],
  ...['claims.drawn', 'claims.sealed', 'wrong.accepted', 'wrong.escaped'].flatMap(countsOf),
  ...['wrong.capturedAtLevel0', 'wrong.caughtProviders', 'honest.rejected'].flatMap(countsOf),
];

function countsOf(rate: string): readonly string[] {
  return [`${rate}.count`, `${rate}.of`];
}

function valueAt(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return value;
  return isRecord(value) ? valueAt(value[key], rest) : undefined;
}

function isRunResult(value: unknown): value is RunResult {
  return (
    isRecord(value) &&
    value['version'] === RESULT_VERSION &&
    RESULT_KEYS.every((key) => value[key] !== undefined) &&
    isRecord(value['wrong']) &&
    isRecord(value['wrong']['convictedByVariant']) &&
    RESULT_NUMBERS.every((path) => Number.isFinite(valueAt(value, path.split('.'))))
  );
}

function isPropagationResult(value: unknown): value is PropagationResult {
  return (
    isRecord(value) &&
    value['kind'] === 'propagation' &&
    value['resultVersion'] === PROPAGATION_RESULT_VERSION &&
    isRecord(value['delivered']) &&
    isRecord(value['deliveryMs'])
  );
}

function jsonOf(path: string, name: string): unknown {
  const text = textOf(path, name);
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable(join(path, name), 'is not JSON');
  }
}

function textOf(path: string, name: string): string {
  const file = join(path, name);
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw unreadable(file, `cannot be read (${reason})`);
  }
}

function unreadable(where: string, message: string): AssayError {
  const remedy = 'Restore the file, or run the scenario again.';
  return new AssayError({ code: 'result-unreadable', where, message, remedy });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
