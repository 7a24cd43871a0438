import assert from 'node:assert/strict';
import { judgeEnd } from '../../../../sim/checker/end.ts';
import { runScenario, type Simulation } from '../../../../sim/index.ts';
import { Decisions } from '../../../../sim/metrics/decisions.ts';
import { judgedSubjects } from '../../../../sim/metrics/settlement.ts';
import { subjectKey, timeMs } from '../../../../src/base/index.ts';
import { parseConfigText, resolveScenario } from '../../../../src/config/index.ts';
import { breaks, createStage, report, type Stage } from './stage.ts';

describe('the judge at the end', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await createStage();
  });

  it('has nothing to say about an honest run', () => {
    judgeEnd(stage.simulation);
    assert.ok(stage.checker.checkCount > 0);
    assert.deepEqual([...stage.checker.violations], []);
  });

  it('sees two final verdicts of one subject', () => {
    const { subject, holders } = stage;
    for (const [i, node] of holders.entries()) {
      const verdict = i === 0 ? 'invalid' : 'valid';
      report(stage, node, { kind: 'decided', subject, level: 1, verdict });
    }
    breaks('one-final-verdict', () => judgeEnd(stage.simulation));
  });

  it('takes the last word of a node for its verdict', () => {
    const { subject, holders } = stage;
    for (const verdict of ['invalid', 'valid'] as const) {
      for (const node of holders)
        report(stage, node, { kind: 'decided', subject, level: 1, verdict });
    }
    judgeEnd(stage.simulation);
  });

  it('sees a drawn leaf that somebody honest left open', () => {
    const decisions = withoutOutsider(stage);
    decisions.giveUp(stage.outsider.index, timeMs(0));
    breaks('every-drawn-leaf-decided', () => judgeEnd(stage.simulation));
  });

  it('sees a node that never heard of an end', () => {
    withoutOutsider(stage);
    breaks('every-drawn-leaf-decided', () => judgeEnd(stage.simulation));
  });

  it('[SLASH-1] sees honest equivocation, whoever erred', () => {
    const { recorder } = stage.simulation;
    recorder.erring.add(subjectKey(stage.subject));
    recorder.guilty.add(stage.outsider.id);
    breaks('no-honest-slashed', () => judgeEnd(stage.simulation));
  });

  it('[SLASH-1] sees honest stake slashed', () => {
    breaks('no-honest-slashed', () => judgeEnd(withLies(stage.simulation)));
  });
});

describe('the checker beyond a third of the stake', () => {
  it('excuses what a captured level does to the honest, and shows it', async () => {
    const slander = 'cartel, share: 0.75, withProvider: false';
    const { checker, recorder } = await runWith(slander);
    assert.deepEqual([...checker.violations], []);
    assert.ok((checker.excused.get('no-honest-slashed') ?? 0) > 0, 'the judge is blind');
    const convicting = [...recorder.subjects.values()].flatMap(({ decisions }) =>
      decisions.timesOf('invalid'),
    );
    assert.ok(convicting.length > 0, 'honest providers are convicted');
  });

  for (const behaviour of [
    'lazy-validator',
    'vote-copier',
    'false-challenger',
    'silent-validator',
    'equivocator',
  ]) {
    it(`raises no false alarm about six tenths of ${behaviour}`, async () => {
      const { checker } = await runWith(`${behaviour}, share: 0.6`);
      assert.deepEqual([...checker.violations], []);
      assert.ok(checker.checkCount > 100);
    });
  }
});

/** The same run, but every final verdict is said to have been the opposite. */
function withLies(simulation: Simulation): Simulation {
  const { recorder } = simulation;
  for (const judged of judgedSubjects(simulation)) {
    const levels = judged.levels.map((level) => ({
      ...level,
      isHeavy: true,
      certified: level.certified.map((each) => ({ ...each, verdict: 'invalid' as const })),
    }));
    recorder.judgedSubjects.set(subjectKey(judged.subject), { ...judged, levels });
  }
  // without nodes nobody knows better than what was recorded
  return { ...simulation, nodes: [] };
}

async function runWith(adversary: string): Promise<Simulation> {
  const text = `
name: beyond
durationRounds: 2
network: { latency: { kind: uniform, minMs: 5, maxMs: 80 }, jitter: 0.5 }
validators: { count: 12 }
providers: { count: 1, stake: 1000000000 }
workload: { claimsPerRound: 3, arrivals: fixed, classes: { full: 1 } }
oracle: { kind: modelled }
adversaries: [{ behaviour: ${adversary} }]
parameters: { roundMs: 1000, levels: [5, 128] }
`;
  const scenario = resolveScenario(parseConfigText(text, 'beyond'));
  return (await runScenario({ scenario, seed: 1 })).simulation;
}

/** Lets the record hold the decisions of everybody but the outsider. */
function withoutOutsider({ simulation, subject, outsider }: Stage): Decisions {
  const { recorder, nodes } = simulation;
  const record = recorder.subjects.get(subjectKey(subject));
  assert.ok(record !== undefined);
  const decisions = new Decisions(nodes.length);
  for (const { index } of nodes) {
    const verdict = record.decisions.verdictOf(index);
    if (verdict !== undefined && index !== outsider.index) {
      decisions.decide(index, verdict, timeMs(0));
    }
  }
  recorder.subjects.set(subjectKey(subject), { ...record, decisions });
  return decisions;
}
