/** Does the work of `assay explorer`. */
import { readNetworkFile } from '../../../network-file/index.ts';
import { createLog, type LogLevel, openObserverNode } from '../../../node/index.ts';
import { showPage } from '../../browser.ts';
import { readPort, serveExplorer } from '../../explorer-page.ts';
import { aborted, type Io } from '../../io.ts';
import { readVersion } from '../../version.ts';

/** Options of `explorer` as the command line gives them. */
export type ExplorerValues = {
  readonly io: Io;
  readonly net: string;
  readonly port: string;
  readonly open: boolean;
  readonly 'log-level': LogLevel;
};

/**
 * Looks at a network until the user stops it.
 * @throws the errors of network files, hosts and ports
 */
export async function runExplorer(values: ExplorerValues): Promise<void> {
  const { io } = values;
  const port = readPort(values.port, '--port');
  const file = readNetworkFile(values.net);
  const isPretty = process.stderr.isTTY === true;
  const log = createLog({ level: values['log-level'], isPretty, write: io.err });
  const softwareVersion = `assay/${readVersion()}`;
  const observer = await openObserverNode({ file, softwareVersion, log });
  try {
    const source = { kind: 'live', trace: observer.trace } as const;
    const explorer = await serveExplorer({ source, port, log });
    try {
      io.out(`${file.name}: ${explorer.url}\nCtrl-C ends it.\n`);
      if (values.open) showPage(explorer.url, io);
      await Promise.race([observer.start(), aborted(io.signal)]);
      await aborted(io.signal);
    } finally {
      await explorer.close();
    }
  } finally {
    await observer.stop();
  }
}
