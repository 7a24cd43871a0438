/** The beacon of a devnet, and the client that takes rounds from drand endpoints. */
export { BEACON_SCHEME, type ChainDefinition, type ChainInfo, chainInfoOf } from './chain.ts';
export { BeaconClient, type BeaconClientOptions, type BeaconReport } from './client.ts';
export { BeaconError } from './error.ts';
export { requestRound } from './http.ts';
export { currentBeacons, rememberBeacons } from './rounds.ts';
export { type BeaconServer, type BeaconServerOptions, startBeaconServer } from './server.ts';
