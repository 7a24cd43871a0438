/** Does the work of `assay guard …`, always with the lock of the folder. */
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { AssayError } from '../../../base/index.ts';
import { networkOf, readNetworkFile } from '../../../network-file/index.ts';
import {
  clearMoved,
  guardPath,
  inspectKeystore,
  keystorePath,
  lockDirectory,
  markMoved,
  movedBy,
  renewGuard,
  unmove,
} from '../../../node/index.ts';
import {
  createGuard,
  exportGuard,
  GuardError,
  type GuardOptions,
  type ImportReport,
  importGuard,
} from '../../../store/index.ts';
import { readLimited, writeWhole } from '../../files.ts';
import type { Answer } from '../../io.ts';
import { NETWORK_FILE, networkPathOf } from '../../network-path.ts';

/** More than the records of a whole log, which has at most 1 GiB in binary. */
const EXPORT_BYTES_MAX = 512 * 1024 ** 2;
/** Records that are listed to people; `--json` has all. */
const LISTED_MAX = 20;
const ABOUT_COLUMNS = 60;
const KEY_DIGITS = 16;

/** Values that all of these commands take. */
export type GuardValues = { readonly dir: string; readonly net: string | undefined };

type Place = { readonly path: string; readonly options: GuardOptions };

/**
 * Writes the guard of a folder as interchange text.
 * @throws GuardError; KeyError directory-locked; AssayError no-keystore, file-unwritable
 */
export async function answerExport(
  values: GuardValues & { readonly out: string; readonly move: boolean },
): Promise<Answer> {
  const { dir, out, move } = values;
  const text = await whileLocked(values, async ({ path, options }) => {
    const exported = await exportGuard(path, options);
    await writeWhole(out, new TextEncoder().encode(exported));
    if (move) await markMoved(dir, 'guard export');
    return exported;
  });
  const content: { watermark?: unknown; records?: unknown } = Object(JSON.parse(text));
  const watermark = Number(content.watermark);
  const records = Array.isArray(content.records) ? content.records.length : 0;
  return {
    json: { file: out, watermark, records, isMoved: move },
    lines: [
      `Wrote ${out}: ${counted(records, 'record')} of what the key of ${dir} signed.`,
      ...watermarkLines(watermark),
      '',
      ...(move
        ? ['It holds no secret. This folder is marked as moved: no node starts on it any', 'more.']
        : [
            'It holds no secret. From now on the node here must never start again: what it',
            'would sign is not in this file. With --move it cannot.',
          ]),
      'On the other machine:',
      `  assay guard import ${out} --dir DIR --net ${values.net ?? NETWORK_FILE}`,
    ],
  };
}

/**
 * Adds what an export says. Where there is no guard yet, one is made of it.
 * @throws GuardError, among them interchange-malformed; KeyError; AssayError
 */
export async function answerImport(
  values: GuardValues & { readonly file: string },
): Promise<Answer> {
  const bytes = await readLimited(values.file, EXPORT_BYTES_MAX);
  const text = new TextDecoder().decode(bytes);
  return await whileLocked(values, async (place) => {
    const isNew = !existsSync(place.path);
    const report = await (isNew
      ? adopt(place, text)
      : importGuard(place.path, place.options, text));
    const isOlder = !isNew && addsNothing(report);
    const wasMoved = (await movedBy(values.dir)) !== undefined;
    const isHome = wasMoved && !isOlder;
    if (isHome) await clearMoved(values.dir);
    const key = place.options.owner;
    return {
      json: { key, ...report, isOlder, isMoved: wasMoved && !isHome },
      lines: [
        `Key ${key.slice(0, KEY_DIGITS)} of ${values.dir}`,
        ...reportLines(report),
        ...(isOlder ? olderLines(wasMoved) : []),
        ...(isHome
          ? ['', 'The folder is no longer marked as moved: the key is at home here.']
          : []),
      ],
    };
  }).catch((error: unknown) => {
    throw ofFile(error, values.file);
  });
}

/**
 * Makes a guard for a key whose guard is lost.
 * @throws GuardError guard-exists; KeyError directory-locked; NodeError folder-missing
 */
export async function answerRenew(values: GuardValues): Promise<Answer> {
  const { dir } = values;
  const watermark = await renewGuard(dir, networkOf(readNetworkFile(networkPathOf(values))));
  return {
    json: { dir, watermark },
    lines: [
      `The key in ${dir} has a new guard.`,
      ...watermarkLines(watermark),
      '',
      'Nobody knows any more what this key signed. If it still runs on another machine,',
      'the two will contradict each other: it is convicted then and loses its stake.',
      'Make sure that the other machine never starts again.',
    ],
  };
}

/** Whether all that an export says was known. */
function addsNothing({ records }: ImportReport): boolean {
  return !records.some(({ result }) => result === 'added' || result === 'conflict');
}

