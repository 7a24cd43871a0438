import assert from 'node:assert/strict';
import { assertHonestUnharmed, fight, profit } from './arena.ts';

const CHEATER = 'behaviour: late-sealer, share: 0.5, cheatShare: 0.4';
const set = ['workload.classes={ standard: 1 }', 'workload.claimsPerRound=8', 'durationRounds=9'];

describe('late-sealer', () => {
  it('[TIME-3] gets no batch sealed once the draw can be known', async () => {
    const at = await fight(CHEATER, { set });
    const late = at.rows.filter(({ behaviour }) => behaviour === 'late-sealer');
    assert.ok(late.length >= 48, `${late.length} late answers are too few to tell`);
    assert.ok(late.every(({ isSealed, drawn }) => !isSealed && drawn === undefined));
    assert.ok(at.rows.every(({ behaviour, isSealed }) => behaviour !== 'honest' || isSealed));
    assert.ok(profit(at, 'provider', 'late-sealer') < 0);
    assertHonestUnharmed(at);
  });

  it('[TIME-3] has its batches sealed, and is caught, if it does not wait', async () => {
    const at = await fight(`${CHEATER}, delayRounds: 0`, { set });
    const wrong = at.rows.filter(({ isWrong }) => isWrong);
    assert.ok(wrong.every(({ isSealed }) => isSealed));
    assert.ok(wrong.some(({ drawn }) => drawn?.outcome === 'invalid'));
    assert.ok(profit(at, 'provider', 'late-sealer') < 0);
  });

  it('gets all its wrong answers past the draw when seats seal late', async () => {
    const at = await fight(CHEATER, { ablate: ['TIME-3'], set });
    const wrong = at.rows.filter(({ isWrong, isSealed }) => isWrong && isSealed);
    // by chance a quarter of them would be drawn: none with probability below 0.75^20 = 0.3 %
    assert.ok(wrong.length >= 20, `${wrong.length} wrong answers are too few to tell`);
    assert.equal(wrong.filter(({ drawn }) => drawn !== undefined).length, 0);
    const late = at.rows.filter(({ behaviour }) => behaviour === 'late-sealer');
    assert.ok(
      late.some(({ drawn }) => drawn?.outcome === 'valid'),
      'right ones are drawn instead',
    );
    assert.ok((at.checker.violations.get('sealed-before-draw') ?? 0) > 0);
    const perClaim = profit(at, 'provider', 'late-sealer') / late.length;
    const honest = at.rows.length - late.length;
    assert.ok(perClaim > profit(at, 'provider', 'honest') / honest);
  });
});
