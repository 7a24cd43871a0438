/** The routes that every node has: what it is and how it is. They only read. */
import type { FastifyInstance } from 'fastify';
import { type ClaimId, type Subject, toHex } from '../../base/index.ts';
import { roundDueAt, type SubjectSnapshot } from '../../core/index.ts';
import { encodeReceiptJson } from '../../receipt/index.ts';
import { isRecordId, PROTOCOL_VERSION } from '../../wire/index.ts';
import { leafReceipt } from '../explorer/index.ts';
import type { OperatedNode } from '../operated.ts';
import { ApiError } from './error.ts';
import type { EventStreams } from './event-streams.ts';
import * as schemas from './node-schemas.ts';
import { described } from './schema-words.ts';

type ClaimParams = { readonly Params: { readonly claim: string } };

/** Subjects of one answer unless more are asked for. */
const SUBJECTS_DEFAULT = 100;

/** Adds what tells how a node is. */
export function addNodeRoutes(app: FastifyInstance, operated: OperatedNode): void {
  const { node } = operated;
  app.get('/healthz', described('The process runs', schemas.LIVE), () => ({ status: 'live' }));
  const ready = described('It takes part; 503 and why, if not', schemas.READY);
  const response = { ...ready.schema.response, 503: schemas.READY };
  app.get('/readyz', { schema: { ...ready.schema, response } }, (_request, reply) => {
    const { state, reason } = node.status();
    if (state === 'in-sync') return { status: 'ready', reason };
    return reply.code(503).send({ status: state, reason });
  });
  app.get('/v1/status', described('How the node is', schemas.STATUS), () => node.status());
  app.get('/v1/peers', described('Who is connected, and who is refused', schemas.PEERS), () =>
    peersJson(operated),
  );
  app.get('/v1/network', described('The network of the node', schemas.NETWORK), () =>
    networkJson(operated),
  );
  app.get<{ Querystring: { limit?: string } }>(
    '/v1/subjects',
    described('Claims under verification', schemas.SUBJECTS, {
      querystring: schemas.SUBJECTS_QUERY,
    }),
    ({ query }) => subjectsJson(operated, Number(query.limit ?? SUBJECTS_DEFAULT)),
  );
}

/** Adds what a node other than the provider itself knows of claims. */
export function addClaimRoutes(app: FastifyInstance, operated: OperatedNode): void {
  app.get<ClaimParams>(
    '/v1/claims/:claim',
    described('Where a drawn claim is, and its verdict', schemas.CLAIM_PLACE, {
      params: schemas.CLAIM_PARAMS,
    }),
    async ({ params }) => {
      const claim = claimIdOf(params.claim);
      return claimJson(operated, claim, await subjectOf(operated, claim));
    },
  );
  app.get<ClaimParams>(
    '/v1/claims/:claim/receipt',
    described('The receipt of a drawn claim', schemas.RECEIPT, { params: schemas.CLAIM_PARAMS }),
    async ({ params }, reply) => {
      const subject = await subjectOf(operated, claimIdOf(params.claim));
      const { view, host, archive, crypto, node } = operated;
      const messagesAbout = (of: Subject) => node.messagesAbout(of);
      const asked = { host, archive, crypto, messagesAbout };
      const built = await leafReceipt(view.membership.chain, asked, subject);
      if (built.kind === 'receipt') {
        return await reply
          .type('application/json')
          .send(Buffer.from(encodeReceiptJson(built.receipt)));
      }
      const code = built.kind === 'refused' ? 'no-receipt' : 'not-yet';
      const remedy = 'Ask again in a round, or ask its provider.';
      throw new ApiError({ code, message: `there is no receipt: ${built.detail}`, remedy });
    },
  );
}

