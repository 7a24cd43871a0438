/**
 * What happened lately that a person would want to be told: verdicts that cost somebody money,
 * disputes, convictions, nodes that went. What happens all the time is not among it.
 */
import type { Verdict } from '../../base/index.ts';
import type { Claim, Transition } from './claim.ts';
import type { NetworkModel } from './network-model.ts';

/** Something that happened to a claim, to nodes, or to a connection of the serving node. */
export type NetworkEvent = { readonly at: number } & (
  | { readonly kind: 'claim'; readonly claim: Claim; readonly transition: Transition }
  | {
      readonly kind: 'node';
      readonly nodes: readonly number[];
      readonly words: string;
      readonly weight: 'alarm' | 'warning' | 'quiet';
    }
);

/** Claims and links that are looked through. */
const RECENT = 500;

/** Returns the latest events up to a moment, newest first. */
export function eventsAt(model: NetworkModel, at: number, max: number): readonly NetworkEvent[] {
  const claims = model.order.filter(({ firstAt }) => firstAt <= at).slice(-RECENT);
  const all = [...claims.flatMap(ofClaim), ...ofEvidence(model), ...ofNodes(model)];
  return all
    .filter((event) => event.at <= at)
    .sort((a, b) => b.at - a.at)
    .slice(0, max);
}

const COSTLY: readonly (Verdict | undefined)[] = ['invalid', 'unavailable', 'inconclusive'];

function ofClaim(claim: Claim): readonly NetworkEvent[] {
  return claim.transitions.flatMap((transition) => {
    const { state, level, verdict, at } = transition;
    const isNews =
      state === 'challenged' ||
      state === 'unresolved' ||
      (state === 'judged' && level > 0) ||
      (state === 'final' && (COSTLY.includes(verdict) || level > 0));
    return isNews ? [{ kind: 'claim' as const, at, claim, transition }] : [];
  });
}

function ofEvidence({ evidence }: NetworkModel): readonly NetworkEvent[] {
  const first = new Map<string, NetworkEvent>();
  for (const { at, guilty, evidence: what } of evidence) {
    const key = `${what} ${guilty.join()}`;
    if (first.has(key)) continue;
    const words = `convicted: signed two ${what} that exclude each other`;
    first.set(key, { kind: 'node', at, nodes: guilty, words, weight: 'alarm' });
  }
  return [...first.values()];
}

function ofNodes({ nodes, links, start }: NetworkModel): readonly NetworkEvent[] {
  const found: NetworkEvent[] = nodes.flatMap((node) =>
    (node?.changes ?? []).map(({ at, isUp }) => ({
      ...{ kind: 'node' as const, at, nodes: node === undefined ? [] : [node.number] },
      ...(isUp
        ? { words: 'came back', weight: 'quiet' as const }
        : { words: 'went down', weight: 'warning' as const }),
    })),
  );
  // the links of a live page are those of the node that serves it; the first ups are its start
  if (start?.source !== 'network') return found;
  for (const { b, changes } of links.values()) {
    const later = changes.slice(changes.findIndex(({ isUp }) => isUp) + 1);
    for (const { at, isUp } of later) {
      const words = isUp ? 'is a peer of this node again' : 'is no longer a peer of this node';
      found.push({ kind: 'node', at, nodes: [b], words, weight: isUp ? 'quiet' : 'warning' });
    }
  }
  return found;
}

/** How the holders of a claim's latest level had voted by then. */
export type Votes = {
  readonly level: number;
  readonly holders: number;
  readonly counts: readonly { readonly verdict: Verdict; readonly count: number }[];
};

/** Returns the votes of a claim's latest level; nothing before a committee was drawn. */
export function votesAt({ facts }: Claim, at: number): Votes | undefined {
  const committees = facts.flatMap((fact) =>
    fact.kind === 'committee' && fact.at <= at ? [fact] : [],
  );
  const level = Math.max(...committees.map((each) => each.level ?? 0));
  const committee = committees.find((each) => (each.level ?? 0) === level);
  if (committee === undefined) return undefined;
  const members = new Set(committee.holders.map(({ node }) => node));
  const said = new Map<number, Verdict>();
  for (const fact of facts) {
    if (fact.kind !== 'entry' || fact.at > at || fact.entry.kind !== 'reveal') continue;
    const { level: of, verdict } = fact.entry;
    if (of === level && members.has(fact.node) && !said.has(fact.node))
      said.set(fact.node, verdict);
  }
  const counts = new Map<Verdict, number>();
  for (const verdict of said.values()) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return {
    level,
    holders: members.size,
    counts: [...counts]
      .map(([verdict, count]) => ({ verdict, count }))
      .sort((a, b) => b.count - a.count),
  };
}
