/** Serves the explorer for commands: where its page lies, and on which port. */
import { join } from 'node:path';
import { type Explorer, startExplorer } from '../node/index.ts';
import { readWhole } from './node-options.ts';
import { packageRoot, readVersion } from './version.ts';

/** Starts the explorer with the page that was built. @throws ApiError explorer-port */
export function serveExplorer(
  options: Pick<Parameters<typeof startExplorer>[0], 'source' | 'port' | 'log'>,
): Promise<Explorer> {
  const page = join(packageRoot(), 'dist', 'explorer');
  return startExplorer({ ...options, page, softwareVersion: readVersion() });
}

/** Reads a port; empty text means any free one. @throws AssayError not-a-whole-number */
export function readPort(text: string, option: string): number {
  return text === '' ? 0 : readWhole(text, { option, min: 0, max: 65_535 });
}
