/**
 * Does this key run elsewhere as well? Two nodes with one key contradict each other and lose the
 * stake, and nothing on this machine can tell; but what the other one signs is heard.
 *
 * Proof is a signature about a round that began after this start and that this process did not
 * make. What is older may be an echo of this node before it was stopped. Such an echo tells of one
 * thing only: a key that is new here is not new, its guard was left behind.
 *
 * Rounds count as listened to when somebody was there to be heard. Limits: a twin without network,
 * or one that is never drawn and never acknowledges, is not heard (but may be met, `refusals.ts`);
 * the wait makes a mistake of people harmless, no more.
 */
import { type ProtocolParameters, type Round, round } from '../../base/index.ts';

/** Rounds that another machine's clock may be ahead, and that a header is ahead of its beacon. */
const AHEAD_ROUNDS = 2;
/** [SAMPLE-1] Rounds from a batch to the beacon that draws from it. */
const SAMPLING_ROUNDS = 2;
/** No round is so late. */
const NEVER = round(Number.MAX_SAFE_INTEGER);

export type DoppelgangerOptions = {
  /** Rounds to listen before the first signature; 0 for none. */
  readonly waitRounds: number;
  /** Whether the key was made here and its guard knows of no signature. */
  readonly isNewKey: boolean;
};

/**
 * `catching-up`: what was said before is not known yet; `listening`: signs nothing yet; `alone`:
 * nobody was heard; `heard`: somebody else signs with this key.
 */
export type DoppelgangerState =
  | { readonly kind: 'catching-up' }
  | { readonly kind: 'listening'; readonly roundsLeft: number }
  | { readonly kind: 'alone' }
  | { readonly kind: 'heard'; readonly round: Round };

/** How long to listen: the whole life of a claim of a batch that begins after the start. */
export function waitRoundsOf(parameters: ProtocolParameters): number {
  const { openRounds, commitRounds, outputRounds, revealRounds } = parameters;
  const oneExecution = 1;
  const life = openRounds + commitRounds + oneExecution + outputRounds + revealRounds;
  return AHEAD_ROUNDS + SAMPLING_ROUNDS + life;
}

/**
 * Returns the option of a node that listens, if it shall.
 * @param guard one without records and watermark belongs to a key that never signed
 */
export function listening(
  waitRounds: number | undefined,
  guard: { readonly records: readonly unknown[]; readonly watermark: Round },
): { readonly doppelganger?: DoppelgangerOptions } {
  if (waitRounds === undefined) return {};
  const isNewKey = guard.records.length === 0 && guard.watermark === 0;
  return { doppelganger: { waitRounds, isNewKey } };
}

/** Decides when a node may begin to sign, and when it must never again. No clock, no network. */
export class Doppelganger {
  readonly #waitRounds: number;
  readonly #isNewKey: boolean;
  #isSeenBefore = false;
  /** Latest beacon when the past was known. */
  #startRound: Round | undefined;
  #latest = round(0);
  #left = 0;
  #firstRound: Round;
  #heard: Round | undefined;

  constructor({ waitRounds, isNewKey }: DoppelgangerOptions) {
    this.#waitRounds = waitRounds;
    this.#isNewKey = isNewKey;
    this.#firstRound = waitRounds === 0 ? round(0) : NEVER;
  }

  get state(): DoppelgangerState {
    if (this.#heard !== undefined) return { kind: 'heard', round: this.#heard };
    if (this.#startRound === undefined) return { kind: 'catching-up' };
    return this.#left > 0 ? { kind: 'listening', roundsLeft: this.#left } : { kind: 'alone' };
  }

  /** Nothing is signed for rounds below. */
  get firstRound(): Round {
    return this.#heard === undefined ? this.#firstRound : NEVER;
  }

  /** The past is known up to `latest`: from here on signatures of others with this key are new. */
  begin(latest: Round): void {
    this.#startRound = latest;
    this.#latest = latest;
    if (!this.#isNewKey || this.#isSeenBefore) return this.#listen();
    if (this.#waitRounds > 0) this.#firstRound = round(latest + 1);
  }

  /** A beacon came; it counts if somebody was there to be heard. */
  tick(latest: Round, hasPeers: boolean): void {
    if (this.#startRound === undefined || latest <= this.#latest) return;
    this.#latest = latest;
    if (this.#left === 0 || !hasPeers) return;
    this.#left -= 1;
    if (this.#left === 0) this.#firstRound = round(latest + 1);
  }

  /**
   * A signature of this key was heard that this process did not make.
   * @param about round of the batch that it is about
   */
  hear(about: Round): void {
    const start = this.#startRound;
    if (start !== undefined && about > start + AHEAD_ROUNDS) {
      this.#heard ??= about;
      return;
    }
    this.meet();
  }

  /** The key was used before, or somebody says so: one that is new here has to listen after all. */
  meet(): void {
    if (this.#isSeenBefore) return;
    this.#isSeenBefore = true;
    if (this.#isNewKey && this.#startRound !== undefined) this.#listen();
  }

  #listen(): void {
    this.#left = this.#waitRounds;
    if (this.#left > 0) this.#firstRound = NEVER;
  }
}
