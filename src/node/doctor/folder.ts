/** Is the folder of a node in order: key, permissions, lock, sign guard. */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError, type NodeId } from '../../base/index.ts';
import type { Network } from '../../core/index.ts';
import { openGuard } from '../../store/index.ts';
import { guardPath, keystorePath, UNUSED_KEY_FILE } from '../folder-paths.ts';
import {
  type DirectoryLock,
  inspectKeystore,
  type KeystoreInfo,
  lockDirectory,
} from '../keys/index.ts';
import { assertNotMoved } from '../moved.ts';
import { type Finding, failed, ok, skipped, warning } from './finding.ts';

/** Bits of a mode that are not its owner's. */
const NOT_OWNER = 0o077;
const MODE_BITS = 0o777;

export type FolderExamination = {
  readonly findings: readonly Finding[];
  /** Absent if there is no readable key. */
  readonly key: KeystoreInfo | undefined;
};

/**
 * Examines a folder. The guard is opened as a start would open it, which mends what a crash left.
 * @param network without it the guard cannot be read
 */
export async function examineFolder(
  directory: string,
  network: Network | undefined,
): Promise<FolderExamination> {
  const key = await keyOf(directory);
  if ('finding' in key) return { findings: [key.finding], key: undefined };
  const { info } = key;
  const keystore = info.isExported
    ? failed(
        'keystore',
        'it was exported for another machine; no node runs on it',
        'Import it: assay keys import.',
      )
    : ok('keystore', `key ${info.id.slice(0, 16)}, encrypted, readable by its owner alone`);
  const findings = [keystore, ...(await moved(directory)), await permissions(directory)];
  return { findings: [...findings, ...(await locked(directory, info.id, network))], key: info };
}

async function keyOf(
  directory: string,
): Promise<{ readonly info: KeystoreInfo } | { readonly finding: Finding }> {
  try {
    return { info: await inspectKeystore(keystorePath(directory)) };
  } catch (error) {
    const remedy = 'Make a key: assay init.';
    return { finding: failedBy('keystore', error, remedy) };
  }
}

async function moved(directory: string): Promise<readonly Finding[]> {
  try {
    await assertNotMoved(directory);
    return [];
  } catch (error) {
    return [failedBy('moved', error, '')];
  }
}

async function permissions(directory: string): Promise<Finding> {
  if (process.platform === 'win32') return skipped('permissions', 'Windows keeps them elsewhere');
  const { mode } = await stat(directory);
  const detail = `mode ${(mode & MODE_BITS).toString(8)}`;
  if ((mode & NOT_OWNER) === 0) return ok('permissions', detail);
  return warning('permissions', `${detail}: others may look into it`, `chmod 700 ${directory}`);
}

/** Lock and guard: who runs now holds both. */
async function locked(
  directory: string,
  owner: NodeId,
  network: Network | undefined,
): Promise<readonly Finding[]> {
  let lock: DirectoryLock;
  try {
    lock = await lockDirectory(directory);
  } catch (error) {
    const isHeld = error instanceof AssayError && error.detail.code === 'directory-locked';
    if (!isHeld) return [failedBy('lock', error, 'Check the permissions of the folder.')];
    return [ok('lock', error.detail.message), skipped('guard', 'the node that runs has it open')];
  }
  try {
    return [ok('lock', 'no other process uses it'), await guard(directory, owner, network)];
  } finally {
    await lock.release();
  }
}

async function guard(
  directory: string,
  owner: NodeId,
  network: Network | undefined,
): Promise<Finding> {
  const path = guardPath(directory);
  if (existsSync(join(directory, UNUSED_KEY_FILE)) && !existsSync(path)) {
    return ok('guard', 'none yet: the key has signed nothing');
  }
  if (network === undefined) return skipped('guard', 'which network it is for is not known');
  try {
    const opened = await openGuard(path, { networkId: network.id, owner });
    const { watermark, records } = opened;
    await opened.close();
    return ok('guard', `sound: ${records.length} records, signs nothing below round ${watermark}`);
  } catch (error) {
    return failedBy('guard', error, 'Do not delete it. See `assay guard --help`.');
  }
}

/** A finding from what was thrown. */
export function failedBy(check: string, error: unknown, remedy: string): Finding {
  const known = reasonAndRemedy(error);
  return failed(check, known.message, known.remedy === '' ? remedy : known.remedy);
}

function reasonAndRemedy(error: unknown): { readonly message: string; readonly remedy: string } {
  if (error instanceof AssayError) {
    const { message, where, remedy = '' } = error.detail;
    return { message: where === undefined ? message : `${where}: ${message}`, remedy };
  }
  return { message: error instanceof Error ? error.message : String(error), remedy: '' };
}
