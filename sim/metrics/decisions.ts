/** What each observer holds final about one drawn leaf, and since when: nine bytes a node. */
import { type TimeMs, timeMs, VERDICTS, type Verdict } from '../../src/base/index.ts';

/** Codes of a node: nothing yet, given up, or the place of a verdict. */
const OPEN = 0;
const UNRESOLVED = 1;
const FIRST_VERDICT = 2;

export class Decisions {
  readonly #codes: Uint8Array;
  readonly #since: Float64Array;
  #endedCount = 0;

  /** @param nodeCount nodes of the run; they are named by index */
  constructor(nodeCount: number) {
    this.#codes = new Uint8Array(nodeCount);
    this.#since = new Float64Array(nodeCount);
  }

  /** Observers that hold a verdict, or gave up. */
  get endedCount(): number {
    return this.#endedCount;
  }

  /** A node holds `verdict` final; the time counts if it did not before. */
  decide(node: number, verdict: Verdict, now: TimeMs): void {
    this.#change(node, FIRST_VERDICT + VERDICTS.indexOf(verdict), now);
  }

  /** A node found no verdict, and had none. */
  giveUp(node: number, now: TimeMs): void {
    if ((this.#codes[node] as number) < FIRST_VERDICT) this.#change(node, UNRESOLVED, now);
  }

  verdictOf(node: number): Verdict | undefined {
    return VERDICTS[(this.#codes[node] as number) - FIRST_VERDICT];
  }

  /** How many gave up. */
  get unresolvedCount(): number {
    return this.#codes.reduce((count, code) => count + (code === UNRESOLVED ? 1 : 0), 0);
  }

  /** When observers came to hold `verdict`, in order of their index. */
  timesOf(verdict: Verdict): readonly TimeMs[] {
    const code = FIRST_VERDICT + VERDICTS.indexOf(verdict);
    const times: TimeMs[] = [];
    for (const [node, own] of this.#codes.entries()) {
      if (own === code) times.push(timeMs(this.#since[node] as number));
    }
    return times;
  }

  #change(node: number, code: number, now: TimeMs): void {
    if (this.#codes[node] === code) return;
    if (this.#codes[node] === OPEN) this.#endedCount += 1;
    this.#codes[node] = code;
    this.#since[node] = now;
  }
}
