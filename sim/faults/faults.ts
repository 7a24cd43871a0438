/**
 * The faults of a run: who is struck, from when to when, and what that does. Link faults are asked
 * by the network copy by copy; all others are actions at a time.
 */
import type { NodeId, Round } from '../../src/base/index.ts';
import type { Scenario, TimedFault } from '../../src/config/index.ts';
import type { Micros } from '../kernel/queue.ts';
import { RandomStream } from '../kernel/random.ts';
import type { LinkConditions } from '../network/model.ts';
import type { SimNode } from '../node.ts';
import { type LinkFault, LinkFaults, type StruckLinks } from './link-faults.ts';
import { drawFaults } from './random-faults.ts';

/** What the beacon does. */
export interface BeaconFaults {
  /** How much later than due a round appears. */
  delayUs(r: Round): number;
}

/** What faults may do to nodes. */
export interface FaultTarget {
  at(time: Micros, action: () => void): void;
  adjustClock(node: SimNode, offsetMs: number): void;
  changeRate(node: SimNode, rate: number): void;
}

/** A timed fault with its nodes. */
type Placed = {
  readonly fault: TimedFault;
  readonly from: Micros;
  /** Infinity if it lasts to the end. */
  readonly until: Micros;
  readonly nodes: readonly SimNode[];
  readonly index: number;
};

/** A crash happens within so many effects of the node: in the middle of a step, mostly. */
const EFFECTS_TO_LIVE_MAX = 8;

export class Faults {
  readonly #roundUs: number;
  readonly #seed: number;
  readonly #placed: readonly Placed[];
  readonly links: LinkConditions | undefined;
  readonly beacon: BeaconFaults;

