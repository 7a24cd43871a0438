/** Asks nodes about members to be; who is asked may say nothing, and cannot make anything up. */
import type { NodeId } from '../../base/index.ts';
import type { Network } from '../../core/index.ts';
import type { Crypto } from '../../crypto/index.ts';
import type { Host } from '../libp2p/index.ts';
import { callRpc, type RpcRequest } from '../rpc/index.ts';
import { type JoinAnswer, joinAnswerFormat, joinEntryFormat } from './formats.ts';
import { checkJoin, checkRefusal, type JoinRequest, type Refusal } from './request.ts';

/** Nodes asked or told at most. */
const NODES_MAX = 16;
const CALL_TIMEOUT_MS = 5_000;

/** Somebody who wants to be a member. */
export type Applicant = {
  readonly request: JoinRequest;
  /** The request as it was signed. */
  readonly signed: Uint8Array;
  /** What the operator said since, if it said no. */
  readonly refusal?: Refusal;
  /** Nodes that know of it. */
  readonly knownTo: number;
};

/** Where to ask, and what answers are worth. */
export type JoinAsking = {
  readonly host: Host;
  readonly network: Network;
  readonly crypto: Crypto;
  readonly signal: AbortSignal;
};

/** Tells nodes a request or a refusal, and returns how each took it. */
export async function tellNodes(
  at: JoinAsking,
  request: Extract<RpcRequest, { readonly method: 'join' | 'refuse' }>,
): Promise<readonly JoinAnswer[]> {
  const answers = await Promise.all(nodesOf(at.host).map((id) => call(at, id, request)));
  return answers.flatMap(([frame]) => {
    const read = frame === undefined ? undefined : joinAnswerFormat.decode(frame);
    return read?.kind === 'ok' ? [read.value] : [];
  });
}

/** Returns who wants to be a member, all or one, the latest request of each; checked here. */
export async function applicants(at: JoinAsking, id?: NodeId): Promise<readonly Applicant[]> {
  const request = { method: 'joins', ...(id === undefined ? {} : { id }) } as const;
  const answers = await Promise.all(nodesOf(at.host).map((node) => call(at, node, request)));
  const found = new Map<NodeId, Applicant>();
  for (const frame of answers.flat()) {
    const heard = readEntry(at, frame);
    if (heard === undefined || (id !== undefined && heard.request.id !== id)) continue;
    const known = found.get(heard.request.id);
    found.set(heard.request.id, known === undefined ? heard : merged(known, heard));
  }
  return [...found.values()].sort((a, b) => a.request.atMs - b.request.atMs);
}

/** [KEY-1] */
function readEntry({ crypto, network }: JoinAsking, frame: Uint8Array): Applicant | undefined {
  const entry = joinEntryFormat.decode(frame);
  if (entry.kind !== 'ok') return undefined;
  const { signed, refusal } = entry.value;
  const checked = checkJoin(crypto, network, signed);
  if (checked.kind === 'invalid') return undefined;
  const request = checked.value;
  const said = refusal === undefined ? undefined : checkRefusal(crypto, network, refusal);
  const isAbout = said?.kind === 'valid' && said.value.id === request.id;
  if (!isAbout || said.value.atMs < request.atMs) return { request, signed, knownTo: 1 };
  return { request, signed, refusal: said.value, knownTo: 1 };
}

function merged(known: Applicant, heard: Applicant): Applicant {
  if (heard.request.atMs > known.request.atMs) return heard;
  if (heard.request.atMs < known.request.atMs) return known;
  const refusal = known.refusal ?? heard.refusal;
  const knownTo = known.knownTo + 1;
  return { ...known, knownTo, ...(refusal === undefined ? {} : { refusal }) };
}

async function call(
  { host, signal }: JoinAsking,
  peer: NodeId,
  request: RpcRequest,
): Promise<readonly Uint8Array[]> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]);
  return await callRpc(host, peer, request, limit).catch(() => []);
}

function nodesOf(host: Host): readonly NodeId[] {
  const nodes = host.peers().filter(({ role }) => role === 'validator' || role === 'provider');
  return nodes.map(({ id }) => id).slice(0, NODES_MAX);
}
