/**
 * Builds what validators and providers have in common from a folder, a network file and a key:
 * host, guard, store, models, execution.
 */
import { join } from 'node:path';
import {
  type BlobId,
  defined,
  fromHex,
  type ModelManifest,
  type NodeId,
  type Round,
} from '../base/index.ts';
import type { Network } from '../core/index.ts';
import {
  type Crypto,
  createSigner,
  identitySeed,
  realCrypto,
  type Signer,
} from '../crypto/index.ts';
import { type InferenceEngine, openOnnxEngine } from '../inference/index.ts';
import { helloOf, type NetworkFile, networkOf } from '../network-file/index.ts';
import { openGuard, openStore, type SignGuard, type Store } from '../store/index.ts';
import { Archive } from './archive.ts';
import { BeaconClient, rememberBeacons } from './beacon/index.ts';
import type { BeaconFeed } from './beacon-feed.ts';
import { BlobDirectory, fetchBlob, fetchInto } from './blobs/index.ts';
import { firstKept, KEEP_EPOCHS_DEFAULT, pruneStore } from './database/index.ts';
import { NodeError } from './error.ts';
import { ExecutionService, type FetchBlob, ModelLibrary } from './execution/index.ts';
import { databasePath } from './folder-paths.ts';
import {
  createHost,
  type Host,
  type HostOptions,
  type Mismatch,
  type Role,
} from './libp2p/index.ts';
import type { Log } from './log/index.ts';
import type { Activation } from './safety/index.ts';

export type NodeFolder = {
  /** Holds `guard`, `db` and `models`; the caller holds its lock. */
  readonly directory: string;
  readonly file: NetworkFile;
  /** Secret of the identity, 32 bytes. */
  readonly seed: Uint8Array;
  readonly listen: readonly string[];
  readonly announce?: readonly string[];
  /** IP address of this machine to dial from. */
  readonly dialFrom?: string;
  readonly softwareVersion: string;
  readonly log: Log;
  /** Memory that one execution may take, bytes. */
  readonly executionMemoryBytes?: number;
  /** Child processes that run models. */
  readonly executions?: number;
  /** Rounds to listen whether the key runs elsewhere before it signs; absent: nobody listens. */
  readonly doppelgangerWaitRounds?: number;
  /** Epochs of which the database keeps everything. */
  readonly keepEpochs?: number;
  /** Instead of TCP: tests run nodes in memory. */
  readonly transports?: HostOptions['transports'];
};

export type NodeParts = {
  readonly network: Network;
  readonly signer: Signer;
  readonly guard: SignGuard;
  readonly store: Store;
  readonly archive: Archive;
  /** Forgets a bounded part of what is too old, seen from the latest beacon. */
  readonly forget: (latest: Round) => Promise<unknown>;
  /** Versions of the protocol that the network file announces. */
  readonly activations: readonly Activation[];
  readonly host: Host;
  readonly engine: InferenceEngine;
  readonly models: ModelLibrary;
  readonly execution: ExecutionService;
  /** Real signatures; each beacon is verified once, whoever asks. */
  readonly crypto: Crypto;
  readonly beacons: BeaconFeed;
};

/** Keys deleted at a time; a node does so once a minute, and writes fewer in it. */
const FORGOTTEN_AT_ONCE = 16_384;
const EXECUTION_MEMORY_BYTES = 2 * 1024 ** 3;

