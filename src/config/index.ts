/** Configuration files: strict schemas, a loader that finds every fault, explanations. */
export type { ConfigDocument, KeyPath } from './document.ts';
export { parseConfigText, readDocument } from './document.ts';
export * from './error.ts';
export type { Explanation } from './explain.ts';
export { explainKey } from './explain.ts';
export type { JoinRequestFile } from './join-request.ts';
export { joinRequestSchema, resolveJoinRequest } from './join-request.ts';
export type { LatencyTable, LatencyTableName } from './latency-table.ts';
export { changedWeights, parseLatencyTable, shippedLatencyTable } from './latency-table.ts';
export { configHash, configYaml, jsonSchemaOf, plainConfig } from './loader.ts';
export type { Members, NetworkDraft, NetworkFile, ValidatorProof } from './network-file.ts';
export {
  membersSchema,
  networkFileSchema,
  resolveMembers,
  resolveNetworkDraft,
  resolveNetworkFile,
  resolveProof,
} from './network-file.ts';
export type { OperatorPolicy } from './operator.ts';
export { operatorSchema, resolveOperator } from './operator.ts';
export type { PropagationScenario } from './propagation.ts';
export { isPropagationDocument, propagationSchema, resolvePropagation } from './propagation.ts';
export type { Ablation, Scenario } from './scenario.ts';
export { ABLATIONS, resolveScenario, scenarioSchema } from './scenario.ts';
export type { Adversary } from './scenario-adversaries.ts';
export { providerShareOf, validatorShareOf } from './scenario-adversaries.ts';
export type { Variant } from './scenario-adversary-fields.ts';
export { VARIANTS } from './scenario-adversary-fields.ts';
export type { Attack } from './scenario-attack.ts';
export type { Fault, TimedFault } from './scenario-faults.ts';
export { defaultFault, FAULT_KINDS, QUIET_ROUNDS } from './scenario-faults.ts';
export type { Fidelity } from './scenario-network.ts';
export { NETWORKS } from './scenario-network.ts';
export type { Sweep, SweepRange } from './sweep.ts';
export {
  baseDocument,
  isSweepDocument,
  resolveSweep,
  sweepSchema,
} from './sweep.ts';
export { SWEEP_CELLS_MAX, sweepSizes } from './sweep-relations.ts';
