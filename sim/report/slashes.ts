/** Who lost stake, and for what: the slashes of a run by role and behaviour. */
import type { Movement } from '../../src/core/index.ts';
import { settleRun } from '../metrics/settlement.ts';
import type { SimNode } from '../node.ts';
import type { Simulation } from '../setup.ts';

/** What stake is slashed for. */
export const SLASH_REASONS = ['slash-provider', 'slash-voter', 'slash-equivocation'] as const;

export type SlashReason = (typeof SLASH_REASONS)[number];

/** Slashes of the nodes of one role and behaviour; only those that lost stake are listed. */
export type SlashReport = {
  readonly role: 'provider' | 'validator';
  readonly behaviour: string;
  /** Nodes of this behaviour, slashed or not. */
  readonly nodes: number;
  /** Distinct nodes that were slashed. */
  readonly slashedNodes: number;
  /** Slashes by what they are for. */
  readonly reasons: Readonly<Partial<Record<SlashReason, number>>>;
  /** Decimal text: beyond 2^53 on large stakes. */
  readonly stake: string;
};

/** Returns the slashes of a run, providers before validators, each by behaviour. */
export function slashReports(simulation: Simulation): readonly SlashReport[] {
  const slashes = settleRun(simulation).movements.filter(isSlash);
  const groups = new Map<string, SimNode[]>();
  for (const node of simulation.nodes) {
    const key = `${node.role.kind}/${node.kind}`;
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, group]) => reportOf(group, slashes));
}

type Slash = Movement & { readonly reason: SlashReason };

function isSlash(movement: Movement): movement is Slash {
  return SLASH_REASONS.some((reason) => reason === movement.reason);
}

function reportOf(group: readonly SimNode[], slashes: readonly Slash[]): readonly SlashReport[] {
  const ids = new Set(group.map(({ id }) => id));
  const own = slashes.filter(({ account }) => ids.has(account));
  const [first] = group;
  if (first === undefined || own.length === 0) return [];
  const counts = SLASH_REASONS.map((reason) => {
    return [reason, own.filter((slash) => slash.reason === reason).length] as const;
  });
  return [
    {
      role: first.role.kind,
      behaviour: first.kind,
      nodes: group.length,
      slashedNodes: new Set(own.map(({ account }) => account)).size,
      reasons: Object.fromEntries(counts.filter(([, count]) => count > 0)),
      stake: String(-own.reduce((sum, { amount }) => sum + amount, 0n)),
    },
  ];
}
