/**
 * What nodes compute and fetch: answers, executions, measurements of outputs; when each is done,
 * and what comes of it. A dishonest node may invent what an honest one would compute.
 */
import { type Measurement, subjectKey, toHex } from '../src/base/index.ts';
import type { Effect } from '../src/core/index.ts';
import type { RequestMessage } from '../src/wire/index.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import type { Micros } from './kernel/queue.ts';
import type { Recorder } from './metrics/recorder.ts';
import { LOST, type Posted } from './network/model.ts';
import type { SimNode, Timeless } from './node.ts';
import { CACHED, type Oracle, REFERENCE } from './oracle/oracle.ts';

/** Size of a request for an output, and of a small output, on the wire. */
const FETCH_BYTES = 256;
/** When a node asks again for what did not come. */
const FETCH_TIMEOUT_US = 500_000;
/** How often it asks. */
const FETCHES_MAX = 4;

/** An event that ends some work. */
export type Work = { readonly at: Micros; readonly event: Timeless };

export type WorkshopOptions = {
  readonly loop: EventLoop;
  readonly oracle: Oracle;
  readonly recorder: Recorder;
  readonly network: { roundTripUs(from: number, to: number, exchange: Posted): number };
};

export class Workshop {
  readonly #options: WorkshopOptions;
  /** The first node that fetched an output: it serves it to others. */
  readonly #holders = new Map<string, SimNode>();
  #fetches = 0;

  constructor(options: WorkshopOptions) {
    this.#options = options;
  }

  /** A provider computes its answer, one at a time; a dishonest one cheaply. */
  answer(node: SimNode, request: RequestMessage): Work {
    const { loop, oracle, recorder } = this.#options;
    const { model, input } = request;
    const dishonest = node.behaviour.answer?.(request);
    const variant = dishonest?.variant ?? REFERENCE;
    const outputDigest =
      dishonest?.output ?? oracle.output({ model, input, variant, machine: node.machine });
    const at = variant === CACHED ? loop.now : node.executor.occupy(loop.now);
    recorder.answered({ node, request, variant, outputDigest });
    const executionClass = oracle.machines[node.machine]?.executionClass ?? '';
    return { at, event: { kind: 'answer-computed', request, executionClass, outputDigest } };
  }

  /** A validator runs the model; `undefined` if it never ends. */
  execute(node: SimNode, effect: Effect & { kind: 'execute' }): Work | undefined {
    const invented = node.behaviour.execute?.(effect);
    if (invented === 'never') return undefined;
    const { loop, oracle, recorder } = this.#options;
    const { id, model, input, beacon, subject, level } = effect;
    const reason = invented === undefined ? node.executor.nextFailure() : undefined;
    if (reason !== undefined) {
      const at = node.executor.occupy(loop.now);
      return { at, event: { kind: 'execution-failed', id, reason } };
    }
    const claimed = recorder.claimedOutput(subject);
    const drawn = `${node.index}/${subjectKey(subject)}/${level}`;
    const measurement: Measurement =
      invented ?? oracle.run({ model, input, machine: node.machine }, { beacon, drawn, claimed });
    // an output that was computed for a lower level is measured again, not computed again
    const isRun = invented === undefined && recorder.executed(node, subject);
    const at = isRun ? node.executor.occupy(loop.now) : loop.now;
    const executionClass = oracle.machines[node.machine]?.executionClass ?? '';
    return { at, event: { kind: 'execution-finished', id, measurement, executionClass } };
  }

  /**
   * [SAMPLE-2] Fetches the output from the provider, or from a node that has it: a round trip, then
   * arithmetic that costs nothing.
   */
  measureOutput(node: SimNode, effect: Effect & { kind: 'measure-output' }): Work | undefined {
    const invented = node.behaviour.measureOutput?.(effect);
    if (invented === 'never') return undefined;
    const { loop, oracle, recorder } = this.#options;
    const { id, digest, beacon } = effect;
    const provider = recorder.serverOf(digest) ?? node;
    const first = this.#fetch(provider, { node, effect });
    const other = first.isServed ? undefined : this.#holders.get(toHex(digest));
    const second = other === undefined ? undefined : this.#fetch(other, { node, effect });
    const isServed = first.isServed || second?.isServed === true;
    if (isServed && !this.#holders.has(toHex(digest))) this.#holders.set(toHex(digest), node);
    const measurement = invented ?? (isServed ? oracle.measure(digest, beacon) : undefined);
    const at = loop.now + first.lengthUs + (second?.lengthUs ?? 0);
    const found = measurement === undefined ? {} : { measurement };
    return { at, event: { kind: 'output-measured', id, ...found } };
  }

  /** Whether `server` gives the output, and how long that takes. */
  #fetch(
    server: SimNode,
    { node, effect }: { node: SimNode; effect: Effect & { kind: 'measure-output' } },
  ): { readonly isServed: boolean; readonly lengthUs: number } {
    const tripUs = this.#fetchUs(node, server);
    if (tripUs === LOST) return { isServed: false, lengthUs: FETCHES_MAX * FETCH_TIMEOUT_US };
    const isServed = server.isUp && server.behaviour.serves?.(node.id, effect) !== false;
    return { isServed, lengthUs: tripUs };
  }

  /** Time of a fetch with all its tries, or `LOST`. */
  #fetchUs(node: SimNode, server: SimNode): number {
    for (let tried = 0; tried < FETCHES_MAX; tried++) {
      // fetches are no gossip: their draws are named apart from those of messages
      this.#fetches -= 1;
      const exchange = { id: this.#fetches, sizeBytes: FETCH_BYTES };
      const tripUs = this.#options.network.roundTripUs(node.index, server.index, exchange);
      if (tripUs !== LOST) return tried * FETCH_TIMEOUT_US + tripUs;
    }
    return LOST;
  }
}
