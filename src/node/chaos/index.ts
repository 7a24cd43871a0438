/** Faults between real nodes, and the judge who reads what the nodes recorded. */
export {
  type Audit,
  type AuditedNode,
  type AuditOptions,
  auditLogs,
  endingRounds,
  type Finding,
} from './audit.ts';
export { CALM, type Conditions } from './conditions.ts';
export { FaultyNetwork, type ProxiedNode } from './faulty-network.ts';
