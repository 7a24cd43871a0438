/**
 * The HTTP server of a node: limits, access, errors, the OpenAPI document. One for all kinds: a
 * provider has more routes than a validator.
 *
 * Threats: a web page in a browser of this machine (Host and Origin are checked, nothing is shared
 * across origins, only JSON is read), a client that sends slowly, much, or too often (time limits,
 * size limits, a token bucket per address), a stranger on the network (a token, without which the
 * server listens on loopback only). There is nothing here that signs or shows a key.
 *
 * Limits: JSON is read on the main thread; a body of 6 MiB holds it up for about 50 ms.
 */
import swagger from '@fastify/swagger';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { reasonOf } from '../error.ts';
import type { NodeLog } from '../log/index.ts';
import type { OperatedNode } from '../operated.ts';
import type { ProviderNode } from '../provider-node.ts';
import {
  isHostAllowed,
  isLoopback,
  isOriginAllowed,
  isTokenRight,
  type RateLimit,
  RateLimiter,
} from './access.ts';
import { ApiError, problem, problemOf } from './error.ts';
import { EventStreams } from './event-streams.ts';
import { cannotListen, checkListenAt, type ListenAt } from './listening.ts';
import { addClaimRoutes, addEventRoute, addNodeRoutes } from './node-routes.ts';
import { addProviderRoutes } from './provider-routes.ts';
import { addWriteRoutes, type BanKeeper } from './write-routes.ts';

export type ApiOptions = ListenAt & {
  readonly log: NodeLog;
  /** Of each remote address. */
  readonly rate?: RateLimit;
  /** Bytes of a request; by default what the largest input of a served model takes as JSON. */
  readonly bodyBytesMax?: number;
  /** Remembers bans; without, they end with the process. */
  readonly bans?: BanKeeper;
  /** Told of each request: pattern of its route, status of the answer. */
  readonly onRequest?: (route: string, status: number) => void;
};

/** A node with an API: any, or a provider, which has routes of its own. */
export type ServedNode = { readonly operated: OperatedNode } | ProviderNode;

/** A server that runs. */
export type NodeApi = {
  /** Where it is, without a slash at the end. */
  readonly url: string;
  /** Open streams of events. */
  streamCount(): number;
  /** Takes no more requests, ends streams, waits for requests under way, at most 5 s. */
  close(): Promise<void>;
};

const MIB = 1024 ** 2;
const BODY_BYTES_MIN = 2 * MIB;
const BODY_BYTES_MAX = 64 * MIB;
/** Characters of JSON for one byte of a tensor: 20 digits for a float of four bytes, and commas. */
const JSON_CHARACTERS_PER_BYTE = 6;
const HEADER_BYTES_MAX = 16_384;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 10_000;
const CONNECTIONS_MAX = 1024;
const CLOSE_MS = 5_000;
const RATE: RateLimit = { perSecond: 100, burst: 400 };
/** Requests that change how a node works are short. */
const NODE_BODY_BYTES_MAX = 16_384;

/**
 * Starts the API of a node, which need not have started.
 * @throws ApiError api-token-required, api-token-weak, api-port
 */
export async function startNodeApi(served: ServedNode, options: ApiOptions): Promise<NodeApi> {
  checkListenAt(options);
  const { operated } = served;
  const { host, port, log, onRequest } = options;
  const app = createApp(served, options);
  const streams = new EventStreams(log, () => {
    const { state, reason } = operated.node.status();
    return { state, reason };
  });
  await app.register(swagger, { openapi: document(options) });
  addNodeRoutes(app, operated);
  addEventRoute(app, streams, () => onRequest?.('/v1/events', 200));
  const { bans } = options;
  const hasToken = options.token !== undefined;
  addWriteRoutes(app, operated, { log, hasToken, ...(bans === undefined ? {} : { bans }) });
  if (isProvider(served)) addProviderRoutes(app, served);
  else addClaimRoutes(app, operated);
  app.get('/openapi.json', { schema: { summary: 'This document' } }, () => app.swagger());
  try {
    const url = await app.listen({ host, port });
    app.server.maxConnections = CONNECTIONS_MAX;
    log.info('api-listening', { url });
    return { url, streamCount: () => streams.count, close: () => closed(app, streams) };
  } catch (error) {
    streams.close();
    await app.close();
    throw cannotListen('API', options, error);
  }
}

