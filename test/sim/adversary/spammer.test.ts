import assert from 'node:assert/strict';
import { assertHonestUnharmed, counts, type Fight, fight } from './arena.ts';

const SPAMMER = 'behaviour: spammer, share: 0.1';
const set = [
  'durationRounds=1',
  'workload.claimsPerRound=2',
  'validators.count=8',
  'parameters.levels=[4, 128]',
  'parameters.sealSeats=8',
];
/** Entries that a node keeps of one signer before their batch is known. [WIRE-4] */
const EARLY_MAX = 1_024;

describe('spammer', () => {
  it('[WIRE-3] delays nobody and harms nobody, louder than all the others together', async () => {
    const quiet = await fight(`${SPAMMER}, messagesPerRound: 0.001`, { set });
    const at = await fight(`${SPAMMER}, messagesPerRound: 10`, { set });
    assert.ok(sentBy(at) > 2 * sentBy(quiet), 'hardly any spam: nothing is shown');
    assert.deepEqual(Object.keys(counts(at)), ['right valid']);
    assert.ok(worstMs(at) <= 2 * worstMs(quiet), `${worstMs(at)} ms against ${worstMs(quiet)}`);
    assertHonestUnharmed(at);
  });

  it('[WIRE-4] fills no more than its own room of what comes early', async () => {
    const early = `${SPAMMER}, messagesPerRound: 8, kinds: [early]`;
    const at = await fight(early, { set });
    assert.ok(earlyCount(at) > EARLY_MAX / 2, 'little came early: nothing is shown');
    assert.ok(earlyCount(at) <= EARLY_MAX);
    assertHonestUnharmed(at);
    const free = await fight(early, { set, ablate: ['WIRE-4'] });
    assert.ok(earlyCount(free) > 4 * EARLY_MAX, `only ${earlyCount(free)} without a limit`);
  });
});

/** The most that an honest validator keeps at the end. */
function earlyCount({ nodes }: Fight): number {
  const counts = nodes.map(({ role, isHonest }) =>
    isHonest && role.kind === 'validator' ? role.core.snapshot().earlyCount : 0,
  );
  return Math.max(...counts);
}

function sentBy({ recorder }: Fight): number {
  return [...recorder.traffic.values()].reduce((sum, { messages }) => sum + messages, 0);
}

function worstMs({ rows }: Fight): number {
  return Math.max(...rows.map(({ answeredMs, drawn }) => (drawn?.finalMs ?? 0) - answeredMs));
}
