/**
 * A validator that never executes and always says `valid`: it tells its own core that the
 * provider's output is what it invented. Stopped by votes that must follow. [VOTE-1]
 */
import type { Measurement } from '../../src/base/index.ts';
import type { Behaviour } from './behaviour.ts';
import { inventedMeasurement } from './invention.ts';

/** Takes its own invention for the output of whoever is judged. */
export function lazyValidator(): Behaviour {
  const invent = ({ id }: { id: string }): Measurement => {
    const [, ...place] = id.split('/');
    return inventedMeasurement(`lazy/${place.join('/')}`);
  };
  return { execute: invent, measureOutput: invent };
}