function olderLines(wasMoved: boolean): readonly string[] {
  return [
    '',
    'Nothing in it is new: it is older than what is here. If the key ran elsewhere',
    'since, export its guard there again, and import that.',
    ...(wasMoved ? ['The folder stays marked as moved.'] : []),
  ];
}

/**
 * Lets a node start again on a folder that is marked as moved.
 * @throws AssayError unsafe-key-id; NodeError not-moved; GuardError; KeyError
 */
export async function answerUnmove(
  values: GuardValues & { readonly 'UNSAFE-runs-nowhere-else': string },
): Promise<Answer> {
  const { dir } = values;
  if (!existsSync(keystorePath(dir))) throw noKeystore(dir);
  const { id } = await inspectKeystore(keystorePath(dir));
  if (values['UNSAFE-runs-nowhere-else'] !== id) {
    throw new AssayError({
      code: 'unsafe-key-id',
      message: 'this is not the id of the key in the folder',
      where: '--UNSAFE-runs-nowhere-else',
      remedy: `Give the id that \`assay keys list --dir ${dir}\` shows, if you are sure.`,
    });
  }
  const watermark = await unmove(dir, networkOf(readNetworkFile(networkPathOf(values))));
  return {
    json: { dir, key: id, watermark },
    lines: [`A node may start on ${dir} again.`, ...watermarkLines(watermark)],
  };
}

/** What is wrong with an export is told with the name of its file. */
function ofFile(error: unknown, file: string): unknown {
  if (!(error instanceof GuardError) || !error.detail.code.startsWith('interchange-')) return error;
  const { where } = error.detail;
  const place = where === undefined ? file : `${file}, ${where}`;
  return new GuardError({ ...error.detail, where: place }, { cause: error });
}

/** The guard appears whole or not at all: an empty one would say that nothing was signed. */
async function adopt({ path, options }: Place, text: string): Promise<ImportReport> {
  const fresh = `${path}.importing`;
  await rm(fresh, { recursive: true, force: true });
  try {
    await (await createGuard(fresh, options)).close();
    const report = await importGuard(fresh, options, text);
    await rename(fresh, path);
    return report;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function whileLocked<T>(values: GuardValues, act: (place: Place) => Promise<T>): Promise<T> {
  const { dir } = values;
  const { id: networkId } = networkOf(readNetworkFile(networkPathOf(values)));
  if (!existsSync(keystorePath(dir))) throw noKeystore(dir);
  const lock = await lockDirectory(dir);
  try {
    const { id: owner } = await inspectKeystore(keystorePath(dir));
    return await act({ path: guardPath(dir), options: { networkId, owner } });
  } finally {
    await lock.release();
  }
}

const MEANINGS: Readonly<Record<ImportReport['records'][number]['result'], string>> = {
  added: 'new here',
  known: 'the same was here',
  pruned: 'its round is over, it is never signed again',
  conflict: 'ours differs and stays; its round is never signed again',
};

function reportLines({ watermark, records }: ImportReport): readonly string[] {
  const results = ['conflict', 'added', 'known', 'pruned'] as const;
  const sums = results.flatMap((result) => {
    const found = records.filter((record) => record.result === result).length;
    return found === 0
      ? []
      : `  ${result.padEnd(9)}${String(found).padStart(7)}  ${MEANINGS[result]}`;
  });
  const listed = [...records].sort(
    (a, b) => results.indexOf(a.result) - results.indexOf(b.result) || b.round - a.round,
  );
  const table = listed.slice(0, LISTED_MAX).map(({ about, round, result }) => {
    return `  ${result.padEnd(9)}${String(round).padStart(7)}  ${shortened(about)}`;
  });
  const more = records.length - table.length;
  return [
    `Imported: ${counted(records.length, 'record')}.`,
    ...sums,
    ...watermarkLines(watermark),
    ...(table.length === 0 ? [] : ['', '  result     round  about', ...table]),
    ...(more > 0 ? [`  … and ${more} more; --json lists all`] : []),
  ];
}

/** Content ids are long: the ends tell them apart. */
function shortened(about: string): string {
  const short = about.replace(/\b(b[a-z2-7]{7})[a-z2-7]{43,}([a-z2-7]{8})\b/g, '$1…$2');
  return short.length <= ABOUT_COLUMNS ? short : `${short.slice(0, ABOUT_COLUMNS - 1)}…`;
}

function watermarkLines(watermark: number): readonly string[] {
  if (watermark === 0) return [];
  return [`Nothing new is signed for rounds below ${watermark}.`];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function noKeystore(dir: string): AssayError {
  return new AssayError({
    code: 'no-keystore',
    message: 'there is no keystore here, so there is no key whose guard it could be',
    where: dir,
    remedy: 'Name the folder of a node; a key from elsewhere comes first: assay keys import.',
  });
}
