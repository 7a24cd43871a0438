/**
 * The beacon of a run: sound, known ahead by an adversary, or chosen by one.
 *
 * Who chooses: of the parties whose shares make a round, `revealers` are the adversary's and speak
 * last. Each may withhold its share, so that the round takes one of 2^revealers values, and all of
 * them verify. Here each is the round of a stand-in chain of its own; the chain that everybody
 * knows is the first.
 *
 * Limit: what withholding costs its party, and that others notice it, is left out.
 * @see "Optimal RANDAO manipulation in Ethereum", 2024
 */
import { assert, type Round, sha256 } from '../src/base/index.ts';
import type { Scenario } from '../src/config/index.ts';
import type { BeaconSource, Crypto } from '../src/crypto/index.ts';

/** Chooses among the values that `round` may take; returns the index of one. */
export type Chooser = (round: Round, randomness: readonly Uint8Array[]) => number;

export type BeaconOptions = {
  readonly beacon: Scenario['beacon'];
  /** Makes the chain of a name, the same each time. */
  readonly chain: (name: string) => BeaconSource;
  readonly choose: Chooser;
};

/** Publishes rounds in order, and tells an adversary what it may know. */
export class Beacon implements BeaconSource {
  readonly #chains: readonly [BeaconSource, ...BeaconSource[]];
  readonly #options: BeaconOptions;
  #latest = 0;

  constructor(options: BeaconOptions) {
    const { beacon, chain } = options;
    const count = beacon.kind === 'last-revealer' ? 2 ** beacon.revealers : 1;
    const others = Array.from({ length: count - 1 }, (_, i) => chain(`beacon/${i + 1}`));
    this.#chains = [chain('beacon'), ...others];
    this.#options = options;
  }

  get chainKey(): Uint8Array {
    return this.#chains[0].chainKey;
  }

  /** Signs a round that is published now. */
  sign(r: number): Uint8Array {
    this.#latest = Math.max(this.#latest, r);
    const values = this.#chains.map((chain) => chain.sign(r));
    const at = values.length === 1 ? 0 : this.#options.choose(r as Round, values.map(sha256));
    const value = values[at];
    assert(value !== undefined, 'a value that a round can take is chosen');
    return value;
  }

  /** Randomness of a round that is not published yet, if dishonest nodes know it. */
  foresee(r: Round): Uint8Array | undefined {
    const { beacon } = this.#options;
    if (beacon.kind !== 'predictable' || r > this.#latest + beacon.aheadRounds) return undefined;
    return sha256(this.#chains[0].sign(r));
  }

  /** Cryptography that takes every value that a round can have. */
  accepting(crypto: Crypto): Crypto {
    if (this.#chains.length === 1) return crypto;
    const keys = this.#chains.map(({ chainKey }) => chainKey);
    const verifyBeacon: Crypto['verifyBeacon'] = (_, r, signature) => {
      for (const key of keys) {
        const value = crypto.verifyBeacon(key, r, signature);
        if (value !== undefined) return value;
      }
      return undefined;
    };
    return {
      ...crypto,
      verifyBeacon,
      verifyBeacons: (chainKey, rounds) => {
        const all = rounds.map((each) => verifyBeacon(chainKey, each.round, each.signature));
        const good = all.filter((each) => each !== undefined);
        return good.length === all.length ? good : undefined;
      },
    };
  }
}
