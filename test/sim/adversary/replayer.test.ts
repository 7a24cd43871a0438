import assert from 'node:assert/strict';
import { assertHonestUnharmed, type Fight, fight, purse } from './arena.ts';

const set = [
  'validators.count=8',
  'parameters.levels=[4, 128]',
  'parameters.sealSeats=8',
  'economics.claimPrice=1',
];
const replayer = (repeatShare: number) =>
  `behaviour: replayer, share: 0.5, repeatShare: ${repeatShare}, replayRounds: 2`;
const ONCE = 'behaviour: substitute-model, share: 0.5, cheatShare: 0';

describe('replayer', () => {
  it('[CLAIM-4] is paid once for a request, however often it claims it', async () => {
    const at = await fight(replayer(1), { set });
    const own = at.rows.filter(({ behaviour }) => behaviour === 'replayer');
    const again = own.filter(({ isRepeat }) => isRepeat);
    assert.ok(again.length >= 15 && again.length * 2 === own.length, `${again.length} repeats`);
    // each of the second claims was sealed and found right: by leaves it would be paid twice
    assert.ok(own.every(({ isSealed, drawn }) => isSealed && drawn?.outcome === 'valid'));
    assert.equal(purse(at, 'provider', 'replayer').revenueStake, 1000 * (own.length / 2));
    assert.ok(
      purse(at, 'provider', 'replayer').reservedStake >
        purse(at, 'provider', 'honest').reservedStake,
    );
    assertHonestUnharmed(at);
  });

  it('[WIRE-6] changes no account by sending its messages again', async () => {
    const quiet = await fight(ONCE, { set });
    const loud = await fight(replayer(0), { set });
    const sent = ({ recorder }: Fight) => recorder.traffic.get('openings')?.messages ?? 0;
    assert.ok(sent(loud) > sent(quiet), `${sent(loud)} openings, ${sent(quiet)} without replays`);
    const reserves = ({ movements }: Fight) =>
      movements.filter(({ reason }) => reason === 'reserve').map(({ amount }) => amount);
    assert.deepEqual(reserves(loud), reserves(quiet));
    const judged = ({ rows }: Fight) => rows.map(({ drawn }) => drawn?.outcome).sort();
    assert.deepEqual(judged(loud), judged(quiet));
    assertHonestUnharmed(loud);
  });
});
