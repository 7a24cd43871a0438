/**
 * A validator that does not execute and always says `valid`: it tells its own core that the
 * provider's output is what it invented. Stopped by votes that must follow. [VOTE-1]
 *
 * It is found out whenever it is lazy: over N drawn leaves it stays unseen with
 * P = (1 − lazyShare)^N.
 */
import type { Measurement } from '../../src/base/index.ts';
import type { AdversaryTools, Behaviour } from './behaviour.ts';
import { inventedMeasurement } from './invention.ts';

/** Takes its own invention for the output of whoever is judged, for `lazyShare` of its work. */
export function lazyValidator(
  { random }: Pick<AdversaryTools, 'random'>,
  { lazyShare }: { readonly lazyShare: number },
): Behaviour {
  /** Work that it did, by subject and level. */
  const done = new Set<string>();
  const invent = (place: string): Measurement => inventedMeasurement(`lazy/${place}`);
  return {
    execute: ({ id }) => {
      const place = placeOf(id);
      if (random.chance(lazyShare)) return invent(place);
      done.add(place);
      return undefined;
    },
    measureOutput: ({ id }) => {
      const place = placeOf(id);
      return done.has(place) ? undefined : invent(place);
    },
  };
}

function placeOf(id: string): string {
  const [, ...place] = id.split('/');
  return place.join('/');
}
