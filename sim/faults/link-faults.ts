/**
 * What faults do to links, copy by copy. Draws are keyed by fault, link and message, so that one
 * fault more shifts nothing in the others.
 */
import type { TimedFault } from '../../src/config/index.ts';
import type { Micros } from '../kernel/queue.ts';
import { hashUniform } from '../kernel/random.ts';
import { type LinkConditions, LOST } from '../network/model.ts';

/** Faults of links, of the clog and of partitions. */
export type LinkFault = TimedFault & {
  readonly kind: 'loss' | 'delay' | 'reorder' | 'duplicate' | 'partition' | 'clog';
};

/** A fault with its time and the nodes that it strikes. */
export type StruckLinks = {
  readonly fault: LinkFault;
  readonly from: Micros;
  readonly until: Micros;
  /** One side of a partition; senders of a clog. */
  readonly struck: ReadonlySet<number>;
  /** Node that hears both sides of a bridge partition. */
  readonly bridge: number | undefined;
  /** Names the draws of this fault. */
  readonly key: number;
};

export class LinkFaults implements LinkConditions {
  readonly #faults: readonly StruckLinks[];

  constructor(faults: readonly StruckLinks[]) {
    this.#faults = faults;
  }

  extraUs(from: number, to: number, at: Micros, id: number): number {
    let extra = 0;
    for (const struck of this.#faults) {
      if (at < struck.from || at >= struck.until) continue;
      const more = extraOf(struck, { from, to, at, id });
      if (more === LOST) return LOST;
      extra += more;
    }
    return extra;
  }

  duplicates(from: number, to: number, at: Micros, id: number): number {
    let count = 0;
    for (const { fault, from: since, until, key } of this.#faults) {
      if (fault.kind !== 'duplicate' || at < since || at >= until) continue;
      if (!isStruck(key, fault.linkShare, from, to)) continue;
      if (hashUniform(key ^ 0x64757065, id, from, to) < fault.duplicateShare) count += 1;
    }
    return count;
  }
}

type Copy = {
  readonly from: number;
  readonly to: number;
  readonly at: Micros;
  readonly id: number;
};

function extraOf(struck: StruckLinks, { from, to, at, id }: Copy): number {
  const { fault, key } = struck;
  switch (fault.kind) {
    case 'loss': {
      const isLost =
        isStruck(key, fault.linkShare, from, to) &&
        hashUniform(key ^ 0x6c6f7373, id, from, to) < fault.lossShare;
      return isLost ? LOST : 0;
    }
    case 'delay':
      return isStruck(key, fault.linkShare, from, to) ? Math.round(fault.extraMs * 1000) : 0;
    case 'reorder': {
      if (!isStruck(key, fault.linkShare, from, to)) return 0;
      return Math.round(hashUniform(key ^ 0x6f726465, id, from, to) * fault.spreadMs * 1000);
    }
    case 'partition':
      return isCut(struck, fault.mode, { from, to }) ? LOST : 0;
    case 'clog':
      return struck.struck.has(from) ? struck.until - at : 0;
    default:
      return 0;
  }
}

/** Whether a fault strikes the link in this direction, as its draw says, for good. */
function isStruck(key: number, share: number, from: number, to: number): boolean {
  return share >= 1 || hashUniform(key, from, to, 0x6c696e6b) < share;
}

function isCut(
  { struck, bridge }: StruckLinks,
  mode: (LinkFault & { kind: 'partition' })['mode'],
  { from, to }: { readonly from: number; readonly to: number },
): boolean {
  if (struck.has(from) === struck.has(to)) return false;
  if (mode === 'one-way') return struck.has(from);
  return mode === 'two-way' || (from !== bridge && to !== bridge);
}
