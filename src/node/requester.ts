/**
 * A requester: a light client that asks a provider, follows its claim, and makes the receipt.
 *
 * It believes nobody: answers are checked against the request, everything said about the claim
 * against the network file, and several nodes are asked, so that one that leaves something out
 * only delays. A promise that was not kept leaves evidence behind.
 */
import {
  type BlobId,
  digest,
  type NodeId,
  type Round,
  round,
  type Subject,
  sha256,
} from '../base/index.ts';
import {
  checkHeader,
  Draws,
  levelRounds,
  type Network,
  nominalTime,
  roundDueAt,
  samplingRound,
} from '../core/index.ts';
import { createSigner, realCrypto, type Signer } from '../crypto/index.ts';
import type { NetworkFile } from '../network-file/index.ts';
import {
  type BuildResult,
  buildReceipt,
  type Receipt,
  type ReceiptSummary,
} from '../receipt/index.ts';
import {
  batchId,
  blobId,
  type HeaderMessage,
  type Message,
  type OpeningsMessage,
  type RequestMessage,
  requestSigningBytes,
} from '../wire/index.ts';
import { breachOf } from './broken-promise.ts';
import { NodeError, reasonOf } from './error.ts';
import {
  InferError,
  type Inference,
  readInference,
  StreamPool,
  writeRequest,
} from './infer/index.ts';
import type { FrameStream } from './libp2p/index.ts';
import { deadline, LightClient, type LightClientOptions, pause } from './light-client.ts';
import { type Log, silentLog } from './log/index.ts';
import { callForMessages } from './rpc/index.ts';

/** What is asked for. */
export type InferOptions = {
  /** Name or content id of a model of the network. */
  readonly model: string;
  /** `encodeTensors` of the inputs, in the order of the model. */
  readonly input: Uint8Array;
  /** Assurance class of the network, such as `full`. */
  readonly assurance: string;
  /** Asked first; any other of the network that serves the model if absent. */
  readonly provider?: NodeId;
  readonly signal: AbortSignal;
};

/** An answer, with all that is needed to follow it. */
export type Answered = Inference & { readonly provider: NodeId };

/** What became of an answer. */
export type ClaimOutcome =
  | { readonly kind: 'receipt'; readonly receipt: Receipt; readonly summary: ReceiptSummary }
  /** The provider's batch was never sealed: nobody is charged, and nothing is proved. */
  | { readonly kind: 'void'; readonly detail: string }
  /** The provider sealed another claim in its place, or does not show it: see `evidence`. */
  | {
      readonly kind: 'promise-broken';
      readonly detail: string;
      /** Signed messages that show it: promise, header, what was found in its place. */
      readonly evidence: readonly Message[];
    }
  /** No level reached a quorum, and the last one is over: nobody is slashed. */
  | { readonly kind: 'unresolved'; readonly detail: string }
  | { readonly kind: 'pending'; readonly detail: string };

/** How long a provider is looked for among peers, where the network file leads to none. */
const PROVIDER_WAIT_MS = 3_000;
const PROVIDER_POLL_MS = 50;
/** Rounds after which a batch without a seal is void. [TIME-3] */
const VOID_ROUNDS = 5;

type Inside = { readonly client: LightClient; readonly signer: Signer };

export class Requester {
  readonly client: LightClient;
  readonly #file: NetworkFile;
  readonly #signer: Signer;
  readonly #log: Log;
  readonly #streams: StreamPool;

  private constructor(options: LightClientOptions, { client, signer }: Inside) {
    this.client = client;
    this.#file = options.file;
    this.#signer = signer;
    this.#log = options.log ?? silentLog;
    this.#streams = new StreamPool(client.host);
  }

  /** Connects to the network. @throws NodeError unreachable; HostError */
  static async open(options: LightClientOptions): Promise<Requester> {
    const seed = options.seed ?? crypto.getRandomValues(new Uint8Array(32));
    const client = await LightClient.open({ ...options, seed });
    return new Requester(options, { client, signer: createSigner(seed) });
  }

  /** The identity that asks. */
  get id(): NodeId {
    return this.#signer.id;
  }

  /** As the network file defines it; `client.current` has the validator set of now. */
  get network(): Network {
    return this.client.network;
  }

  async close(): Promise<void> {
    await this.#streams.close();
    await this.client.close();
  }

  /**
   * Asks for an inference.
   * @throws InferError with the refusal of the last provider; NodeError model-unknown, no-provider
   */
  async infer(options: InferOptions): Promise<Answered> {
    const model = this.#modelNamed(options.model);
    const request = this.#request(model, options);
    const providers = await this.#providers(options.provider, options.signal);
    let last: unknown;
    for (const provider of providers) {
      try {
        return await this.#ask(provider, request, options);
      } catch (error) {
        if (options.signal.aborted) throw error;
        this.#log.debug('provider-failed', { provider, reason: reasonOf(error) });
        last = error;
      }
    }
    if (last instanceof InferError) throw last;
    if (last !== undefined) throw unreachable(providers, last);
    throw new NodeError({
      code: 'no-provider',
      message: 'no provider of this network can be reached',
      remedy: 'Wait until one is connected, or name one with its id.',
    });
  }

