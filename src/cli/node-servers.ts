/** The servers around a node that a command runs: control socket, explorer, HTTP API, metrics. */
import { defined } from '../base/index.ts';
import { openControl, type ServedNode, startMetricsServer, startNodeApi } from '../node/index.ts';
import { readPort, serveExplorer } from './explorer-page.ts';
import { readLimited } from './files.ts';
import { readWhole } from './node-options.ts';
import type { NodeSession, NodeValues } from './node-session.ts';

/** Ports where none is named. 9464 is what exporters of metrics commonly take. */
const API_PORT = 8080;
const METRICS_PORT = 9464;
const TOKEN_FILE_BYTES_MAX = 4096;

type Wanted = { readonly values: NodeValues; readonly session: NodeSession };

/** Servers that run until `close`, whichever were wanted. */
export class NodeServers {
  readonly #running: { close(): Promise<void> }[] = [];

  /** Starts what the options ask for. @throws ApiError; AssayError not-a-whole-number */
  async start(node: ServedNode, { values, session }: Wanted): Promise<void> {
    const { announce = [], listen, softwareVersion } = session.folder;
    const controlled = { ...node.operated, announce, listen, softwareVersion };
    const bans = await openControl(controlled);
    this.#running.push(bans);
    await this.#startExplorer({ values, session });
    const tokenFile = values['api-token-file'];
    const token = tokenFile === undefined ? {} : { token: await tokenOf(tokenFile) };
    const { log, metrics } = session;
    metrics?.attach(node.operated, log);
    if (values.api !== undefined) {
      const at = addressOf(values.api, { option: '--api', port: API_PORT });
      const counted = metrics === undefined ? {} : { onRequest: metrics.countRequest };
      const api = await startNodeApi(node, { ...at, ...token, ...counted, bans, log });
      metrics?.watchStreams(() => api.streamCount());
      this.#running.push(api);
    }
    if (values.metrics !== undefined) {
      const at = addressOf(values.metrics, { option: '--metrics', port: METRICS_PORT });
      const made = defined(metrics, 'a session has metrics if they are wanted');
      this.#running.push(await startMetricsServer(made, { ...at, ...token, log }));
    }
  }

  /** Ends all of them. */
  async close(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((server) => server.close()));
  }

  async #startExplorer({ values: { explorer, io }, session }: Wanted): Promise<void> {
    const { trace } = session.watching;
    if (trace === undefined || explorer === undefined) return;
    const port = readPort(explorer, '--explorer');
    const page = await serveExplorer({ source: { kind: 'live', trace }, port, log: session.log });
    this.#running.push(page);
    io.out(`explorer: ${page.url}\n`);
  }
}

/**
 * Reads `8080`, `127.0.0.1:8080`, `[::1]:8080`, or nothing.
 * @param usual.port if none is named
 * @throws AssayError not-a-whole-number
 */
export function addressOf(
  text: string,
  usual: { readonly option: string; readonly port: number },
): { readonly host: string; readonly port: number } {
  if (text === '') return { host: '127.0.0.1', port: usual.port };
  const [, host = '127.0.0.1', port = ''] = /^(?:(.+):)?([^:]*)$/.exec(text) ?? [];
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  return { host: bare, port: readWhole(port, { option: usual.option, min: 0, max: 65_535 }) };
}

async function tokenOf(path: string): Promise<string> {
  const bytes = await readLimited(path, TOKEN_FILE_BYTES_MAX);
  return new TextDecoder().decode(bytes).trim();
}
