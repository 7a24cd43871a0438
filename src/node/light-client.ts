/**
 * A light client: connects to a network, asks several nodes, believes none. What it returns was
 * signed by others; beacons are verified here, everything else by who uses it.
 */
import type { BatchId, NodeId, Round, Subject } from '../base/index.ts';
import type { Network, SetChain } from '../core/index.ts';
import { identitySeed, realCrypto } from '../crypto/index.ts';
import { helloOf, type NetworkFile, networkOf } from '../network-file/index.ts';
import type { Decoded, Message } from '../wire/index.ts';
import { NodeError } from './error.ts';
import { LearnedSets } from './learned-sets.ts';
import { createHost, type Host, type HostOptions, type Mismatch } from './libp2p/index.ts';
import { type Log, silentLog } from './log/index.ts';
import { callForMessages, callForStatus, type NodeStatus, type RpcRequest } from './rpc/index.ts';

export type LightClientOptions = {
  readonly file: NetworkFile;
  /** Secret of its identity, 32 bytes; a fresh one if absent. */
  readonly seed?: Uint8Array;
  readonly softwareVersion: string;
  readonly log?: Log;
  readonly transports?: HostOptions['transports'];
};

/** Nodes asked about one thing. */
const NODES_ASKED = 3;
const CALL_TIMEOUT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 10_000;
const CONNECT_POLL_MS = 25;
/** How long others are waited for when the first node is of another network. */
const OTHERS_MS = 1_000;
/** Beacons remembered. */
const BEACONS_MAX = 4096;

export class LightClient {
  /** As the network file defines it; `current` has the validator set of now. */
  readonly network: Network;
  readonly host: Host;
  readonly #file: NetworkFile;
  readonly #beacons = new Map<Round, Uint8Array>();
  readonly #sets: LearnedSets;

