/**
 * Where nodes stand on the map: by region if there are regions, else by role, each group a disc in
 * which nodes are spread like seeds of a sunflower. The same each time: nobody searches for a node
 * that has wandered. Units: the map is about 2 wide, 0 is its centre.
 *
 * Source: H. Vogel, "A better way to construct the sunflower head", 1979.
 */
import type { NodeEntry } from '../model/node-entry.ts';

/** A disc of nodes with a name. */
export type Group = {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
};

/** Positions by number of node, and the discs. */
export type Layout = {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly groups: readonly Group[];
  /** Radius of a node that gives each its room. */
  readonly nodeRadius: number;
};

const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));
/** Share of the map that discs leave free around them. */
const GAP = 0.1;

/** How much wider than high a map is laid out, or the other way round. */
const STRETCH = 1.5;

/** Lays nodes out, for a place that is wider than high or the other way round. */
export function layoutOf(nodes: readonly NodeEntry[], shape: 'wide' | 'tall'): Layout {
  const present = nodes.filter((node) => node !== undefined);
  const groups = grouped(present);
  const x = new Float32Array(nodes.length);
  const y = new Float32Array(nodes.length);
  const spacing = spacingOf(groups.map(({ members }) => members.length));
  const radii = groups.map(({ members }) => spacing * Math.sqrt(members.length));
  const discs = placed(radii, shape === 'wide' ? STRETCH : 1 / STRETCH);
  const drawn = groups.map(({ name, members }, index) => {
    const disc = discs[index] ?? { x: 0, y: 0, radius: spacing };
    for (const [seed, { number }] of members.entries()) {
      const radius = spacing * Math.sqrt(seed + 0.5);
      x[number] = disc.x + radius * Math.cos(seed * GOLDEN_ANGLE);
      y[number] = disc.y + radius * Math.sin(seed * GOLDEN_ANGLE);
    }
    return { name, ...disc };
  });
  return { x, y, groups: drawn, nodeRadius: 0.55 * spacing };
}

type Members = { readonly name: string; readonly members: readonly NodeEntry[] };

/** By region, else by role; validators before others, and who has more stake nearer the middle. */
function grouped(nodes: readonly NodeEntry[]): readonly Members[] {
  const hasRegions = nodes.some(({ record }) => record.region !== undefined);
  const groups = new Map<string, NodeEntry[]>();
  for (const node of nodes) {
    const { region = 'elsewhere', role } = node.record;
    const name = hasRegions ? region : `${role}s`;
    groups.set(name, [...(groups.get(name) ?? []), node]);
  }
  return [...groups]
    .map(([name, members]) => ({ name, members: members.sort(byWeight) }))
    .sort((a, b) => b.members.length - a.members.length);
}

const ROLE_ORDER = ['provider', 'validator', 'requester', 'observer', 'relay'];

function byWeight(a: NodeEntry, b: NodeEntry): number {
  const order = ROLE_ORDER.indexOf(a.record.role) - ROLE_ORDER.indexOf(b.record.role);
  const stake = Number(b.record.stake ?? 0) - Number(a.record.stake ?? 0);
  return order || stake || a.number - b.number;
}

/** Half the distance between nodes such that all discs fit on the map. */
function spacingOf(sizes: readonly number[]): number {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const packing = sizes.length > 1 ? 0.62 : 0.92;
  return packing / Math.sqrt(Math.max(4, total));
}

/** The largest disc first; each next one where it lies closest to the middle and touches none. */
function placed(radii: readonly number[], stretch: number): readonly Omit<Group, 'name'>[] {
  const discs: Omit<Group, 'name'>[] = [];
  for (const radius of radii) {
    const place = discs.length === 0 ? { x: 0, y: 0 } : freePlace(discs, { radius, stretch });
    discs.push({ ...place, radius });
  }
  return centred(discs);
}

function freePlace(
  discs: readonly Omit<Group, 'name'>[],
  { radius, stretch }: { readonly radius: number; readonly stretch: number },
) {
  for (let step = 0; step < 4_000; step++) {
    const angle = step * GOLDEN_ANGLE;
    const distance = 0.02 * Math.sqrt(step);
    const [x, y] = [stretch * distance * Math.cos(angle), distance * Math.sin(angle)];
    const isFree = discs.every(
      (disc) => Math.hypot(disc.x - x, disc.y - y) >= disc.radius + radius + GAP,
    );
    if (isFree) return { x, y };
  }
  return { x: 0, y: 0 };
}

function centred(discs: readonly Omit<Group, 'name'>[]) {
  const low = (axis: 'x' | 'y') => Math.min(...discs.map((disc) => disc[axis] - disc.radius));
  const high = (axis: 'x' | 'y') => Math.max(...discs.map((disc) => disc[axis] + disc.radius));
  const [x, y] = [(low('x') + high('x')) / 2, (low('y') + high('y')) / 2];
  return discs.map((disc) => ({ ...disc, x: disc.x - x, y: disc.y - y }));
}
