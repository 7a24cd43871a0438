/** Who asks what, when: requests of one round, drawn from streams of their own. */
import type { BlobId } from '../../src/base/index.ts';
import type { Scenario } from '../../src/config/index.ts';
import type { Signer } from '../../src/crypto/index.ts';
import { type RequestMessage, requestSigningBytes } from '../../src/wire/index.ts';
import type { Micros } from '../kernel/queue.ts';
import { RandomStream } from '../kernel/random.ts';

/** A model of the run, with the inputs that are asked for. */
export type WorkModel = {
  readonly model: BlobId;
  /** Share of claims that ask for it. */
  readonly share: number;
  readonly inputs: readonly BlobId[];
};

export type PlannedRequest = {
  readonly at: Micros;
  /** Index of the provider that is asked. */
  readonly provider: number;
  readonly request: RequestMessage;
};

export type WorkloadOptions = {
  readonly seed: number;
  readonly networkId: Uint8Array;
  readonly workload: Scenario['workload'];
  readonly providerCount: number;
  readonly models: readonly WorkModel[];
  readonly requesters: readonly Signer[];
};

export class Workload {
  readonly #options: WorkloadOptions;
  readonly #streams: readonly RandomStream[];
  readonly #classes: readonly (readonly [string, number])[];
  #nonce = 0;

  constructor(options: WorkloadOptions) {
    this.#options = options;
    this.#streams = Array.from(
      { length: options.providerCount },
      (_, index) => new RandomStream(options.seed, `workload/provider/${index}`),
    );
    this.#classes = Object.entries(options.workload.classes);
  }

  /** Draws the requests of a round that starts at `start`, by time. */
  round(start: Micros, roundUs: number): readonly PlannedRequest[] {
    const { workload } = this.#options;
    const planned = this.#streams.flatMap((stream, provider) => {
      const count =
        workload.arrivals === 'poisson'
          ? stream.poisson(workload.claimsPerRound)
          : Math.round(workload.claimsPerRound);
      return Array.from({ length: count }, () => ({
        at: start + stream.below(roundUs),
        provider,
        request: this.#request(stream),
      }));
    });
    return planned.sort((a, b) => a.at - b.at || a.provider - b.provider);
  }

  #request(stream: RandomStream): RequestMessage {
    const { models, requesters, networkId } = this.#options;
    const model = models[stream.weighted(models.map((m) => m.share))] as WorkModel;
    const input = model.inputs[stream.below(model.inputs.length)] as BlobId;
    const assuranceClass = this.#classes[stream.weighted(this.#classes.map(([, share]) => share))];
    const requester = requesters[stream.below(requesters.length)] as Signer;
    const body = {
      requester: requester.id,
      nonce: this.#nextNonce(),
      model: model.model,
      input,
      assuranceClass: assuranceClass?.[0] ?? '',
    };
    const signature = requester.sign(requestSigningBytes(networkId, body));
    return { type: 'request', ...body, signature };
  }

  #nextNonce(): Uint8Array {
    const nonce = new Uint8Array(4);
    new DataView(nonce.buffer).setUint32(0, this.#nonce, false);
    this.#nonce += 1;
    return nonce;
  }
}
