/** Faults between real nodes, and the judge who reads what the nodes recorded. */
export { CALM, type Conditions } from './conditions.ts';
export { FaultyNetwork, type ProxiedNode } from './faulty-network.ts';
