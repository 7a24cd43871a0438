/**
 * What brings a database of an older release to this one's schema.
 *
 * 1 → 2: batches, leaves and claims are listed by round (space `age`), because their own keys do
 * not tell it and a node forgets the past by round, little by little.
 *
 * A node does not migrate by itself: the older release cannot read what came out, so the owner of
 * the folder says when. It reads everything once.
 */
import type { Migration, Store, StoreEntry } from '../../store/index.ts';
import { ageEntry, claimsIn, roundOf, unpackMessages } from './archive-keys.ts';

/** All that there are, one from each schema. */
export const MIGRATIONS: readonly Migration[] = [
  { from: 1, does: 'lists batches, leaves and claims by round', changes: listByRound },
];

/** What cannot be read any more is left as it is: `assay db check` tells of it. */
async function* listByRound(store: Store): AsyncIterable<readonly StoreEntry[]> {
  for await (const entry of store.scan()) {
    if (entry.kind !== 'value' || (entry.space !== 'batch' && entry.space !== 'subject')) continue;
    const messages = unpackMessages(entry.value) ?? [];
    const round = roundOf(messages);
    if (round === undefined) continue;
    const { space, key } = entry;
    const claims = space === 'subject' ? claimsIn(messages) : [];
    yield [
      ageEntry(round, { space, key }),
      ...claims.map((claim) => ageEntry(round, { space: 'claim', key: claim })),
    ];
  }
}
