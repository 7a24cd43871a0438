/**
 * Serves the explorer on loopback: the page, and what it shows, of a live node or from a file.
 *
 * Threats: a web page in a browser of this machine (Host and Origin are checked, nothing is shared
 * across origins), a client that asks too often or never reads (a token bucket, limits of
 * connections, dropped feeds), content that becomes script (a strict content security policy, fixed
 * types). Everything here only reads: nothing signs, nothing changes the node.
 */
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Subject } from '../../base/index.ts';
import { networkFileYaml } from '../../network-file/index.ts';
import { type BuildResult, encodeReceiptJson } from '../../receipt/index.ts';
import { recordLine } from '../../trace/index.ts';
import { isRecordId } from '../../wire/index.ts';
import { reasonOf } from '../error.ts';
import {
  leafReceipt,
  leafRecords,
  type NodeTrace,
  type Recorded,
  recordLines,
} from '../explorer/index.ts';
import type { Log } from '../log/index.ts';
import { isHostAllowed, isOriginAllowed, type RateLimit, RateLimiter } from './access.ts';
import { ApiError, problem, problemOf } from './error.ts';
import { LiveFeed } from './live-feed.ts';
import { pageFile } from './page.ts';

/** What is shown. */
export type ExplorerSource =
  | { readonly kind: 'live'; readonly trace: NodeTrace }
  | { readonly kind: 'recorded'; readonly recorded: Recorded };

export type ExplorerOptions = {
  readonly source: ExplorerSource;
  /** 0 for any. */
  readonly port: number;
  /** The folder that vite wrote: `index.html` and `assets`. */
  readonly page: string;
  readonly softwareVersion: string;
  readonly log: Log;
  readonly rate?: RateLimit;
};

/** A server that runs. */
export type Explorer = {
  /** Where it is, without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
};

const HOST = '127.0.0.1';
const CONNECTIONS_MAX = 256;
const HEADER_BYTES_MAX = 16_384;
const TIMEOUT_MS = 30_000;
const RATE: RateLimit = { perSecond: 100, burst: 400 };
const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': [
    ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:"],
    ...["connect-src 'self'", "font-src 'self'", "base-uri 'none'", "form-action 'none'"],
    "frame-ancestors 'none'",
  ].join('; '),
} as const;

/**
 * Starts an explorer on loopback.
 * @throws ApiError explorer-port
 */
export async function startExplorer(options: ExplorerOptions): Promise<Explorer> {
  const app = createApp(options);
  const { source, port, log } = options;
  const feed = source.kind === 'live' ? new LiveFeed(source.trace.records) : undefined;
  addPage(app, options);
  addSource(app, options);
  if (source.kind === 'live' && feed !== undefined) addLive(app, source.trace, feed);
  else if (source.kind === 'recorded') addRecorded(app, source.recorded);
  try {
    const url = await app.listen({ host: HOST, port });
    app.server.maxConnections = CONNECTIONS_MAX;
    log.info('explorer-listening', { url });
    return { url, close: () => closed(app, feed) };
  } catch (cause) {
    await app.close();
    const detail = {
      code: 'explorer-port',
      message: `the explorer cannot listen: ${reasonOf(cause)}`,
      where: `${HOST}:${port}`,
      remedy: 'Give another port, or 0 for any that is free.',
    };
    throw new ApiError(detail, { cause });
  }
}

function createApp({ rate = RATE, log }: ExplorerOptions): FastifyInstance {
  const app = fastify({
    requestTimeout: TIMEOUT_MS,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 128 },
    http: { maxHeaderSize: HEADER_BYTES_MAX, headersTimeout: TIMEOUT_MS },
    bodyLimit: 1,
  });
  const limiter = new RateLimiter(rate);
  app.addHook('onRequest', async (request, reply) => admit(request, reply, limiter));
  app.setErrorHandler((error, _request, reply) => {
    const known = problemOf(error);
    if (known !== undefined) return reply.code(known.status).send(known.body);
    log.error('explorer-failed', { reason: reasonOf(error) });
    const body = { code: 'internal', message: 'something went wrong', remedy: 'See the log.' };
    return reply.code(500).send(body);
  });
  app.setNotFoundHandler((request, reply) => {
    const known = problem(unknownRoute(request.url));
    return reply.code(known.status).send(known.body);
  });
  return app;
}

async function admit(
  { headers, ip }: FastifyRequest,
  reply: FastifyReply,
  limiter: RateLimiter,
): Promise<void> {
  reply.headers(HEADERS);
  if (!isHostAllowed(headers.host, HOST)) {
    throw new ApiError({
      code: 'host-refused',
      message: 'the header Host does not name this machine',
      remedy: 'Ask for 127.0.0.1 or localhost.',
    });
  }
  if (!isOriginAllowed(headers.origin, HOST)) {
    throw new ApiError({
      code: 'origin-refused',
      message: 'pages of other origins may not ask',
      remedy: 'Open the explorer itself.',
    });
  }
  const waitMs = limiter.take(ip, performance.now());
  if (waitMs === 0) return;
  reply.header('retry-after', Math.ceil(waitMs / 1000));
  throw new ApiError({
    code: 'rate-limited',
    message: 'too many requests from this address',
    remedy: `Ask again in ${waitMs} ms.`,
  });
}

