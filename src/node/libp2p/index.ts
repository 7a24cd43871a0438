/** The network of a node: hosts over libp2p. */
export { HostError, type HostErrorCode } from './error.ts';
export { createHost } from './host.ts';
export { peerIdText } from './identity.ts';
export { GOSSIP_LIMITS, HOST_LIMITS, RATE_LIMITS, STREAM_LIMITS } from './limits.ts';
export { PeerRates, type RateLimits } from './rate.ts';
export { SCORE_THRESHOLDS } from './scoring.ts';
export type * from './types.ts';