  /**
   * Follows an answer until its verdict is final, it is known not to be drawn, or `signal` ends
   * it.
   * @param onStep is told what is waited for
   */
  async outcome(
    answered: Answered,
    { signal, onStep }: { signal: AbortSignal; onStep?: (step: string) => void },
  ): Promise<ClaimOutcome> {
    const { promise } = answered;
    const { roundMs } = this.network.parameters;
    const drawn = samplingRound(promise);
    onStep?.(`round ${drawn} draws`);
    await this.#until(drawn, signal);
    let outcome: ClaimOutcome = { kind: 'pending', detail: 'nothing is known of it yet' };
    let detail = '';
    while (!signal.aborted) {
      outcome = await this.#look(answered, signal);
      if (this.#isEnded(outcome)) return outcome;
      const found = 'detail' in outcome ? outcome.detail : 'the certificate is provisional';
      if (found !== detail) onStep?.(found);
      detail = found;
      await pause(Math.min(500, roundMs / 2), signal);
    }
    return outcome;
  }

  /** Asks around once and says how the claim stands. */
  async #look(answered: Answered, signal: AbortSignal): Promise<ClaimOutcome> {
    const { promise, salt, output } = answered;
    const header = await this.#header(answered, signal);
    if (header === undefined) return await this.#voidOrPending(promise.round, signal);
    const batch = batchId(header);
    const { index } = promise;
    // a batch that ends before the promised place is looked at as a whole, for its seal
    const isPlaced = index < header.count;
    const subject = { batch, index: isPlaced ? index : 0 };
    const proof = isPlaced ? await this.#proof(answered.provider, subject, signal) : undefined;
    const said = await this.client.messagesAbout(isPlaced ? subject : { batch }, signal);
    const reveal = { type: 'output', batch, index, digest: digest(sha256(output)), salt } as const;
    const messages = [...said, header, reveal, ...(proof === undefined ? [] : [proof])];
    await this.client.learnBeacons(roundsOfReceipt(messages, promise.round), signal);
    await this.client.followSets(promise.round, messages, signal);
    const result = buildReceipt(this.client.chain, realCrypto, {
      subject,
      messages,
      beacon: (r) => this.client.beacon(r),
    });
    if (isUnsealed(result)) return await this.#voidOrPending(promise.round, signal);
    // [TIME-3] only a sealed batch can break a promise
    const breach = breachOf(promise, header, messages);
    if (breach !== undefined) return { kind: 'promise-broken', ...breach };
    if (result.kind === 'receipt') return result;
    const isLeft = result.kind === 'not-yet' && result.missing === 'certificate';
    if (isLeft && this.#isAfterLastLevel(header)) {
      return { kind: 'unresolved', detail: 'the last level ended without a quorum' };
    }
    return { kind: 'pending', detail: result.detail };
  }

