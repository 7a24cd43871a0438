/**
 * Crashes: what is on disk when a process dies between two effects is enough to go on, and never
 * to contradict oneself; a disk that forgets what it said was written is not.
 */
import assert from 'node:assert/strict';
import { type Run, runScenario } from '../../../sim/index.ts';
import { parseConfigText, resolveScenario } from '../../../src/config/index.ts';

const CRASHES = `
name: crashes
durationRounds: 6
network: { latency: { kind: constant, delayMs: 20 }, jitter: 0.3 }
validators: { count: 12 }
providers: { count: 2, stake: 1000000000 }
workload: { claimsPerRound: 2, arrivals: fixed, classes: { full: 1 }, distinctInputs: 8 }
oracle: { kind: modelled }
parameters: { roundMs: 1000, levels: [7, 128], evidenceWindowRounds: 8 }
`;

async function runWith(faults: string, seed: number, set: readonly string[] = []): Promise<Run> {
  const scenario = resolveScenario(parseConfigText(CRASHES, 'crashes'), [
    `faults=[${faults}]`,
    ...set,
  ]);
  return await runScenario({ scenario, seed });
}

/** Crashes of a third of the validators in one round after the other, each back after one round. */
const WAVES = [3, 4, 5]
  .map((round) => `{ kind: crash, nodeShare: 0.34, fromRound: ${round}, downRounds: 1 }`)
  .join(', ');

describe('crashes', () => {
  it('[GUARD-1] [GUARD-2] a node that starts again says what it said, or nothing', async () => {
    let restarts = 0;
    for (let seed = 1; seed <= 3; seed++) {
      const { simulation, result } = await runWith(WAVES, seed);
      restarts += simulation.nodes.reduce((sum, { incarnation }) => sum + incarnation - 1, 0);
      assert.deepEqual([...simulation.recorder.guilty], []);
      assert.equal(result.verdicts.right.invalid, 0);
      assert.equal(simulation.checker.excused.get('no-honest-equivocation'), undefined);
    }
    assert.ok(restarts >= 24, `${restarts} restarts are too few to tell`);
  });

  it('[WIRE-6] a node that was away learns what was decided, and takes part', async () => {
    const away = '{ kind: crash, nodeShare: 0.2, fromRound: 3, downRounds: 3 }';
    const { simulation, result } = await runWith(away, 1);
    const back = simulation.nodes.filter(({ incarnation }) => incarnation === 2);
    assert.ok(back.length >= 2);
    assert.equal(result.verdicts.right.valid, 24);
    const missed = [...simulation.recorder.subjects.values()].filter(({ drawnAt }) => {
      return drawnAt > 3_500 && drawnAt < 5_500;
    });
    assert.ok(missed.length > 0);
    for (const { decisions } of missed) {
      for (const { index } of back) assert.equal(decisions.verdictOf(index), 'valid');
    }
    const late = [...simulation.recorder.subjects.values()].filter((s) => s.drawnAt > 6_500);
    const signers = late.flatMap(({ subject }) => simulation.committees.of(subject, 0)?.holders);
    assert.ok(back.some(({ id }) => signers.includes(id)));
    assert.ok(back.every(({ executor }) => executor.count > 0));
  });

  it('who never comes back stops nobody', async () => {
    const { simulation, result } = await runWith(
      '{ kind: crash, nodeShare: 0.25, fromRound: 4 }',
      1,
    );
    assert.equal(simulation.nodes.filter(({ isUp }) => !isUp).length, 3);
    assert.equal(result.verdicts.right.valid, 24);
  });

  it('[CLAIM-2] a provider that starts again opens what it promised', async () => {
    const crash = '{ kind: crash, of: providers, nodeShare: 1, fromRound: 4, downRounds: 1 }';
    const { simulation, result } = await runWith(crash, 1);
    assert.equal(simulation.nodes.filter(({ incarnation }) => incarnation === 2).length, 2);
    assert.equal(result.verdicts.right.invalid, 0);
    // what was drawn while it was away is due when it is back
    assert.ok(result.verdicts.right.valid > 12);
    assert.deepEqual([...simulation.recorder.guilty], []);
  });

  it('[GUARD-2] a disk that forgets makes an honest node contradict itself', async () => {
    // half of all executions fail: who forgot that it abstained commits the next time
    const failing = '{ kind: failing-executor, nodeShare: 1, failureShare: 0.5 }';
    const contradictions = async (waves: string): Promise<number> => {
      let count = 0;
      for (let seed = 1; seed <= 2; seed++) {
        const { simulation } = await runWith(`${waves}, ${failing}`, seed);
        count += simulation.checker.excused.get('no-honest-equivocation') ?? 0;
        count += simulation.recorder.guilty.size;
      }
      return count;
    };
    const quick = WAVES.replaceAll('downRounds: 1', 'downRounds: 0');
    assert.equal(await contradictions(quick), 0);
    const forgetful = quick.replaceAll('downRounds: 0', 'downRounds: 0, lostRecords: 1000');
    assert.ok((await contradictions(forgetful)) > 0, 'nobody was caught: the judge is blind');
  });
});
