/** Stories by hand: each ending of a claim, and what is told of it at each moment. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { type BatchId, type ClaimId, nodeId, round } from '../../../src/base/index.ts';
import { isDisputedAt, stateAt } from '../../../src/explorer/model/claim.ts';
import { filterClaims } from '../../../src/explorer/model/claim-filter.ts';
import { RECORDED_LIMITS } from '../../../src/explorer/model/kept.ts';
import { NetworkModel } from '../../../src/explorer/model/network-model.ts';
import { silenceAt } from '../../../src/explorer/model/node-entry.ts';
import { overviewAt } from '../../../src/explorer/model/overview.ts';
import { storyAt } from '../../../src/explorer/model/story.ts';
import { quorumWords, sealWords } from '../../../src/explorer/model/words.ts';
import type { EntryContent, MessageContent, TraceRecord } from '../../../src/trace/index.ts';
import { blobId } from '../../../src/wire/index.ts';

const BATCH = 'bafybatch' as BatchId;
const MODEL = blobId(Uint8Array.of(1));
const REQUESTER = nodeId('ab'.repeat(32));
const KEY = `${BATCH}/0`;
const [PROVIDER, VALIDATORS] = [4, [0, 1, 2, 3]];
const MS = 1_000;

/** Three of four is a quorum. */
class Told {
  readonly model = new NetworkModel(RECORDED_LIMITS);
  #messages = 0;

  constructor() {
    for (const node of [...VALIDATORS, PROVIDER]) {
      const role = node === PROVIDER ? 'provider' : 'validator';
      this.model.apply({ kind: 'node', at: 0, node, id: `relay/${node}`, role, stake: '10' });
    }
  }

  say(at: number, node: number, content: MessageContent): this {
    this.#messages += 1;
    const message = this.#messages;
    return this.tell({ kind: 'message', at: at * MS, message, node, bytes: 1, content });
  }

  tell(...records: readonly TraceRecord[]): this {
    for (const record of records) this.model.apply(record);
    return this;
  }

  entries(at: number, nodes: readonly number[], entry: EntryContent): this {
    for (const node of nodes) this.say(at, node, { type: 'bundle', entries: [entry] });
    return this;
  }

  /** Header, acknowledgements, the draw, the opening. */
  drawn(): this {
    const holders = VALIDATORS.map((node) => ({ node, weight: '1' }));
    const committee = { unit: 'seats', weight: '4', quorum: '3', holders } as const;
    const leaf = { index: 0, claim: 'bafyclaim' as ClaimId, requester: REQUESTER };
    return this.say(100, PROVIDER, {
      ...{ type: 'header', batch: BATCH, provider: PROVIDER, round: round(2) },
      ...{ assuranceClass: 'full', model: MODEL, count: 1 },
    })
      .tell({ kind: 'committee', at: 101 * MS, batch: BATCH, drawnBy: round(2), ...committee })
      .entries(150, [0, 1, 2], { kind: 'ack', batch: BATCH })
      .tell(this.#level(200, 0))
      .say(210, PROVIDER, {
        ...{ type: 'openings', batch: BATCH, sealers: [0, 1, 2] },
        leaves: [{ ...leaf, executionClass: 'test/cpu' }],
      });
  }

  #level(at: number, level: number): TraceRecord {
    const holders = VALIDATORS.map((node) => ({ node, weight: '1' }));
    return {
      ...{
        kind: 'committee',
        at: at * MS,
        batch: BATCH,
        index: 0,
        level,
        drawnBy: round(4 + level),
      },
      ...{ unit: 'seats', weight: '4', quorum: '3', holders },
      ...{ isHeavy: level > 0, isLast: level > 0 },
    };
  }

