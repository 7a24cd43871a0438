import assert from 'node:assert/strict';
import { summarise } from '../../../sim/report/result.ts';
import { assertHonestUnharmed, fight, profit } from './arena.ts';

const CHEATER = 'behaviour: grinder, share: 1, cheatShare: 0.4';
const set = [
  'workload.classes={ standard: 1 }',
  'workload.claimsPerRound=10',
  'durationRounds=8',
  'validators.count=8',
  'parameters.levels=[4, 128]',
  'parameters.sealSeats=8',
];

describe('grinder', () => {
  it('[TIME-3] wins nothing: as many wrong answers are drawn as if it had not ground', async () => {
    const at = await fight(CHEATER, { set });
    const { escaped } = summarise(at, at.rows).wrong;
    assert.ok(escaped.of >= 40, `${escaped.of} wrong answers are too few to tell`);
    assert.deepEqual(escaped.expected, { value: 0.75, form: '1-p', kind: 'exact' });
    assert.ok(escaped.low <= 0.75 && 0.75 <= escaped.high, JSON.stringify(escaped));
    assert.ok(at.rows.every(({ isSealed }) => isSealed));
    assert.ok(profit(at, 'provider', 'grinder') < 0);
    assertHonestUnharmed(at);
  });

  it('gets its wrong answers past a draw that it foresees', async () => {
    const foreseen = [...set, 'beacon={ kind: predictable }', 'durationRounds=6'];
    const batches = [];
    for (const splits of [false, true]) {
      const at = await fight(`${CHEATER}, splits: ${splits}`, { set: foreseen });
      const { escaped } = summarise(at, at.rows).wrong;
      assert.ok(escaped.of >= 20, `${escaped.of} wrong answers are too few to tell`);
      // a batch of wrong answers only has no good order
      assert.ok(escaped.low > 0.75, JSON.stringify(escaped));
      assert.ok(profit(at, 'provider', 'grinder') > 0);
      batches.push(at.rows.map(({ provider, round }) => `${provider}/${round}`).sort());
    }
    assert.notDeepEqual(batches[0], batches[1], 'splits leave answers for the next batch');
  });
});
