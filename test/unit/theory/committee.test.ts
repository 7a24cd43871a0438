import assert from 'node:assert/strict';
import { parseFraction } from '../../../src/base/index.ts';
import type { Share } from '../../../src/theory/index.ts';
import {
  captured,
  capturedLog10,
  challenged,
  committeeSize,
  escalated,
  escapedUndetected,
  escapedUnseen,
  isWholeSetStuck,
  quorumOf,
  TheoryError,
  vetoed,
} from '../../../src/theory/index.ts';

/** Adversaries of the tables in the order of their rows. */
const ADVERSARIES = ['.1', '.2', '.25', '.3', '1/3', '.4'] as const;

function share(text: string): Share {
  const fraction = parseFraction(text);
  assert.ok(fraction !== undefined, text);
  return fraction;
}

/** The number as printed with as many digits as `printed` has. */
function agrees(value: number, printed: string, what: string): void {
  const digits = printed.replace(/e.*/, '').replace('.', '').replace(/^0+/, '').length;
  assert.equal(value.toExponential(digits - 1), Number(printed).toExponential(digits - 1), what);
}

describe('theory: committees', () => {
  it('[QUORUM-1] needs more than two thirds of the seats', () => {
    const sizes = [3, 4, 16, 64, 256, 1024];
    assert.deepEqual(sizes.map(quorumOf), [3, 3, 11, 43, 171, 683]);
    for (let k = 1; k < 200; k++) {
      assert.ok(3 * quorumOf(k) > 2 * k && 3 * (quorumOf(k) - 1) <= 2 * k, `k=${k}`);
    }
  });

  it('meets the fixed points of the specification', () => {
    agrees(captured({ seats: 128, quorum: 86, adversary: share('1/3') }), '5.5516e-15', '128');
    agrees(captured({ seats: 21, quorum: 15, adversary: 0.2 }), '5.1322e-7', '21');
    agrees(captured({ seats: 7, quorum: 5, adversary: 0.2 }), '4.6720e-3', '7');
  });

  it('captures committees as often as the table of threats says', () => {
    const table: Record<string, readonly string[]> = {
      16: ['2.7e-8', '3.3e-5', '2.9e-4', '1.6e-3', '4.0e-3', '1.9e-2'],
      32: ['2.4e-15', '3.3e-9', '2.4e-7', '7.0e-6', '4.5e-5'],
      // The table printed 4.8e-28; exact rationals give 4.749e-28.
      64: ['4.7e-28', '3.8e-16', '1.5e-12', '9.4e-10', '3.3e-8', '1.0e-5'],
      100: ['', '3.1e-24', '1.2e-18', '2.7e-14', '6.5e-12'],
      128: ['1.4e-54', '8.5e-31', '1.3e-23', '4.8e-18', '5.6e-15', '4.8e-10'],
      256: ['3e-106', '5e-59', '8e-45', '8e-34', '9e-28', '4.5e-18'],
    };
    for (const [seats, row] of Object.entries(table)) {
      for (const [index, printed] of row.entries()) {
        if (printed === '') continue;
        const adversary = share(ADVERSARIES[index] ?? '');
        agrees(captured({ seats: Number(seats), adversary }), printed, `${seats} ${index}`);
      }
    }
  });

  it('gives the logarithm of a capture that is too rare for a double', () => {
    const committee = { seats: 4096, adversary: 0.1 };
    assert.equal(captured(committee), 0);
    assert.ok(capturedLog10(committee) < -1600 && capturedLog10(committee) > -1800);
    const likely = { seats: 16, adversary: 0.9 };
    assert.ok(Math.abs(10 ** capturedLog10(likely) - captured(likely)) < 1e-15);
  });

  it('lets a wrong claim escape unseen as often as the table says', () => {
    const table = [
      ['1.0e-16', '2.4e-14', '4.3e-13', '1.1e-11'],
      ['6.6e-12', '1.2e-10', '1.0e-9', '1.7e-8'],
      // The table printed 1.8e-7 at last; exact rationals give 1.747e-7.
      ['2.3e-10', '2.2e-9', '1.3e-8', '1.7e-7'],
      ['4.3e-9', '2.5e-8', '1.2e-7', '1.2e-6'],
      ['2.3e-8', '1.1e-7', '4.1e-7', '3.6e-6'],
      ['4.3e-7', '1.4e-6', '4.0e-6', '2.5e-5'],
    ];
    for (const [row, cells] of table.entries()) {
      for (const [column, printed] of cells.entries()) {
        const silent = [0, 0.05, 0.1, 0.2][column] ?? 0;
        const adversary = share(ADVERSARIES[row] ?? '');
        agrees(escapedUnseen({ seats: 16, adversary, silent }), printed, `${row} ${column}`);
      }
    }
    assert.equal(escapedUnseen({ seats: 16, adversary: 0, silent: 0.5 }), 0);
  });

  it('lets every honest seat that misses a fault count for the adversary', () => {
    agrees(escapedUndetected({ seats: 16, adversary: 0.2, miss: 0 }), '6.6e-12', 'no miss');
    assert.equal(escapedUndetected({ seats: 2, adversary: 0.5, miss: 0.5 }), 0.75 ** 2);
    assert.equal(escapedUndetected({ seats: 9, adversary: 0.5, miss: 1 }), 1);
  });

  it('is vetoed as often as the tables say', () => {
    const level = ['4e-13', '2.2e-4', '1.8e-2', '.21', '.51', '.94'];
    for (const [index, printed] of level.entries()) {
      const adversary = share(ADVERSARIES[index] ?? '');
      agrees(vetoed({ seats: 128, adversary }), printed, `128 seats, ${ADVERSARIES[index]}`);
    }
    const small = ['.3e-2', '8.2e-2', '19e-2', '34e-2', '45e-2'];
    for (const [index, printed] of small.entries()) {
      const adversary = share(ADVERSARIES[index] ?? '');
      agrees(vetoed({ seats: 16, adversary }), printed, `16 seats, ${ADVERSARIES[index]}`);
    }
  });

  it('[MODEL-1] rarely convicts when few hold the model', () => {
    const supports = { '.75': '.98', '.70': '.79', '.60': '5.7e-2', '.50': '6e-5' };
    for (const [support, printed] of Object.entries(supports)) {
      agrees(captured({ seats: 128, adversary: share(support) }), printed, support);
    }
  });

  it('escalates honest claims as often as the table says', () => {
    const rows = { '.01': '.149', '.05': '.560', '.1': '.815', '.2': '.972', '.25': '.990' };
    for (const [adversary, printed] of Object.entries(rows)) {
      const committee = { seats: 16, adversary: share(adversary), silent: 0 };
      agrees(escalated(committee), printed, adversary);
      agrees(challenged({ seats: 16, share: share(adversary) }), printed, adversary);
    }
    const silent = { '0': '.082', '.01': '.218', '.05': '.596', '.1': '.830', '.2': '.974' };
    for (const [adversary, printed] of Object.entries(silent)) {
      const committee = { seats: 16, adversary: share(adversary), silent: 0.2 };
      agrees(escalated(committee), printed, `${adversary}, a fifth silent`);
    }
  });

  it('is stuck as a whole set exactly when less than two thirds are awake', () => {
    assert.equal(isWholeSetStuck({ adversary: share('1/3'), silent: share('0') }), false);
    assert.equal(isWholeSetStuck({ adversary: share('1/3'), silent: share('1e-30') }), true);
    assert.equal(isWholeSetStuck({ adversary: 0.2, silent: 0.2 }), true);
    assert.equal(isWholeSetStuck({ adversary: 0.3, silent: 0.05 }), true);
    assert.equal(isWholeSetStuck({ adversary: 0.25, silent: 0.05 }), false);
  });

  it('finds the sizes of the table of threats', () => {
    const sizes = (target: string) =>
      ADVERSARIES.slice(0, 5).map((f) => size(f, target, 'two-thirds'));
    assert.deepEqual(sizes('1e-9'), [20, 35, 47, 62, 77]);
    assert.deepEqual(sizes('1/1099511627776'), [26, 50, 65, 87, 107]);
    const veto = ADVERSARIES.slice(0, 5).map((f) => size(f, '1e-3', 'veto'));
    assert.deepEqual(veto, [25, 103, 283, 1867, undefined]);
  });

  it('finds sizes for majorities and for unanimity', () => {
    assert.equal(size('1/3', '1e-9', 'escalate'), 19);
    assert.equal(size('1/2', '1e-9', 'majority'), undefined);
    const found = committeeSize({ adversary: 1 / 3, target: 1e-9, rule: 'majority' });
    assert.ok(found !== undefined);
    for (let k = found.seats; k < found.seats + 300; k++) {
      const chance = captured({ seats: k, quorum: Math.floor(k / 2) + 1, adversary: 1 / 3 });
      assert.ok(chance <= 1e-9, `k=${k}`);
    }
    const before = found.seats - 1;
    const quorum = Math.floor(before / 2) + 1;
    assert.ok(captured({ seats: before, quorum, adversary: 1 / 3 }) > 1e-9);
  });

  it('needs one seat against nobody, and finds no committee beyond the quorum', () => {
    assert.equal(size('0', '1e-9', 'two-thirds'), 1);
    assert.equal(size('2/3', '1e-9', 'two-thirds'), undefined);
    assert.equal(size('1', '1e-9', 'escalate'), undefined);
  });

  it('refuses what has no answer, and names the argument', () => {
    const cases: readonly [string, () => unknown][] = [
      ['seats', () => captured({ seats: 0, adversary: 0.1 })],
      ['seats', () => captured({ seats: 2.5, adversary: 0.1 })],
      ['seats', () => captured({ seats: Number.NaN, adversary: 0.1 })],
      ['quorum', () => captured({ seats: 7, quorum: 8, adversary: 0.1 })],
      ['quorum', () => vetoed({ seats: 7, quorum: 0, adversary: 0.1 })],
      ['adversary', () => captured({ seats: 7, adversary: 1.1 })],
      ['adversary', () => captured({ seats: 7, adversary: share('4/3') })],
      ['adversary', () => captured({ seats: 7, adversary: Number.NaN })],
      ['silent', () => escapedUnseen({ seats: 7, adversary: 0.1, silent: -1 })],
      ['target', () => committeeSize({ adversary: 0.1, target: 0, rule: 'majority' })],
    ];
    for (const [argument, call] of cases) {
      const isNamed = (error: unknown) =>
        error instanceof TheoryError && error.detail.where === argument;
      assert.throws(call, isNamed, argument);
    }
  });
});

function size(
  adversary: string,
  target: string,
  rule: 'two-thirds' | 'majority' | 'escalate' | 'veto',
): number | undefined {
  return committeeSize({ adversary: share(adversary), target: share(target), rule })?.seats;
}
