import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfigText, resolveScenario } from '../../../src/config/index.ts';
import { assay } from './run-assay.ts';

const ASKED = [
  'plan',
  '--epsilon',
  '1e-9',
  '--adversary',
  '0.25',
  '--cost',
  '1',
  '--reward',
  '1.2',
];

describe('assay plan', () => {
  it('says rate, seats, levels and slash, within 80 columns', async () => {
    const { code, out, err } = await assay(ASKED);
    assert.equal(code, 0, err);
    assert.match(out, /^sampling +1 in 63 /m);
    assert.match(out, /^15 +1\.153e-4 /m);
    assert.ok(
      out.split('\n').every((line) => line.length <= 80),
      out,
    );
    const help = await assay(['plan', '--help']);
    assert.ok(
      help.out.split('\n').every((line) => line.length <= 80),
      help.out,
    );
  });

  it('writes a scenario that carries the plan, and that can be run', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'assay-plan-'));
    try {
      const file = join(folder, 'plan.yaml');
      const { code, out, err } = await assay([...ASKED, '--gain', '3', '--out', file, '--json']);
      assert.equal(code, 0, err);
      const plan = JSON.parse(out);
      const scenario = resolveScenario(parseConfigText(readFileSync(file, 'utf8'), file));
      const { parameters, adversaries, economics } = scenario;
      assert.deepEqual(
        parameters.levels,
        plan.levels.map(({ seats }: { seats: number }) => seats),
      );
      assert.deepEqual([...parameters.classes.values()], [plan.runLength]);
      assert.equal(parameters.slashSeats, plan.slashSeats);
      assert.equal(Number(parameters.slashProvider), Math.ceil(plan.slash * economics.unitStake));
      assert.equal(adversaries[0]?.share, 0.25);
      const forms = JSON.parse((await assay(['sim', 'theory', file, '--json'])).out).cells[0].forms;
      assert.ok(Math.abs(forms.wrongAccepted.value / plan.escaped - 1) < 1e-9, 'the same formula');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('refuses what no parameters withstand, by the name of the option', async () => {
    const cases: readonly (readonly [words: readonly string[], wanted: RegExp])[] = [
      [['--adversary', '0.34'], /--adversary: must be at most 1\/3/],
      [['--cost', '0'], /--cost: must be above 0/],
      [['--epsilon', 'x'], /--epsilon: "x" is not a number|not a number/],
      [['--overhead', '1e-9'], /--overhead: pays for less than one/],
    ];
    for (const [[option = '', value = ''], wanted] of cases) {
      const words = ASKED.includes(option)
        ? ASKED.map((word, i) => (ASKED[i - 1] === option ? value : word))
        : [...ASKED, option, value];
      const { code, err } = await assay(words);
      assert.equal(code, 2, option);
      assert.match(err, wanted);
    }
  });
});
