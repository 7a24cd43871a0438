/**
 * Forgets the past by epoch: beacons, batches, leaves, claims and certificates of epochs that are
 * over for long. What convicts somebody, the chain of sets and the bills of epochs stay; the bills
 * are forgotten where they are settled.
 */
import { type Round, round } from '../../base/index.ts';
import { epochOf, exitEpochs, firstRound, type Network } from '../../core/index.ts';
import type { Store, StoreEntry } from '../../store/index.ts';
import { agedEntry, roundKey } from './archive-keys.ts';

/** Epochs kept where nobody says otherwise: a week of quicknet with the default parameters. */
export const KEEP_EPOCHS_DEFAULT = 168;
/** Keys read and deleted at a time. */
const DELETED_AT_ONCE = 512;

/**
 * Fewest epochs that may be kept: as long as stake stays slashable, what proves a fault is at
 * hand. That covers everything open, and every epoch that is not settled yet on time. [SET-4]
 */
export function keepEpochsMin(network: Network): number {
  return exitEpochs(network) + 1;
}

/**
 * First round that is kept.
 * @param latest latest beacon known
 * @param keepEpochs at least `keepEpochsMin`; fewer count as that
 */
export function firstKept(network: Network, latest: number, keepEpochs: number): Round {
  const kept = Math.max(keepEpochs, keepEpochsMin(network));
  return firstRound(network, Math.max(0, epochOf(network, latest) - kept));
}

/** What was forgotten, or would be, by space. */
export type Pruned = {
  readonly beacons: number;
  readonly certificates: number;
  /** Batches, leaves and claims. */
  readonly entries: number;
};

export type PruneOptions = {
  /** Rounds before are forgotten. */
  readonly below: Round;
  /** Most keys that are deleted: the rest next time. */
  readonly limit: number;
  readonly isDryRun?: boolean;
  readonly onProgress?: (keys: number) => void;
  readonly signal?: AbortSignal;
};

/** Forgets what is of rounds before `below`. @throws StoreError */
export async function pruneStore(store: Store, options: PruneOptions): Promise<Pruned> {
  let left = options.limit;
  let done = 0;
  const forget = async (space: 'beacon' | 'certificate' | 'age'): Promise<number> => {
    const count = await forgetSpace(store, space, {
      ...options,
      limit: left,
      onProgress: (keys) => options.onProgress?.(done + keys),
    });
    left -= count;
    done += count;
    return count;
  };
  return {
    entries: await forget('age'),
    certificates: await forget('certificate'),
    beacons: await forget('beacon'),
  };
}

/** What an entry of `age` is about goes with it, in one write. */
async function forgetSpace(
  store: Store,
  space: 'beacon' | 'certificate' | 'age',
  { below, limit, isDryRun = false, onProgress, signal }: PruneOptions,
): Promise<number> {
  let count = 0;
  let from = '';
  while (count < limit) {
    signal?.throwIfAborted();
    const range = { from, below: roundKey(below), limit: Math.min(DELETED_AT_ONCE, limit - count) };
    const keys = await store.keys(space, range);
    const last = keys.at(-1);
    if (last === undefined) break;
    if (!isDryRun) await store.put(keys.flatMap((key) => deletions(space, key)));
    count += keys.length;
    onProgress?.(count);
    from = `${last} `;
  }
  return count;
}

function deletions(space: 'beacon' | 'certificate' | 'age', key: string): readonly StoreEntry[] {
  const aged = space === 'age' ? agedEntry(key) : undefined;
  const own = { space, key, value: undefined };
  return aged === undefined ? [own] : [own, { ...aged, value: undefined }];
}

/** The latest beacon that a store holds, 0 if none. */
export async function latestKept(store: Store): Promise<Round> {
  const [key] = await store.keys('beacon', { limit: 1, reverse: true });
  return round(Number(key ?? 0));
}