/** Adds what happens, as server-sent events. */
export function addEventRoute(
  app: FastifyInstance,
  streams: EventStreams,
  onOpened: () => void,
): void {
  const description = 'Server-sent events: `state` first, then events of the log by name';
  const answer = { type: 'string', description };
  const { schema } = described('What happens on the node, as it happens', answer);
  const produces = ['text/event-stream'];
  app.get('/v1/events', { schema: { ...schema, produces } }, ({ headers }, reply) => {
    if (streams.isFull) {
      throw new ApiError({
        code: 'viewers-full',
        message: 'too many clients listen to this node',
        remedy: 'Close some of them.',
      });
    }
    const last = headers['last-event-id'];
    reply.hijack();
    onOpened();
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    streams.add(reply.raw, Array.isArray(last) ? undefined : last);
  });
}

function peersJson({ host }: OperatedNode) {
  const peers = host.peers().map(({ inMesh, ...peer }) => ({
    ...peer,
    mesh: (['beacon', 'claims'] as const).filter((topic) => inMesh[topic]),
  }));
  const banned = [...host.bans()].map(([id, untilMs]) => ({ id, untilMs }));
  return { peers, banned };
}

function networkJson({ network, file, node }: OperatedNode) {
  const { epoch, setNumber } = node.status();
  const { beacon, parameters, models } = file;
  return {
    id: toHex(network.id),
    name: file.name,
    protocolVersion: PROTOCOL_VERSION,
    operator: file.operator,
    ...{ epoch, setNumber },
    validators: node.sets.current.validators.length,
    providers: node.sets.current.providers.length,
    models: models.map(({ name, model, sizeBytes, executionClasses }) => {
      return { name, model, sizeBytes, executionClasses };
    }),
    beacon: {
      publicKey: beacon.publicKey,
      genesisMs: beacon.genesisMs,
      periodMs: beacon.periodMs,
      roundDue: roundDueAt(network, Date.now()),
    },
    parameters: JSON.parse(JSON.stringify(parameters, plainValue)),
  };
}

/** What JSON has no word for. */
function plainValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  return value instanceof Map ? Object.fromEntries(value) : value;
}

function subjectsJson({ view }: OperatedNode, limit: number) {
  const all = view.subjects();
  const latest = [...all].sort((a, b) => b.header.round - a.header.round).slice(0, limit);
  return { total: all.length, subjects: latest.map(subjectJson) };
}

function subjectJson({ subject, provider, model, header, decision, ...more }: SubjectSnapshot) {
  return {
    ...{ batch: subject.batch, index: subject.index, provider, model, round: header.round },
    ...{ currentLevel: more.current, isOpened: more.isOpened, isUnresolved: more.isUnresolved },
    ...(decision === undefined
      ? {}
      : { verdict: decision.verdict, decidedAtLevel: decision.level }),
    levels: more.levels.map(({ level, own, committee, committed, revealed, ...ends }) => ({
      ...{ level, own, seats: committee.seats },
      ...{ committed: committed.length, revealed: revealed.length },
      certified: ends.certified.map(({ verdict }) => verdict),
      challengers: ends.challengers.length,
    })),
  };
}

function claimJson({ view }: OperatedNode, claim: ClaimId, { batch, index }: Subject) {
  const place = { claim, batch, index };
  const open = view
    .subjects()
    .find(({ subject }) => subject.batch === batch && subject.index === index);
  if (open === undefined) return { ...place, state: 'archived' };
  const { decision } = open;
  if (decision !== undefined) {
    return { ...place, state: 'decided', verdict: decision.verdict, level: decision.level };
  }
  return { ...place, state: open.isUnresolved ? 'unresolved' : 'open' };
}

async function subjectOf({ archive }: OperatedNode, claim: ClaimId): Promise<Subject> {
  const subject = await archive.find(claim);
  if (subject !== undefined) return subject;
  throw new ApiError({
    code: 'claim-unknown',
    message: 'this node has not archived it',
    remedy: 'Only drawn claims are known here, from their verdict on; its provider knows more.',
  });
}

/** Returns a claim id. @throws ApiError request-invalid */
export function claimIdOf(claim: string): ClaimId {
  if (isRecordId(claim)) return claim;
  throw new ApiError({
    code: 'request-invalid',
    message: 'the path names no claim: a claim id is a content id',
    remedy: 'Give the `claim` that `/v1/inferences` answered.',
  });
}
