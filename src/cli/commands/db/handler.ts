/** Does the work of `assay db …`, always with the lock of the folder. */
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { AssayError } from '../../../base/index.ts';
import { networkOf, readNetworkFile } from '../../../network-file/index.ts';
import {
  checkStore,
  type DatabaseProblem,
  type DatabaseReport,
  databasePath,
  firstKept,
  KEEP_EPOCHS_DEFAULT,
  keepEpochsMin,
  latestKept,
  lockDirectory,
  MIGRATIONS,
  mendStore,
  pruneStore,
} from '../../../node/index.ts';
import { migrateStore, openStore, type Store } from '../../../store/index.ts';
import { NotValidError } from '../../failure.ts';
import type { Answer, Io } from '../../io.ts';
import { networkPathOf } from '../../network-path.ts';
import { readWhole } from '../../node-options.ts';
import { LiveLines, terminalOf } from '../../terminal.ts';

/** Problems that are listed to people; `--json` has all. */
const LISTED_MAX = 20;
const KEEP_EPOCHS_MAX = 1_000_000;

/** Values that all of these commands take. */
export type DbValues = { readonly dir: string; readonly io: Io };

/** What a check found, and what is left of it. */
export type Checked = { readonly answer: Answer; readonly left: number; readonly dir: string };

/** Checks a database, and mends it if asked. @throws StoreError; KeyError; no-database */
export async function answerCheck(values: DbValues & { readonly mend: boolean }): Promise<Checked> {
  const { dir, io, mend } = values;
  return await whileOpen(values, async (store) => {
    const report = await withProgress(io, 'entries read', (onProgress) =>
      checkStore(store, { onProgress, signal: io.signal }),
    );
    const mended = mend ? await mendStore(store, report.problems) : 0;
    const left = report.problemCount - mended;
    const { entries, bytes, problemCount, problems } = report;
    return {
      answer: {
        json: { entries, bytes, problemCount, problems, mended },
        lines: [...reportLines(report), ...(mend ? [`Deleted ${mended} of them.`] : [])],
      },
      left,
      dir,
    };
  });
}

/** @throws NotValidError database-damaged if something is wrong */
export function verdictOf({ left, dir }: Checked): void {
  if (left === 0) return;
  throw new NotValidError({
    code: 'database-damaged',
    message: `${left} of its entries are not as they should be`,
    where: dir,
    remedy: `Run \`assay db check --mend --dir ${dir}\`, or fetch all anew: \`assay db rebuild\`.`,
  });
}

/** Forgets the past. @throws StoreError; KeyError; AssayError not-a-whole-number, no-database */
export async function answerPrune(
  values: DbValues & {
    readonly net: string | undefined;
    readonly 'keep-epochs': string | undefined;
    readonly 'dry-run': boolean;
  },
): Promise<Answer> {
  const { io, 'dry-run': isDryRun } = values;
  const network = networkOf(readNetworkFile(networkPathOf(values)));
  const min = keepEpochsMin(network);
  const text = values['keep-epochs'] ?? String(Math.max(min, KEEP_EPOCHS_DEFAULT));
  const keepEpochs = readWhole(text, { option: '--keep-epochs', min, max: KEEP_EPOCHS_MAX });
  return await whileOpen(values, async (store) => {
    const below = firstKept(network, await latestKept(store), keepEpochs);
    const options = { below, limit: Number.POSITIVE_INFINITY, isDryRun, signal: io.signal };
    const pruned = await withProgress(io, 'keys', (onProgress) =>
      pruneStore(store, { ...options, onProgress }),
    );
    const { entries, certificates, beacons } = pruned;
    return {
      json: { below, keepEpochs, isDryRun, ...pruned },
      lines: [
        `${isDryRun ? 'Would forget' : 'Forgot'} what is of rounds before ${below}:`,
        `  ${entries} batches, leaves, claims; ${certificates} certificates; ${beacons} beacons.`,
      ],
    };
  });
}

