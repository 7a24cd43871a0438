import assert from 'node:assert/strict';
import type { ProtocolParameters } from '../../../src/base/index.ts';
import {
  checkParameters,
  DEFAULT_PARAMETERS,
  PARAMETER_DOCS,
  stake,
} from '../../../src/base/index.ts';

function broken(change: Partial<ProtocolParameters>): string {
  return checkParameters({ ...DEFAULT_PARAMETERS, ...change })
    .map((problem) => problem.key)
    .join(' ');
}

describe('protocol parameters', () => {
  it('has defaults that satisfy every range and relation', () => {
    assert.deepEqual(checkParameters(DEFAULT_PARAMETERS), []);
  });

  it('documents each parameter and no other', () => {
    assert.deepEqual(Object.keys(PARAMETER_DOCS).sort(), Object.keys(DEFAULT_PARAMETERS).sort());
  });

  it('[TIME-5] adds up to open 1, commit 2, output 3, reveal 4, challenge 5, next 6', () => {
    const p = DEFAULT_PARAMETERS;
    const lengths = [p.openRounds, p.commitRounds, p.outputRounds, p.revealRounds];
    lengths.push(p.challengeRounds, p.settleRounds);
    let sum = 0;
    assert.deepEqual(
      lengths.map((length) => {
        sum += length;
        return sum;
      }),
      [1, 2, 3, 4, 5, 6],
    );
  });

  it('refuses a value out of range, of a list or a map too', () => {
    assert.equal(broken({ roundMs: 249 }), 'roundMs');
    assert.equal(broken({ roundMs: 60_001 }), 'roundMs');
    assert.equal(broken({ roundMs: Number.NaN }), 'roundMs');
    assert.equal(broken({ sealSeats: 6.5 }), 'sealSeats');
    assert.equal(broken({ levels: [0, 128] }), 'levels');
    assert.equal(broken({ classes: new Map([['spot', 0]]) }), 'classes');
    assert.equal(broken({ shards: 1025 }), 'shards');
  });

  it('refuses levels that do not increase, and none at all', () => {
    assert.equal(broken({ levels: [16, 16, 256] }), 'levels');
    assert.equal(broken({ levels: [256, 16] }), 'levels');
    assert.match(broken({ levels: [] }), /levels/);
  });

  it('[QUORUM-1] refuses a last level below slashSeats', () => {
    assert.equal(broken({ levels: [16, 64] }), 'levels');
    assert.equal(broken({ levels: [16, 128] }), '');
  });

  it('[TIME-4] refuses skewMaxMs above half a round', () => {
    assert.equal(broken({ roundMs: 1000, skewMaxMs: 501 }), 'skewMaxMs');
    assert.equal(broken({ roundMs: 1000, skewMaxMs: 500 }), '');
  });

  it('[MEASURE-1] refuses a sketch that is not a multiple of 32', () => {
    assert.equal(broken({ sketchSize: 48 }), 'sketchSize');
  });

  it('[MODEL-1] refuses a minPoolStake below 1/2, above 1 or without denominator', () => {
    assert.equal(broken({ minPoolStake: { numerator: 1n, denominator: 3n } }), 'minPoolStake');
    assert.equal(broken({ minPoolStake: { numerator: 4n, denominator: 3n } }), 'minPoolStake');
    assert.equal(broken({ minPoolStake: { numerator: 1n, denominator: 0n } }), 'minPoolStake');
  });

  it('refuses money with which dishonesty pays', () => {
    assert.equal(broken({ challengeCost: stake(1_099n) }), 'challengeCost');
    assert.equal(broken({ slashVoter: stake(1_100n), penaltySilent: stake(0n) }), 'slashVoter');
    assert.equal(broken({ slashVoter: stake(2_000n) }), 'slashVoter');
    assert.equal(broken({ slashProvider: stake(22_000n) }), 'slashProvider');
    assert.equal(broken({ claimValue: stake(149_999n) }), 'claimValue');
    assert.equal(broken({ classes: new Map() }), 'classes');
  });
});
