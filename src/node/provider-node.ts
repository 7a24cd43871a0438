/** A provider: the core's `Provider` in a node that runs its model for requesters. */
import { join } from 'node:path';
import { type BlobId, type NodeId, sha256, digest as toDigest, utf8 } from '../base/index.ts';
import { outputBlock } from '../compare/index.ts';
import {
  type AnswerEffect,
  Draws,
  type Network,
  Provider,
  type ProviderEffect,
  type Slot,
} from '../core/index.ts';
import { createSigner, realCrypto, type Signer } from '../crypto/index.ts';
import type { ModelReport } from '../inference/index.ts';
import { blobId, LIMITS, type RequestMessage, requestSigningBytes } from '../wire/index.ts';
import { AnsweredClaims } from './answered-claims.ts';
import { AssayNode } from './assay-node.ts';
import { BlobDirectory } from './blobs/index.ts';
import type { CoreView } from './core-view.ts';
import { BoundedCache, type RunResult } from './execution/index.ts';
import type { NodeTrace } from './explorer/index.ts';
import {
  InferError,
  type Inference,
  type RequestLimits,
  RequestQueue,
  readRequest,
  writeInference,
  writeRefusal,
} from './infer/index.ts';
import { type FrameStream, PeerRates, RATE_LIMITS } from './libp2p/index.ts';
import { pause } from './light-client.ts';
import { manifestOfModel, type NodeFolder, type NodeParts, openNodeParts } from './node-parts.ts';
import { type OperatedNode, operatedNode } from './operated.ts';
import {
  type Clock,
  eventLogHead,
  eventRecorder,
  joined,
  type StepObserver,
  systemClock,
} from './runner/index.ts';
import { listening } from './safety/index.ts';
import { assertServable, modelMissing } from './servable.ts';
import { warnStranger } from './stranger.ts';

export type ProviderNodeOptions = NodeFolder & {
  readonly clock?: Clock;
  readonly record?: (line: string) => void;
  /** Told everything that the node sees, for the explorer. */
  readonly trace?: NodeTrace;
  /** Sees each step, for metrics. */
  readonly observe?: StepObserver;
  /** Models that it serves; they are in the folder. */
  readonly serves: readonly BlobId[];
  readonly limits?: RequestLimits;
  /**
   * Runs something else than the model that was asked for: a cheat, to see what becomes of it.
   */
  readonly substitute?: (input: Uint8Array) => Promise<RunResult>;
};

/** Requests under way: the engine queues them, memory for their inputs is what limits. */
const REQUEST_LIMITS: RequestLimits = { total: 1024, perRequester: 512 };
/** Answers remembered, bytes of their outputs: who asks the same again gets the same. */
const ANSWERED_BYTES_MAX = 32 * 1024 ** 2;
/** Bytes of inputs kept for validators that fetch them. */
const INPUT_BYTES_MAX = 4 * 1024 ** 3;
const TRIM_EVERY_BYTES = 256 * 1024 ** 2;

/**
 * Opens a provider from its folder; `start` of what is returned makes it join.
 * [SET-2] Who is not admitted yet may start and wait.
 * @throws NodeError `model-unknown`, `model-missing`, `class-not-admitted`
 */
export async function openProviderNode(options: ProviderNodeOptions): Promise<ProviderNode> {
  const parts = await openNodeParts(options, 'provider');
  await assertServable(parts, options.serves);
  const { network, signer, guard, execution } = parts;
  const provider = new Provider({
    draws: new Draws(network),
    crypto: parts.crypto,
    signer,
    guard: guard.records,
  });
  const { record, clock = systemClock, log, softwareVersion } = options;
  const { records, watermark } = guard;
  const head = { role: 'provider', networkId: options.file.id, guard: records, watermark } as const;
  record?.(eventLogHead({ ...head, executionClass: execution.executionClass }));
  const inputs = await BlobDirectory.open(join(options.directory, 'inputs'));
  const view: CoreView = {
    core: provider,
    subjects: () => provider.snapshot().subjects,
    batches: () => provider.openBatches,
    judged: () => [],
    evidence: () => provider.evidence,
    membership: provider,
    opening: (subject) => provider.opening(subject),
  };
  const node = new AssayNode({
    ...parts,
    role: 'provider',
    softwareVersion,
    view,
    blobSources: [(id) => inputs.find(id)],
    clock,
    log,
    observe: joined(record && eventRecorder(record), options.trace?.observe, options.observe),
    directory: options.directory,
    ...listening(options.doppelgangerWaitRounds, guard),
    missingModels: () => [],
  });
  options.trace?.attach(node, parts);
  const claims = new AnsweredClaims({
    ...parts,
    provider: signer.id,
    chain: () => provider.chain,
    guard: guard.records,
    headers: (isOfSlot) => node.feed.headers(isOfSlot),
    opening: (subject) => provider.opening(subject),
    subjects: () => provider.snapshot().subjects,
    messagesAbout: (subject) => node.messagesAbout(subject),
    latest: () => node.latestRound,
  });
  const operated = operatedNode(node, parts, { ...options, view });
  return new ProviderNode(operated, { parts, inputs, options, claims });
}

