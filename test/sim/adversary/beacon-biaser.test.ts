import assert from 'node:assert/strict';
import type { RunResult } from '../../../sim/report/result.ts';
import { summarise } from '../../../sim/report/result.ts';
import { ConfigError } from '../../../src/config/index.ts';
import { assertHonestUnharmed, fight } from './arena.ts';

/** Two wrong answers in most rounds, in batches of their own; each is drawn every other time. */
const BIASER = 'behaviour: beacon-biaser, share: 1, cheatShare: 1';
const set = [
  'workload.classes={ half: 1 }',
  'workload.claimsPerRound=1',
  'durationRounds=24',
  'parameters.classes={ half: 2 }',
  'parameters.levels=[4, 128]',
  'parameters.sealSeats=8',
  'validators.count=5',
];

describe('beacon-biaser', () => {
  it('[TIME-1] has nothing to choose where each round has one value', async () => {
    const { escaped, run } = await escapeWith([]);
    assert.deepEqual(escaped.expected, { value: 0.5, form: '1-p', kind: 'exact' });
    assertWithin(escaped);
    assertHonestUnharmed(run);
  });

  it('has fewer wrong answers drawn with more revealers, as the closed form says', async () => {
    const escapes = [];
    for (const revealers of [1, 3]) {
      const { escaped } = await escapeWith([
        `beacon={ kind: last-revealer, revealers: ${revealers} }`,
      ]);
      assertWithin(escaped);
      escapes.push(escaped.share ?? 0);
    }
    const [one = 0, three = 0] = escapes;
    assert.ok(one > 0.6 && three > one, `${one} and ${three} escape`);
  });

  it('cannot be played with real signatures', async () => {
    const real = ['crypto=real', 'beacon={ kind: last-revealer }'];
    await assert.rejects(fight(BIASER, { set: real }), (error) => {
      return error instanceof ConfigError && /needs crypto: stand-in/.test(error.message);
    });
  });
});

async function escapeWith(more: readonly string[]) {
  const run = await fight(BIASER, { set: [...set, ...more] });
  const { escaped } = summarise(run, run.rows).wrong;
  assert.ok(escaped.of >= 40, `${escaped.of} wrong answers are too few to tell`);
  return { escaped, run };
}

function assertWithin({ low, high, expected }: RunResult['wrong']['escaped']): void {
  const { value } = expected;
  assert.ok(value !== null && low <= value && value <= high, `${value} in ${low} .. ${high}`);
}