/** Deletes a database. @throws KeyError directory-locked; AssayError no-database */
export async function answerRebuild({ dir }: DbValues): Promise<Answer> {
  await whileLocked(dir, async (path) => {
    // out of the way at once: half a database would be opened as if it were whole
    const doomed = `${path}.deleted`;
    await rm(doomed, { recursive: true, force: true });
    await rename(path, doomed);
    await rm(doomed, { recursive: true });
  });
  return {
    json: { dir, isDeleted: true },
    lines: [
      `Deleted the database of ${dir}. Keystore, guard and models are as they were.`,
      'Start the node: it fetches from peers what it needs to take part.',
    ],
  };
}

/** Migrates a database. @throws StoreError store-schema; KeyError; AssayError no-database */
export async function answerMigrate(
  values: DbValues & { readonly 'dry-run': boolean },
): Promise<Answer> {
  const { dir, io, 'dry-run': isDryRun } = values;
  return await whileLocked(dir, async (path) => {
    const options = { migrations: MIGRATIONS, isDryRun, signal: io.signal };
    const report = await withProgress(io, 'entries', (onProgress) =>
      migrateStore(path, { ...options, onProgress }),
    );
    const { from = report.to, to, steps } = report;
    const title =
      steps.length === 0
        ? `The database of ${dir} has schema ${to}, as this release needs it.`
        : `${isDryRun ? 'Would migrate' : 'Migrated'} ${dir} from schema ${from} to ${to}:`;
    return {
      json: { dir, from, to, isDryRun, steps },
      lines: [title, ...steps.map(({ does, entries }) => `  ${does}: ${entries} entries`)],
    };
  });
}

async function whileOpen<T>({ dir }: DbValues, act: (store: Store) => Promise<T>): Promise<T> {
  return await whileLocked(dir, async (path) => {
    const store = await openStore(path);
    try {
      return await act(store);
    } finally {
      await store.close();
    }
  });
}

async function whileLocked<T>(dir: string, act: (path: string) => Promise<T>): Promise<T> {
  const path = databasePath(dir);
  if (!existsSync(path)) {
    throw new AssayError({
      code: 'no-database',
      message: 'there is no database in this folder',
      where: dir,
      remedy: 'Name the folder of a node that ran; a node makes its database when it starts.',
    });
  }
  const lock = await lockDirectory(dir);
  try {
    return await act(path);
  } finally {
    await lock.release();
  }
}

/** One line that changes in place on a terminal, nothing elsewhere. */
async function withProgress<T>(
  io: Io,
  noun: string,
  work: (onProgress: (count: number) => void) => Promise<T>,
): Promise<T> {
  const terminal = terminalOf(process.stderr);
  if (!terminal.isLive) return await work(() => undefined);
  const lines = new LiveLines(terminal, io.err);
  try {
    return await work((count) => lines.draw([`${count} ${noun}`]));
  } finally {
    lines.clear();
  }
}

const MEBIBYTE = 1024 ** 2;

function reportLines({ entries, bytes, problemCount, problems }: DatabaseReport): string[] {
  const total = Object.values(entries).reduce((sum, count) => sum + count, 0);
  const spaces = Object.entries(entries).map(
    ([space, count]) => `  ${space.padEnd(12)}${String(count).padStart(9)}`,
  );
  const size = `${total} entries, ${(bytes / MEBIBYTE).toFixed(1)} MiB`;
  if (problemCount === 0) return [`The database is sound: ${size}.`, ...spaces];
  const listed = problems.slice(0, LISTED_MAX).flatMap(problemLines);
  const more = problemCount - Math.min(problems.length, LISTED_MAX);
  return [
    `${problemCount} of ${size} are not as they should be:`,
    ...listed,
    ...(more > 0 ? [`  … and ${more} more; --json lists them`] : []),
  ];
}

function problemLines({ space, key, code, message }: DatabaseProblem): readonly string[] {
  return [`  ${space ?? 'no space'}: ${code}: ${message}`, `    ${key}`];
}
