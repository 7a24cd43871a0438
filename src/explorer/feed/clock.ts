/**
 * The moment that is shown. Of a recorded run it moves by itself when played, at some times the
 * speed of the run; of a live network it follows the newest record until it is paused.
 */

/** How fast runs are played, in times their own speed. */
export const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 50] as const;

/** Owner of the moment; times in µs of the trace. */
export class Clock {
  readonly isLive: boolean;
  from = 0;
  to = 0;
  #at = 0;
  isPlaying: boolean;
  speed: number = 1;

  constructor(isLive: boolean) {
    this.isLive = isLive;
    this.isPlaying = isLive;
  }

  /** The moment that is shown. */
  get at(): number {
    return this.isLive && this.isPlaying ? this.to : this.#at;
  }

  /** Takes how far the trace reaches. */
  extend(from: number, to: number): void {
    this.from = from;
    this.to = Math.max(this.to, to);
  }

  /** Shows another moment, within the trace. */
  seek(at: number): void {
    this.#at = Math.min(this.to, Math.max(this.from, at));
    if (this.isLive) this.isPlaying = false;
  }

  /** Plays, from the beginning if the end was reached; live: follows the newest record. */
  play(): void {
    if (!this.isLive && this.#at >= this.to) this.#at = this.from;
    this.isPlaying = true;
  }

  pause(): void {
    this.#at = this.at;
    this.isPlaying = false;
  }

  /** Moves on. @param elapsedUs of wall time. @returns whether the moment changed */
  tick(elapsedUs: number): boolean {
    if (this.isLive || !this.isPlaying) return false;
    this.#at = Math.min(this.to, this.#at + elapsedUs * this.speed);
    if (this.#at >= this.to) this.isPlaying = false;
    return true;
  }
}
