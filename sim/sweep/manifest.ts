/**
 * `sweep.json`: which sweep a folder belongs to. It holds the sweep with its base, so that the
 * folder alone is enough to merge what shards have written.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConfigDocument, parseConfigText } from '../../src/config/index.ts';
import { SweepError } from './error.ts';
import type { SweepPlan } from './plan.ts';

/** The file that says which sweep a folder belongs to. */
export const MANIFEST_NAME = 'sweep.json';

const KIND = 'assay-sweep';
/** Version of the layout of the folder. */
const LAYOUT = 1;

/** What a folder says about itself. */
export type Manifest = {
  readonly kind: typeof KIND;
  readonly layout: typeof LAYOUT;
  readonly name: string;
  /** Version of the program whose results these are. */
  readonly assay: string;
  readonly experiment: string;
  readonly resultVersion: number;
  /** The scenario file as the first command named it; absent if it stands in the sweep. */
  readonly basePath: string | null;
  /** The file that the base stands in: what it names lies beside it. */
  readonly source: string;
  /** The sweep with its base written in. */
  readonly sweep: object;
  /** Label of each cell to its id, to tell what has changed since. */
  readonly cells: Readonly<Record<string, string>>;
};

/** Returns what the folder of a sweep says about itself. */
export function manifestOf(plan: SweepPlan): Manifest {
  const { sweep, kind, base, version } = plan;
  return {
    kind: KIND,
    layout: LAYOUT,
    name: sweep.name,
    assay: version,
    experiment: kind.kind,
    resultVersion: kind.resultVersion,
    basePath: typeof sweep.base === 'string' ? base.source : null,
    source: base.source,
    sweep: { ...sweep, base: base.value },
    cells: Object.fromEntries(plan.cells.map(({ label, id }) => [label, id])),
  };
}

/** Returns the text of a manifest. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 1)}\n`;
}

/**
 * Reads the manifest of a folder.
 * @throws SweepError no-sweep, sweep-unreadable, other-layout
 */
export function readManifest(folder: string): Manifest {
  const path = join(folder, MANIFEST_NAME);
  const value = parsed(textOf(path, folder));
  if (!isRecord(value) || value['kind'] !== KIND) {
    throw new SweepError({
      code: 'sweep-unreadable',
      where: path,
      message: 'does not say which sweep this folder belongs to',
      remedy: 'Choose another folder with --out, or restore the file.',
    });
  }
  if (value['layout'] !== LAYOUT) {
    throw new SweepError({
      code: 'other-layout',
      where: path,
      message: `has layout ${String(value['layout'])}, this program reads layout ${LAYOUT}`,
      remedy: 'Choose another folder with --out, or use the version that wrote this one.',
    });
  }
  const { name, assay, experiment, resultVersion, basePath, source, sweep, cells } = value;
  return {
    kind: KIND,
    layout: LAYOUT,
    name: String(name),
    assay: String(assay),
    experiment: String(experiment),
    resultVersion: Number(resultVersion),
    basePath: typeof basePath === 'string' ? basePath : null,
    source: String(source),
    sweep: isRecord(sweep) ? sweep : {},
    cells: isRecord(cells) ? textsOf(cells) : {},
  };
}

/** Returns the sweep of a manifest as a document. */
export function manifestDocument({ sweep, source }: Manifest): ConfigDocument {
  return parseConfigText(JSON.stringify(sweep), source);
}

/**
 * Makes sure that a folder holds runs of this sweep and of this version.
 * @throws SweepError other-sweep, other-version, and as `readManifest`
 */
export function checkManifest(folder: string, plan: SweepPlan): void {
  const found = readManifest(folder);
  const { sweep, kind, version } = plan;
  if (found.name !== sweep.name || found.experiment !== kind.kind) {
    throw new SweepError({
      code: 'other-sweep',
      where: folder,
      message:
        `holds runs of the sweep ${found.name} (${found.experiment}), ` +
        `not of ${sweep.name} (${kind.kind})`,
      remedy: 'Choose another folder with --out; nothing was changed.',
    });
  }
  if (found.assay === version && found.resultVersion === kind.resultVersion) return;
  throw new SweepError({
    code: 'other-version',
    where: folder,
    message:
      `holds runs of Assay ${found.assay} (results ${found.resultVersion}), ` +
      `this is ${version} (results ${kind.resultVersion})`,
    remedy: 'Choose another folder with --out, or finish this one with the version that began it.',
  });
}

function textOf(path: string, folder: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const detail = {
      code: 'no-sweep',
      where: folder,
      message: `holds no sweep: there is no ${MANIFEST_NAME} that can be read`,
      remedy: 'Name the folder that `assay sim sweep --out` wrote to.',
    };
    throw new SweepError(detail, { cause });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the caller says which file.
    return undefined;
  }
}

function textsOf(values: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
