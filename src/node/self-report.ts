/** What a node says of itself: its state, computed when it is asked, and its figures. */
import type { Round } from '../base/index.ts';
import { type Network, roundDueAt } from '../core/index.ts';
import type { Chronicle } from './chronicle.ts';
import type { CoreView } from './core-view.ts';
import type { ExecutionService } from './execution/index.ts';
import { healthOf } from './health.ts';
import type { Host, Role } from './libp2p/index.ts';
import type { NodeStatus } from './rpc/index.ts';
import { needsPeers, type Safety } from './safety/index.ts';
import type { SetService } from './sets/index.ts';

/** Identities listed in a status. */
const LISTED_MAX = 256;

export type SelfReportSources = {
  readonly host: Host;
  readonly role: Role;
  readonly softwareVersion: string;
  readonly network: Network;
  readonly execution: ExecutionService;
  readonly view: CoreView;
  readonly chronicle: Chronicle;
  readonly safety: Safety;
  readonly sets: SetService;
  readonly phase: 'starting' | 'syncing' | 'running';
  readonly halted: string | undefined;
  /** Latest beacon known, 0 before the first. */
  readonly latest: Round;
  readonly missingModels: () => readonly string[];
  readonly uptimeMs: number;
  readonly loopDelayP99Ms: number;
};

/** How a node is. */
export function selfReport(from: SelfReportSources): NodeStatus {
  const { host, role, softwareVersion, network, chronicle, latest, view } = from;
  const roundsBehind = Math.max(0, roundDueAt(network, Date.now()) - latest);
  const mesh = host.meshSizes();
  const peers = host.peers().length;
  const health = healthOf({
    ...from.safety.signs(),
    phase: from.phase,
    halted: from.halted,
    peers,
    needsPeers: needsPeers(from.sets.chain, host.id),
    roundsBehind,
    skewMs: chronicle.skewMs(latest),
    missingModels: from.missingModels(),
  });
  return {
    id: host.id,
    role,
    ...health,
    softwareVersion,
    executionClass: from.execution.executionClass,
    round: latest,
    roundsBehind,
    peers,
    beaconMesh: mesh.beacon,
    claimsMesh: mesh.claims,
    openSubjects: view.subjects().length,
    uptimeMs: from.uptimeMs,
    rssBytes: process.memoryUsage().rss,
    loopDelayP99Ms: from.loopDelayP99Ms,
    ...from.sets.standing(),
    counters: chronicle.counters,
    convicted: [...view.evidence().keys()].slice(0, LISTED_MAX),
    slashed: chronicle.slashes().slice(0, LISTED_MAX),
  };
}
