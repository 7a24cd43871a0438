/**
 * Serves metrics at `/metrics`, on a port of their own: who may scrape need not be let into the
 * API. Loopback unless there is a token. Pages of strangers are refused by their `Host`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  cannotListen,
  checkListenAt,
  isHostAllowed,
  isLoopback,
  isTokenRight,
  type ListenAt,
} from '../api/index.ts';
import { reasonOf } from '../error.ts';
import type { Log } from '../log/index.ts';
import type { NodeMetrics } from './node-metrics.ts';

/** A server that runs. */
export type MetricsServer = {
  /** Where to scrape. */
  readonly url: string;
  close(): Promise<void>;
};

const CONNECTIONS_MAX = 64;
const HEADER_BYTES_MAX = 16_384;
const TIMEOUT_MS = 10_000;

/** Starts to serve metrics. @throws ApiError metrics-port, api-token-required, api-token-weak */
export async function startMetricsServer(
  metrics: Pick<NodeMetrics, 'text' | 'contentType'>,
  at: ListenAt & { readonly log: Log },
): Promise<MetricsServer> {
  checkListenAt(at);
  const limits = { maxHeaderSize: HEADER_BYTES_MAX, requestTimeout: TIMEOUT_MS };
  const server = createServer({ ...limits, headersTimeout: TIMEOUT_MS }, (request, response) => {
    void answer(metrics, at, { request, response });
  });
  server.maxConnections = CONNECTIONS_MAX;
  try {
    await listen(server, at);
  } catch (error) {
    throw cannotListen('metrics', at, error);
  }
  const { port } = server.address() as AddressInfo;
  const name = at.host.includes(':') ? `[${at.host}]` : at.host;
  const url = `http://${name}:${port}/metrics`;
  at.log.info('metrics-listening', { url });
  return { url, close: () => closed(server) };
}

async function answer(
  metrics: Pick<NodeMetrics, 'text' | 'contentType'>,
  { host, token, log }: ListenAt & { readonly log: Log },
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const end = (status: number, text: string, type = 'text/plain; charset=utf-8'): void => {
    const headers = { 'content-type': type, 'cache-control': 'no-store' };
    response.writeHead(status, { ...headers, 'x-content-type-options': 'nosniff' }).end(text);
  };
  const { method, url, headers } = request;
  if (isLoopback(host) && !isHostAllowed(headers.host, host)) {
    return end(403, 'the header Host does not name this machine\n');
  }
  if (token !== undefined && !isTokenRight(headers.authorization, token)) {
    return end(401, 'send the token: Authorization: Bearer <token>\n');
  }
  if (url !== '/metrics') return end(404, 'metrics are at /metrics\n');
  if (method !== 'GET') return end(405, 'metrics are read with GET\n');
  try {
    end(200, await metrics.text(), metrics.contentType);
  } catch (error) {
    log.error('metrics-failed', { reason: reasonOf(error) });
    end(500, 'metrics could not be gathered; the log says more\n');
  }
}

function listen(server: Server, { host, port }: ListenAt): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
