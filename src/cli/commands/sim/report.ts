/** Does the work of `assay sim report`: writes the page, says where it is, opens it. */
import { join, resolve } from 'node:path';
import { formatBytes, formatPlural } from '../../../../sim/report/format.ts';
import { REPORT_FILE, writeReport } from '../../../../sim/report/write-report.ts';
import { AssayError } from '../../../base/index.ts';
import { showPage } from '../../browser.ts';
import { type Io, printAnswer } from '../../io.ts';
import { readVersion } from '../../version.ts';

/** Options of `sim report` as the command line gives them. */
export type ReportValues = {
  readonly io: Io;
  readonly folder: string;
  readonly out?: string | undefined;
  readonly open: boolean;
  readonly json: boolean;
};

/**
 * Writes the report of a results folder.
 * @throws AssayError no-file, and what `writeReport` throws
 */
export async function reportFolder(values: ReportValues): Promise<void> {
  const { io, folder, open, json, out = join(folder, REPORT_FILE) } = values;
  if (out === '') {
    throw new AssayError({
      code: 'no-file',
      where: '--out',
      message: 'names no file',
      remedy: 'Name one, such as --out report.html, or leave it out.',
    });
  }
  const writer = `Assay ${readVersion()}`;
  const { path, sizeBytes, figures, lack } = await writeReport({ folder, out, writer });
  const lines = [
    `${path}: ${formatBytes(sizeBytes)}, ${formatPlural(figures.length, 'figure')}`,
    ...(lack === undefined ? [] : [`incomplete: ${lack}; assay sim sweep runs what is missing`]),
  ];
  printAnswer(io, { json: { path, sizeBytes, figures, lack: lack ?? null }, lines }, json);
  if (open) showPage(resolve(path), io);
}
