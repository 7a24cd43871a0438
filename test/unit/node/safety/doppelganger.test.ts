/** When a node begins to sign, and what stops it for good. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DEFAULT_PARAMETERS, round } from '../../../../src/base/index.ts';
import { Doppelganger, waitRoundsOf } from '../../../../src/node/safety/index.ts';

const NEVER = Number.MAX_SAFE_INTEGER;
const old = (waitRounds = 3) => new Doppelganger({ waitRounds, isNewKey: false });
const fresh = (waitRounds = 3) => new Doppelganger({ waitRounds, isNewKey: true });

describe('Doppelganger', () => {
  it('signs nothing before it has listened for its rounds', () => {
    const twin = old();
    assert.equal(twin.firstRound, NEVER);
    assert.equal(twin.state.kind, 'catching-up');
    twin.begin(round(100));
    assert.deepEqual(twin.state, { kind: 'listening', roundsLeft: 3 });
    for (const r of [101, 102]) twin.tick(round(r), true);
    assert.deepEqual(twin.state, { kind: 'listening', roundsLeft: 1 });
    assert.equal(twin.firstRound, NEVER);
    twin.tick(round(103), true);
    assert.deepEqual(twin.state, { kind: 'alone' });
    assert.equal(twin.firstRound, 104);
  });

  it('counts rounds in which somebody could be heard, each once', () => {
    const twin = old();
    twin.begin(round(100));
    for (const r of [101, 102, 103]) twin.tick(round(r), false);
    twin.tick(round(104), true);
    twin.tick(round(104), true);
    assert.deepEqual(twin.state, { kind: 'listening', roundsLeft: 2 });
  });

  it('takes nothing for proof that may be an echo of itself before the start', () => {
    const twin = old();
    twin.hear(round(500));
    twin.begin(round(100));
    for (const r of [1, 100, 101, 102]) twin.hear(round(r));
    assert.equal(twin.state.kind, 'listening');
    twin.hear(round(103));
    assert.deepEqual(twin.state, { kind: 'heard', round: 103 });
  });

  it('never signs again once it heard another, whatever comes', () => {
    const twin = old(0);
    twin.begin(round(100));
    assert.equal(twin.firstRound, 0);
    twin.hear(round(110));
    for (let r = 111; r < 130; r += 1) twin.tick(round(r), true);
    assert.equal(twin.firstRound, NEVER);
    assert.deepEqual(twin.state, { kind: 'heard', round: 110 });
  });

  it('lets a key that never signed begin with the next round', () => {
    const twin = fresh();
    assert.equal(twin.firstRound, NEVER);
    twin.begin(round(100));
    assert.deepEqual(twin.state, { kind: 'alone' });
    assert.equal(twin.firstRound, 101);
  });

  it('makes a key wait that is new here and known to the network', () => {
    const before = fresh();
    before.hear(round(90));
    before.begin(round(100));
    assert.deepEqual(before.state, { kind: 'listening', roundsLeft: 3 });
    const after = fresh();
    after.begin(round(100));
    after.hear(round(99));
    after.tick(round(101), true);
    assert.deepEqual(after.state, { kind: 'listening', roundsLeft: 2 });
    assert.equal(after.firstRound, NEVER);
    // an echo is heard many times, and does not make it wait for ever
    for (const r of [102, 103]) {
      after.hear(round(99));
      after.tick(round(r), true);
    }
    assert.equal(after.firstRound, 104);
  });

  it('never has a first round that was over when it stopped listening', () => {
    const steps = fc.array(fc.tuple(fc.nat(3), fc.boolean()), { maxLength: 40 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 9 }), (waits, waitRounds) => {
        const twin = old(waitRounds);
        twin.begin(round(50));
        let latest = 50;
        for (const [ahead, hasPeers] of waits) {
          const before = twin.firstRound;
          latest += ahead;
          twin.tick(round(latest), hasPeers);
          if (before === NEVER && twin.firstRound !== NEVER) {
            assert.equal(twin.firstRound, latest + 1);
            assert.ok(latest - 50 >= waitRounds);
          }
        }
      }),
    );
  });

  it('listens for the whole life of a claim', () => {
    assert.equal(waitRoundsOf(DEFAULT_PARAMETERS), 9);
  });
});
