import assert from 'node:assert/strict';
import { boughtShare, type Sale } from '../../../../sim/adversary/odds.ts';
import { captured } from '../../../../src/theory/index.ts';

const SALE: Sale = {
  parameters: { levels: [16, 64, 256], slashSeats: 128 },
  level: 0,
  lastLevel: 2,
  poolSize: 1000,
  share: 0.4,
  wants: 'accept-wrong',
  isDissentHeard: true,
  isMoneySafe: true,
};
const top = captured({ seats: 256, adversary: 0.4 });

describe('odds of a bought verdict', () => {
  it('[QUORUM-2] are those of all seats, or of the levels that one dissent calls', () => {
    const [first, second] = [0.4 ** 16, 0.4 ** 64];
    near(boughtShare(SALE), first + (1 - first) * (second + (1 - second) * top));
    near(boughtShare({ ...SALE, level: 2 }), top);
  });

  it('are those of a quorum where dissent is not heard', () => {
    const [first, second] = [16, 64].map((seats) => captured({ seats, adversary: 0.4 }));
    assert.ok(first !== undefined && second !== undefined);
    const expected = first + (1 - first) * (second + (1 - second) * top);
    near(boughtShare({ ...SALE, isDissentHeard: false }), expected);
  });

  it('[QUORUM-4] of a conviction are those of the first level that takes money', () => {
    near(boughtShare({ ...SALE, wants: 'convict-right' }), top);
    const unsafe = boughtShare({ ...SALE, wants: 'convict-right', isMoneySafe: false });
    assert.ok(unsafe > captured({ seats: 16, adversary: 0.4 }));
  });

  it('are none or all where the whole pool decides by stake', () => {
    const whole = { ...SALE, poolSize: 256, level: 2 };
    assert.equal(boughtShare({ ...whole, share: 0.66 }), 0);
    assert.equal(boughtShare({ ...whole, share: 0.67 }), 1);
  });
});

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 1e-9 * expected, `${actual}, expected ${expected}`);
}
