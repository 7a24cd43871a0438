/** Makes the report of a results folder: one page, and its figures as files. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { AssayError } from '../../src/base/index.ts';
import { standaloneSvg } from './figures/render.ts';
import { propagationPage } from './page/propagation-page.ts';
import { type MadePage, type PagePlace, runPage } from './page/run-page.ts';
import { sweepPage } from './page/sweep-page.ts';
import { contentOf, readRunFolder } from './read-folder.ts';
import { readSweepFolder } from './read-sweep.ts';

/** The name of a report, in the folder of its results. */
export const REPORT_FILE = 'report.html';
/** The folder of its figures, beside it. */
export const FIGURES_FOLDER = 'figures';

export type ReportOptions = {
  /** Folder of a run or a sweep. */
  readonly folder: string;
  /** Where the page goes; its figures go beside it. */
  readonly out: string;
  /** What writes it, such as `Assay 0.1.0`. */
  readonly writer: string;
};

/** What was written. */
export type WrittenReport = {
  readonly path: string;
  readonly sizeBytes: number;
  /** Files of figures, from the folder of the page. */
  readonly figures: readonly string[];
  /** Which runs of a sweep are not in it; absent if all are. */
  readonly lack: string | undefined;
};

/**
 * Writes the report of a run or a sweep, in the place of an older one.
 * @throws AssayError no-results, result-unreadable, other-result-version, report-unwritable;
 *   SweepError and ConfigError where a sweep cannot be read
 */
export async function writeReport({ folder, out, writer }: ReportOptions): Promise<WrittenReport> {
  const link = relative(dirname(resolve(out)), resolve(folder))
    .split(sep)
    .join('/');
  const page = await pageOf(folder, { folderLink: link === '' ? '' : `${link}/`, writer });
  const files = await Promise.all(
    page.figures.map(async (figure) => {
      return [`${FIGURES_FOLDER}/${figure.id}.svg`, await standaloneSvg(figure)] as const;
    }),
  );
  try {
    const place = dirname(out);
    mkdirSync(join(place, FIGURES_FOLDER), { recursive: true });
    for (const [name, svg] of files) writeFileSync(join(place, name), svg);
    writeWhole(out, page.html);
  } catch (cause) {
    throw unwritable(out, cause);
  }
  return {
    path: out,
    sizeBytes: Buffer.byteLength(page.html),
    figures: files.map(([name]) => name),
    lack: page.lack,
  };
}

async function pageOf(folder: string, place: PagePlace): Promise<MadePage> {
  if (contentOf(folder) === 'sweep') return sweepPage(readSweepFolder(folder), place);
  const run = readRunFolder(folder);
  return run.kind === 'protocol' ? runPage(run, place) : propagationPage(run, place);
}

/** A reader never sees half a page. */
function writeWhole(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function unwritable(where: string, cause: unknown): AssayError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  const message = `the report cannot be written (${reason})`;
  const remedy = 'Choose another place with --out.';
  return new AssayError({ code: 'report-unwritable', where, message, remedy }, { cause });
}
