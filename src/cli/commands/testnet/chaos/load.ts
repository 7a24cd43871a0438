/** Requests all the while: answers are asked for at a rate, and each is followed to its end. */
import { AssayError } from '../../../../base/index.ts';
import { encodeTensors } from '../../../../compare/index.ts';
import { INPUT_SHAPES, MODEL_KINDS, structuredInputs } from '../../../../inference/index.ts';
import type { NetworkFile } from '../../../../network-file/index.ts';
import {
  type Answered,
  type ClaimOutcome,
  pause,
  Requester,
  reasonOf,
} from '../../../../node/index.ts';

/** A request and what became of it. Times are Unix ms. */
export type LoadClaim = {
  readonly askedMs: number;
  answeredMs?: number;
  endedMs?: number;
  /** What it ended as; `refused`: no provider answered; `pending`: not over yet. */
  ending: 'pending' | 'refused' | ClaimOutcome['kind'];
  /** Of a receipt. */
  verdict?: string;
  detail: string;
};

export type LoadOptions = {
  readonly file: NetworkFile;
  readonly model: string;
  readonly perSecond: number;
  readonly softwareVersion: string;
};

/** Inputs that are asked for in turn. */
const INPUTS = 8;
const ANSWER_MS = 20_000;
const CONNECT_MS = 60_000;
/** Requests that wait for their answer at a time. */
const UNANSWERED_MAX = 32;

export class Load {
  readonly claims: LoadClaim[] = [];
  readonly requester: Requester;
  readonly #options: LoadOptions;
  readonly #inputs: readonly Uint8Array[];
  readonly #abort = new AbortController();
  readonly #following = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  private constructor(options: LoadOptions, requester: Requester) {
    this.#options = options;
    this.requester = requester;
    this.#inputs = inputsOf(options.model);
  }

  /**
   * Connects, as soon as there is somebody.
   * @throws NodeError unreachable; AssayError chaos-model
   */
  static async open(options: LoadOptions, signal: AbortSignal): Promise<Load> {
    const { file, softwareVersion } = options;
    const deadline = performance.now() + CONNECT_MS;
    for (;;) {
      try {
        return new Load(options, await Requester.open({ file, softwareVersion }));
      } catch (error) {
        if (performance.now() > deadline || signal.aborted) throw error;
        await pause(500, signal);
      }
    }
  }

  /** Starts asking. */
  start(): void {
    const periodMs = 1000 / this.#options.perSecond;
    this.#timer = setInterval(() => this.#ask(), periodMs);
    this.#ask();
  }

  /** Asks no more. */
  stop(): void {
    clearInterval(this.#timer);
  }

  /** Waits until every answer has its end, at most until `atMs`. */
  async ended(atMs: number, signal: AbortSignal): Promise<void> {
    const all = Promise.all(this.#following);
    await Promise.race([all, pause(atMs - Date.now(), signal)]);
  }

  async close(): Promise<void> {
    this.stop();
    this.#abort.abort();
    await Promise.all(this.#following);
    await this.requester.close();
  }

  #ask(): void {
    const waiting = this.claims.filter((c) => c.ending === 'pending' && c.answeredMs === undefined);
    if (waiting.length >= UNANSWERED_MAX) return;
    const claim: LoadClaim = { askedMs: Date.now(), ending: 'pending', detail: '' };
    this.claims.push(claim);
    const following = this.#follow(claim, this.claims.length).finally(() => {
      this.#following.delete(following);
    });
    this.#following.add(following);
  }

  /** Does not reject. */
  async #follow(claim: LoadClaim, number: number): Promise<void> {
    const { signal } = this.#abort;
    let answered: Answered;
    try {
      answered = await this.requester.infer({
        model: this.#options.model,
        input: this.#inputs[number % this.#inputs.length] ?? new Uint8Array(),
        assurance: 'full',
        signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
      });
    } catch (error) {
      claim.ending = 'refused';
      claim.detail = reasonOf(error);
      return;
    }
    claim.answeredMs = Date.now();
    const onStep = (step: string): void => {
      claim.detail = step;
    };
    const outcome = await this.requester
      .outcome(answered, { signal, onStep })
      .catch(() => undefined);
    if (outcome === undefined || outcome.kind === 'pending' || signal.aborted) return;
    claim.endedMs = Date.now();
    claim.ending = outcome.kind;
    claim.detail = 'detail' in outcome ? outcome.detail : '';
    if (outcome.kind === 'receipt') claim.verdict = outcome.summary.judgement?.verdict ?? 'undrawn';
  }
}

/** @throws AssayError chaos-model */
function inputsOf(model: string): readonly Uint8Array[] {
  const kind = MODEL_KINDS.find((name) => name === model);
  if (kind === undefined) {
    throw new AssayError({
      code: 'chaos-model',
      message: `nobody knows inputs for the model ${model}`,
      where: '--model',
      remedy: `Use a network whose first model is one of ${MODEL_KINDS.join(', ')}.`,
    });
  }
  return structuredInputs(kind, { seed: 1, count: INPUTS }).map((data) =>
    encodeTensors([{ name: 'x', type: 'float32', shape: [1, ...INPUT_SHAPES[kind]], data }]),
  );
}
