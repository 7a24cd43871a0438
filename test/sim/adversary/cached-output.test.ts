import assert from 'node:assert/strict';
import { assertHonestUnharmed, counts, fight, profit, purse } from './arena.ts';

const CHEATER = 'behaviour: cached-output, share: 0.5';

describe('cached-output', () => {
  it('[SAMPLE-1] is caught but where the cached answer happens to be right', async () => {
    const at = await fight(CHEATER);
    const cached = at.rows.filter(({ variant }) => variant === 'cached');
    const luck = cached.filter(({ isWrong }) => !isWrong);
    assert.ok(luck.length > 0 && luck.length < cached.length / 2, `${luck.length} were right`);
    for (const { isWrong, drawn } of cached) {
      assert.equal(drawn?.outcome, isWrong ? 'invalid' : 'valid');
    }
    assert.ok(profit(at, 'provider', 'cached-output') < 0);
    assertHonestUnharmed(at);
  });

  it('runs nothing, is never caught and earns more when nothing is drawn', async () => {
    const at = await fight(CHEATER, { ablate: ['SAMPLE-1'] });
    assert.equal(counts(at)['wrong invalid'], undefined);
    assert.ok((counts(at)['wrong undrawn'] ?? 0) > 10);
    assert.equal(purse(at, 'provider', 'cached-output').executionCostStake, 0);
    assert.ok(profit(at, 'provider', 'cached-output') > profit(at, 'provider', 'honest'));
  });
});