/** Opens the parts of a node. @throws GuardError, StoreError, HostError */
export async function openNodeParts(folder: NodeFolder, role: Role): Promise<NodeParts> {
  const { directory, file, log } = folder;
  const network = networkOf(file);
  const signer = createSigner(folder.seed);
  const owner = signer.id;
  const guard = await openGuard(join(directory, 'guard'), { networkId: network.id, owner });
  const store = await openStore(databasePath(directory));
  const archive = new Archive(store);
  const { keepEpochs = KEEP_EPOCHS_DEFAULT } = folder;
  const forget = (latest: Round): Promise<unknown> => {
    const below = firstKept(network, latest, keepEpochs);
    return pruneStore(store, { below, limit: FORGOTTEN_AT_ONCE });
  };
  const models = new ModelLibrary(await BlobDirectory.open(join(directory, 'models')));
  const { executionMemoryBytes: memoryBytes = EXECUTION_MEMORY_BYTES, executions = 1 } = folder;
  const engine = openOnnxEngine({ concurrency: executions, memoryBytesMax: memoryBytes });
  const met = await archive.peerAddresses(16);
  const host = await createHost({
    seed: identitySeed(folder.seed),
    listen: folder.listen,
    bootstrap: [...file.bootstrap, ...met],
    hello: { ...helloOf(network), role, softwareVersion: folder.softwareVersion },
    roundMs: network.parameters.roundMs,
    onReport: ({ code, message, peer }) => log.warn('network', { code, message, peer }),
    onMismatch: (mismatch) => warnOfMismatch(log, mismatch),
    ...(folder.announce === undefined ? {} : { announce: folder.announce }),
    ...(folder.dialFrom === undefined ? {} : { dialFrom: folder.dialFrom }),
    ...(folder.transports === undefined ? {} : { transports: folder.transports }),
  });
  const fetch = fetchFrom(host);
  const execution = new ExecutionService({ network, engine, models, fetch, memoryBytes });
  const crypto = rememberBeacons(realCrypto);
  const beacons = beaconsOf(file, crypto, log);
  return {
    ...{ network, signer, guard, store, archive, forget, host, engine, models, execution },
    ...{ crypto, beacons, activations: file.activations ?? [] },
  };
}

/** Rounds from the endpoints that the network file names, besides those that gossip brings. */
function beaconsOf({ beacon }: NetworkFile, crypto: Crypto, log: Log): BeaconFeed {
  const { genesisMs, periodMs, endpoints, publicKey } = beacon;
  const chainKey = defined(fromHex(publicKey), 'the key of a verified network file is hexadecimal');
  return new BeaconClient({
    endpoints,
    chain: { chainKey, genesisMs, periodMs },
    crypto,
    report: ({ kind, ...fields }) => log.warn(kind, fields),
  });
}

/** Fetches small blobs from whoever is connected, those named first first. */
export function fetchFrom(host: Host): FetchBlob {
  return (id, { first, sizeBytesMax, signal }) =>
    fetchBlob(host, id, {
      peers: () => servers(host, first),
      sizeBytesMax,
      signal,
      onLiar: (peer) => host.ban(peer, `sent something else than ${id}`),
    });
}

/**
 * Fetches a model into the directory, unless it is there.
 * @throws BlobError blob-unavailable, blob-too-large
 */
export async function fetchModel(
  { host, models }: Pick<NodeParts, 'host' | 'models'>,
  { model, sizeBytes }: ModelManifest,
  signal: AbortSignal,
): Promise<void> {
  const { directory } = models;
  if ((await directory.find(model)) !== undefined) return;
  const sink = await directory.receive(model);
  try {
    await fetchInto(host, model, sink, {
      peers: () => servers(host, []),
      sizeBytesMax: sizeBytes,
      signal,
      onLiar: (peer) => host.ban(peer, `sent something else than ${model}`),
    });
  } catch (error) {
    await sink.close();
    throw error;
  }
}

/** Manifests of models by id. @throws NodeError model-unknown */
export function manifestOfModel(network: Network, id: BlobId): ModelManifest {
  const manifest = network.modelById.get(id);
  if (manifest !== undefined) return manifest;
  throw new NodeError({
    code: 'model-unknown',
    message: `the network has no model ${id}`,
    remedy: 'Its models are in the network file.',
  });
}

/** Who may have blobs: those named, then all connected nodes. */
function servers(host: Host, first: readonly NodeId[]): readonly NodeId[] {
  const connected = host
    .peers()
    .filter(({ role }) => role !== 'requester' && role !== 'observer')
    .map(({ id }) => id);
  return [...new Set([...first, ...connected])].filter((id) => id !== host.id);
}

function warnOfMismatch(log: Log, { peer, address, differences }: Mismatch): void {
  for (const { what, ours, theirs, remedy } of differences) {
    log.warn('peer-of-another-network', { peer, address, what, ours, theirs, remedy });
  }
}
