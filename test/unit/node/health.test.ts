/** In which state a node is, and that it never claims a better one. */
import assert from 'node:assert/strict';
import { healthOf, type Signs } from '../../../src/node/health.ts';

const WELL: Signs = {
  phase: 'running',
  halted: undefined,
  peers: 3,
  needsPeers: true,
  roundsBehind: 1,
  skewMs: undefined,
  missingModels: [],
};

describe('healthOf', () => {
  const stateOf = (signs: Partial<Signs>): string => healthOf({ ...WELL, ...signs }).state;

  it('is in sync with peers, beacons, a right clock and all models', () => {
    assert.deepEqual(healthOf(WELL), { state: 'in-sync', reason: '' });
  });

  it('is halted whatever else is', () => {
    const halted = healthOf({ ...WELL, halted: 'no space left', peers: 0, phase: 'starting' });
    assert.deepEqual(halted, { state: 'halted', reason: 'no space left' });
  });

  it('is never in sync before it runs, nor alone', () => {
    assert.equal(stateOf({ phase: 'starting' }), 'starting');
    assert.equal(stateOf({ phase: 'syncing' }), 'syncing');
    assert.equal(stateOf({ peers: 0 }), 'isolated');
    assert.equal(stateOf({ peers: 0, phase: 'syncing' }), 'isolated');
    assert.equal(stateOf({ peers: 0, needsPeers: false }), 'in-sync');
  });

  it('says everything that is wrong', () => {
    assert.equal(stateOf({ roundsBehind: 3 }), 'in-sync');
    const signs = { ...WELL, roundsBehind: 4, skewMs: 300.4, missingModels: ['mlp'] };
    const { state, reason } = healthOf(signs);
    assert.equal(state, 'degraded');
    for (const part of [/no beacon for 4 rounds/, /off by 300 ms/, /cannot run mlp/]) {
      assert.match(reason, part);
    }
  });
});