function isProvider(served: ServedNode): served is ProviderNode {
  return 'serves' in served;
}

function createApp(served: ServedNode, options: ApiOptions): FastifyInstance {
  const app = fastify({
    bodyLimit: options.bodyBytesMax ?? bodyBytesFor(served),
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 128 },
    http: { maxHeaderSize: HEADER_BYTES_MAX, headersTimeout: HEADERS_TIMEOUT_MS },
    // a field that is wrong is refused, not mended
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  });
  // what a page may send without asking first is not read
  app.removeContentTypeParser('text/plain');
  // the schemas of answers describe them; what is sent is what a route returns
  app.setSerializerCompiler(() => JSON.stringify);
  const limiter = new RateLimiter(options.rate ?? RATE);
  app.addHook('onRequest', async (request, reply) => admit(request, reply, { options, limiter }));
  app.addHook('onResponse', async ({ routeOptions }, { statusCode }) =>
    options.onRequest?.(routeOptions.url ?? 'unknown', statusCode),
  );
  app.setErrorHandler((error, _request, reply) => refuse(error, reply, options.log));
  app.setNotFoundHandler((_request, reply) => {
    const known = problem({ code: 'route-unknown', message: 'there is no such route' });
    return reply.code(known.status).send(known.body);
  });
  return app;
}

async function admit(
  { headers, ip, url }: FastifyRequest,
  reply: FastifyReply,
  { options, limiter }: { readonly options: ApiOptions; readonly limiter: RateLimiter },
): Promise<void> {
  const { host, token } = options;
  reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
  if (isLoopback(host) && !isHostAllowed(headers.host, host)) {
    throw new ApiError({
      code: 'host-refused',
      message: 'the header Host does not name this machine',
      remedy: 'Ask for 127.0.0.1 or localhost.',
    });
  }
  if (!isOriginAllowed(headers.origin, host)) {
    throw new ApiError({
      code: 'origin-refused',
      message: 'pages of other origins may not ask',
      remedy: 'Ask from a program, or put a proxy of your own in front.',
    });
  }
  const waitMs = limiter.take(ip, performance.now());
  if (waitMs > 0) {
    reply.header('retry-after', Math.ceil(waitMs / 1000));
    throw new ApiError({
      code: 'rate-limited',
      message: 'too many requests from this address',
      remedy: `Ask again in ${waitMs} ms.`,
    });
  }
  if (token === undefined || url === '/healthz') return;
  if (isTokenRight(headers.authorization, token)) return;
  reply.header('www-authenticate', 'Bearer');
  throw new ApiError({
    code: 'token-missing',
    message: 'the token is missing or wrong',
    remedy: 'Send `Authorization: Bearer <token>`.',
  });
}

function refuse(error: unknown, reply: FastifyReply, log: NodeLog): FastifyReply {
  const known = problemOf(error);
  if (known === undefined) {
    log.error('api-failed', { reason: reasonOf(error) });
    const message = 'something went wrong in the node';
    const body = { code: 'internal', message, remedy: 'Its log says more.' };
    return reply.code(500).send(body);
  }
  if (known.status === 503) reply.header('retry-after', 1);
  return reply.code(known.status).send(known.body);
}

/** What the largest input of a served model takes as JSON, within bounds. */
function bodyBytesFor(served: ServedNode): number {
  if (!isProvider(served)) return NODE_BODY_BYTES_MAX;
  const { network, serves } = served;
  const inputs = serves.map((id) => network.modelById.get(id)?.inputBytesMax ?? 0);
  const largest = Math.max(0, ...inputs) * JSON_CHARACTERS_PER_BYTE;
  return Math.min(BODY_BYTES_MAX, Math.max(BODY_BYTES_MIN, largest));
}

function document({ token }: ApiOptions) {
  const bearer = { type: 'http', scheme: 'bearer' } as const;
  return {
    openapi: '3.1.0',
    info: {
      title: 'Assay node',
      version: '1',
      description: 'How a node is; of a provider also inferences, and receipts of them.',
    },
    ...(token === undefined
      ? {}
      : { components: { securitySchemes: { bearer } }, security: [{ bearer: [] }] }),
  };
}

async function closed(app: FastifyInstance, streams: EventStreams): Promise<void> {
  streams.close();
  const timer = setTimeout(() => app.server.closeAllConnections(), CLOSE_MS);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
  }
}
