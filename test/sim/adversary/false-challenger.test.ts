import assert from 'node:assert/strict';
import { assertHonestUnharmed, fight, moved, profit } from './arena.ts';

const CHALLENGER = 'behaviour: false-challenger, share: 0.1, challengeShare: 0.2';
const set = ['validators.stake={ distribution: equal, perValidator: 100000000 }'];

describe('false-challenger', () => {
  it('[QUORUM-3] pays for the levels that it started, and loses its stake', async () => {
    const at = await fight(CHALLENGER, { set });
    const raised = at.rows.filter(({ drawn }) => drawn?.challengedLevels.includes(0));
    assert.ok(raised.length >= 2, `${raised.length} challenges are too few to tell`);
    assert.ok(raised.every(({ drawn }) => drawn?.level === 1 && drawn.outcome === 'valid'));
    // a level of 128 seats at 1200 each, but for the remainder of a division by weight
    const cost = -moved(at, 'dishonest', ['challenge-cost']);
    assert.ok(Math.abs(cost - raised.length * 128 * 1_200) < raised.length * 8, `paid ${cost}`);
    assert.ok(moved(at, 'dishonest', ['slash-voter']) < 0);
    assert.ok(profit(at, 'validator', 'honest') > 0);
    assertHonestUnharmed(at);
  });

  it('[SLASH-1] [QUORUM-3] are two defences: each alone makes a lost challenge dear', async () => {
    const unslashed = await fight(CHALLENGER, { ablate: ['SLASH-1'], set });
    assert.equal(moved(unslashed, 'dishonest', ['slash-voter']), 0);
    assert.ok(moved(unslashed, 'dishonest', ['challenge-cost']) < 0);
    const uncharged = await fight(CHALLENGER, { ablate: ['QUORUM-3'], set });
    assert.equal(moved(uncharged, 'dishonest', ['challenge-cost']), 0);
    assert.ok(moved(uncharged, 'dishonest', ['slash-voter']) < 0);
    assert.ok(profit(unslashed, 'validator', 'false-challenger') < 0);
    assert.ok(profit(uncharged, 'validator', 'false-challenger') < 0);
  });

  it('makes the others work for nothing when challenges are free', async () => {
    const idle = 'behaviour: false-challenger, share: 0.1, challengeShare: 0';
    const free = { ablate: ['QUORUM-3', 'SLASH-1'], set };
    const before = await fight(idle, free);
    const at = await fight(CHALLENGER, free);
    assert.equal(moved(at, 'dishonest', ['challenge-cost', 'slash-voter', 'penalty-silent']), 0);
    assert.ok(at.recorder.executionCount > before.recorder.executionCount);
    assert.ok(profit(at, 'validator', 'honest') < profit(before, 'validator', 'honest'));
  });
});
