/** The node's side of commands: what it tells its owner, and whom it refuses for him. */
import { isNodeId, type NodeId } from '../../base/index.ts';
import type { OperatedNode } from '../operated.ts';
import { askReachability, portIn } from '../reach/index.ts';
import { earningsFormat, type OwnPlace, placeOf } from '../sets/index.ts';
import { type Ban, BanList } from './ban-list.ts';
import { ControlError } from './error.ts';
import type {
  BanView,
  ControlService,
  EarningsReport,
  OwnReport,
  PeersReport,
} from './messages.ts';
import { removeRunning, writeRunning } from './running.ts';
import { serveControl } from './server.ts';

/** What a node needs to answer commands. */
export type Controlled = Pick<
  OperatedNode,
  'node' | 'view' | 'host' | 'network' | 'guard' | 'directory'
> & {
  readonly listen: readonly string[];
  readonly announce: readonly string[];
  readonly softwareVersion: string;
};

/** From a minute to ten years. */
export const BAN_MS = { min: 60_000, max: 315_360_000_000 } as const;
const REACH_MS = 20_000;

/** A control that answers; bans of the API go through it, so that they outlive a restart. */
export type Control = Pick<ControlService, 'ban' | 'unban'> & { close(): Promise<void> };

/**
 * Answers commands until it is closed; applies the bans of the folder first.
 * @throws ControlError bans-unreadable
 */
export async function openControl(of: Controlled): Promise<Control> {
  const { directory, host, listen, announce, softwareVersion } = of;
  const bans = await BanList.open(directory);
  const nowMs = Date.now();
  for (const ban of bans.active(nowMs)) host.ban(ban.peer, ban.reason, ban.untilMs - nowMs);
  const service = serviceOf(of, bans);
  const server = await serveControl(directory, service);
  await writeRunning(directory, {
    format: 1,
    pid: process.pid,
    id: host.id,
    softwareVersion,
    startedAtMs: nowMs,
    socket: server.socket,
    listen,
    announce,
  });
  return {
    ban: service.ban,
    unban: service.unban,
    close: async () => {
      await removeRunning(directory);
      await server.close();
    },
  };
}

function serviceOf(of: Controlled, bans: BanList): ControlService {
  const { host } = of;
  return {
    report: () => Promise.resolve(reportOf(of)),
    peers: () => peersOf(of, bans),
    ban: async ({ peer, reason, forMs }) => {
      const id = checkedPeer(peer, host.id);
      const nowMs = Date.now();
      const isNew = !host.bans().has(id);
      await bans.add({ peer: id, reason, untilMs: nowMs + checkedLength(forMs) }, nowMs);
      host.ban(id, reason, forMs);
      return { isNew };
    },
    unban: async ({ peer }) => {
      const id = checkedPeer(peer, host.id);
      const wasListed = await bans.remove(id, Date.now());
      return { wasBanned: host.unban(id) || wasListed };
    },
    earnings: () => earningsReport(of),
    reach: async () => {
      const port = announcedPort(of);
      if (port === undefined) return { answers: [] };
      return { answers: await askReachability(host, port, AbortSignal.timeout(REACH_MS)) };
    },
  };
}

function reportOf(of: Controlled): OwnReport {
  const { node, host, network, guard } = of;
  return {
    pid: process.pid,
    status: node.status(),
    signs: node.safety.signs(),
    watermark: guard.watermark,
    roundMs: network.parameters.roundMs,
    place: ownPlace(of),
    addresses: host.addresses(),
    validators: node.sets.current.validators.length,
  };
}

function ownPlace({ node, host, view }: Controlled): OwnPlace {
  return placeOf(view.membership.chain, { id: host.id, latest: node.latestRound ?? 0 });
}

async function earningsReport(of: Controlled): Promise<EarningsReport> {
  const { node, host } = of;
  const [frame] = await node.sets.answer({ method: 'earnings', account: host.id });
  const read = frame === undefined ? undefined : earningsFormat.decode(frame);
  const earnings = read?.kind === 'ok' ? read.value.earnings : [];
  const inWords = earnings.map((each) => ({ ...each, amount: each.amount.toString() }));
  return { place: ownPlace(of), earnings: inWords };
}

async function peersOf({ host }: Controlled, list: BanList): Promise<PeersReport> {
  const reasons = new Map<NodeId, Ban>(list.active(Date.now()).map((ban) => [ban.peer, ban]));
  const bans = [...host.bans()].map(([peer, untilMs]): BanView => {
    const reason = reasons.get(peer)?.reason;
    return { peer, untilMs, ...(reason === undefined ? {} : { reason }) };
  });
  return { connected: host.peers(), known: await host.knownCount(), bans };
}

/** The port that others are told, or that is listened on. */
function announcedPort({ announce, host }: Controlled): number | undefined {
  return [...announce, ...host.addresses()].flatMap((each) => portIn(each) ?? [])[0];
}

/** @throws ControlError peer-invalid */
function checkedPeer(text: string, self: NodeId): NodeId {
  if (isNodeId(text) && text !== self) return text;
  throw new ControlError({
    code: 'peer-invalid',
    message: text === self ? 'this is the node itself' : 'this is no id of a peer',
    where: text.slice(0, 80),
    remedy: 'Give 64 hexadecimal digits, as `assay peers` shows them with --json.',
  });
}

/** @throws ControlError ban-length */
function checkedLength(forMs: number): number {
  if (forMs >= BAN_MS.min && forMs <= BAN_MS.max) return forMs;
  throw new ControlError({
    code: 'ban-length',
    message: `a ban lasts from ${BAN_MS.min} to ${BAN_MS.max} ms`,
    remedy: 'Give another length with --for.',
  });
}
