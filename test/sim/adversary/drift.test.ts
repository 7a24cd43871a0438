import assert from 'node:assert/strict';
import { assertHonestUnharmed, counts, fight, moved, SLASHES } from './arena.ts';

/** Everybody is honest; a third of the machines, a class of their own, are off by `factor`. */
const NOBODY = 'behaviour: substitute-model, share: 0.5, cheatShare: 0';
const drift = (factor: number) =>
  fight(NOBODY, {
    set: [
      'validators.count=12',
      'parameters.levels=[4, 128]',
      'parameters.sealSeats=8',
      'providers.count=4',
      'workload.claimsPerRound=4',
      'durationRounds=2',
      `oracle.drift={ share: 0.35, factor: ${factor} }`,
    ],
  });

describe('hardware that drifts together', () => {
  it('is not noticed within the tolerance', async () => {
    const at = await drift(0.8);
    assert.deepEqual(Object.keys(counts(at)), ['right valid']);
    assert.equal(at.recorder.erring.size, 0);
    assertHonestUnharmed(at);
  });

  it('[COMPARE-1] [QUORUM-5] escalates below the rejection, and costs no stake', async () => {
    for (const factor of [1.5, 2.9]) {
      const at = await drift(factor);
      const { 'right valid': valid = 0, 'right inconclusive': open = 0, ...others } = counts(at);
      assert.deepEqual(others, {}, `at ${factor} nothing is convicted`);
      assert.ok(valid > 0 && open > 0, `${valid} valid, ${open} inconclusive`);
      assert.ok(at.rows.some(({ drawn }) => drawn?.level === 1));
      assert.equal(moved(at, 'honest', SLASHES) + moved(at, 'dishonest', SLASHES), 0);
      assert.deepEqual([...at.checker.violations], []);
    }
  });

  it('has honest providers slashed when the drift is beyond the rejection', async () => {
    const at = await drift(3.5);
    assert.ok((counts(at)['right invalid'] ?? 0) > 0);
    assert.ok(moved(at, 'honest', SLASHES) + moved(at, 'dishonest', SLASHES) < 0);
  });
});
