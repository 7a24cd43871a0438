/**
 * A validator that executes and commits, and holds its vote back: never shows it, or only when
 * others have a quorum for the same verdict without it. With k−q+1 seats it prevents any verdict of
 * a level. Stopped by the next level, which decides instead [QUORUM-2], and by the price of silence
 * where a level is certified without it [SLASH-1]. Where the veto works nothing is certified: it
 * costs the reward, and no penalty.
 *
 * Limit: its core counts the vote that it keeps. Where that vote makes a quorum, it alone takes the
 * level for decided, and is silent at the next one.
 */
import { type NodeId, type Subject, subjectKey, type Verdict } from '../../src/base/index.ts';
import type { Committee, ProviderEffect } from '../../src/core/index.ts';
import type { RevealEntry } from '../../src/wire/index.ts';
import type { AdversaryTools, Behaviour } from './behaviour.ts';
import { noteOpenings } from './cartel.ts';
import { bundleOf, entriesHeard, splitBundle } from './own-bundles.ts';
import { benchOf } from './seats.ts';

/** What it knows of a level that it judges. */
type Bid = {
  readonly committee: Committee;
  /** Votes of others, by holder. */
  readonly heard: Map<NodeId, Verdict>;
  own: RevealEntry | undefined;
};

/** Keeps reveals, and certificates that would show them. */
export function revealWithholder(
  tools: AdversaryTools,
  { reveals }: { readonly reveals: 'never' | 'when-certified' },
): Behaviour {
  const bids = new Map<string, Bid>();
  const withheld = (effect: ProviderEffect): readonly ProviderEffect[] => {
    if (effect.kind !== 'publish') return [effect];
    // its core counts the vote that it keeps
    if (effect.message.type === 'certificate') return [];
    const { meant, others } = splitBundle(effect, ({ kind }) => kind === 'reveal');
    if (meant.length === 0) return [effect];
    for (const entry of meant) {
      const bid = entry.kind === 'reveal' ? bids.get(placeOf(entry, entry.level)) : undefined;
      if (bid !== undefined && entry.kind === 'reveal') bid.own = entry;
    }
    return others.length === 0 ? [] : [bundleOf(tools, others, effect.shard)];
  };
  return {
    before: (event) => {
      noteOpenings(tools.conspiracy, event);
      for (const { validator, entry } of entriesHeard(event)) {
        if (entry.kind !== 'reveal') continue;
        bids.get(placeOf(entry, entry.level))?.heard.set(validator, entry.verdict);
      }
      return [event];
    },
    execute: (effect) => {
      const { committee } = benchOf(tools, effect);
      bids.set(placeOf(effect.subject, effect.level), {
        committee,
        heard: new Map(),
        own: undefined,
      });
      return undefined;
    },
    after: (effects) => {
      const rest = effects.flatMap(withheld);
      return reveals === 'never' ? rest : [...rest, ...decided(tools, bids)];
    },
  };
}

/** Reveals what changes nothing any more. */
function decided(tools: AdversaryTools, bids: ReadonlyMap<string, Bid>): ProviderEffect[] {
  const said: ProviderEffect[] = [];
  for (const bid of bids.values()) {
    const { own } = bid;
    if (own === undefined || weightFor(bid, own.verdict) < bid.committee.quorum) continue;
    bid.own = undefined;
    said.push(bundleOf(tools, [own]));
  }
  return said;
}

function weightFor({ committee, heard }: Bid, verdict: Verdict): bigint {
  let sum = 0n;
  for (const [index, holder] of committee.holders.entries()) {
    if (heard.get(holder) === verdict) sum += committee.weights[index] ?? 0n;
  }
  return sum;
}

function placeOf(subject: Subject, level: number): string {
  return `${subjectKey(subject)}/${level}`;
}
