/**
 * A validator that runs twice, as after a migration that left the old machine on: one key, two
 * disks, two cores, each honest. On both sides of a partition it votes twice for nothing. Stopped
 * by evidence that outlives the partition: two commits [COMMIT-1], two votes [VOTE-2]. The guard
 * of one machine knows nothing of the other [GUARD-1].
 *
 * The second machine is another node of the simulation, which `setup.ts` makes.
 */
import type { Behaviour } from './behaviour.ts';

/** Each of the two is honest. */
export function twin(): Behaviour {
  return {};
}
