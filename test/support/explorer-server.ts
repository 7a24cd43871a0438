/**
 * Serves the built explorer for tests, as strictly as `assay explorer` does: one policy for all, a
 * recorded trace or a live feed that a test speaks into. Loopback only.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert } from '../../src/base/index.ts';
import type { TraceRecord } from '../../src/trace/index.ts';

/** Where `node src/explorer/build.js` leaves the page. */
export const EXPLORER_FOLDER = fileURLToPath(new URL('../../dist/explorer', import.meta.url));

/** What the page is allowed: nothing but what comes from its own server. */
export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
  "connect-src 'self'; font-src 'self'";

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** What the server gives. */
export type Served = {
  /** JSON Lines; without it the source is live. */
  readonly trace?: string;
  readonly networkFile?: string;
  /** About one leaf, JSON Lines. */
  readonly records?: (batch: string, index: number) => string;
  /** What the node says about itself, JSON. */
  readonly status?: string;
};

/** A running server; it ends with `close`. */
export class ExplorerServer {
  readonly #served: Served;
  readonly #server: Server;
  readonly #listeners = new Set<ServerResponse>();
  #sent = 0;

  private constructor(served: Served) {
    this.#served = served;
    this.#server = createServer((request, response) => this.#answer(request.url ?? '/', response));
  }

  /** Starts a server on a free port of the loopback. */
  static async start(served: Served): Promise<ExplorerServer> {
    const server = new ExplorerServer(served);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    const address = this.#server.address();
    assert(typeof address === 'object' && address !== null, 'the server listens on a port');
    return `http://127.0.0.1:${address.port}/`;
  }

  /** Tells all pages that follow. */
  say(records: readonly TraceRecord[]): void {
    this.#sent += 1;
    for (const listener of this.#listeners) {
      listener.write(`id: ${this.#sent}\ndata: ${JSON.stringify(records)}\n\n`);
    }
  }

  /** Pages that follow now. */
  get followers(): number {
    return this.#listeners.size;
  }

  /** Cuts all pages off; they connect again by themselves. */
  cut(): void {
    for (const listener of this.#listeners) listener.destroy();
    this.#listeners.clear();
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(url: string, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const { trace, networkFile, records, status } = this.#served;
    const isLive = trace === undefined;
    switch (pathname) {
      case '/v1/source':
        return send(response, 'application/json', sourceText(isLive));
      case '/v1/trace':
        return isLive ? missing(response) : send(response, 'application/jsonl', trace);
      case '/v1/network':
        return networkFile === undefined
          ? missing(response)
          : send(response, 'application/yaml', networkFile);
      case '/v1/node':
        return status === undefined
          ? missing(response)
          : send(response, 'application/json', status);
      case '/v1/records': {
        const found = records?.(searchParams.get('batch') ?? '', Number(searchParams.get('index')));
        return found === undefined ? missing(response) : send(response, 'application/jsonl', found);
      }
      case '/v1/live':
        return this.#follow(response);
      default:
        return sendFile(response, pathname);
    }
  }

  #follow(response: ServerResponse): void {
    response.writeHead(200, { ...headersOf('text/event-stream'), 'cache-control': 'no-store' });
    response.write('retry: 200\n\n');
    this.#listeners.add(response);
    response.on('close', () => this.#listeners.delete(response));
  }
}

function sourceText(isLive: boolean): string {
  const kind = isLive ? 'live' : 'recorded';
  return JSON.stringify({ kind, title: 'a test', software: '0' });
}

function headersOf(type: string): Record<string, string> {
  return { 'content-type': type, 'content-security-policy': POLICY };
}

function send(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, headersOf(type));
  response.end(text);
}

function missing(response: ServerResponse): void {
  response.writeHead(404, headersOf('text/plain'));
  response.end();
}

function sendFile(response: ServerResponse, pathname: string): void {
  const path = join(EXPLORER_FOLDER, pathname === '/' ? 'index.html' : pathname);
  if (!path.startsWith(EXPLORER_FOLDER) || !existsSync(path)) return missing(response);
  response.writeHead(200, headersOf(TYPES[extname(path)] ?? 'application/octet-stream'));
  response.end(readFileSync(path));
}
