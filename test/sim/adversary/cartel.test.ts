import assert from 'node:assert/strict';
import { assertHonestUnharmed, counts, fight, moved, profit, SLASHES } from './arena.ts';

const FRIENDS = 'behaviour: cartel, share: 0.3, providerShare: 0.5';
const SLANDERERS = 'behaviour: cartel, share: 0.3, withProvider: false';
/** Five of seven seats are a quorum: with 5 of 16 validators, captured once in thirty. */
const set = ['workload.claimsPerRound=12', 'durationRounds=6'];

describe('cartel with providers', () => {
  it('[QUORUM-2] captures a committee, and loses to one honest seat that dissents', async () => {
    const at = await fight(FRIENDS, { set });
    const captured = at.rows.filter(
      ({ isWrong, drawn }) => isWrong && drawn?.isCertifiedValidAtLevel0,
    );
    assert.ok(captured.length > 0, 'no committee was captured: nothing is shown');
    assert.ok(captured.every(({ drawn }) => drawn?.outcome === 'invalid' && drawn.level === 1));
    assert.equal(counts(at)['wrong valid'], undefined);
    assert.ok(profit(at, 'provider', 'cartel') < 0);
    assert.ok(moved(at, 'dishonest', ['slash-voter']) < 0);
    assertHonestUnharmed(at);
  });

  it('has wrong answers final, wherever it is a quorum, when dissent is no challenge', async () => {
    const at = await fight(FRIENDS, { ablate: ['QUORUM-2'], set });
    const captured = at.rows.filter(
      ({ isWrong, drawn }) => isWrong && drawn?.isCertifiedValidAtLevel0,
    );
    assert.ok(captured.length > 0);
    assert.ok(captured.every(({ drawn }) => drawn?.outcome === 'valid' && drawn.level === 0));
    assert.equal(counts(at)['wrong valid'], captured.length);
  });
});

describe('cartel without providers', () => {
  it('[QUORUM-4] hurts nobody: no small committee takes money', async () => {
    const at = await fight(SLANDERERS, { set });
    const slandered = at.judged.filter(({ levels }) =>
      levels[0]?.certified.some(({ verdict }) => verdict === 'invalid'),
    );
    assert.ok(slandered.length > 0, 'no committee was captured: nothing is shown');
    assert.deepEqual(Object.keys(counts(at)), ['right valid']);
    assert.ok(moved(at, 'dishonest', SLASHES) < 0, 'the slanderers pay');
    assertHonestUnharmed(at);
  });

  it('has honest providers slashed when small committees take money', async () => {
    const at = await fight(SLANDERERS, { ablate: ['QUORUM-4'], set });
    const convicted = counts(at)['right invalid'] ?? 0;
    assert.ok(convicted > 0);
    assert.equal(moved(at, 'honest', ['slash-provider']), -150_000 * convicted);
    assert.ok(moved(at, 'honest', ['slash-voter']) < 0, 'honest dissent is slashed as well');
  });
});