export class ProviderNode {
  readonly node: AssayNode;
  /** For the API and the metrics. */
  readonly operated: OperatedNode;
  /** The claims that it answered. */
  readonly claims: AnsweredClaims;
  readonly #gateway: Signer;
  readonly #parts: NodeParts;
  readonly #inputs: BlobDirectory;
  readonly #options: ProviderNodeOptions;
  readonly #queue: RequestQueue;
  readonly #rates = new PeerRates(RATE_LIMITS.infer);
  readonly #answered = new BoundedCache<Inference>(ANSWERED_BYTES_MAX);
  /** Answers under way, by requester and nonce: as many as the queue has places. */
  readonly #answering = new Map<string, Promise<Inference | undefined>>();
  #isStopping = false;
  #untrimmedBytes = 0;

  constructor(
    operated: OperatedNode,
    more: {
      parts: NodeParts;
      inputs: BlobDirectory;
      options: ProviderNodeOptions;
      claims: AnsweredClaims;
    },
  ) {
    this.node = operated.node;
    this.operated = operated;
    this.claims = more.claims;
    this.#gateway = createSigner(more.parts.signer.deriveSecret(utf8('assay/gateway')));
    this.#parts = more.parts;
    this.#inputs = more.inputs;
    this.#options = more.options;
    this.#queue = new RequestQueue(more.options.limits ?? REQUEST_LIMITS);
    this.#serveRequests();
  }

  /** Joins the network; answers requests from the first beacon on. */
  async start(): Promise<void> {
    await this.node.start();
    warnStranger(this.node, this.#options.log);
  }

  /** Ends within 10 s: requests under way are finished, no new ones taken. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const deadline = performance.now() + DRAIN_MS;
    while (this.#queue.total > 0 && performance.now() < deadline) await pause(DRAIN_POLL_MS);
    await this.node.stop();
    await this.#parts.engine.close();
    await this.#parts.store.close();
  }

  /** Ids of the models that it serves. */
  get serves(): readonly BlobId[] {
    return this.#options.serves;
  }

  get network(): Network {
    return this.#parts.network;
  }

  /** In whose name those are answered who have no key of their own. */
  get gatewayId(): NodeId {
    return this.#gateway.id;
  }

  /** What goes in and out of a model that it serves. @throws NodeError model-missing */
  async reportOf(model: BlobId): Promise<ModelReport> {
    const found = await this.#parts.models.find(model);
    if (!('problem' in found)) return found.report;
    throw modelMissing(manifestOfModel(this.network, model).name, found.problem);
  }

  /**
   * Answers who has no key: the request is made, and signed, in the name of the gateway.
   * @param nonce 1 .. 32 bytes; the same one with the same input gets the same answer
   * @throws InferError with the code of the refusal
   */
  async inferAsGateway(
    asked: Pick<RequestMessage, 'model' | 'assuranceClass' | 'nonce'>,
    input: Uint8Array,
  ): Promise<Inference> {
    const body = { ...asked, requester: this.gatewayId, input: blobId(input) };
    const signature = this.#gateway.sign(requestSigningBytes(this.network.id, body));
    return await this.infer({ type: 'request', ...body, signature }, input);
  }

  /**
   * Answers a request: runs the model, promises a place in the next batch.
   * @param input bytes whose content id the request names
   * @throws InferError with the code of the refusal
   */
  async infer(request: RequestMessage, input: Uint8Array): Promise<Inference> {
    this.#check(request, input);
    const key = `${request.requester}/${Buffer.from(request.nonce).toString('hex')}`;
    // [CLAIM-4] one request is answered once, and the answer repeated
    const before = this.#answered.get(key) ?? (await this.#answering.get(key));
    if (before !== undefined && isAnswerTo(before, request)) return before;
    const answering = this.#answerOnce(key, request, input);
    // who asks the same meanwhile waits for it; of a failure he makes his own
    const shared = answering.catch(() => undefined);
    this.#answering.set(key, shared);
    try {
      return await answering;
    } finally {
      if (this.#answering.get(key) === shared) this.#answering.delete(key);
    }
  }

  async #answerOnce(key: string, request: RequestMessage, input: Uint8Array): Promise<Inference> {
    if (!this.#rates.takeIfThere(request.requester, 1, Date.now())) {
      throw refused('busy', 'you ask too fast: wait a second');
    }
    const leave = this.#queue.enter(request.requester);
    if (leave === undefined) throw refused('busy', 'too many requests are under way');
    try {
      const inference = await this.#answer(request, input);
      this.#answered.set(key, inference, inference.output.length);
      return inference;
    } finally {
      leave();
    }
  }

  #check(request: RequestMessage, input: Uint8Array): void {
    const { network } = this.#parts;
    if (this.#isStopping) throw refused('stopping', 'the provider is about to stop');
    if (!this.#options.serves.includes(request.model)) {
      throw refused('unknown-model', 'this provider does not serve it');
    }
    if (!network.parameters.classes.has(request.assuranceClass)) {
      throw refused('unknown-class', 'the network has no such assurance class');
    }
    if (input.length > manifestOfModel(network, request.model).inputBytesMax) {
      throw refused('input-too-large', 'the input is longer than the model may get');
    }
    if (blobId(input) !== request.input) {
      throw refused('input-mismatch', 'the input is not the one that the request names');
    }
    // the core checks it again; here it spares the execution
    const signed = requestSigningBytes(network.id, request);
    if (!realCrypto.verify(request.requester, signed, request.signature)) {
      throw refused('request-signature', 'the request is not signed by its requester');
    }
  }

  async #answer(request: RequestMessage, input: Uint8Array): Promise<Inference> {
    const { execution, network } = this.#parts;
    this.#assertMaySign();
    const manifest = manifestOfModel(network, request.model);
    const { substitute } = this.#options;
    const result = await (substitute?.(input) ?? execution.run(manifest, input));
    if (result.kind === 'failure') throw refused('execution-failed', result.detail);
    const output = outputBlock(result.outputs);
    execution.keep(output);
    const isInline = input.length <= LIMITS.inlineInputBytes;
    if (!isInline) {
      await this.#inputs.put(input);
      await this.#trimInputs(input.length);
    }
    const effects = await this.node.runner.take({
      kind: 'answer-computed',
      request,
      executionClass: execution.executionClass,
      outputDigest: toDigest(sha256(output)),
      ...(isInline ? { input } : {}),
    });
    const answer = answerIn(effects);
    this.claims.note(slotOf(answer), answer.promise.index, answer);
    return { promise: answer.promise, claim: answer.claim, salt: answer.salt, output };
  }

