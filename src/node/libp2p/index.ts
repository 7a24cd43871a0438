/** The network of a node: hosts over libp2p. */
export { HostError, type HostErrorCode } from './error.ts';
export type * from './types.ts';
