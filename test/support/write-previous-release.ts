/** Writes `test/data/previous-release` as of this release; its README says when to. */
import { fileURLToPath } from 'node:url';
import { writeDataDirectory } from './data-directory.ts';

await writeDataDirectory(fileURLToPath(new URL('../data/previous-release', import.meta.url)));
