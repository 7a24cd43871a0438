import assert from 'node:assert/strict';
import { vetoed } from '../../../src/theory/index.ts';
import { assertHonestUnharmed, counts, type Fight, fight, moved, profit } from './arena.ts';

const WITHHOLDER = 'behaviour: reveal-withholder, share: 0.3';
const set = ['workload.claimsPerRound=12'];

describe('reveal-withholder', () => {
  let at: Fight;
  before(async () => {
    at = await fight(WITHHOLDER, { set });
  });

  it('[QUORUM-2] prevents a verdict, and the next level decides, later', () => {
    const share = at.truth.dishonest.size / 16;
    const blocked = blockedShare(at);
    const expected = vetoed({ seats: 7, adversary: share });
    const deviation = Math.sqrt((expected * (1 - expected)) / at.rows.length);
    assert.ok(Math.abs(blocked - expected) < 4 * deviation, `${blocked}, expected ${expected}`);
    assert.deepEqual(Object.keys(counts(at)), ['right valid']);
    const late = meanFinalMs(at, 1) - meanFinalMs(at, 0);
    assert.ok(late > 3_000, `the next level takes ${late} ms`);
    assertHonestUnharmed(at);
  });

  it('[SLASH-1] pays for silence at each level that is certified without it', async () => {
    assert.ok(moved(at, 'dishonest', ['penalty-silent']) < 0);
    assert.equal(moved(at, 'dishonest', ['reward']), 0);
    assert.ok(profit(at, 'validator', 'reveal-withholder') < 0);
    const free = await fight(WITHHOLDER, { set: ['durationRounds=1'], ablate: ['SLASH-1'] });
    assert.equal(moved(free, 'dishonest', ['penalty-silent']), 0);
  });

  it('still vetoes, for less, when it reveals where others have a quorum without it', async () => {
    const careful = await fight(`${WITHHOLDER}, reveals: when-certified`, { set });
    assert.equal(blockedShare(careful), blockedShare(at));
    assert.ok(moved(careful, 'dishonest', ['reward']) > 0);
    const net = profit(careful, 'validator', 'reveal-withholder');
    assert.ok(net > profit(at, 'validator', 'reveal-withholder'), 'it costs less');
    assert.ok(net < profit(careful, 'validator', 'honest'), 'it is no better than honesty');
    assertHonestUnharmed(careful);
  });
});

/** Share of drawn claims that level 0 did not decide. */
function blockedShare({ rows }: Fight): number {
  const blocked = rows.filter(({ drawn }) => drawn !== undefined && drawn.level > 0);
  return blocked.length / rows.length;
}

function meanFinalMs({ rows }: Fight, level: number): number {
  const times = rows.flatMap(({ answeredMs, drawn }) =>
    drawn?.level === level && drawn.finalMs !== undefined ? [drawn.finalMs - answeredMs] : [],
  );
  assert.ok(times.length > 0, `no claim ended at level ${level}`);
  return times.reduce((sum, time) => sum + time, 0) / times.length;
}