  /** [GUARD-2] The next batch is that of the next round. */
  #assertMaySign(): void {
    if (!this.node.sets.current.providerById.has(this.#parts.signer.id)) {
      throw refused('not-a-provider', 'it is not among the providers of the network now');
    }
    const { watermark } = this.#parts.guard;
    const next = (this.node.latestRound ?? 0) + 1;
    if (next < watermark) {
      throw refused('guard-renewed', `nothing is promised before round ${watermark}`);
    }
    if (next >= this.node.safety.gate(watermark)) return;
    const { reason } = this.node.status();
    throw refused('not-signing', `nothing is promised now: ${reason}`);
  }

  /** Looking at every file is dear where there are many: only after every so many bytes. */
  async #trimInputs(addedBytes: number): Promise<void> {
    this.#untrimmedBytes += addedBytes;
    if (this.#untrimmedBytes < TRIM_EVERY_BYTES) return;
    this.#untrimmedBytes = 0;
    await this.#inputs.trim(INPUT_BYTES_MAX);
  }

  #serveRequests(): void {
    const { host, network } = this.#parts;
    const max = ({ model }: RequestMessage): number | undefined =>
      network.modelById.get(model)?.inputBytesMax;
    host.handle('infer', {}, async (stream, peer) => {
      try {
        for (;;) {
          const asked = await readRequest(stream, max);
          if (asked === undefined) break;
          await this.#reply(stream, asked);
        }
      } catch (error) {
        if (!(error instanceof InferError)) throw error;
        this.#options.log.debug('request-refused', { peer, code: error.detail.code });
        await writeRefusal(stream, error.detail);
      }
      await stream.closeWrite();
    });
  }

  async #reply(
    stream: FrameStream,
    { request, input }: { readonly request: RequestMessage; readonly input: Uint8Array },
  ): Promise<void> {
    try {
      await writeInference(stream, await this.infer(request, input));
    } catch (error) {
      if (!(error instanceof InferError)) throw error;
      await writeRefusal(stream, error.detail);
    }
  }
}

/** How long a stopping provider waits for requests under way. */
const DRAIN_MS = 4_000;
const DRAIN_POLL_MS = 20;

function isAnswerTo({ claim, promise }: Inference, asked: RequestMessage): boolean {
  const { input, model, assuranceClass } = asked;
  const isSameClaim = claim.input === input && claim.model === model;
  return isSameClaim && promise.assuranceClass === assuranceClass;
}

function slotOf({ promise, claim }: AnswerEffect): Slot {
  const { provider, round, assuranceClass } = promise;
  return { provider, round, assuranceClass, model: claim.model };
}

/** The answer among the effects of its step. @throws InferError with the core's reason */
function answerIn(effects: readonly ProviderEffect[]): AnswerEffect {
  const answer = effects.find((effect) => effect.kind === 'answer');
  if (answer !== undefined) return answer;
  for (const effect of effects) {
    if (effect.kind !== 'report' || effect.report.kind !== 'fault') continue;
    throw refused(effect.report.code, REFUSALS[effect.report.code] ?? 'it is refused');
  }
  throw refused('busy', 'the provider did not answer');
}

/** What the refusals of the core mean to a requester. */
const REFUSALS: Readonly<Record<string, string>> = {
  'no-beacon': 'no beacon is known yet: try again in a round',
  'batch-signed': 'the batch of this round is closed: try again in a round',
  'batch-full': 'the batch of this round is full: try again in a round',
  'stake-exhausted': 'the stake covers no more open claims: try again later',
};

function refused(code: string, message: string): InferError {
  return new InferError({ code, message });
}
