import assert from 'node:assert/strict';
import { runCli } from '../../../src/cli/main.ts';

async function run(line: string): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await runCli(line.split(' '), {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    signal: new AbortController().signal,
  });
  return { code, out, err };
}

/** Fields of the documents that are looked at. */
type Printed = {
  readonly seats?: number;
  readonly quorum?: number;
  readonly captured?: number;
  readonly wholeSetStuck?: boolean;
  readonly probability?: number;
  readonly minSamplingRate?: number;
};

/** The document that a command prints for programs. */
async function json(line: string): Promise<Printed> {
  const { code, out, err } = await run(`${line} --json`);
  assert.equal(code, 0, err);
  assert.equal(err, '');
  return JSON.parse(out);
}

describe('assay theory', () => {
  it('computes capture and veto of a committee, with a fraction as adversary', async () => {
    const answer = await json('theory committee --seats 128 --adversary 1/3 --quorum 86');
    assert.equal(Number(answer.captured).toExponential(4), '5.5516e-15');
    assert.equal(answer.quorum, 86);
    assert.equal(answer.seats, 128);
    assert.equal(answer.wholeSetStuck, false);
    assert.deepEqual(await json('theory committee --seats 128 --adversary 1/3'), answer);
  });

  it('computes sizes by each rule', async () => {
    const seats = async (rule: string) =>
      (await json(`theory size --adversary 1/3 --target 1e-9 --rule ${rule}`)).seats;
    assert.equal(await seats('two-thirds'), 77);
    assert.equal(await seats('escalate'), 19);
    assert.ok(Number(await seats('majority')) > 77);
  });

  it('computes detection', async () => {
    const answer = await json('theory detect --rate 0.05 --cheat-share 0.05 --claims 1859');
    assert.equal(Number(answer.probability).toFixed(2), '0.99');
  });

  it('computes deterrence', async () => {
    const answer = await json('theory deter --cost 1 --reward 1.2 --slash 150 --collusion 0.1');
    assert.equal(Number(answer.minSamplingRate).toFixed(7), '0.0073551');
  });

  it('prints text within 80 columns, with the formula', async () => {
    const lines: Record<string, RegExp> = {
      'committee --seats 4096 --adversary 1/10': /captured +1e-1\d{3} +P\[X ≥ q\]/,
      'committee --seats 16 --adversary 1': /captured +1 /,
      'size --adversary 1/3 --target 1e-9': /P\[X ≥ ⌊2k\/3⌋\+1\] ≤ 1e-9 for f = 1\/3/,
      'detect --rate 1/20 --cheat-share 1 --claims 9': /1 − \(1 − p·c·d\)\^N/,
      'detect --rate 0 --cheat-share 1 --claims 9': /never/,
      'deter --cost 1 --reward 1.2 --slash 150': /p > C \/ /,
    };
    for (const [line, wanted] of Object.entries(lines)) {
      const { out, err } = await run(`theory ${line}`);
      assert.equal(err, '', line);
      assert.match(out, wanted, line);
      const widest = Math.max(...out.split('\n').map((each) => each.length));
      assert.ok(widest <= 80, `${line}: ${widest}`);
    }
  });

  it('refuses bad numbers with the option at fault', async () => {
    const cases: Record<string, RegExp> = {
      'committee --seats 7 --adversary .2 --quorum 8': /--quorum: 8 is more than the 7 seats/,
      'committee --seats 0 --adversary .2': /--seats: must be a whole number from 1/,
      'committee --seats 1.5 --adversary .2': /--seats: must be a whole number/,
      'committee --seats -3 --adversary .2': /--seats: must be a whole number/,
      'committee --seats abc --adversary .2': /--seats: "abc" is not a number/,
      'committee --seats 1e99 --adversary .2': /--seats: must be a whole number/,
      'committee --seats 7 --adversary 1.2': /--adversary: must be a share from 0 to 1, found 1.2/,
      'committee --seats 7 --adversary 1/0': /--adversary: "1\/0" is not a number/,
      'committee --seats 7 --adversary': /no value follows --adversary/,
      'committee --seats 7 --seats 8 --adversary .1': /--seats: given 2 times/,
      'committee --seats 7 --adversary .1 --silent -1': /--silent: must be a share/,
      'size --adversary .1 --target 0': /--target: must lie between 0 and 1/,
      'size --adversary .7 --target 1e-9': /no committee of up to/,
      'detect --rate 2 --cheat-share .1 --claims 5': /--rate: must be a share/,
      'detect --rate 1 --cheat-share 2 --claims 5': /--cheat-share: must be a share/,
      'detect --rate 1 --cheat-share 1 --claims -5': /--claims: must be a whole number/,
      'detect --rate 1 --cheat-share 1 --claims 5 --catch 7': /--catch: must be a share/,
      'deter --cost -1 --reward 1 --slash 1': /--cost: must be 0 or more/,
      'deter --cost 1 --reward 1 --slash 1 --false-alarm 3': /--false-alarm: must be a share/,
      'deter --cost 1 --reward 1 --slash 9 --collusion 1': /no sampling rate makes honesty pay/,
    };
    for (const [line, wanted] of Object.entries(cases)) {
      const { code, out, err } = await run(`theory ${line}`);
      assert.equal(code, 2, line);
      assert.equal(out, '', line);
      assert.match(err.replaceAll('\n', ' '), wanted, line);
    }
  });
});
