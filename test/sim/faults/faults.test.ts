/**
 * Each fault alone, on a network of honest nodes: what suffers, and what does not. Whatever goes
 * wrong, no honest node contradicts itself or is slashed; the judge looks at every event.
 */
import assert from 'node:assert/strict';
import { type Run, runScenario } from '../../../sim/index.ts';
import { settleRun } from '../../../sim/metrics/settlement.ts';
import { parseConfigText, resolveScenario } from '../../../src/config/index.ts';

const CALM = `
name: faults
durationRounds: 10
network: { latency: { kind: constant, delayMs: 20 }, jitter: 0 }
validators: { count: 16 }
providers: { count: 2, stake: 1000000000 }
workload: { claimsPerRound: 3, arrivals: fixed, classes: { full: 1 }, distinctInputs: 8 }
oracle: { kind: modelled }
parameters: { roundMs: 1000, levels: [7, 128], evidenceWindowRounds: 8 }
`;

/** Runs the calm network with faults, each given as a YAML map without its braces. */
async function runWith(
  faults: readonly string[],
  { set = [], seed = 1 }: { readonly set?: readonly string[]; readonly seed?: number } = {},
): Promise<Run> {
  const scenario = resolveScenario(parseConfigText(CALM, 'faults'), [
    `faults=[${faults.map((fault) => `{ ${fault} }`).join(', ')}]`,
    ...set,
  ]);
  return await runScenario({ scenario, seed });
}

/** All right answers found right, but for those of the first round, before any beacon came. */
function assertUnharmed({ result }: Run): void {
  const { valid, ...others } = result.verdicts.right;
  assert.ok(valid >= 54, `${valid} of 60 valid`);
  assert.deepEqual(others, { invalid: 0, unavailable: 0, inconclusive: 0, unresolved: 0 });
}

const p99 = ({ result }: Run): number => result.time.toFinal.p99Ms?.value ?? 0;
const unresolved = ({ result }: Run): number => result.verdicts.right.unresolved;
const penalties = ({ simulation }: Run): number =>
  settleRun(simulation).movements.filter(({ reason }) => reason === 'penalty-silent').length;
const sealed = ({ result }: Run): number => result.claims.sealed.count;

describe('faults', () => {
  let calm: Run;

  before(async () => {
    calm = await runWith([]);
    assert.equal(calm.result.verdicts.right.valid, 60);
  });

  it('lost copies are made up for by others', async () => {
    const run = await runWith(['kind: loss, lossShare: 0.2']);
    assertUnharmed(run);
    assert.ok(p99(run) >= p99(calm));
  });

  it('slow links cost time, and no more than that', async () => {
    const run = await runWith(['kind: delay, extraMs: 60']);
    assertUnharmed(run);
    assert.ok(p99(run) > p99(calm) + 60);
  });

  it('the order of copies does not matter', async () => {
    const run = await runWith(['kind: reorder, spreadMs: 100']);
    assertUnharmed(run);
    assert.notEqual(run.result.traceDigest, calm.result.traceDigest);
  });

  it('copies that arrive twice cost traffic only', async () => {
    const run = await runWith(['kind: duplicate, duplicateShare: 1']);
    assertUnharmed(run);
    const bytes = ({ result }: Run): number => result.traffic.bytes;
    assert.ok(bytes(run) > 1.5 * bytes(calm));
  });

  for (const mode of ['two-way', 'one-way', 'bridge']) {
    it(`a ${mode} partition makes nobody decide twice, and heals`, async () => {
      const run = await runWith([
        `kind: partition, mode: ${mode}, nodeShare: 0.4, fromRound: 3, rounds: 3`,
      ]);
      // the judge demands a verdict for all that was drawn after it
      assert.ok(run.result.verdicts.right.valid >= 30);
      assert.equal(run.result.verdicts.right.invalid, 0);
    });
  }

  it('with two sides of less than two thirds nothing becomes final on either', async () => {
    const run = await runWith(['kind: partition, nodeShare: 0.5, fromRound: 3']);
    const late = [...run.simulation.recorder.subjects.values()].filter(
      ({ drawnAt }) => drawnAt > 5_000,
    );
    for (const { decisions } of late) assert.deepEqual(decisions.timesOf('valid'), []);
    assert.ok(sealed(run) < sealed(calm), 'no seal without a quorum of seats');
  });

  it('what clogged nodes say arrives in the end', async () => {
    const run = await runWith(['kind: clog, nodeShare: 0.2, fromRound: 3, rounds: 2']);
    assert.ok(p99(run) > p99(calm));
    assert.equal(unresolved(run), 0);
  });

  it('stopped processes go on where they were', async () => {
    const run = await runWith(['kind: pause, nodeShare: 0.3, fromRound: 4, pauseMs: 2500']);
    assertUnharmed(run);
    assert.ok(p99(run) > p99(calm));
  });

  it('[TIME-4] validators with a wrong clock seal nothing; the others go on', async () => {
    const few = await runWith(['kind: clock-skew, nodeShare: 0.2, offsetMs: 5000']);
    assertUnharmed(few);
    const most = await runWith(['kind: clock-skew, nodeShare: 0.5, offsetMs: 5000, fromRound: 4']);
    assert.ok(sealed(most) < sealed(calm) / 2);
  });

  it('[TIME-5] clocks that run a little fast or slow change nothing that matters', async () => {
    const run = await runWith([
      'kind: clock-drift, nodeShare: 0.3, partsPerMillion: 500',
      'kind: clock-drift, nodeShare: 0.3, partsPerMillion: -500',
    ]);
    assertUnharmed(run);
  });

  it('[TIME-2] without a beacon nothing is drawn; late ones delay', async () => {
    const stalled = await runWith(['kind: beacon-stall, fromRound: 6, rounds: 3']);
    const drawnAt = [...stalled.simulation.recorder.subjects.values()].map((s) => s.drawnAt);
    assert.ok(drawnAt.every((at) => at < 6_000 || at >= 9_000));
    assert.ok(drawnAt.some((at) => at < 6_000) && drawnAt.some((at) => at >= 9_000));
    const late = await runWith(['kind: beacon-late, extraMs: 150']);
    const first = ({ simulation }: Run): number =>
      Math.min(...[...simulation.recorder.subjects.values()].map((s) => s.drawnAt));
    assert.equal(first(late), first(calm) + 150);
    assertUnharmed(late);
  });

  it('[EXEC-2] executions that fail or take too long are abstentions, never verdicts', async () => {
    const failing = await runWith(['kind: failing-executor, nodeShare: 0.2, failureShare: 1']);
    assertUnharmed(failing);
    assert.ok(penalties(failing) > penalties(calm));
    const slow = await runWith(['kind: slow-executor, nodeShare: 0.2, factor: 200']);
    assert.equal(slow.result.verdicts.right.invalid, 0);
    assert.ok(p99(slow) > p99(calm));
  });
});
