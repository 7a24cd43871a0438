/** Writes small files of a node's folder whole or not at all. */
import { rename, writeFile } from 'node:fs/promises';

/** Replaces a file; only its owner may read it. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const fresh = `${path}.new`;
  await writeFile(fresh, text, { mode: 0o600 });
  await rename(fresh, path);
}