  /** Whether every level of a batch is over by the clock. [CERT-2] */
  #isAfterLastLevel(header: HeaderMessage): boolean {
    const { provider, model } = header;
    const { network } = this.client.chain.at(header.round).state;
    const last = new Draws(network).lastLevel({ id: batchId(header), provider, model });
    return this.#isOver(round(header.round + 2 + (last + 1) * levelRounds(this.network)));
  }

  /** Whether nothing better can come: final by its bytes, or every window is over. [CERT-2] */
  #isEnded(outcome: ClaimOutcome): boolean {
    if (outcome.kind === 'pending') return false;
    if (outcome.kind !== 'receipt') return true;
    const { judgement, round: r } = outcome.summary;
    if (judgement === undefined || judgement.finality === 'final') return true;
    if (judgement.reason !== 'challenge-open') return false;
    const level = Math.min(judgement.level + 1, judgement.lastLevel);
    const lengths = levelRounds(this.network) * (level + 1);
    return this.#isOver(round(r + 2 + lengths));
  }

  /** [TIME-3] The header of the promised slot, as several nodes know it. */
  async #header({ promise, claim }: Answered, signal: AbortSignal) {
    const { provider, round: r, assuranceClass } = promise;
    const { model } = claim;
    const request = { method: 'slot', provider, round: r, assuranceClass, model } as const;
    const answers = await this.client.askSeveral(request, signal);
    await this.client.followSets(r, [], signal);
    const { network } = this.client.chain.at(r).state;
    for (const { message } of answers) {
      if (message.type !== 'header' || message.round !== r) continue;
      if (message.provider !== provider) continue;
      if (checkHeader(network, realCrypto, message) === undefined) return message;
    }
    return undefined;
  }

  /** The leaf as the provider shows it. */
  async #proof(
    provider: NodeId,
    { batch, index }: Subject,
    signal: AbortSignal,
  ): Promise<OpeningsMessage | undefined> {
    const request = { method: 'proof', batch, index } as const;
    const answer = await callForMessages(
      this.client.host,
      provider,
      request,
      deadline(signal),
    ).catch(() => []);
    const [first] = answer;
    return first?.message.type === 'openings' ? first.message : undefined;
  }

  async #voidOrPending(r: Round, signal: AbortSignal): Promise<ClaimOutcome> {
    // [SET-1] to who does not know the set of its round, a seal looks forged
    const isVoid = this.#isOver(round(r + VOID_ROUNDS)) && !(await this.client.learnSets(signal));
    return isVoid
      ? { kind: 'void', detail: 'the batch of its round was never sealed' }
      : { kind: 'pending', detail: 'its batch is not sealed yet' };
  }

  /** Tells whether round `r` is due by the clock, with a round to spare. */
  #isOver(r: Round): boolean {
    return Date.now() > nominalTime(this.network, round(r + 1));
  }

  async #ask(provider: NodeId, request: RequestMessage, options: InferOptions): Promise<Answered> {
    const by = { network: this.network, crypto: realCrypto, provider };
    const exchange = async (stream: FrameStream): Promise<Answered> => {
      await writeRequest(stream, request, options.input);
      return { ...(await readInference(stream, request, by)), provider };
    };
    return await this.#streams.use(provider, exchange, options.signal);
  }

  #request(model: BlobId, { input, assurance }: InferOptions): RequestMessage {
    const body = {
      requester: this.id,
      nonce: crypto.getRandomValues(new Uint8Array(NONCE_BYTES)),
      model,
      input: blobId(input),
      assuranceClass: assurance,
    };
    const unsigned = { type: 'request', ...body, signature: new Uint8Array(0) } as const;
    const signature = this.#signer.sign(requestSigningBytes(this.network.id, unsigned));
    return { ...unsigned, signature };
  }

  #modelNamed(word: string): BlobId {
    const manifest = this.network.models.find(({ name, model }) => name === word || model === word);
    if (manifest !== undefined) return manifest.model;
    throw new NodeError({
      code: 'model-unknown',
      message: `the network has no model ${word}`,
      remedy: `Its models are ${this.network.models.map(({ name }) => name).join(', ')}.`,
    });
  }

  /** Providers to ask: the one named, else those that are connected, else those with addresses. */
  async #providers(named: NodeId | undefined, signal: AbortSignal): Promise<readonly NodeId[]> {
    await this.client.followSets(roundDueAt(this.network, Date.now()), [], signal);
    for (const { id, addresses } of this.#file.providers) {
      if (named !== undefined && id !== named) continue;
      if (this.client.host.peers().some((peer) => peer.id === id)) continue;
      for (const address of addresses ?? []) {
        const dialled = await this.client.host.dial(address).catch((error: unknown) => {
          this.#log.debug('provider-unreachable', { id, reason: reasonOf(error) });
        });
        if (dialled !== undefined) break;
      }
    }
    if (named !== undefined) return [named];
    // [SET-3] of providers that were admitted later no file has the address: peers know of them
    const begin = performance.now();
    for (;;) {
      const { providerById } = this.client.current;
      const connected = this.client.host.peers().flatMap(({ id }) => providerById.get(id) ?? []);
      const isOver = signal.aborted || performance.now() > begin + PROVIDER_WAIT_MS;
      if (connected.length > 0 || isOver) return connected.map(({ id }) => id);
      await pause(PROVIDER_POLL_MS, signal);
    }
  }

  async #until(r: Round, signal: AbortSignal): Promise<void> {
    await pause(nominalTime(this.network, r) - Date.now(), signal);
  }
}

const NONCE_BYTES = 32;

/**
 * Rounds whose beacons a receipt of any of these messages needs, ascending.
 * @param r round of the header
 */
export function roundsOfReceipt(messages: readonly Message[], r: Round): readonly Round[] {
  const rounds = new Set<Round>([r, round(r + 2)]);
  for (const message of messages) {
    if (message.type !== 'certificate') continue;
    for (const beacon of message.beacons) rounds.add(beacon.round);
  }
  return [...rounds].sort((a, b) => a - b).slice(0, ROUNDS_MAX);
}

function unreachable(providers: readonly NodeId[], cause: unknown): NodeError {
  const message = `provider ${providers.map((id) => id.slice(0, 8)).join(', ')} cannot be reached`;
  const remedy = 'See with `assay status` who is up; ask another one, or try again.';
  return new NodeError({ code: 'provider-unreachable', message, remedy }, { cause });
}

/** A level has one more round each. */
const ROUNDS_MAX = 16;

/** Tells whether nothing shows yet that the batch is sealed. */
function isUnsealed(result: BuildResult): boolean {
  if (result.kind !== 'not-yet') return false;
  return result.missing === 'header' || result.missing === 'beacon' || result.missing === 'seal';
}
