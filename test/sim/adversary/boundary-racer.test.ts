import assert from 'node:assert/strict';
import { assertHonestUnharmed, counts, type Fight, fight, moved, profit } from './arena.ts';

const RACER = 'behaviour: boundary-racer, share: 0.2';
const set = ['durationRounds=2'];

describe('boundary-racer', () => {
  it('[CERT-1] has nodes disagree about who was in time, never about a verdict', async () => {
    const at = await fight(RACER, { set });
    assert.ok(disagreements(at) > 0, 'nobody disagreed: nothing is shown');
    assert.deepEqual(Object.keys(counts(at)), ['right valid']);
    assert.deepEqual([...at.checker.violations], []);
  });

  it('[VOTE-4] is not paid for commits that come too late for nearly everybody', async () => {
    const late = `${RACER}, offsetMs: 400`;
    const at = await fight(late, { set });
    assert.equal(moved(at, 'dishonest', ['reward']), 0);
    assert.ok(profit(at, 'validator', 'boundary-racer') < profit(at, 'validator', 'honest'));
    const free = await fight(late, { set, ablate: ['VOTE-4'] });
    assert.ok(moved(free, 'dishonest', ['reward']) > 0);
  });

  it('is paid like anybody when it is a little early', async () => {
    const at = await fight(`${RACER}, offsetMs: -200`, { set });
    assert.ok(profit(at, 'validator', 'boundary-racer') > 0);
    assertHonestUnharmed(at);
  });
});

/** Levels at which honest holders saw different commits in time. */
function disagreements({ judged, truth }: Fight): number {
  return judged
    .flatMap(({ levels }) => levels)
    .filter(({ committee, votes }) => {
      const honest = votes.filter(({ holder }) => truth.isHonest(holder));
      return committee.holders.some((id) => {
        const sawIt = honest.filter(({ seen }) => seen.has(id)).length;
        return sawIt > 0 && sawIt < honest.length;
      });
    }).length;
}
