/** A validator: the core's `Validator` in a node. */
import type { BlobId } from '../base/index.ts';
import { Draws, Validator } from '../core/index.ts';
import { AssayNode } from './assay-node.ts';
import type { CoreView } from './core-view.ts';
import { NodeError, reasonOf } from './error.ts';
import type { NodeTrace } from './explorer/index.ts';
import { pause } from './light-client.ts';
import { fetchModel, type NodeFolder, type NodeParts, openNodeParts } from './node-parts.ts';
import { type OperatedNode, operatedNode } from './operated.ts';
import {
  type Clock,
  eventLogHead,
  eventRecorder,
  joined,
  type StepObserver,
  systemClock,
  validatorCore,
} from './runner/index.ts';
import { listening } from './safety/index.ts';
import { warnStranger } from './stranger.ts';

export type ValidatorNodeOptions = NodeFolder & {
  readonly clock?: Clock;
  /** Takes the lines of an event log. */
  readonly record?: (line: string) => void;
  /** Told everything that the node sees, for the explorer. */
  readonly trace?: NodeTrace;
  /** Sees each step, for metrics. */
  readonly observe?: StepObserver;
};

/** How long a node tries to get one model before it tries the others. */
const MODEL_TIMEOUT_MS = 600_000;
/** Between looks for what is missing, and tries to get it. */
const MODEL_RETRY_MS = 5_000;

/**
 * Opens a validator from its folder; `start` of what is returned makes it join.
 * @throws NodeError `key-mismatch`; GuardError, StoreError, HostError
 */
export async function openValidatorNode(options: ValidatorNodeOptions): Promise<ValidatorNode> {
  const parts = await openNodeParts(options, 'validator');
  const { network, signer, guard, execution } = parts;
  assertOwnKey(parts);
  const { executionClass } = execution;
  const validator = new Validator({
    draws: new Draws(network),
    crypto: parts.crypto,
    signer,
    guard: guard.records,
    executionClass,
  });
  const { record, clock = systemClock, log, softwareVersion, directory } = options;
  record?.(
    eventLogHead({
      role: 'validator',
      networkId: options.file.id,
      executionClass,
      guard: guard.records,
      watermark: guard.watermark,
    }),
  );
  const missing = new Set<BlobId>();
  const view: CoreView = {
    core: validatorCore(validator),
    subjects: () => validator.snapshot().subjects,
    batches: () => validator.snapshot().batches.map(({ id }) => id),
    judged: () => validator.judged(),
    opening: () => undefined,
    evidence: () => validator.evidence,
    membership: validator,
  };
  const node = new AssayNode({
    ...parts,
    role: 'validator',
    softwareVersion,
    view,
    blobSources: [],
    clock,
    log,
    observe: joined(record && eventRecorder(record), options.trace?.observe, options.observe),
    directory,
    ...listening(options.doppelgangerWaitRounds, guard),
    missingModels: () => [...missing].map((id) => network.modelById.get(id)?.name ?? id),
  });
  options.trace?.attach(node, parts);
  const operated = operatedNode(node, parts, { ...options, view });
  return new ValidatorNode(operated, parts, { missing, log });
}

export class ValidatorNode {
  readonly node: AssayNode;
  /** For the API and the metrics. */
  readonly operated: OperatedNode;
  readonly #parts: NodeParts;
  readonly #missing: Set<BlobId>;
  readonly #log: ValidatorNodeOptions['log'];
  /** Models that were looked for. */
  readonly #noted = new Set<BlobId>();
  readonly #abort = new AbortController();
  #fetching: Promise<void> = Promise.resolve();

  constructor(
    operated: OperatedNode,
    parts: NodeParts,
    { missing, log }: { missing: Set<BlobId>; log: ValidatorNodeOptions['log'] },
  ) {
    this.node = operated.node;
    this.operated = operated;
    this.#parts = parts;
    this.#missing = missing;
    this.#log = log;
  }

  /** Joins the network; models that are missing are fetched meanwhile. */
  async start(): Promise<void> {
    await this.#noteMissing();
    if (this.#abort.signal.aborted) return;
    const started = this.node.start();
    this.#fetching = this.#fetchMissing();
    await started;
    warnStranger(this.node, this.#log);
  }

  /** Ends within 10 s. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.node.stop();
    await this.#fetching;
    await this.#parts.engine.close();
    await this.#parts.store.close();
  }

  /** [MODEL-1] The models that this validator declares to hold, in this set and in the next. */
  async #noteMissing(): Promise<void> {
    const { models, signer } = this.#parts;
    const { current, coming } = this.node.sets;
    const held = [current, coming].flatMap(({ validators, validatorIndex }) => {
      return validators[validatorIndex.get(signer.id) ?? -1]?.models ?? [];
    });
    for (const id of held) {
      if (this.#noted.has(id)) continue;
      this.#noted.add(id);
      const found = await models.find(id);
      if ('problem' in found) this.#missing.add(id);
    }
  }

  /** Until then the core abstains for them. [EXEC-2] Who is admitted later holds others then. */
  async #fetchMissing(): Promise<void> {
    const { network, models } = this.#parts;
    while (!this.#abort.signal.aborted) {
      await this.#noteMissing();
      for (const id of [...this.#missing]) {
        const manifest = network.modelById.get(id);
        if (manifest === undefined) continue;
        const timeout = AbortSignal.timeout(MODEL_TIMEOUT_MS);
        const signal = AbortSignal.any([this.#abort.signal, timeout]);
        try {
          await fetchModel(this.#parts, manifest, signal);
          const found = await models.find(id);
          if ('problem' in found) throw new Error(found.problem);
          this.#missing.delete(id);
          this.#log.info('model-fetched', { model: id, name: manifest.name });
        } catch (error) {
          this.#log.debug('model-missing', { model: id, reason: reasonOf(error) });
        }
      }
      await pause(MODEL_RETRY_MS, this.#abort.signal);
    }
  }
}

/** [SET-2] Who is not in the set may wait for its admission; a key of somebody else may not. */
function assertOwnKey({ network, signer }: NodeParts): void {
  const record = network.validators[network.validatorIndex.get(signer.id) ?? -1];
  if (record === undefined || Buffer.from(record.voteKey).equals(signer.voteKey)) return;
  throw new NodeError({
    code: 'key-mismatch',
    message: 'the network file lists another voting key for this identity',
    remedy: 'Use the keystore with which the proofs of this network file were made.',
  });
}
