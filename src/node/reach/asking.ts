/** Asks peers whether they can dial this machine. */
import { createServer } from 'node:net';
import type { NodeId } from '../../base/index.ts';
import type { Host } from '../libp2p/index.ts';
import { callRpc, type Reachability, reachabilityFormat } from '../rpc/index.ts';

/** Peers that are asked: one may be wrong, or behind the same router. */
const PEERS_ASKED = 3;
const CALL_MS = 8_000;

/** What connected members say; those that do not answer are left out. */
export async function askReachability(
  host: Host,
  port: number,
  signal: AbortSignal,
): Promise<readonly Reachability[]> {
  const members = host.peers().filter(({ role }) => role === 'validator' || role === 'provider');
  const asked = members.slice(0, PEERS_ASKED).map(({ id }) => id);
  const answers = await Promise.all(asked.map((peer) => askPeer(host, { peer, port, signal })));
  return answers.flatMap((answer) => answer ?? []);
}

async function askPeer(
  host: Host,
  { peer, port, signal }: { peer: NodeId; port: number; signal: AbortSignal },
): Promise<Reachability | undefined> {
  const either = AbortSignal.any([signal, AbortSignal.timeout(CALL_MS)]);
  const answer = await callRpc(host, peer, { method: 'reach', port }, either).catch(() => []);
  const [frame] = answer;
  const result = frame === undefined ? undefined : reachabilityFormat.decode(frame);
  return result?.kind === 'ok' ? result.value : undefined;
}

/** The port of a multiaddr with TCP in it. */
export function portIn(address: string): number | undefined {
  const digits = /\/tcp\/(\d{1,5})(?:\/|$)/.exec(address)?.[1];
  return digits === undefined || digits === '0' ? undefined : Number(digits);
}

/**
 * Greets whoever connects, as a node would, while `act` runs: for a machine whose node is stopped.
 * Rejects if the port cannot be had.
 */
export async function whileGreeting<T>(
  at: { readonly host: string; readonly port: number },
  act: () => Promise<T>,
): Promise<T> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, resolve);
  });
  try {
    return await act();
  } finally {
    server.close();
  }
}