  private constructor(file: NetworkFile, host: Host) {
    this.#file = file;
    this.network = networkOf(file);
    this.host = host;
    this.#sets = new LearnedSets(this.network, realCrypto, (from, signal) => {
      return this.askSeveral({ method: 'chain', from }, signal);
    });
  }

  /** [SET-2] The validator sets that are known, from the network file on. */
  get chain(): SetChain {
    return this.#sets.chain;
  }

  /** The network with the validator set of now, as far as it is known. */
  get current(): Network {
    return this.#sets.current;
  }

  /**
   * Asks for validator sets. @returns whether there are new ones
   * @throws NodeError sets-forked
   */
  async learnSets(signal: AbortSignal): Promise<boolean> {
    return await this.#sets.learn(signal);
  }

  /**
   * Sees to it that the set of a round, and those of certificates, are known.
   * @throws NodeError sets-forked
   */
  async followSets(
    round: number,
    messages: readonly Message[],
    signal: AbortSignal,
  ): Promise<void> {
    await this.#sets.follow(round, messages, signal);
  }

  /**
   * Connects to the network and learns its validator sets.
   * @throws NodeError unreachable, sets-forked; HostError
   */
  static async open(options: LightClientOptions): Promise<LightClient> {
    const seed = options.seed ?? crypto.getRandomValues(new Uint8Array(32));
    const { softwareVersion, log = silentLog, transports, file } = options;
    const network = networkOf(file);
    const mismatches: Mismatch[] = [];
    const host = await createHost({
      seed: identitySeed(seed),
      listen: [],
      bootstrap: file.bootstrap,
      hello: { ...helloOf(network), role: 'requester', softwareVersion },
      roundMs: network.parameters.roundMs,
      onReport: ({ code, message }) => log.debug('client-network', { code, message }),
      // the first one is told to the user; others may come as long as this client lives
      onMismatch: (mismatch) => void (mismatches.length === 0 && mismatches.push(mismatch)),
      ...(transports === undefined ? {} : { transports }),
    });
    const client = new LightClient(file, host);
    await host.start();
    try {
      await client.#connected(mismatches);
      await client.learnSets(AbortSignal.timeout(CONNECT_TIMEOUT_MS));
    } catch (error) {
      await host.stop();
      throw error;
    }
    return client;
  }

  async close(): Promise<void> {
    await this.host.stop();
  }

  /** What connected nodes say of themselves. */
  async statuses(signal: AbortSignal): Promise<readonly NodeStatus[]> {
    const nodes = this.host.peers().filter(({ role }) => role !== 'requester');
    const answers = await Promise.all(
      nodes.map(({ id }) => callForStatus(this.host, id, deadline(signal)).catch(() => undefined)),
    );
    return answers.flatMap((status) => status ?? []);
  }

  /** Everything that several nodes know about a leaf. */
  async messagesAbout(
    { batch, index }: { batch: BatchId; index?: number },
    signal: AbortSignal,
  ): Promise<readonly Message[]> {
    const request = { method: 'lookup', batch, ...(index === undefined ? {} : { index }) } as const;
    const found = new Map<string, Message>();
    for (const { message, bytes } of await this.askSeveral(request, signal)) {
      found.set(Buffer.from(bytes).toString('base64'), message);
    }
    return [...found.values()];
  }

  /** Where a drawn claim is, if a node knows. */
  async find(
    claim: Extract<RpcRequest, { method: 'find' }>['claim'],
    signal: AbortSignal,
  ): Promise<Subject | undefined> {
    for (const { message } of await this.askSeveral({ method: 'find', claim }, signal)) {
      if (message.type !== 'query' || message.index === undefined) continue;
      return { batch: message.batch, index: message.index };
    }
    return undefined;
  }

  /** [TIME-1] Fetches and verifies the beacons of `rounds`; those that nobody has are left out. */
  async learnBeacons(rounds: readonly Round[], signal: AbortSignal): Promise<void> {
    const { beacon } = this.network;
    for (const r of rounds) {
      if (this.#beacons.has(r)) continue;
      const request = { method: 'beacons', from: r, count: 1 } as const;
      for (const { message } of await this.askSeveral(request, signal)) {
        if (message.type !== 'beacon' || message.round !== r || this.#beacons.has(r)) continue;
        const { signature } = message;
        if (realCrypto.verifyBeacon(beacon.chainKey, r, signature) === undefined) continue;
        this.#beacons.set(r, signature);
        if (this.#beacons.size > BEACONS_MAX) this.#beacons.clear();
      }
    }
  }

  /** The signature of a beacon that `learnBeacons` verified. */
  beacon(r: Round): Uint8Array | undefined {
    return this.#beacons.get(r);
  }

  #nodes(): readonly NodeId[] {
    const nodes = this.host.peers().filter(({ role }) => role === 'validator');
    return nodes.map(({ id }) => id);
  }

  /** Asks several nodes; what does not decode, and who does not answer, is left out. */
  async askSeveral(
    request: Exclude<RpcRequest, { method: 'status' }>,
    signal: AbortSignal,
  ): Promise<readonly Decoded[]> {
    const nodes = this.#nodes().slice(0, NODES_ASKED);
    const answers = await Promise.all(
      nodes.map((id) => callForMessages(this.host, id, request, deadline(signal)).catch(() => [])),
    );
    return answers.flat();
  }

  async #connected(mismatches: readonly Mismatch[]): Promise<void> {
    const begin = performance.now();
    while (performance.now() < begin + CONNECT_TIMEOUT_MS) {
      if (this.#nodes().length > 0) return;
      const [mismatch] = mismatches;
      if (mismatch !== undefined && performance.now() > begin + OTHERS_MS) throw differs(mismatch);
      await pause(CONNECT_POLL_MS);
    }
    throw new NodeError({
      code: 'unreachable',
      message: 'no validator of this network can be reached',
      where: placesOf(this.#file.bootstrap),
      remedy: 'Check that the network runs, and that its bootstrap addresses are right.',
    });
  }
}

/** Returns a signal that also ends a call that takes too long. */
export function deadline(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]);
}

/** Waits, until `signal` ends it. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (ms <= 0 || signal?.aborted === true) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
  });
}

function differs({ address, differences }: Mismatch): NodeError {
  const texts = differences.map(({ what, ours, theirs }) => {
    return `${what} (here ${ours.slice(0, 16)}, there ${theirs.slice(0, 16)})`;
  });
  return new NodeError({
    code: 'other-network',
    message: `the node there is of another network: they differ in ${texts.join(', ')}`,
    where: address,
    remedy: differences[0]?.remedy ?? 'Compare the network files.',
  });
}

/** Some addresses of many, for a message. */
function placesOf([first = 'no bootstrap address', ...others]: readonly string[]): string {
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
