import assert from 'node:assert/strict';
import { round, timeMs, type Verdict } from '../../../../src/base/index.ts';
import { nominalTime } from '../../../../src/core/index.ts';
import {
  ackEntry,
  breaks,
  commitEntry,
  createStage,
  persist,
  persistCommit,
  persistVote,
  report,
  revealEntry,
  type Stage,
  say,
  times,
  voteProperly,
} from './stage.ts';

describe('the checker', () => {
  let stage: Stage;
  let node: Stage['outsider'];

  beforeEach(async () => {
    stage = await createStage();
    const [first] = stage.holders;
    assert.ok(first !== undefined);
    node = first;
  });

  it('sees nothing wrong in what an honest node does', () => {
    for (const holder of stage.holders) voteProperly(stage, holder, 'valid');
    const holders = stage.committee.holders;
    report(stage, node, {
      kind: 'certified',
      subject: stage.subject,
      level: 0,
      verdict: 'valid',
      holders,
    });
    assert.ok(stage.checker.checkCount > 10);
    assert.deepEqual([...stage.checker.violations], []);
    assert.deepEqual([...stage.checker.excused], []);
  });

  it('[GUARD-1] sees a commit, a vote, an ack that leaves before it is durable', () => {
    breaks('guard-before-wire', () => say(stage, node, { entries: [commitEntry(stage)] }));
    const { batch } = stage.subject;
    breaks('guard-before-wire', () => say(stage, node, { entries: [ackEntry(node, batch)] }));
    persistCommit(stage, node);
    say(stage, node, { entries: [commitEntry(stage)] });
    const entries = [revealEntry(stage, node, 'valid')];
    breaks('guard-before-wire', () => say(stage, node, { entries, now: times(stage).late }));
  });

  it('[COMMIT-1] sees two different commits, and a commit after an abstention', () => {
    persistCommit(stage, node);
    say(stage, node, { entries: [commitEntry(stage, 1)] });
    say(stage, node, { entries: [commitEntry(stage, 1)] });
    breaks('no-honest-equivocation', () => say(stage, node, { entries: [commitEntry(stage, 2)] }));
    const abstention = { kind: 'abstain', ...stage.subject, level: 0, reason: 'timeout' } as const;
    breaks('no-honest-equivocation', () => say(stage, node, { entries: [abstention] }));
  });

  it('[VOTE-2] sees two different votes', () => {
    voteProperly(stage, node, 'valid');
    const entries = [revealEntry(stage, node, 'invalid')];
    breaks('no-honest-equivocation', () => say(stage, node, { entries, now: times(stage).late }));
  });

  it('[VOTE-3] sees a reveal without a commit', () => {
    persistVote(stage, node, 'valid');
    const entries = [revealEntry(stage, node, 'valid')];
    breaks('commits-precede-reveals', () => say(stage, node, { entries, now: times(stage).late }));
  });

  it('[COMMIT-2] sees a reveal before the deadline, unless all holders committed', () => {
    persistCommit(stage, node);
    say(stage, node, { entries: [commitEntry(stage)] });
    persistVote(stage, node, 'valid');
    const reveal = { entries: [revealEntry(stage, node, 'valid')], now: times(stage).early };
    breaks('blind-until-committed', () => say(stage, node, reveal));
    for (const holder of stage.holders) {
      persistCommit(stage, holder);
      say(stage, holder, { entries: [commitEntry(stage)] });
    }
    say(stage, node, reveal);
  });

  it('[SEAT-3] sees the commit of who has no seat', () => {
    persistCommit(stage, stage.outsider);
    breaks('holders-legitimate', () =>
      say(stage, stage.outsider, { entries: [commitEntry(stage)] }),
    );
  });

  it('[TIME-3] sees an acknowledgement after the draw may be known', () => {
    const { batch } = stage.subject;
    const { committees, network } = stage.simulation;
    const header = committees.header(batch);
    const due = committees.samplingRoundOf(batch);
    assert.ok(header !== undefined && due !== undefined);
    const record = { kind: 'ack', slot: header, batch } as const;
    persist(stage, node, record, timeMs(nominalTime(network, due) - 1));
    breaks('sealed-before-draw', () => persist(stage, node, record, nominalTime(network, due)));
    // after a crash the same word again, whenever
    say(stage, node, { entries: [ackEntry(node, batch)], now: nominalTime(network, due) });
  });

  it('[SAMPLE-1] sees a subject that was not drawn', () => {
    const { batch, index } = stage.subject;
    report(stage, node, { kind: 'subject-drawn', subject: { batch, index } });
    const subject = { batch, index: index + 1 };
    breaks('sampling-pure', () => report(stage, node, { kind: 'subject-drawn', subject }));
  });

  it('sees a certificate that counts an honest holder who voted otherwise, or not', () => {
    const certified = { kind: 'certified', subject: stage.subject, level: 0 } as const;
    const certify = (verdict: Verdict) =>
      report(stage, node, { ...certified, verdict, holders: [node.id] });
    breaks('votes-were-cast', () => certify('valid'));
    voteProperly(stage, node, 'invalid');
    breaks('votes-were-cast', () => certify('valid'));
    // [QUORUM-5] an `invalid` vote may stand in a certificate of `unavailable`
    certify('unavailable');
  });

  it('sees two conflicting certificates of one level', () => {
    const certified = { kind: 'certified', subject: stage.subject, level: 0, holders: [] } as const;
    report(stage, node, { ...certified, verdict: 'invalid' });
    report(stage, node, { ...certified, verdict: 'unavailable' });
    breaks('agreement', () => report(stage, node, { ...certified, verdict: 'valid' }));
  });

  it('sees a certificate of a level that nobody drew', () => {
    const subject = stage.subject;
    breaks('holders-legitimate', () =>
      report(stage, node, { kind: 'certified', subject, level: 9, verdict: 'valid', holders: [] }),
    );
  });

  it('sees rounds that run back', () => {
    const { batch } = stage.subject;
    report(stage, node, { kind: 'batch-sealed', batch, round: round(40) });
    report(stage, node, { kind: 'batch-sealed', batch, round: round(32) });
    breaks('rounds-monotone', () =>
      report(stage, node, { kind: 'batch-sealed', batch, round: round(31) }),
    );
  });

  it('counts instead of stopping when rules are ablated', async () => {
    stage = await createStage({ isLenient: true });
    const [first] = stage.holders;
    assert.ok(first !== undefined);
    say(stage, first, { entries: [commitEntry(stage)] });
    say(stage, first, { entries: [commitEntry(stage)] });
    assert.deepEqual([...stage.checker.violations], [['guard-before-wire', 2]]);
  });

  it('[CERT-3] excuses conflicts where dishonest holders weigh 2q−k, and counts them', async () => {
    const cartel = ['adversaries=[{ behaviour: cartel, share: 0.75, withProvider: false }]'];
    stage = await createStage({ set: cartel });
    const { committee, subject } = stage;
    const guilty = stage.simulation.committees.dishonestWeight(committee);
    assert.ok(guilty >= 2n * committee.quorum - committee.weight, 'the seed captures level 0');
    const certified = { kind: 'certified', subject, level: 0, holders: [] } as const;
    report(stage, stage.outsider, { ...certified, verdict: 'invalid' });
    report(stage, stage.outsider, { ...certified, verdict: 'valid' });
    assert.deepEqual([...stage.checker.violations], []);
    assert.equal(stage.checker.excused.get('agreement'), 1);
    // what holds at any share is still asked of the honest ones
    breaks('votes-were-cast', () => {
      const holders = [stage.outsider.id];
      report(stage, stage.outsider, { ...certified, verdict: 'valid', holders });
    });
  });
});
