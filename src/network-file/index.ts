/** The network file: its id, its signatures, the network that it defines; reading and writing. */
export type { NetworkFile } from '../config/index.ts';
export { NetworkFileError } from './error.ts';
export {
  helloOf,
  type NetworkHello,
} from './hello.ts';
export { type NetworkDraft, networkId } from './identity.ts';
export { announce, type KeyProofs, proveKeys, signNetworkFile } from './making.ts';
export { networkOf } from './network.ts';
export { loadNetworkFile, networkFileYaml, readNetworkFile, writeNetworkFile } from './storage.ts';
export { type NetworkFileProblem, verifyNetworkFile } from './verification.ts';
