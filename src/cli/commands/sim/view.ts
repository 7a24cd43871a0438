/** Does the work of `assay sim view`: a recorded run in the explorer. */
import { readRecorded, silentLog } from '../../../node/index.ts';
import { showPage } from '../../browser.ts';
import { readPort, serveExplorer } from '../../explorer-page.ts';
import { aborted, type Io } from '../../io.ts';

/** Options of `sim view` as the command line gives them. */
export type ViewValues = {
  readonly io: Io;
  readonly trace: string;
  readonly port: string;
  readonly open: boolean;
};

/**
 * Shows a trace until the user stops it.
 * @throws TraceError trace-missing, trace-format, trace-record; ApiError explorer-port
 */
export async function viewTrace(values: ViewValues): Promise<void> {
  const { io } = values;
  const port = readPort(values.port, '--port');
  const recorded = await readRecorded(values.trace);
  const { start, records, isWhole, isTorn } = recorded;
  const source = { kind: 'recorded', recorded } as const;
  const explorer = await serveExplorer({ source, port, log: silentLog });
  try {
    const of = start.run === undefined ? start.title : `${start.title}, seed ${start.run.seed}`;
    io.out(`${of}: ${records.toLocaleString('en-US')} records\n`);
    if (isTorn) io.err('The last line is cut off and left out: its run was killed.\n');
    else if (!isWhole) io.err('The trace has no end: its run did not come to one.\n');
    io.out(`${explorer.url}\nCtrl-C ends it.\n`);
    if (values.open) showPage(explorer.url, io);
    await aborted(io.signal);
  } finally {
    await explorer.close();
  }
}
