/** How a node is, in its own words: for `assay status`, the live table of a testnet, and tests. */
import type { NodeId } from '../../base/index.ts';
import {
  asciiText,
  type Codec,
  executionClassCodec,
  formatOf,
  listOf,
  nodeIdCodec,
  oneOf,
  recordOf,
  uintBetween,
} from '../../wire/index.ts';
import type { Role } from '../libp2p/index.ts';

/**
 * `starting`: not connected yet; `syncing`: reads what it missed; `isolated`: no peer;
 * `in-sync`: takes part; `degraded`: takes part, but something is wrong; `halted`: signs nothing.
 */
export const NODE_STATES = [
  'starting',
  'syncing',
  'isolated',
  'in-sync',
  'degraded',
  'halted',
] as const;
export type NodeState = (typeof NODE_STATES)[number];

/** What a node counted since it started. */
export const COUNTERS = [
  'batchesAcked',
  'batchesSealed',
  'batchesVoid',
  'claimsDrawn',
  'executions',
  'committed',
  'revealed',
  'certified',
  'finalValid',
  'finalInvalid',
  'finalUnavailable',
  'finalInconclusive',
  'unresolved',
  'overruled',
  'faultsSeen',
  'claimsPromised',
] as const;
export type Counter = (typeof COUNTERS)[number];

/** What the advisory settlement took from somebody. Amounts in the smallest unit, decimal. */
export type Loss = { readonly id: NodeId; readonly reason: string; readonly amount: string };

export type NodeStatus = {
  readonly id: NodeId;
  readonly role: Role;
  readonly state: NodeState;
  /** Why it is in this state; empty if there is nothing to say. */
  readonly reason: string;
  readonly softwareVersion: string;
  readonly executionClass: string;
  /** Latest beacon known, 0 before the first. */
  readonly round: number;
  /** Beacons that should be known by now and are not. */
  readonly roundsBehind: number;
  readonly peers: number;
  readonly beaconMesh: number;
  readonly claimsMesh: number;
  /** Drawn claims that are not closed. */
  readonly openSubjects: number;
  readonly uptimeMs: number;
  readonly rssBytes: number;
  /** 99th percentile of the delay of the event loop over the last minute, ms. */
  readonly loopDelayP99Ms: number;
  /** [SET-2] Steps of the set chain that this node knows. */
  readonly setNumber: number;
  /** [SET-1] Epoch of `round`. */
  readonly epoch: number;
  /** [SETTLE-1] Epochs settled by the chain: those below. */
  readonly epochsSettled: number;
  /** [SETTLE-2] `epoch/root` of the latest settlement that a quorum signed; empty if none. */
  readonly settlement: string;
  readonly counters: Readonly<Record<Counter, number>>;
  readonly convicted: readonly NodeId[];
  /** Slashes of the advisory settlement of what this node knows. [SLASH-2] */
  readonly slashed: readonly Loss[];
};

const count = uintBetween(0, Number.MAX_SAFE_INTEGER);
/** Characters of a reason. */
const REASON_MAX = 240;
/** Identities listed. */
const LISTED_MAX = 256;
const STATUS_BYTES_MAX = 131_072;

/** Empty texts are none on the wire; here a dash stands for them. */
const reasonCodec: Codec<string> = {
  write: (value) => asciiText(REASON_MAX).write(value === '' ? '-' : printable(value)),
  read: (data) => {
    const text = asciiText(REASON_MAX).read(data);
    return text === '-' ? '' : text;
  },
};

/** The bytes of a status. */
export const statusFormat = formatOf(
  recordOf<NodeStatus>({
    id: nodeIdCodec,
    role: oneOf<Role>(['validator', 'provider', 'requester', 'observer']),
    state: oneOf(NODE_STATES),
    reason: reasonCodec,
    softwareVersion: asciiText(64),
    executionClass: executionClassCodec,
    round: count,
    roundsBehind: count,
    peers: count,
    beaconMesh: count,
    claimsMesh: count,
    openSubjects: count,
    uptimeMs: count,
    rssBytes: count,
    loopDelayP99Ms: count,
    setNumber: count,
    epoch: count,
    epochsSettled: count,
    settlement: reasonCodec,
    counters: recordOf<Record<Counter, number>>(
      Object.fromEntries(COUNTERS.map((name) => [name, count])) as Record<Counter, typeof count>,
    ),
    convicted: listOf(nodeIdCodec, { min: 0, max: LISTED_MAX }),
    slashed: listOf(
      recordOf<Loss>({ id: nodeIdCodec, reason: asciiText(64), amount: asciiText(40) }),
      { min: 0, max: LISTED_MAX },
    ),
  }),
  STATUS_BYTES_MAX,
);

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, REASON_MAX);
}
