/**
 * What is read when somebody scrapes: no value here can freeze, because none is kept.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { round as toRound } from '../../base/index.ts';
import { nominalTime } from '../../core/index.ts';
import type { Space } from '../../store/index.ts';
import type { Role, Topic } from '../libp2p/index.ts';
import type { OperatedNode } from '../operated.ts';
import { NODE_STATES, type NodeStatus } from '../rpc/index.ts';
import { freeBytesOf } from '../safety/index.ts';
import type { Instruments } from './instruments.ts';

const ROLES: readonly Role[] = ['validator', 'provider', 'requester', 'observer'];
const TOPICS: readonly Topic[] = ['beacon', 'claims'];
const OUTCOMES = ['accept', 'ignore', 'reject', 'dropped', 'expired'] as const;
const SLASHES = ['slash-provider', 'slash-voter', 'slash-equivocation'] as const;
const ARCHIVED = ['beacon', 'batch', 'subject', 'certificate', 'evidence', 'peer'] as const;
/** Counting keys reads them all. */
const ARCHIVE_PERIOD_MS = 60_000;
const MS = 1000;

/** Reads everything that is read and not counted. */
export async function readAll(instruments: Instruments, operated: OperatedNode): Promise<void> {
  const status = operated.node.status();
  readState(instruments, status, operated);
  readPeers(instruments, operated);
  readGossip(instruments, operated);
  readStake(instruments, status, operated);
  instruments.set('assay_peers_known', {}, await operated.host.knownCount());
  await readDisk(instruments, operated);
}

function readState(instruments: Instruments, status: NodeStatus, operated: OperatedNode): void {
  const { role, softwareVersion: version, executionClass } = status;
  instruments.set('assay_node_info', { role, version, execution_class: executionClass }, 1);
  for (const state of NODE_STATES) {
    instruments.set('assay_state', { state }, state === status.state ? 1 : 0);
  }
  instruments.set('assay_uptime_seconds', {}, status.uptimeMs / MS);
  instruments.set('assay_round', {}, status.round);
  instruments.set('assay_epoch', {}, status.epoch);
  instruments.set('assay_epochs_settled', {}, status.epochsSettled);
  instruments.set('assay_set_number', {}, status.setNumber);
  instruments.set('assay_rounds_behind', {}, status.roundsBehind);
  instruments.set('assay_beacon_age_seconds', {}, beaconAgeMs(operated, status.round) / MS);
  instruments.set('assay_loop_delay_p99_seconds', {}, status.loopDelayP99Ms / MS);
  instruments.set('assay_waiting_events', {}, operated.node.runner.waitingCount);
  instruments.set('assay_open_subjects', {}, status.openSubjects);
  instruments.set('assay_batches_open', {}, operated.view.batches().length);
  instruments.set('assay_guard_watermark_round', {}, operated.guard.watermark);
}

/** Since `round` was due; 0 before the first round of the network. */
function beaconAgeMs({ network }: OperatedNode, round: number): number {
  const dueMs = round === 0 ? network.beacon.genesisMs : nominalTime(network, toRound(round));
  return Math.max(0, Date.now() - dueMs);
}

function readPeers(instruments: Instruments, { host }: OperatedNode): void {
  const peers = host.peers();
  for (const direction of ['inbound', 'outbound'] as const) {
    for (const role of ROLES) {
      const isOne = (peer: (typeof peers)[number]): boolean =>
        peer.direction === direction && peer.role === role;
      const count = peers.filter(isOne).length;
      instruments.set('assay_peers_connected', { direction, role }, count);
    }
  }
  instruments.set('assay_peers_banned', {}, host.bans().size);
  const mesh = host.meshSizes();
  for (const topic of TOPICS) instruments.set('assay_mesh_peers', { topic }, mesh[topic]);
}

function readGossip(instruments: Instruments, { host }: OperatedNode): void {
  const { counters } = host;
  for (const topic of TOPICS) {
    const { received, sent, published, unpublished, ...counts } = counters.gossip[topic];
    instruments.total('assay_gossip_received_total', { topic }, received);
    instruments.total('assay_gossip_sent_total', { topic }, sent);
    for (const outcome of OUTCOMES) {
      instruments.total('assay_gossip_messages_total', { topic, outcome }, counts[outcome]);
    }
    instruments.total('assay_publish_total', { topic, result: 'published' }, published);
    instruments.total('assay_publish_total', { topic, result: 'given-up' }, unpublished);
  }
  const { gossipBytesIn, gossipBytesOut, directSent, directDropped, directReceived } = counters;
  instruments.total('assay_gossip_bytes_total', { direction: 'in' }, gossipBytesIn);
  instruments.total('assay_gossip_bytes_total', { direction: 'out' }, gossipBytesOut);
  instruments.total('assay_direct_messages_total', { result: 'sent' }, directSent);
  instruments.total('assay_direct_messages_total', { result: 'dropped' }, directDropped);
  instruments.total('assay_direct_messages_total', { result: 'received' }, directReceived);
  instruments.total('assay_publish_retries_total', {}, counters.publishRetries);
  instruments.total('assay_peer_bans_total', {}, counters.banned);
  instruments.total('assay_peer_mismatches_total', {}, counters.mismatches);
  instruments.set('assay_gossip_queue_messages', {}, host.queueLength());
}

/** [SLASH-2] Advisory: of what this node knows. */
function readStake(instruments: Instruments, status: NodeStatus, operated: OperatedNode): void {
  for (const reason of SLASHES) {
    const count = status.slashed.filter((loss) => loss.reason === reason).length;
    instruments.set('assay_slashed_identities', { reason }, count);
  }
  const { id } = status;
  const isGuilty = status.convicted.includes(id) || status.slashed.some((loss) => loss.id === id);
  instruments.set('assay_self_slashed', {}, isGuilty ? 1 : 0);
  const balance = operated.node.settlement().balances.get(id) ?? 0n;
  instruments.set('assay_balance_stake', {}, Number(balance));
}

async function readDisk(instruments: Instruments, { directory }: OperatedNode): Promise<void> {
  const [guard, database, free] = await Promise.all([
    folderBytes(join(directory, 'guard')),
    folderBytes(join(directory, 'db')),
    freeBytesOf(directory),
  ]);
  instruments.set('assay_guard_size_bytes', {}, guard);
  instruments.set('assay_database_size_bytes', {}, database);
  instruments.set('assay_disk_free_bytes', {}, free);
}

/** Bytes of the files right in a folder. */
async function folderBytes(folder: string): Promise<number> {
  const names = await readdir(folder);
  // a database deletes files while we look
  const sizes = names.map((name) => stat(join(folder, name)).catch(() => undefined));
  return (await Promise.all(sizes)).reduce((sum, found) => sum + (found?.size ?? 0), 0);
}

/** Counts the entries of the archive, now and then. */
export class ArchiveCount {
  #countedAt = Number.NEGATIVE_INFINITY;

  /** Counts if the last time is a minute ago. */
  async read(instruments: Instruments, { store }: OperatedNode): Promise<void> {
    const now = performance.now();
    if (now - this.#countedAt < ARCHIVE_PERIOD_MS) return;
    this.#countedAt = now;
    for (const kind of ARCHIVED satisfies readonly Space[]) {
      const { length } = await store.keys(kind);
      instruments.set('assay_archive_entries', { kind }, length);
    }
  }
}
