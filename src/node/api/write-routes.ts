/**
 * The routes that change something about a node: whom it refuses, how much it logs. Each needs the
 * token, on loopback too. Nothing here signs, and nothing shows a key.
 */
import type { FastifyInstance } from 'fastify';
import type { NodeId } from '../../base/index.ts';
import type { Control } from '../control/index.ts';
import { logLevelsText, type NodeLog, parseLogLevels } from '../log/index.ts';
import type { OperatedNode } from '../operated.ts';
import { ApiError } from './error.ts';
import * as schemas from './node-schemas.ts';
import { described } from './schema-words.ts';

type BanRequest = {
  readonly Params: { readonly id: string };
  readonly Body: { readonly seconds?: number; readonly reason?: string };
};

const BAN_SECONDS = 600;
const MS = 1000;

/** Who refuses peers, and remembers it. */
export type BanKeeper = Pick<Control, 'ban' | 'unban'>;

/**
 * Adds them.
 * @param more.hasToken whether the server asks for a token; without one all are refused
 */
export function addWriteRoutes(
  app: FastifyInstance,
  { host }: Pick<OperatedNode, 'host'>,
  more: { readonly log: NodeLog; readonly hasToken: boolean; readonly bans?: BanKeeper },
): void {
  const { log, hasToken, bans = forgetful(host) } = more;
  // asked before the body is read; the token itself was checked with every request
  const onRequest = async (): Promise<void> => {
    if (!hasToken) throw tokenNeeded();
  };
  const params = schemas.PEER_PARAMS;
  app.post<BanRequest>(
    '/v1/peers/:id/ban',
    {
      onRequest,
      ...described('Refuses a peer', schemas.BAN, { params, body: schemas.BAN_REQUEST }),
    },
    async ({ params: { id }, body }) => {
      const peer = peerOf(id, host.id);
      const { seconds = BAN_SECONDS, reason = 'by the operator' } = body;
      await bans.ban({ method: 'ban', peer, reason, forMs: seconds * MS });
      log.warn('peer-banned-by-operator', { peer, seconds, reason });
      return { id: peer, untilMs: host.bans().get(peer) ?? 0 };
    },
  );
  app.delete<Pick<BanRequest, 'Params'>>(
    '/v1/peers/:id/ban',
    { onRequest, ...described('Ends a ban', schemas.UNBAN, { params }) },
    async ({ params: { id } }) => {
      const peer = peerOf(id, host.id);
      const { wasBanned } = await bans.unban({ method: 'unban', peer });
      log.info('peer-unbanned-by-operator', { peer, wasBanned });
      return { id: peer, wasBanned };
    },
  );
  app.post<{ Body: { readonly levels: string } }>(
    '/v1/log-level',
    {
      onRequest,
      ...described('Sets what is logged', schemas.LOG_LEVEL, { body: schemas.LOG_LEVEL }),
    },
    ({ body }) => {
      log.setLevels(parseLogLevels(body.levels));
      const levels = logLevelsText(log.levels);
      log.info('log-level-set', { levels });
      return { levels };
    },
  );
}

/** Bans that end with the process: of a node without a control. */
function forgetful(host: OperatedNode['host']): BanKeeper {
  return {
    ban: async ({ peer, reason, forMs }) => {
      const isNew = !host.bans().has(peer as NodeId);
      host.ban(peer as NodeId, reason, forMs);
      return { isNew };
    },
    unban: async ({ peer }) => ({ wasBanned: host.unban(peer as NodeId) }),
  };
}

/** The schema has checked that it is one. */
function peerOf(id: string, self: NodeId): NodeId {
  if (id !== self) return id as NodeId;
  throw new ApiError({
    code: 'request-invalid',
    message: 'this is the node itself',
    remedy: 'Name a peer; `/v1/peers` lists them.',
  });
}

function tokenNeeded(): ApiError {
  return new ApiError({
    code: 'token-needed',
    message: 'this API only reads: it was started without a token',
    remedy: 'Start the node with --api-token-file, and send the token.',
  });
}
