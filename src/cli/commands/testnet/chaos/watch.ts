/**
 * Looks at a network while things go wrong: who is in sync, and when it is well again. Nodes are
 * asked over the sockets in their folders, which no fault touches.
 */
import { join } from 'node:path';
import { askNode, type NodeStatus } from '../../../../node/index.ts';
import { readVersion } from '../../../version.ts';
import type { PlannedNode } from '../plan.ts';
import type { LoadClaim } from './load.ts';

/** Between two looks. */
const LOOK_MS = 1_000;
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
  readonly #dir: string;
  readonly #nodes: readonly PlannedNode[];
  #latest: ReadonlyMap<string, NodeStatus> = new Map();
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;

  /** @param dir of the network */
  constructor(dir: string, nodes: readonly PlannedNode[]) {
    this.#dir = dir;
    this.#nodes = nodes;
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
    const all = await Promise.all(this.#nodes.map((node) => this.#statusOf(node)));
    this.#latest = new Map(all.flatMap((status) => (status ? [[status.id, status]] : [])));
    const unwell = this.#nodes.flatMap(({ name, role }, i) => {
      const status = all[i];
      if (role !== 'validator' || status?.state === 'in-sync') return [];
      return [status === undefined ? `${name} silent` : `${name} ${status.state} ${status.reason}`];
    });
    this.looks.push({ atMs, isWell: unwell.length === 0, unwell: unwell.join('; ') });
    if (this.looks.length > LOOKS_MAX) this.looks.shift();
    this.#isLooking = false;
  }

  async #statusOf({ name }: PlannedNode): Promise<NodeStatus | undefined> {
    const folder = join(this.#dir, name);
    const version = `assay/${readVersion()}`;
    const asking = askNode(folder, { method: 'report' }, version, { timeoutMs: ANSWER_MS });
    const report = await asking.catch(() => undefined);
    return report?.status;
  }
}

/** Looks that are remembered: of ten minutes. */
const LOOKS_MAX = 600;
