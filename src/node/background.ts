/** Work that nobody waits for until its owner stops: each promise of it has a handler. */

export class Background {
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #onFailure: (error: unknown) => void;

  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /** Watches work; its failure is told. */
  track(work: Promise<unknown>): void {
    const watched = work.catch(this.#onFailure);
    this.#underWay.add(watched);
    void watched.finally(() => this.#underWay.delete(watched));
  }

  /** Resolves when all that is under way has ended, but no later than in `ms`. */
  async drained(ms: number): Promise<void> {
    await within(ms, Promise.allSettled(this.#underWay));
  }
}

/** Waits for `work`, but no longer than `ms`. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
