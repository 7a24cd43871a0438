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
  doppelganger: { kind: 'alone' },
  diskFreeBytes: 8 * 1024 ** 3,
  isDiskFull: false,
  heapShare: 0.2,
  silentRounds: 0,
  desertedTopics: [],
  refusedBy: 0,
  upgrade: undefined,
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

  it('is starting while it listens whether its key runs elsewhere', () => {
    const doppelganger = { kind: 'listening', roundsLeft: 5 } as const;
    const { state, reason } = healthOf({ ...WELL, doppelganger });
    assert.equal(state, 'starting');
    assert.match(reason, /signs nothing for 5 rounds/);
    assert.equal(stateOf({ doppelganger, peers: 0 }), 'isolated');
    const refused = healthOf({ ...WELL, doppelganger, peers: 0, refusedBy: 2 });
    assert.equal(refused.state, 'isolated');
    assert.match(refused.reason, /no peer is connected.*; 2 say that another process with this/);
  });

  it('is halted while the disk has no room, and only degraded while it has little', () => {
    const full = healthOf({ ...WELL, isDiskFull: true, diskFreeBytes: 200 * 1024 ** 2 });
    assert.equal(full.state, 'halted');
    assert.match(full.reason, /200 MiB free on the disk: begins nothing until 320 MiB/);
    assert.equal(stateOf({ diskFreeBytes: 1024 ** 3 - 1 }), 'degraded');
    assert.equal(stateOf({ diskFreeBytes: 1024 ** 3 }), 'in-sync');
    assert.equal(stateOf({ diskFreeBytes: undefined }), 'in-sync');
  });

  it('is degraded when it is drawn and silent, unheard, or almost out of heap', () => {
    const wrong: readonly (readonly [Partial<Signs>, RegExp])[] = [
      [{ silentRounds: 9 }, /drawn 9 rounds ago, and no vote/],
      [{ desertedTopics: ['claims'] }, /no neighbour passes on claims/],
      [{ heapShare: 0.86 }, /86 % of its limit/],
    ];
    for (const [signs, told] of wrong) {
      const { state, reason } = healthOf({ ...WELL, ...signs });
      assert.equal(state, 'degraded');
      assert.match(reason, told);
    }
    assert.equal(stateOf({ heapShare: 0.85 }), 'in-sync');
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
