import assert from 'node:assert/strict';
import type { Share } from '../../../src/theory/index.ts';
import { ladderCost, TheoryError } from '../../../src/theory/index.ts';

const LEVELS = [16, 64, 256, 1024];
const THIRD: Share = { numerator: 1n, denominator: 3n };
const SILENT = [0, 0.05, 0.1, 0.2];

/** Rows of the table of the ladder: adversary, then expected executions for each silence. */
const WITHHELD: readonly (readonly [Share, readonly number[]])[] = [
  [0, [16, 16, 16, 21]],
  [0.01, [16, 16, 16, 22]],
  [0.05, [16, 16, 17, 28]],
  [0.1, [16, 17, 20, 46]],
  [0.2, [21, 28, 46, 434]],
  [0.25, [31, 53, 158, 783]],
  [0.3, [71, 220, 529, 1018]],
  [THIRD, [208, 498, 783, 1123]],
];
const CHALLENGED: readonly (readonly [Share, readonly number[]])[] = [
  [0.01, [26, 26, 26, 30]],
  [0.05, [52, 52, 52, 60]],
  [0.1, [68, 68, 69, 107]],
  [0.2, [79, 88, 122, 765]],
  [0.25, [95, 139, 346, 1148]],
  [0.3, [178, 459, 903, 1298]],
  [THIRD, [440, 866, 1157, 1336]],
];

describe('theory: the ladder of levels', () => {
  it('[QUORUM-2] costs what the table says when the adversary withholds its votes', () => {
    for (const [adversary, row] of WITHHELD) assert.deepEqual(costs(adversary, false), row);
  });

  it('[QUORUM-3] costs what the table says when every adversary seat challenges and pays', () => {
    for (const [adversary, row] of CHALLENGED) assert.deepEqual(costs(adversary, true), row);
  });

  it('stays unresolved as often as the table says', () => {
    const unresolved = (adversary: Share, silent: number) =>
      ladderCost({ levels: LEVELS, adversary, silent, challenge: false }).unresolved.toPrecision(1);
    assert.equal(unresolved(0, 0.2), '7e-34');
    assert.equal(unresolved(0.1, 0.2), '1e-7');
    assert.equal(unresolved(0.25, 0.05), '0.000002');
    assert.equal(unresolved(0.25, 0.1), '0.02');
    assert.equal(unresolved(0.3, 0), '0.0001');
    assert.equal(unresolved(THIRD, 0), '0.05');
    assert.equal(unresolved(THIRD, 0.2), '0.8');
  });

  it('runs the first level always and each level at most as often as the one before', () => {
    const { levels } = ladderCost({ levels: LEVELS, adversary: 0.3, silent: 0, challenge: true });
    assert.equal(levels[0]?.reached, 1);
    for (let i = 1; i < levels.length; i++) {
      assert.ok((levels[i]?.reached ?? 2) <= (levels[i - 1]?.reached ?? 0), `level ${i}`);
    }
  });

  it('refuses a ladder without levels', () => {
    const none = { levels: [], adversary: 0, silent: 0, challenge: false };
    assert.throws(() => ladderCost(none), TheoryError);
  });
});

function costs(adversary: Share, challenge: boolean): readonly number[] {
  return SILENT.map((silent) =>
    Math.round(ladderCost({ levels: LEVELS, adversary, silent, challenge }).executions),
  );
}
