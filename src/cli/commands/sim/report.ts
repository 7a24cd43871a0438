/** Does the work of `assay sim report`: writes the page, says where it is, opens it. */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { formatBytes, formatPlural } from '../../../../sim/report/format.ts';
import { REPORT_FILE, writeReport } from '../../../../sim/report/write-report.ts';
import { AssayError } from '../../../base/index.ts';
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
  const isOpen = open && (await opened(resolve(path)));
  const lines = [
    `${path}: ${formatBytes(sizeBytes)}, ${formatPlural(figures.length, 'figure')}`,
    ...(lack === undefined ? [] : [`incomplete: ${lack}; assay sim sweep runs what is missing`]),
    ...(open && !isOpen ? [`no browser could be started: open ${resolve(path)} yourself`] : []),
  ];
  printAnswer(io, { json: { path, sizeBytes, figures, lack: lack ?? null }, lines }, json);
}

/** The command by which each system opens a file with what the user likes best. */
function opener(): readonly [command: string, ...args: string[]] {
  switch (process.platform) {
    case 'darwin':
      return ['open'];
    case 'win32':
      return ['cmd', '/c', 'start', ''];
    default:
      return ['xdg-open'];
  }
}

/** Whether an opener was there; it goes on without this process. */
function opened(path: string): Promise<boolean> {
  const [command, ...args] = opener();
  return new Promise((resolveOpened) => {
    const child = spawn(command, [...args, path], { detached: true, stdio: 'ignore' });
    child.once('error', () => resolveOpened(false));
    child.once('spawn', () => {
      child.unref();
      resolveOpened(true);
    });
  });
}
