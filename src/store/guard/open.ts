/**
 * Opens and creates sign guards: reads both copies, refuses what no crash can have left, mends
 * what one did.
 */
import { dirname, join } from 'node:path';
import { assert, type Round, round } from '../../base/index.ts';
import { UNFINISHED, writeLog } from './compaction.ts';
import { type Disk, realDisk } from './disk.ts';
import { GuardError, RECOVERY } from './error.ts';
import {
  COMPACTION_BYTES_MIN,
  FIRST_COPY,
  GuardLog,
  openCopies,
  SECOND_COPY,
  type SignGuard,
} from './guard-log.ts';
import { encodeHeader, type GuardIdentity, type LogEntry } from './log-format.ts';
import { type Copy, type Mend, readCopy, reconcile, replay } from './reconcile.ts';

export type GuardOptions = GuardIdentity & {
  /** The file system, unless a test brings its own. */
  readonly disk?: Disk;
  /** Forgotten bytes below which the log is not written anew. */
  readonly compactionBytesMin?: number;
};

/**
 * Opens the guard in `directory`. The caller holds the lock of the node's folder.
 * @throws GuardError if it is missing, damaged, rolled back, or of another network or key
 */
export function openGuard(directory: string, options: GuardOptions): Promise<SignGuard> {
  return openGuardLog(directory, options);
}

/**
 * Creates a guard for a key that never signed anything, or nothing of a round from `watermark` on.
 * @param directory must not exist; its parent must
 * @param options.watermark nothing below is ever signed; 0 for a new key
 * @throws GuardError `guard-exists`
 */
export async function createGuard(
  directory: string,
  options: GuardOptions & { readonly watermark?: Round },
): Promise<SignGuard> {
  const { disk = realDisk, watermark = round(0), networkId, owner } = options;
  if ((await disk.sizeBytes(directory)) !== undefined) {
    throw new GuardError({
      code: 'guard-exists',
      message: 'there is a sign guard already, or something else of its name',
      where: directory,
      remedy: 'Use it, or choose another folder. Never delete the guard of a key that signed.',
    });
  }
  const unfinished = `${directory}${UNFINISHED}`;
  await disk.remove(unfinished);
  await disk.makeFolder(unfinished);
  const entry: LogEntry = { kind: 'watermark', round: watermark, bytes: new Uint8Array(0) };
  const origin = new Uint8Array(32);
  const header = encodeHeader({ networkId, owner, generation: 0, initialFrames: 1, origin });
  for (const name of [FIRST_COPY, SECOND_COPY]) {
    await writeLog(disk, join(unfinished, name), { header, chunks: [[entry]] });
  }
  await disk.syncFolder(unfinished);
  await disk.rename(unfinished, directory);
  await disk.syncFolder(dirname(directory));
  return openGuardLog(directory, options);
}

/** As `openGuard`, with what export and import need. */
export async function openGuardLog(directory: string, options: GuardOptions): Promise<GuardLog> {
  const { disk = realDisk, compactionBytesMin = COMPACTION_BYTES_MIN } = options;
  const { networkId, owner } = options;
  const identity = { networkId, owner };
  const paths = [join(directory, FIRST_COPY), join(directory, SECOND_COPY)] as const;
  await assertThere(disk, paths);
  const [firstPath, secondPath] = paths;
  const first = readCopy(firstPath, await disk.read(firstPath), identity);
  const second = readCopy(secondPath, await disk.read(secondPath), identity);
  const mend = reconcile(first, second);
  const said = replay(first);
  await mendCopies(disk, mend, { first, second });
  for (const path of paths) await disk.remove(`${path}${UNFINISHED}`);
  const { frames, head, header, endOffset } = first;
  return new GuardLog({
    directory,
    disk,
    identity,
    end: {
      generation: header.generation,
      frameCount: frames.length,
      head,
      sizeBytes: endOffset,
    },
    said,
    files: await openCopies(disk, directory),
    compactionBytesMin,
  });
}

async function assertThere(disk: Disk, paths: readonly [string, string]): Promise<void> {
  const [first, second] = paths;
  const isFirst = (await disk.sizeBytes(first)) !== undefined;
  const isSecond = (await disk.sizeBytes(second)) !== undefined;
  if (isFirst && isSecond) return;
  const isNone = !isFirst && !isSecond;
  throw new GuardError({
    code: 'guard-missing',
    message: isNone ? 'there is no sign guard' : 'one of the two copies of the guard is missing',
    where: isFirst ? second : first,
    remedy: isNone
      ? `If this key never signed anything, make a new folder with init. Otherwise: ${RECOVERY}`
      : RECOVERY,
  });
}

/** Brings both copies to the same bytes, durable: what was read may not have been flushed yet. */
async function mendCopies(
  disk: Disk,
  { kind }: Mend,
  { first, second }: { readonly first: Copy; readonly second: Copy },
): Promise<void> {
  await changeFile(disk, first.path, { cutAt: first.endOffset });
  if (kind === 'replace-second') {
    assert(first.endOffset === first.bytes.length, 'a compacted log has no torn tail');
    const unfinished = `${second.path}${UNFINISHED}`;
    const file = await disk.create(unfinished);
    await file.write(first.bytes);
    await file.sync();
    await file.close();
    await disk.rename(unfinished, second.path);
    await disk.syncFolder(dirname(second.path));
    return;
  }
  const missing = first.bytes.subarray(second.endOffset, first.endOffset);
  await changeFile(disk, second.path, { cutAt: second.endOffset, missing });
}

async function changeFile(
  disk: Disk,
  path: string,
  { cutAt, missing }: { readonly cutAt: number; readonly missing?: Uint8Array },
): Promise<void> {
  const file = await disk.append(path);
  try {
    await file.truncate(cutAt);
    if (missing !== undefined && missing.length > 0) await file.write(missing);
    await file.sync();
  } finally {
    await file.close();
  }
}
