/**
 * A validator that executes nothing: it signs the first commit that it hears as its own, and later
 * repeats what is revealed behind it. Stopped because a commit binds its owner: the same
 * measurement and salt do not recompute to it, so that its reveal is a second commit and convicts
 * it [COMMIT-1]; and because silence costs as well [SLASH-1].
 */
import { subjectKey } from '../../src/base/index.ts';
import { type BundleEntry, voteSigningBytes } from '../../src/wire/index.ts';
import type { AdversaryTools, Behaviour } from './behaviour.ts';
import { bundleOf, entriesHeard } from './own-bundles.ts';

/** Says what others say, under its own name. */
export function commitCopier(
  tools: AdversaryTools,
  { reveals }: { readonly reveals: boolean },
): Behaviour {
  const { signer, draws } = tools;
  /** Whose commit stands for its own, by subject and level; nobody's yet, if `undefined`. */
  const models = new Map<string, string | undefined>();
  const copies: BundleEntry[] = [];
  const copy = (validator: string, entry: BundleEntry): void => {
    if (entry.kind !== 'commit' && entry.kind !== 'reveal') return;
    const place = `${subjectKey(entry)}/${entry.level}`;
    if (!models.has(place)) return;
    if (entry.kind === 'commit') {
      if (models.get(place) !== undefined) return;
      models.set(place, validator);
      copies.push({ ...entry });
    } else if (reveals && models.get(place) === validator) {
      const vote = voteSigningBytes(draws.network.id, entry, entry.level, entry.verdict);
      copies.push({ ...entry, signature: signer.signVote(vote) });
    }
  };
  return {
    execute: ({ subject, level }) => {
      models.set(`${subjectKey(subject)}/${level}`, undefined);
      return 'never';
    },
    before: (event) => {
      for (const { validator, entry } of entriesHeard(event)) copy(validator, entry);
      return [event];
    },
    after: (effects) => {
      const said = copies.splice(0);
      return said.length === 0 ? effects : [...effects, bundleOf(tools, said)];
    },
  };
}
