/** Does the work of `assay peers`. */
import { AssayError, isNodeId, type NodeId } from '../../../base/index.ts';
import { askNode, BanList, ControlError, peerIdText } from '../../../node/index.ts';
import type { Answer } from '../../io.ts';
import { terminalOf } from '../../terminal.ts';
import { readVersion } from '../../version.ts';
import { ID_DIGITS, lengthOf, peersAnswer } from './wording.ts';

export type PeersValues = { readonly dir: string };

/** Whom the node is connected to, and whom it refuses. @throws ControlError */
export async function answerPeers({ dir }: PeersValues): Promise<Answer> {
  const report = await askNode(dir, { method: 'peers' }, version());
  return peersAnswer(report, { nowMs: Date.now(), columns: terminalOf(process.stdout).columns() });
}

/**
 * Bans a peer, by the node if one runs, else in the list that it reads at its start.
 * @throws ControlError; AssayError not-a-length, peer-unknown, peer-ambiguous
 */
export async function answerBan(
  values: PeersValues & { readonly peer: string; readonly for: string; readonly reason: string },
): Promise<Answer> {
  const { dir, reason } = values;
  const forMs = lengthOf(values.for);
  const peer = await peerOf(dir, values.peer);
  const isRunning = await whetherRuns(() =>
    askNode(dir, { method: 'ban', peer, reason, forMs }, version()),
  );
  if (!isRunning) {
    const nowMs = Date.now();
    await (await BanList.open(dir)).add({ peer, reason, untilMs: nowMs + forMs }, nowMs);
  }
  const when = isRunning ? '' : ' No node runs: it is banned from the next start on.';
  return {
    json: { peer, forMs, reason, isRunning },
    lines: [`${peer.slice(0, ID_DIGITS)} is banned for ${values.for}.${when}`],
  };
}

/** Ends a ban. @throws ControlError; AssayError peer-unknown, peer-ambiguous, not-banned */
export async function answerUnban(
  values: PeersValues & { readonly peer: string },
): Promise<Answer> {
  const { dir } = values;
  const peer = await peerOf(dir, values.peer);
  let wasBanned = false;
  const isRunning = await whetherRuns(async () => {
    ({ wasBanned } = await askNode(dir, { method: 'unban', peer }, version()));
  });
  if (!isRunning) wasBanned = await (await BanList.open(dir)).remove(peer, Date.now());
  if (wasBanned) {
    return { json: { peer, isRunning }, lines: [`${peer.slice(0, ID_DIGITS)} may connect again.`] };
  }
  throw new AssayError({
    code: 'not-banned',
    message: 'this peer is not banned',
    where: peer,
    remedy: 'Who is banned stands below the list of `assay peers`.',
  });
}

/** A whole id, or the peer or ban of the node whose id begins so. */
async function peerOf(dir: string, text: string): Promise<NodeId> {
  const ids = new Map<string, NodeId>();
  if (isNodeId(text)) return text;
  await whetherRuns(async () => {
    const { connected, bans } = await askNode(dir, { method: 'peers' }, version());
    for (const { id } of connected) ids.set(id, id);
    for (const { peer } of bans) if (isNodeId(peer)) ids.set(peer, peer);
  });
  const found = [...ids.values()].filter((id) => id.startsWith(text) || peerIdText(id) === text);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw new AssayError({
    code: found.length > 1 ? 'peer-ambiguous' : 'peer-unknown',
    message: found.length > 1 ? `${found.length} peers begin so` : 'no peer of the node begins so',
    where: text,
    remedy: 'Give the whole id: `assay peers --json` shows it.',
  });
}

/** Runs `ask` with the node; tells whether one runs. */
async function whetherRuns(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return true;
  } catch (error) {
    if (error instanceof ControlError && error.detail.code === 'node-not-running') return false;
    throw error;
  }
}

function version(): string {
  return `assay/${readVersion()}`;
}
