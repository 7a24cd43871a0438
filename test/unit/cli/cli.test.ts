import assert from 'node:assert/strict';
import { AssertionError } from '../../../src/base/index.ts';
import { describeFailure } from '../../../src/cli/failure.ts';
import { runCli } from '../../../src/cli/main.ts';

type Ran = { readonly code: number; readonly out: string; readonly err: string };

async function run(line: string, signal = new AbortController().signal): Promise<Ran> {
  let out = '';
  let err = '';
  const code = await runCli(line.split(' '), {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    signal,
  });
  return { code, out, err };
}

describe('the command line', () => {
  it('explains itself within 80 columns', async () => {
    const commands = ['', 'theory', 'theory committee', 'theory size', 'theory detect'];
    for (const command of [
      ...commands,
      'theory deter',
      'config',
      'config check',
      'config explain',
    ]) {
      const { code, out } = await run(`${command} --help`.trim());
      assert.equal(code, 0, command);
      const widest = Math.max(...out.split('\n').map((line) => line.length));
      assert.ok(widest <= 80, `${command}: ${widest} columns`);
    }
  });

  it('tells the version of the package', async () => {
    assert.match((await run('--version')).out, /^\d+\.\d+\.\d+\n$/);
  });

  it('refuses unknown words with a suggestion and exit code 2', async () => {
    const cases: Record<string, RegExp> = {
      thoery: /unknown command thoery\n.*Did you mean theory\?/,
      'theory sise': /unknown command sise\n.*Did you mean size\?/,
      'theory committee --seatz 7 --adversary .2': /unknown option --seatz\n.*mean --seats\?/,
      'theory detect --rate 1 --cheatshare 1 --claims 1': /mean --cheat-share\?/,
      'theory committee --seats 7': /missing required argument: adversary/,
      'theory size --adversary .1 --target .1 --rule x': /"two-thirds"/,
      theory: /name what to compute/,
      'sim run': /<scenario> is missing/,
      'sim run --json': /<scenario> is missing/,
      'sim run one.yaml two.yaml': /unknown argument: two\.yaml/,
      'sim run x.yaml --out': /no value follows --out/,
      'sim run x.yaml --set --out x': /no value follows --set/,
      'sim run x.yaml --out a --out b': /--out: given 2 times/,
      'theory committee --seats 7 --adversary .2 --seats 8': /--seats: given 2 times/,
      'theory committee --seats --adversary .2': /no value follows --seats/,
    };
    for (const [line, wanted] of Object.entries(cases)) {
      const { code, out, err } = await run(line);
      assert.equal(code, 2, line);
      assert.equal(out, '', line);
      assert.match(err, wanted, line);
    }
  });

  it('ends with 130 when it was interrupted', async () => {
    const controller = new AbortController();
    controller.abort();
    const line = 'theory deter --cost 1 --reward 2 --slash 9';
    assert.equal((await run(line, controller.signal)).code, 130);
  });
});

describe('failures of a command', () => {
  it('of the user show no stack, unless asked for', async () => {
    const line = 'theory committee --seats x --adversary .2';
    assert.doesNotMatch((await run(line)).err, /\n\s+at /);
    const verbose = await run(`${line} --verbose`);
    assert.match(verbose.err, /\n\s+at /);
    assert.equal(verbose.code, 2);
  });

  it('of Assay say so and end with 70', () => {
    const failure = describeFailure(new AssertionError('this should hold'), { isVerbose: false });
    assert.equal(failure.exitCode, 70);
    assert.match(failure.text, /This is a bug in Assay/);
    assert.doesNotMatch(failure.text, /\n\s+at /);
  });

  it('of the operating system are not bugs', () => {
    const full = Object.assign(new Error('ENOSPC: no space left'), {
      errno: -28,
      syscall: 'write',
    });
    assert.equal(describeFailure(full, { isVerbose: false }).exitCode, 2);
  });

  it('are wrapped to 80 columns', async () => {
    const { err } = await run('config check configs/scenarios/quickstart.yaml --set oracle=1');
    assert.ok(err.split('\n').every((line) => line.length <= 80));
  });
});
