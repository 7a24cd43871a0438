/**
 * What settlement moved in a run, with the batch or the leaf that it is about.
 *
 * Settlement pays all claims from one pool, and does not say which. Each claim by itself is settled
 * again by the same rules. Where these come to the same for an account, they are the run's; of any
 * other account (its stake was used up, the pool ran dry) the run's are told without what they are
 * about.
 */
import { type BatchId, defined } from '../../src/base/index.ts';
import type { Movement } from '../../src/core/index.ts';
import { movementsOfBatch, movementsOfClaim } from '../../src/trace/index.ts';
import { judgedSubjects, settleRun } from '../metrics/settlement.ts';
import type { Simulation } from '../setup.ts';

/** A movement and what it is about. */
export type TracedMovement = Movement & { readonly batch?: BatchId; readonly index?: number };

/** Returns what settlement moved in a run that ended. */
export function movementsOf(simulation: Simulation): readonly TracedMovement[] {
  const { movements } = settleRun(simulation);
  const { network, committees, recorder } = simulation;
  const headerOf = (batch: BatchId) =>
    defined(committees.header(batch), 'a sealed batch was published');
  const ofBatches = [...recorder.sealed].flatMap((batch) =>
    movementsOfBatch(network, headerOf(batch)).map((movement) => ({ ...movement, batch })),
  );
  const ofClaims = judgedSubjects(simulation).flatMap((judged) =>
    movementsOfClaim(network, headerOf(judged.subject.batch), judged).map((movement) => ({
      ...movement,
      ...judged.subject,
    })),
  );
  const ofGuilty = movements.filter(({ reason }) => reason === 'slash-equivocation');
  const told = [...ofBatches, ...ofGuilty, ...ofClaims];
  const others = otherwise(told, movements);
  return [
    ...told.filter(({ account }) => !others.has(account)),
    ...movements.filter(({ account }) => others.has(account)),
  ];
}

/** Accounts that gain or lose other sums in one list than in the other, for any reason. */
function otherwise(a: readonly Movement[], b: readonly Movement[]): ReadonlySet<string> {
  const sums = new Map<string, { readonly account: string; readonly amount: bigint }>();
  const add = ({ account, reason, amount }: Movement, sign: bigint): void => {
    const key = `${account}/${reason}`;
    const sum = sums.get(key)?.amount ?? 0n;
    sums.set(key, { account, amount: sum + sign * amount });
  };
  for (const movement of a) add(movement, 1n);
  for (const movement of b) add(movement, -1n);
  const differing = [...sums.values()].filter(({ amount }) => amount !== 0n);
  return new Set(differing.map(({ account }) => account));
}
