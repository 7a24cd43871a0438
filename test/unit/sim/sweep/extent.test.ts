import assert from 'node:assert/strict';
import type { Metric } from '../../../../sim/metrics/metric.ts';
import { SweepError } from '../../../../sim/sweep/error.ts';
import { extentOf, type Known, replicaBounds } from '../../../../sim/sweep/extent.ts';
import { isInShard, readShard } from '../../../../sim/sweep/shard.ts';
import { parseConfigText, resolveSweep, type Sweep } from '../../../../src/config/index.ts';

const UNTIL = 'until: { metric: x, halfWidth: 0.05, maxReplicas: 40, blockReplicas: 4 }';

describe('sim/sweep: how far a cell is run', () => {
  it('is a number of replicas, ten if nothing is said', () => {
    assert.deepEqual(replicaBounds(read('')), { least: 10, most: 10 });
    assert.deepEqual(extentOf(read('replicas: 3'), () => undefined).missing, [0, 1, 2]);
    const known = (replica: number): Known => (replica === 1 ? [] : undefined);
    assert.deepEqual(extentOf(read('replicas: 3'), known).missing, [0, 2]);
    assert.deepEqual(extentOf(read('replicas: 3'), () => 'failed').missing, [], 'tried is tried');
  });

  it('is one block first, then another until the interval is narrow', () => {
    assert.deepEqual(extentOf(read(UNTIL), upTo(0)).missing, [0, 1, 2, 3]);
    assert.deepEqual(extentOf(read(UNTIL), upTo(4)).missing, [4, 5, 6, 7]);
    // 400 trials of one half: ± 0.049
    assert.deepEqual(extentOf(read(UNTIL), upTo(100, { count: 50, of: 100 })).replicas, 4);
    // 50 trials a replica: narrow after 384 of them, so after the second block
    assert.deepEqual(extentOf(read(UNTIL), upTo(100, { count: 25, of: 50 })).replicas, 8);
    // 320 after the second are not enough: no replica counts twice
    assert.deepEqual(extentOf(read(UNTIL), upTo(100, { count: 20, of: 40 })).replicas, 12);
  });

  it('does not depend on what is known beyond the block that was enough', () => {
    const all = extentOf(read(UNTIL), upTo(100, { count: 25, of: 50 }));
    const some = extentOf(read(UNTIL), upTo(8, { count: 25, of: 50 }));
    assert.deepEqual(all, some);
  });

  it('ends at the most replicas, however wide the interval is', () => {
    const { replicas, missing } = extentOf(read(UNTIL), upTo(100, { count: 1, of: 2 }));
    assert.deepEqual([replicas, missing], [40, []]);
    assert.equal(extentOf(read(UNTIL), () => []).replicas, 40, 'no such metric');
  });
});

describe('sim/sweep: shards', () => {
  it('share out every position once', () => {
    const shards = [0, 1, 2].map((index) => readShard(`${index}/3`, {}));
    for (let position = 0; position < 10; position++) {
      assert.equal(shards.filter((shard) => isInShard(shard, position)).length, 1);
    }
  });

  it('are read from the variables of array jobs, and say from which', () => {
    const slurm = {
      SLURM_ARRAY_TASK_ID: '12',
      SLURM_ARRAY_TASK_COUNT: '8',
      SLURM_ARRAY_TASK_MIN: '10',
    };
    const { index, count, source } = readShard('auto', slurm);
    assert.deepEqual([index, count], [2, 8]);
    assert.match(source, /Slurm: SLURM_ARRAY_TASK_ID=12/);
    const kubernetes = { JOB_COMPLETION_INDEX: '0', JOB_COMPLETIONS: '4' };
    assert.deepEqual(readShard('auto', kubernetes).count, 4);
  });

  it('are refused with what is missing', () => {
    const cases: readonly (readonly [string, Record<string, string>, string, RegExp])[] = [
      ['4/4', {}, 'not-a-shard', /counted from 0/],
      ['x', {}, 'not-a-shard', /counted from 0/],
      ['1/0', {}, 'not-a-shard', /counted from 0/],
      ['auto', {}, 'no-array-job', /none of SLURM_ARRAY_TASK_ID/],
      [
        'auto',
        { JOB_COMPLETION_INDEX: '3' },
        'no-array-job',
        /Set JOB_COMPLETIONS, or give --shard 3/,
      ],
    ];
    for (const [text, environment, code, wanted] of cases) {
      assert.throws(
        () => readShard(text, environment),
        (error) =>
          error instanceof SweepError && error.detail.code === code && wanted.test(error.message),
        text,
      );
    }
  });
});

function read(text: string): Sweep {
  return resolveSweep(parseConfigText(`name: s\nbase: { name: b }\n${text}`, 's.yaml'));
}

/** The first replicas are known, each with a rate. */
function upTo(count: number, rate = { count: 0, of: 0 }): (replica: number) => Known {
  const expected = { value: null, reason: '' };
  const metrics: readonly Metric[] = [{ kind: 'rate', name: 'x', ...rate, expected }];
  return (replica) => (replica < count ? metrics : undefined);
}
