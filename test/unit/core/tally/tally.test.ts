/** Votes to verdicts: exhaustive over all ways in which up to twelve seats can vote. */
import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { VERDICTS, type Verdict } from '../../../../src/base/index.ts';
import {
  type Committee,
  drawCommittee,
  isConflict,
  reachedVerdicts,
  wholeSet,
} from '../../../../src/core/index.ts';
import { carriesVerdict } from '../../../../src/core/tally/tally.ts';
import { createClusterKeys } from '../../../support/cluster-network.ts';

type Counts = Readonly<Record<Verdict, number>>;

function committeeOf(size: number): Committee {
  const { network } = createClusterKeys({ stakes: new Array(size).fill(1) });
  const [provider] = network.providers;
  return drawCommittee(network, {
    kind: 'seal',
    pool: wholeSet(network),
    seats: size,
    randomness: new Uint8Array(32),
    provider: provider?.id as never,
    round: 1 as never,
  });
}

/** Holders 0, 1, … vote as counted, each once. */
function votesOf(counts: Counts): ReadonlyMap<Verdict, ReadonlySet<number>> {
  let next = 0;
  return new Map(
    VERDICTS.map((verdict) => {
      const holders = Array.from({ length: counts[verdict] }, () => next++);
      return [verdict, new Set(holders)];
    }),
  );
}

/** Every way in which up to `size` holders vote; the others stay silent. */
function* allCounts(size: number): Generator<Counts> {
  for (let valid = 0; valid <= size; valid++) {
    for (let invalid = 0; valid + invalid <= size; invalid++) {
      for (let unavailable = 0; valid + invalid + unavailable <= size; unavailable++) {
        const rest = size - valid - invalid - unavailable;
        for (let inconclusive = 0; inconclusive <= rest; inconclusive++) {
          yield { valid, invalid, unavailable, inconclusive };
        }
      }
    }
  }
}

function verdictsOf(committee: Committee, counts: Counts, isHeavy: boolean): readonly Verdict[] {
  return reachedVerdicts(committee, votesOf(counts), isHeavy).map(({ verdict }) => verdict);
}

const SIZES = Array.from({ length: 12 }, (_, i) => i + 1);

describe('tally', () => {
  it('[QUORUM-1] reaches verdicts with exactly the votes it takes, no two in conflict', () => {
    for (const size of SIZES) {
      const committee = committeeOf(size);
      const q = Number(committee.quorum);
      for (const counts of allCounts(size)) {
        for (const isHeavy of [true, false]) {
          const reached = verdictsOf(committee, counts, isHeavy);
          const at = `${size} seats, ${JSON.stringify(counts)}`;
          for (const a of reached) for (const b of reached) ok(!isConflict(a, b), at);
          equal(reached.includes('valid'), counts.valid >= q, at);
          equal(reached.includes('invalid'), counts.invalid >= q, at);
        }
      }
    }
  });

  it('[QUORUM-5] adds invalid and unavailable up to unavailable', () => {
    for (const size of SIZES) {
      const committee = committeeOf(size);
      const q = Number(committee.quorum);
      for (const counts of allCounts(size)) {
        const reached = verdictsOf(committee, counts, false);
        const isUnited = counts.invalid + counts.unavailable >= q;
        const isOwn = counts.unavailable >= q;
        const expected = isOwn || (isUnited && counts.invalid < q);
        equal(reached.includes('unavailable'), expected, JSON.stringify(counts));
      }
    }
  });

  it('[QUORUM-5] says inconclusive at heavy levels, when it blocks and a side joins', () => {
    for (const size of SIZES) {
      const committee = committeeOf(size);
      const q = Number(committee.quorum);
      for (const counts of allCounts(size)) {
        const { valid, invalid, inconclusive } = counts;
        const blocks = inconclusive > size - q;
        const expected = blocks && (valid + inconclusive >= q || invalid + inconclusive >= q);
        const at = JSON.stringify(counts);
        equal(verdictsOf(committee, counts, true).includes('inconclusive'), expected, at);
        ok(!verdictsOf(committee, counts, false).includes('inconclusive'), at);
      }
    }
  });

  it('[CERT-1] takes for a verdict just the vote values that carry it', () => {
    const committee = committeeOf(4);
    const carries = (verdict: Verdict, counts: Partial<Counts>, isHeavy = true) => {
      const all = { valid: 0, invalid: 0, unavailable: 0, inconclusive: 0, ...counts };
      return carriesVerdict(committee, verdict, { votes: votesOf(all), isHeavy });
    };
    deepStrictEqual(
      [
        carries('valid', { valid: 3 }),
        carries('valid', { valid: 2 }),
        carries('valid', { valid: 3, invalid: 1 }),
        carries('invalid', { valid: 3 }),
        carries('unavailable', { invalid: 2, unavailable: 1 }),
        carries('unavailable', { invalid: 3 }),
        carries('inconclusive', { valid: 1, inconclusive: 2 }),
        carries('inconclusive', { valid: 1, inconclusive: 2 }, false),
      ],
      [true, false, false, false, true, false, true, false],
    );
  });
});
