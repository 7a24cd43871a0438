/**
 * A node that only looks: the core of a validator without a seat, so that it checks everything as
 * validators do and says nothing. Its key is thrown away, its folder lives as long as it does.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Draws, Validator } from '../core/index.ts';
import { createSigner } from '../crypto/index.ts';
import { type NetworkFile, networkOf } from '../network-file/index.ts';
import { createGuard } from '../store/index.ts';
import { AssayNode } from './assay-node.ts';
import { NodeTrace } from './explorer/node-trace.ts';
import type { HostOptions } from './libp2p/index.ts';
import type { Log } from './log/index.ts';
import { type NodeParts, openNodeParts } from './node-parts.ts';
import { systemClock, validatorCore } from './runner/index.ts';

export type ObserverNodeOptions = {
  readonly file: NetworkFile;
  readonly softwareVersion: string;
  readonly log: Log;
  /** Instead of TCP: tests run nodes in memory. */
  readonly transports?: HostOptions['transports'];
};

/** Opens an observer; `start` makes it join. @throws HostError, StoreError, GuardError */
export async function openObserverNode(options: ObserverNodeOptions): Promise<ObserverNode> {
  const { file, softwareVersion, log } = options;
  const directory = await mkdtemp(join(tmpdir(), 'assay-observer-'));
  try {
    const seed = crypto.getRandomValues(new Uint8Array(32));
    const { id } = createSigner(seed);
    const guard = { networkId: networkOf(file).id, owner: id };
    await (await createGuard(join(directory, 'guard'), guard)).close();
    const parts = await openNodeParts({ ...options, directory, seed, listen: [] }, 'observer');
    const self = { id, role: 'observer' } as const;
    const trace = new NodeTrace({ file, softwareVersion, self, nowMs: Date.now() });
    const { network, signer } = parts;
    const validator = new Validator({
      draws: new Draws(network),
      crypto: parts.crypto,
      signer,
      guard: [],
      executionClass: parts.execution.executionClass,
    });
    const node = new AssayNode({
      ...parts,
      role: 'observer',
      softwareVersion,
      view: {
        core: validatorCore(validator),
        subjects: () => validator.snapshot().subjects,
        batches: () => validator.snapshot().batches.map((batch) => batch.id),
        judged: () => validator.judged(),
        opening: () => undefined,
        evidence: () => validator.evidence,
        membership: validator,
      },
      blobSources: [],
      clock: systemClock,
      log,
      directory,
      observe: trace.observe,
      missingModels: () => [],
    });
    trace.attach(node, parts);
    return new ObserverNode({ node, parts, trace, directory, membership: validator });
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/** A node that looks. */
export class ObserverNode {
  readonly node: AssayNode;
  readonly trace: NodeTrace;
  /** [SET-2] The chain of sets as it sees it. */
  readonly membership: Pick<Validator, 'chain' | 'assembly'>;
  readonly #parts: NodeParts;
  readonly #directory: string;

  constructor(made: {
    node: AssayNode;
    parts: NodeParts;
    trace: NodeTrace;
    directory: string;
    membership: Pick<Validator, 'chain' | 'assembly'>;
  }) {
    this.node = made.node;
    this.membership = made.membership;
    this.trace = made.trace;
    this.#parts = made.parts;
    this.#directory = made.directory;
  }

  get host(): NodeParts['host'] {
    return this.#parts.host;
  }

  /** Joins the network and catches up. */
  start(): Promise<void> {
    return this.node.start();
  }

  /** Ends within 10 s, and leaves nothing behind. */
  async stop(): Promise<void> {
    await this.node.stop();
    await this.#parts.engine.close();
    await this.#parts.store.close();
    await rm(this.#directory, { recursive: true, force: true });
  }
}
