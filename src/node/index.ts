/** Nodes and clients of a network: what the command line and other programs start. */
export {
  ApiError,
  type ApiOptions,
  type Explorer,
  type NodeApi,
  type ServedNode,
  startExplorer,
  startNodeApi,
} from './api/index.ts';
export type { AssayNode } from './assay-node.ts';
export {
  BeaconClient,
  BeaconError,
  type BeaconServer,
  chainInfoOf,
  startBeaconServer,
} from './beacon/index.ts';
export { BlobDirectory, BlobError } from './blobs/index.ts';
export {
  type Audit,
  type AuditedNode,
  type AuditOptions,
  auditLogs,
  type Conditions,
  endingRounds,
  FaultyNetwork,
  type Finding as AuditFinding,
  type ProxiedNode,
} from './chaos/index.ts';
export {
  askNode,
  BAN_MS,
  BanList,
  type BanView,
  ControlError,
  type EarningsReport,
  type OwnReport,
  openControl,
  type PeersReport,
} from './control/index.ts';

export {
  checkStore,
  type DatabaseProblem,
  type DatabaseReport,
  firstKept,
  KEEP_EPOCHS_DEFAULT,
  keepEpochsMin,
  latestKept,
  MIGRATIONS,
  mendStore,
  pruneStore,
} from './database/index.ts';
export { type Devnet, type DevnetMember, makeDevnet } from './devnet/index.ts';
export { type DoctorOptions, examine, type Finding } from './doctor/index.ts';
export { NodeError, reasonOf } from './error.ts';
export type { RunResult } from './execution/index.ts';
export { NodeTrace, type Recorded, readRecorded } from './explorer/index.ts';
export {
  createFolder,
  type OpenFolder,
  openFolder,
  renewGuard,
} from './folder.ts';
export { databasePath, guardPath, keystorePath } from './folder-paths.ts';
export { InferError, type Inference } from './infer/index.ts';
export {
  type Applicant,
  applicants,
  checkJoin,
  JOIN_LIMITS,
  type JoinAnswer,
  type JoinAsking,
  type JoinRequest,
  joinBytes,
  joinSignature,
  type Refusal,
  signJoin,
  signRefusal,
  tellNodes,
} from './joining/index.ts';
export * from './keys/index.ts';
export { HostError, peerIdText } from './libp2p/index.ts';
export { LightClient, type LightClientOptions, pause } from './light-client.ts';
export {
  createLog,
  type Log,
  type LogLevel,
  type NodeLog,
  parseLogLevels,
  silentLog,
} from './log/index.ts';
export { type MetricsServer, NodeMetrics, startMetricsServer } from './metrics/index.ts';
export { clearMoved, markMoved, movedBy, unmove } from './moved.ts';
export type { NodeFolder } from './node-parts.ts';
export { type ObserverNode, openObserverNode } from './observer-node.ts';
export type { OperatedNode } from './operated.ts';
export { Operator, OperatorError, type Proposed } from './operator/index.ts';
export { openProviderNode, type ProviderNode, type ProviderNodeOptions } from './provider-node.ts';
export {
  type Answered,
  type ClaimOutcome,
  type InferOptions,
  Requester,
} from './requester.ts';
export { NODE_STATES, type NodeState, type NodeStatus, RpcError } from './rpc/index.ts';
export { readEventLogHead, replayEventLog } from './runner/index.ts';
export { waitRoundsOf } from './safety/index.ts';
export {
  type Earning,
  earningsFormat,
  type PendingStep,
  readSets,
  type SetsReading,
} from './sets/index.ts';
export {
  openValidatorNode,
  type ValidatorNode,
  type ValidatorNodeOptions,
} from './validator-node.ts';
