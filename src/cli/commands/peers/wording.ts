/** The peers of a node as a table, and lengths of bans as people write them. */
import { AssayError } from '../../../base/index.ts';
import { BAN_MS, type BanView, type PeersReport, peerIdText } from '../../../node/index.ts';
import type { Answer } from '../../io.ts';
import { type Column, tableLines } from '../status/table.ts';

const MS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
/** Digits of an id that people see. */
export const ID_DIGITS = 12;
const COLUMNS_MIN = 60;

/** The peers of a node for programs and for people. */
export function peersAnswer(
  { connected, known, bans }: PeersReport,
  at: { readonly nowMs: number; readonly columns: number },
): Answer {
  const width = Math.max(COLUMNS_MIN, at.columns);
  const rows = connected.map((peer) =>
    [
      peer.id.slice(0, ID_DIGITS),
      peer.role,
      peer.direction === 'inbound' ? 'in' : 'out',
      `${peer.inMesh.beacon ? 'b' : '-'}${peer.inMesh.claims ? 'c' : '-'}`,
      peer.score.toFixed(1),
      duration(at.nowMs - peer.connectedSinceMs),
      peer.softwareVersion,
      peer.addresses[0] ?? '-',
    ].map((text) => ({ text })),
  );
  return {
    json: {
      connected: connected.map((peer) => ({ ...peer, peerId: peerIdText(peer.id) })),
      known,
      bans,
    },
    lines: [
      `${connected.length} connected, ${known} known, ${bans.length} banned`,
      ...(rows.length === 0 ? [] : ['', ...tableLines({ columns: COLUMNS, rows, width })]),
      ...(rows.length === 0 ? [] : ['', 'mesh: neighbour for beacons (b), claims (c)']),
      ...(bans.length === 0 ? [] : ['', 'banned', ...bans.map((ban) => banLine(ban, at.nowMs))]),
    ],
  };
}

const COLUMNS: readonly Column[] = [
  { title: 'id', rank: 0 },
  { title: 'role', rank: 0 },
  { title: 'way', rank: 1 },
  { title: 'mesh', rank: 1 },
  { title: 'score', isRight: true, rank: 2 },
  { title: 'since', isRight: true, rank: 2 },
  { title: 'software', rank: 4 },
  { title: 'address', rank: 3 },
];

function banLine({ peer, untilMs, reason }: BanView, nowMs: number): string {
  const why = reason ?? 'by the node itself';
  return `  ${peer.slice(0, ID_DIGITS)}  ${duration(untilMs - nowMs)} left, ${why}`;
}

function duration(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 60) return `${minutes}m`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)}h${minutes % 60}m`;
  return `${Math.floor(minutes / (24 * 60))}d`;
}

/** Returns the ms of `30m`, `12h` or `7d`. @throws AssayError not-a-length */
export function lengthOf(text: string): number {
  const [, digits, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const ms = Number(digits) * (MS[unit] ?? Number.NaN);
  if (ms >= BAN_MS.min && ms <= BAN_MS.max) return ms;
  throw new AssayError({
    code: 'not-a-length',
    message: `${JSON.stringify(text)} is no length of a ban`,
    where: '--for',
    remedy: 'Write 1m to 3650d, e.g. 30m, 12h or 7d.',
  });
}
