/** Looks at a network while things go wrong: who is in sync, and when it is well again. */
import type { LightClient, NodeStatus } from '../../../../node/index.ts';
import type { PlannedNode } from '../plan.ts';
import type { LoadClaim } from './load.ts';

/** Between two looks. */
const LOOK_MS = 500;
/** Who does not answer in this time is not in sync. */
const ANSWER_MS = 2_000;

/** A look at all nodes. */
export type Look = { readonly atMs: number; readonly isWell: boolean; readonly unwell: string };

/** How long after a heal all was well again, ms; `undefined`: not until now. */
export type Recovery = {
  readonly healedMs: number;
  /** Every validator says that it is in sync. */
  readonly inSyncMs: number | undefined;
  /** A claim that was asked for after the heal has a final verdict. */
  readonly finalMs: number | undefined;
};

export class Watch {
  readonly looks: Look[] = [];
  readonly #client: LightClient;
  readonly #validators: readonly PlannedNode[];
  #latest: ReadonlyMap<string, NodeStatus> = new Map();
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;

  constructor(client: LightClient, nodes: readonly PlannedNode[]) {
    this.#client = client;
    this.#validators = nodes.filter(({ role }) => role === 'validator');
  }

  start(): void {
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** What nodes said last of themselves, by id. */
  get statuses(): ReadonlyMap<string, NodeStatus> {
    return this.#latest;
  }

  /** How it is after a heal. */
  recovery(healedMs: number, claims: readonly LoadClaim[]): Recovery {
    const well = this.looks.find(({ atMs, isWell }) => isWell && atMs >= healedMs);
    const ended = claims.flatMap(({ askedMs, endedMs, ending }) =>
      ending === 'receipt' && askedMs >= healedMs && endedMs !== undefined ? [endedMs] : [],
    );
    return {
      healedMs,
      inSyncMs: well === undefined ? undefined : well.atMs - healedMs,
      finalMs: ended.length === 0 ? undefined : Math.min(...ended) - healedMs,
    };
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const atMs = Date.now();
    const all = await this.#client.statuses(AbortSignal.timeout(ANSWER_MS)).catch(() => []);
    this.#latest = new Map(all.map((status) => [status.id, status]));
    const unwell = this.#validators.flatMap(({ name, id }) => {
      const status = this.#latest.get(id);
      if (status?.state === 'in-sync') return [];
      return [status === undefined ? `${name} silent` : `${name} ${status.state} ${status.reason}`];
    });
    this.looks.push({ atMs, isWell: unwell.length === 0, unwell: unwell.join('; ') });
    if (this.looks.length > LOOKS_MAX) this.looks.shift();
    this.#isLooking = false;
  }
}

/** Looks that are remembered: of ten minutes. */
const LOOKS_MAX = 1_200;
