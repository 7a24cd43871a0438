/** [SHARD-1] [SHARD-2] The same verdicts with and without shards, at a fraction of the traffic. */
import assert from 'node:assert/strict';
import { type Run, runScenario } from '../../sim/index.ts';
import { parseConfigText, resolveScenario } from '../../src/config/index.ts';
import { shardOf } from '../../src/core/index.ts';
import { chiSquare } from '../support/chi-square.ts';

const WIDE = `
name: shards
durationRounds: 2
network: { latency: { kind: constant, delayMs: 20 }, jitter: 0 }
validators: { count: 60 }
providers: { count: 2, stake: 1000000000 }
workload: { claimsPerRound: 2, arrivals: fixed, classes: { full: 1 }, distinctInputs: 8 }
oracle: { kind: modelled }
parameters: { roundMs: 1000, levels: [7, 128], sealSeats: 16 }
`;

async function runWith(...set: readonly string[]): Promise<Run> {
  const scenario = resolveScenario(parseConfigText(WIDE, 'shards'), set);
  return await runScenario({ scenario, seed: 1 });
}

const copies = ({ result }: Run, type: string): number =>
  result.traffic.byType[type]?.transmissions ?? 0;

describe('shards', () => {
  it('[SHARD-1] spread by name, evenly', () => {
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < 4_000; i++) {
      const shard = shardOf({ batch: `batch-${i}` as Parameters<typeof shardOf>[0]['batch'] }, 16);
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    assert.ok(chiSquare(counts, new Array<number>(16).fill(250)) < 30.6);
  });

  it('[SHARD-1] leave every verdict as it is, and most votes unheard', async () => {
    const [whole, sharded] = await Promise.all([runWith(), runWith('parameters.shards=64')]);
    assert.deepEqual(sharded.result.verdicts, whole.result.verdicts);
    assert.equal(sharded.result.verdicts.right.valid, 7);
    assert.equal(sharded.result.claims.sealed.count, whole.result.claims.sealed.count);
    assert.ok(copies(sharded, 'bundle') < copies(whole, 'bundle') / 2);
    // every node still learns every verdict
    for (const { decisions } of sharded.simulation.recorder.subjects.values()) {
      assert.equal(decisions.timesOf('valid').length, 60);
    }
  });

  it('[SHARD-1] stop wrong answers at the level that takes money', async () => {
    const { result } = await runWith(
      'parameters.shards=64',
      'adversaries=[{ behaviour: substitute-model, share: 0.5 }]',
    );
    const { wrong, right } = result.verdicts;
    assert.deepEqual([wrong.invalid, right.valid], [4, 3]);
  });

  it('[SHARD-2] carry a challenge to those who do not hear the shard', async () => {
    const { result, simulation } = await runWith(
      'parameters.shards=64',
      'adversaries=[{ behaviour: false-challenger, share: 0.1 }]',
    );
    const disputed = [...simulation.recorder.subjects.values()].filter(
      ({ challenged }) => challenged.size > 0,
    );
    assert.ok(disputed.length >= 2);
    assert.equal(result.verdicts.right.valid, 7);
    for (const { subject } of disputed) {
      const judged = simulation.recorder.judgedSubjects.get(
        `${subject.batch}/${subject.index}` as never,
      );
      const votes = judged?.levels.find(({ level }) => level === 1)?.votes.length ?? 0;
      assert.ok(votes > 30, `${votes} of 60 took up the challenge`);
    }
  });
});
