/** Peers that say that the key runs elsewhere: who counts, and for how long. */
import assert from 'node:assert/strict';
import type { NodeId } from '../../../../src/base/index.ts';
import { Refusals } from '../../../../src/node/safety/refusals.ts';
import { createClusterKeys } from '../../../support/cluster-network.ts';

const TEN_MINUTES_MS = 600_000;
const { network } = createClusterKeys({ stakes: [1, 1, 1], providers: 1 });
const ids = network.validators.map(({ id }) => id);

function refusals() {
  const at = { nowMs: 0, network };
  const those = new Refusals(
    () => at.network,
    () => at.nowMs,
  );
  return { those, at };
}

describe('Refusals', () => {
  it('are believed from more than a third of the stake on, of validators alone', () => {
    const { those } = refusals();
    for (const { id } of network.providers) assert.equal(those.note(id), true);
    assert.equal(those.note('f'.repeat(64) as NodeId), false);
    assert.equal(those.areBelievable, false);
    assert.equal(those.count, 1);
    those.note(ids[0] as NodeId);
    assert.equal(those.areBelievable, false, 'a third is not more than a third');
    those.note(ids[1] as NodeId);
    assert.equal(those.areBelievable, true);
    those.forget(ids[1] as NodeId);
    assert.equal(those.areBelievable, false);
  });

  it('are forgotten after ten minutes, one by one', () => {
    const { those, at } = refusals();
    those.note(ids[0] as NodeId);
    at.nowMs = TEN_MINUTES_MS - 1;
    those.note(ids[1] as NodeId);
    assert.equal(those.areBelievable, true);
    at.nowMs = TEN_MINUTES_MS;
    assert.equal(those.areBelievable, false);
    assert.equal(those.count, 1);
  });

  it('of who left the set do not count', () => {
    const { those, at } = refusals();
    for (const id of ids) those.note(id);
    at.network = createClusterKeys({ stakes: [5], seed: 'others' }).network;
    assert.deepEqual([those.count, those.areBelievable], [0, false]);
  });
});