  constructor(scenario: Scenario, { seed, nodes }: { seed: number; nodes: readonly SimNode[] }) {
    this.#seed = seed;
    this.#roundUs = scenario.parameters.roundMs * 1000;
    const timed = scenario.faults.flatMap((fault, index) => {
      if (fault.kind !== 'random') return [fault];
      const random = new RandomStream(seed, `faults/random/${index}`);
      return drawFaults(fault, { endRound: scenario.durationRounds, random });
    });
    this.#placed = timed.map((fault, index) => this.#place(fault, index, nodes));
    const links = this.#placed.flatMap((placed) => this.#linksOf(placed));
    this.links = links.length === 0 ? undefined : new LinkFaults(links);
    this.beacon = { delayUs: (r) => this.#beaconDelayUs(r) };
  }

  /** Time after which nothing goes wrong any more; Infinity if something never ends. */
  get endsAt(): Micros {
    return this.#placed.reduce((last, { until }) => Math.max(last, until), 0);
  }

  /** Beginnings and ends of all faults, in order of time: for traces. */
  schedule(): readonly {
    readonly at: Micros;
    readonly what: TimedFault['kind'];
    readonly isOver: boolean;
    readonly nodes?: readonly number[];
  }[] {
    const moments = this.#placed.flatMap(({ fault, from, until, nodes }) => {
      const struck = nodes.length === 0 ? {} : { nodes: nodes.map(({ index }) => index) };
      const begin = { at: from, what: fault.kind, isOver: false, ...struck };
      const isEndless = until === Number.POSITIVE_INFINITY;
      return isEndless ? [begin] : [begin, { ...begin, at: Math.round(until), isOver: true }];
    });
    return moments.sort((a, b) => a.at - b.at);
  }

  /** Whether anything goes wrong at all. */
  get isAny(): boolean {
    return this.#placed.length > 0;
  }

  /** Whether the disk of a node forgets what it said was written. */
  isForgetful(id: NodeId): boolean {
    return this.#strikes(id, (fault) => fault.kind === 'crash' && fault.lostRecords > 0);
  }

  /** Whether a clock of a node is wrong at some time. */
  isClockWrong(id: NodeId): boolean {
    return this.#strikes(id, ({ kind }) => kind === 'clock-drift' || kind === 'clock-skew');
  }

  #strikes(id: NodeId, isMeant: (fault: TimedFault) => boolean): boolean {
    return this.#placed.some(
      ({ fault, nodes }) => isMeant(fault) && nodes.some((node) => node.id === id),
    );
  }

  /** Plans what faults do to nodes. */
  plan(target: FaultTarget): void {
    for (const placed of this.#placed) {
      for (const node of placed.nodes) this.#strike(target, placed, node);
    }
  }

  #place(fault: TimedFault, index: number, nodes: readonly SimNode[]): Placed {
    const from = fault.fromRound * this.#roundUs;
    const random = new RandomStream(this.#seed, `faults/${index}/nodes`);
    const share = 'nodeShare' in fault ? fault.nodeShare : 0;
    const candidates = 'of' in fault ? nodes.filter(isOf(fault.of)) : nodes;
    const count = share === 0 ? 0 : Math.max(1, Math.round(share * candidates.length));
    const struck = random.shuffled([...candidates]).slice(0, count);
    return { fault, from, until: from + this.#lengthUs(fault), nodes: struck, index };
  }

  #lengthUs(fault: TimedFault): number {
    if (fault.kind === 'pause') return fault.pauseMs * 1000;
    const rounds = fault.kind === 'crash' ? fault.downRounds : fault.rounds;
    return rounds === undefined ? Number.POSITIVE_INFINITY : rounds * this.#roundUs;
  }

  #linksOf({ fault, from, until, nodes, index }: Placed): readonly StruckLinks[] {
    if (!isLinkFault(fault)) return [];
    const random = new RandomStream(this.#seed, `faults/${index}/links`);
    const struck = new Set(nodes.map((node) => node.index));
    const [bridge] = nodes;
    return [{ fault, from, until, struck, bridge: bridge?.index, key: random.below(2 ** 31 - 1) }];
  }

  #beaconDelayUs(r: Round): number {
    const due = r * this.#roundUs;
    let delay = 0;
    for (const { fault, from, until } of this.#placed) {
      if (due < from || due >= until) continue;
      if (fault.kind === 'beacon-late') delay += Math.round(fault.extraMs * 1000);
      if (fault.kind === 'beacon-stall') delay = Math.max(delay, until - due);
    }
    return delay;
  }

  #strike(target: FaultTarget, { fault, from, until, index }: Placed, node: SimNode): void {
    const random = new RandomStream(this.#seed, `faults/${index}/${node.index}`);
    const later = (action: () => void): void => {
      if (until !== Number.POSITIVE_INFINITY) target.at(until, action);
    };
    switch (fault.kind) {
      case 'crash':
        return target.at(from, () => {
          node.doom = {
            effectsLeft: 1 + random.below(EFFECTS_TO_LIVE_MAX),
            reviveAt: until === Number.POSITIVE_INFINITY ? undefined : until,
            lostRecords: fault.lostRecords,
          };
        });
      case 'pause':
        return target.at(from, () => {
          node.pausedUntil = Math.max(node.pausedUntil, Math.round(until));
        });
      case 'clock-skew':
        target.at(from, () => target.adjustClock(node, fault.offsetMs));
        return later(() => target.adjustClock(node, 0));
      case 'clock-drift':
        target.at(from, () => target.changeRate(node, 1 + fault.partsPerMillion / 1e6));
        return later(() => target.changeRate(node, 1));
      case 'slow-executor':
        target.at(from, () => {
          node.executor.slowdown *= fault.factor;
        });
        return later(() => {
          node.executor.slowdown /= fault.factor;
        });
      case 'failing-executor':
        target.at(from, () => {
          node.executor.failing = { reason: fault.reason, share: fault.failureShare, random };
        });
        return later(() => {
          node.executor.failing = undefined;
        });
      default:
    }
  }
}

function isOf(group: 'validators' | 'providers' | 'all'): (node: SimNode) => boolean {
  if (group === 'all') return () => true;
  return ({ role }) => `${role.kind}s` === group;
}

function isLinkFault(fault: TimedFault): fault is LinkFault {
  const kinds = ['loss', 'delay', 'reorder', 'duplicate', 'partition', 'clog'];
  return kinds.includes(fault.kind);
}
