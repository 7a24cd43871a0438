/** What outsiders paid for votes: promises of leaves that ended as was bought. */
import { type NodeId, subjectKey } from '../../src/base/index.ts';
import type { Simulation } from '../setup.ts';
import { drawnClaim } from './claims.ts';

/** Returns what each seller was paid, in stake. */
export function bribesPaid({ treasury, recorder }: Simulation): ReadonlyMap<NodeId, number> {
  const paid = new Map<NodeId, number>();
  for (const { subject, seller, verdict, stake } of treasury.bribes) {
    const record = recorder.subjects.get(subjectKey(subject));
    if (record === undefined || drawnClaim(record).outcome !== verdict) continue;
    paid.set(seller, (paid.get(seller) ?? 0) + stake);
  }
  return paid;
}