  nextLevel(at: number): this {
    return this.tell(this.#level(at, 1));
  }

  votes(at: number, level: number, verdicts: Readonly<Record<number, 'valid' | 'invalid'>>): this {
    const place = { batch: BATCH, index: 0, level };
    for (const [name, verdict] of Object.entries(verdicts)) {
      const node = Number(name);
      const measured = { ...place, node, distance: verdict === 'valid' ? 0.001 : 0.5 };
      this.entries(at, [node], { kind: 'commit', ...place })
        .tell({ kind: 'distance', at: (at + 5) * MS, ...measured })
        .entries(at + 10, [node], {
          ...{ kind: 'reveal', ...place, verdict, executionClass: 'test/cpu', digest: 'aa' },
        });
    }
    return this;
  }

  certificate(at: number, level: number, verdict: 'valid' | 'invalid', holders: number[]): this {
    return this.say(at, 0, {
      ...{ type: 'certificate', batch: BATCH, index: 0, level, verdict },
      votes: [{ verdict, holders }],
    });
  }

  report(at: number, what: 'decided' | 'challenged' | 'unresolved' | 'overruled', more = {}): this {
    const place = { batch: BATCH, index: 0, ...more };
    return this.tell({ kind: 'report', at: at * MS, node: 0, what, ...place });
  }

  story(at = Number.POSITIVE_INFINITY) {
    const claim = this.model.claims.get(KEY);
    ok(claim !== undefined);
    return storyAt(claim, at * MS);
  }
}

describe('the story of a claim', () => {
  it('that is valid: final at once with all weight', () => {
    const told = new Told()
      .drawn()
      .votes(300, 0, { 0: 'valid', 1: 'valid', 2: 'valid', 3: 'valid' })
      .say(305, PROVIDER, { type: 'output', batch: BATCH, index: 0, digest: 'ff' })
      .certificate(320, 0, 'valid', [0, 1, 2, 3])
      .report(321, 'decided', { level: 0, verdict: 'valid' })
      .tell({
        ...{ kind: 'movement', at: 400 * MS, node: 0, amount: '1100', reason: 'reward' },
        ...{ batch: BATCH, index: 0 },
      });
    const story = told.story();
    deepEqual([story.state?.state, story.state?.verdict], ['final', 'valid']);
    equal(story.seal.weight, 3n);
    ok(sealWords(story.seal).startsWith('Sealed before'));
    equal(story.output?.digest, 'ff');
    deepEqual(
      story.money.map(({ amount }) => amount),
      [1100n],
    );
    const [level] = story.levels;
    ok(level !== undefined);
    deepEqual(level.tally, [{ verdict: 'valid', weight: 4n }]);
    deepEqual(
      level.holders.map(({ distance }) => distance?.value),
      [0.001, 0.001, 0.001, 0.001],
    );
    deepEqual(quorumWords(level), [
      '4 validators hold 4 seats. A verdict needs more than two thirds: 3.',
      'valid has 4: a quorum.',
      'All weight signed: final at once, nobody is left to object.',
    ]);
    deepEqual(filterClaims(told.model, { disputed: 'yes' }, Infinity), []);
  });

  it('that is invalid: too light at level 0, final at the next one', () => {
    const told = new Told()
      .drawn()
      .votes(300, 0, { 0: 'invalid', 1: 'invalid', 2: 'invalid', 3: 'valid' })
      .certificate(320, 0, 'invalid', [0, 1, 2])
      .nextLevel(500)
      .votes(520, 1, { 0: 'invalid', 1: 'invalid', 2: 'invalid', 3: 'invalid' })
      .certificate(540, 1, 'invalid', [0, 1, 2, 3])
      .report(541, 'decided', { level: 1, verdict: 'invalid' });
    const [first, second] = told.story().levels;
    ok(first !== undefined && second !== undefined);
    deepEqual(quorumWords(first).slice(1), [
      'invalid has 3: a quorum.',
      'valid has 1: 2 too few.',
      'The level is too small to make invalid final, because that takes money.',
    ]);
    deepEqual(second.tally, [{ verdict: 'invalid', weight: 4n }]);
    equal(told.story(330).state?.state, 'provisional');
    equal(told.story(510).state?.state, 'judged');
    equal(told.story().state?.verdict, 'invalid');
  });

  it('that is challenged: dissent names the challenger and goes up', () => {
    const told = new Told()
      .drawn()
      .votes(300, 0, { 0: 'valid', 1: 'valid', 2: 'valid', 3: 'invalid' })
      .certificate(320, 0, 'valid', [0, 1, 2])
      .report(330, 'challenged', { level: 0, about: [3] })
      .nextLevel(500)
      .votes(520, 1, { 0: 'valid', 1: 'valid', 2: 'valid' })
      .certificate(540, 1, 'valid', [0, 1, 2])
      .report(541, 'decided', { level: 1, verdict: 'valid' });
    deepEqual(told.story(340).levels[0]?.challengers, [3]);
    equal(told.story(340).state?.state, 'challenged');
    equal(told.story().state?.state, 'final');
    const [claim] = filterClaims(told.model, { disputed: 'yes', level: '1' }, Infinity);
    ok(claim !== undefined && !isDisputedAt(claim, 250 * MS));
    const now = overviewAt(told.model, 340 * MS);
    ok(now.attention.some(({ text }) => text === '1 claim challenged'));
  });

  it('that nobody could decide: unresolved, with who was silent', () => {
    const told = new Told()
      .drawn()
      .votes(300, 0, { 0: 'valid' })
      .entries(300, [1], {
        ...{ kind: 'abstain', batch: BATCH, index: 0, level: 0, reason: 'timeout' },
      })
      .report(900, 'unresolved');
    const story = told.story();
    equal(story.state?.state, 'unresolved');
    const [level] = story.levels;
    ok(level !== undefined);
    deepEqual(quorumWords(level).slice(1), [
      'valid has 1: 2 too few.',
      '3 did not say a verdict: 3 of 4 validators.',
    ]);
    equal(level.holders[1]?.abstained?.reason, 'timeout');
    deepEqual(overviewAt(told.model, 950 * MS).decided, [{ ending: 'unresolved', count: 1 }]);
  });

  it('whose final verdict was overruled alarms', () => {
    const told = new Told()
      .drawn()
      .report(300, 'decided', { level: 0, verdict: 'valid' })
      .report(310, 'decided', { level: 0, verdict: 'valid' })
      .report(320, 'overruled', { level: 1, verdict: 'invalid' });
    equal(told.story(310).state?.verdict, 'valid');
    equal(told.story().state?.verdict, 'invalid');
    equal(overviewAt(told.model, 330 * MS).attention[0]?.weight, 'alarm');
    equal(overviewAt(told.model, 310 * MS).attention.length, 0);
  });

  it('is not touched by what a slow node says after the end', () => {
    const told = new Told()
      .drawn()
      .report(300, 'decided', { level: 0, verdict: 'valid' })
      .certificate(310, 0, 'valid', [0, 1, 2])
      .report(320, 'challenged', { level: 0, about: [3] });
    const claim = told.model.claims.get(KEY);
    ok(claim !== undefined);
    equal(stateAt(claim, Infinity)?.state, 'final');
  });

  it('does not know what comes later', () => {
    const told = new Told().drawn().votes(300, 0, { 0: 'valid', 1: 'valid' });
    const early = told.story(120);
    deepEqual([early.header?.count, early.openedAt, early.levels.length], [1, undefined, 0]);
    equal(early.state, undefined);
    const level = told.story(306).levels[0];
    equal(level?.holders[0]?.committedAt, 300 * MS);
    equal(level?.holders[0]?.revealed, undefined);
  });
});

describe('a node', () => {
  it('that is drawn and says nothing is silent; one that speaks is not', () => {
    const told = new Told().drawn();
    for (const [index, at] of [400, 500, 600].entries()) {
      const batch = `${BATCH}${index}` as BatchId;
      const holders = VALIDATORS.map((node) => ({ node, weight: '1' }));
      told
        .tell({
          ...{ kind: 'committee', at: at * MS, batch, index: 0, level: 0, drawnBy: round(4) },
          ...{ unit: 'seats', weight: '4', quorum: '3', holders },
        })
        .entries(at + 10, [0, 1, 2], { kind: 'commit', batch, index: 0, level: 0 });
    }
    const time = { at: 30_000 * MS, roundUs: 3_000 * MS };
    const [busy, idle] = [told.model.nodes[0], told.model.nodes[3]];
    ok(busy !== undefined && idle !== undefined);
    deepEqual(silenceAt(idle, time), { levels: 4, missed: 4, isSilent: true });
    equal(silenceAt(busy, time).isSilent, false);
    equal(silenceAt(idle, { ...time, at: 1_000 * MS }).isSilent, false, 'not before its deadline');
  });
});