function addPage(app: FastifyInstance, { page }: ExplorerOptions): void {
  const send = async (reply: FastifyReply, name: string): Promise<FastifyReply> => {
    const { type, content } = await pageFile(page, name);
    return reply.type(type).send(content);
  };
  app.get('/', (_request, reply) => send(reply, 'index.html'));
  app.get<{ Params: { name: string } }>('/assets/:name', ({ params }, reply) =>
    send(reply, params.name),
  );
}

function addSource(app: FastifyInstance, { source, softwareVersion }: ExplorerOptions): void {
  app.get('/v1/source', () =>
    source.kind === 'live'
      ? {
          ...{ kind: 'live', title: source.trace.options.file.name, software: softwareVersion },
          node: source.trace.options.self.id,
        }
      : {
          ...{ kind: 'recorded', title: source.recorded.start.title },
          software: source.recorded.start.software,
        },
  );
}

function addRecorded(app: FastifyInstance, recorded: Recorded): void {
  app.get('/v1/trace', ({ headers }, reply) => {
    const lines = Readable.from(recordLines(recorded));
    reply.type('application/x-ndjson');
    if (!/\bgzip\b/.test(String(headers['accept-encoding'] ?? ''))) return reply.send(lines);
    return reply.header('content-encoding', 'gzip').send(lines.pipe(createGzip()));
  });
  for (const route of ['/v1/live', '/v1/network', '/v1/node', '/v1/records', '/v1/receipt']) {
    app.get(route, () => {
      throw new ApiError({
        code: 'not-live',
        message: 'this is a recorded run: there is no node behind it',
        remedy: 'Its records are at /v1/trace.',
      });
    });
  }
}

function addLive(app: FastifyInstance, trace: NodeTrace, feed: LiveFeed): void {
  app.get('/v1/trace', () => {
    throw new ApiError({
      code: 'not-recorded',
      message: 'this is a live network: its records never end',
      remedy: 'They come as events from /v1/live.',
    });
  });
  app.get('/v1/live', ({ headers }, reply) => {
    if (feed.isFull) {
      throw new ApiError({
        code: 'viewers-full',
        message: 'too many pages are open on this node',
        remedy: 'Close some of them.',
      });
    }
    const last = headers['last-event-id'];
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream; charset=utf-8' });
    feed.add(raw, Array.isArray(last) ? undefined : last);
  });
  app.get('/v1/network', (_request, reply) =>
    reply.type('text/yaml; charset=utf-8').send(networkFileYaml(trace.options.file)),
  );
  app.get('/v1/node', (_request, reply) =>
    reply
      .type('application/json')
      .send(JSON.stringify(nodeOf(trace).status(), (_, v) => (typeof v === 'bigint' ? `${v}` : v))),
  );
  addLeaves(app, trace);
}

type LeafQuery = { readonly Querystring: Readonly<Record<string, unknown>> };

/** What is known about one leaf, however old. */
function addLeaves(app: FastifyInstance, trace: NodeTrace): void {
  app.get<LeafQuery>('/v1/records', async ({ query }, reply) => {
    const subject = leafOf(query, '/v1/records');
    const records = await leafRecords(trace, nodeOf(trace), subject);
    if (records.length === 0) throw unknownLeaf(subject);
    const text = records.map((record) => `${recordLine(record)}\n`).join('');
    return reply.type('application/x-ndjson').send(text);
  });
  app.get<LeafQuery>('/v1/receipt', async ({ query }, reply) => {
    const subject = leafOf(query, '/v1/receipt');
    const built = await leafReceipt(trace.chain, nodeOf(trace), subject);
    if (built.kind !== 'receipt') throw noReceipt(subject, built);
    return reply.type('application/json').send(Buffer.from(encodeReceiptJson(built.receipt)));
  });
}

function unknownLeaf({ batch, index }: Subject): ApiError {
  return new ApiError({
    code: 'leaf-unknown',
    message: `neither this node nor its neighbours know the leaf ${batch}/${index}`,
    remedy: 'Was it drawn, and by this network? Nodes forget what is long settled.',
  });
}

function noReceipt(
  subject: Subject,
  built: Exclude<BuildResult, { readonly kind: 'receipt' }>,
): ApiError {
  const message = `there is no receipt: ${built.detail}`;
  if (built.kind === 'refused') {
    const remedy = 'Nothing that nodes know of it verifies: do not rely on the answer.';
    return new ApiError({ code: 'no-receipt', message, remedy });
  }
  if (built.missing === 'header') return unknownLeaf(subject);
  return new ApiError({
    code: 'not-yet',
    message,
    remedy:
      'Ask again in a round. Who asked for the inference, and its provider, may have what ' +
      'validators do not keep.',
  });
}

function nodeOf({ node }: NodeTrace) {
  if (node !== undefined) return node;
  throw new ApiError({ code: 'not-ready', message: 'the node is not open yet' });
}

function leafOf({ batch, index }: LeafQuery['Querystring'], route: string): Subject {
  const isIndex = typeof index === 'string' && /^\d{1,7}$/.test(index);
  if (typeof batch === 'string' && isRecordId(batch) && isIndex) {
    return { batch, index: Number(index) };
  }
  throw new ApiError({
    code: 'request-invalid',
    message: 'a leaf is named by its batch and its index',
    remedy: `Ask for ${route}?batch=bafy…&index=0.`,
  });
}

function unknownRoute(url: string) {
  const message = `there is nothing at ${JSON.stringify(url.slice(0, 64))}`;
  return { code: 'route-unknown', message, remedy: 'The page is at /.' };
}

async function closed(app: FastifyInstance, feed: LiveFeed | undefined): Promise<void> {
  feed?.close();
  await app.close();
}
