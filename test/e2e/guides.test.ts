/** The guides of the README, done as they stand there, in an empty folder. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePorts } from '../../src/cli/commands/testnet/plan.ts';
import { type Step, stepsOf } from '../support/guide.ts';
import { until } from '../support/testnet.ts';

const README = readFileSync('README.md', 'utf8');
const LAUNCHER = resolve('src/cli/assay.js');
/** Commands that ask for a passphrase where there is a terminal. */
const ASKS = ['init', 'start', 'network create', 'join'];
/** What has just been started may not be there yet: a reader tries again. */
const PATIENCE_MS = 90_000;
/** How a command that stays open says that it is there. */
const READY: Readonly<Record<string, RegExp>> = {
  testnet: /[1-9] in-sync/,
  beacon: /beacon-ready/,
  start: /in-sync/,
  explorer: /http:\/\/127\.0\.0\.1:\d+/,
  'sim view': /http:\/\/127\.0\.0\.1:\d+/,
};

type Ran = { readonly code: number | null; readonly out: string; readonly err: string };

class Reader {
  readonly dir = mkdtempSync(join(tmpdir(), 'assay-guide-'));
  /** What earlier steps told, by the word that stands for it. */
  readonly told = new Map<string, string>();
  readonly #open: { readonly child: ChildProcess; text: string }[] = [];

  constructor() {
    symlinkSync(resolve('configs'), join(this.dir, 'configs'));
    writeFileSync(join(this.dir, 'password'), 'correct horse\n', { mode: 0o600 });
  }

  async follow(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if (step.kind === 'file') writeFileSync(join(this.dir, step.name), this.#filled(step.text));
      else if (step.staysOpen) await this.#leaveOpen(step.words);
      else await this.#run(step.words);
    }
  }

  async close(): Promise<void> {
    const ended = this.#open.map(
      ({ child }) =>
        new Promise((done) => {
          if (child.exitCode !== null) done(undefined);
          child.once('exit', done);
          child.kill('SIGTERM');
        }),
    );
    await Promise.all(ended);
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** What the commands that stay open have printed. */
  get shown(): string {
    return this.#open.map(({ text }) => text).join('\n');
  }

  #filled(text: string): string {
    return [...this.told].reduce((filled, [word, value]) => filled.replaceAll(word, value), text);
  }

  #words(words: readonly string[]): readonly string[] {
    const asks = ASKS.some((name) => words.join(' ').startsWith(name));
    const more = asks ? ['--password-file', 'password'] : [];
    return [...words.map((word) => this.#filled(word)), ...more];
  }

  async #run(words: readonly string[]): Promise<void> {
    const deadline = performance.now() + (this.#open.length === 0 ? 0 : PATIENCE_MS);
    for (;;) {
      const ran = await this.#ran(this.#words(words));
      if (ran.code === 0) return this.#learn(ran.out);
      if (performance.now() < deadline) continue;
      assert.fail(`${words.join(' ')}: exit ${ran.code}\n${ran.err}\n${ran.out}`);
    }
  }

  #ran(words: readonly string[]): Promise<Ran> {
    const child = spawn(process.execPath, [LAUNCHER, ...words], {
      cwd: this.dir,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    return new Promise((done) => child.once('close', (code) => done({ code, out, err })));
  }

  async #leaveOpen(words: readonly string[]): Promise<void> {
    const [, ready] =
      Object.entries(READY).find(([name]) => words.join(' ').startsWith(name)) ?? [];
    assert.ok(ready !== undefined, `how ${words.join(' ')} says that it is there`);
    const child = spawn(process.execPath, [LAUNCHER, ...this.#words(words)], {
      cwd: this.dir,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const entry = { child, text: '' };
    this.#open.push(entry);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        entry.text += chunk;
      });
    }
    await until(`${words.join(' ')} is there`, PATIENCE_MS, () => {
      assert.equal(child.exitCode, null, entry.text);
      return ready.test(entry.text) ? true : undefined;
    });
  }

  /** Remembers what a reader would copy. */
  #learn(out: string): void {
    const id = /^id {8}([0-9a-f]{64})$/m.exec(out)?.[1];
    const voteKey = /^vote key {2}([0-9a-f]{48})\n {10}([0-9a-f]{48})$/m.exec(out);
    const peer = /^peer id {3}(\S+)$/m.exec(out)?.[1];
    const claim = /^claim +(b[a-z2-7]{58})$/m.exec(out)?.[1];
    if (id !== undefined) this.told.set('<id>', id);
    if (voteKey !== null) this.told.set('<vote key>', `${voteKey[1]}${voteKey[2]}`);
    if (peer !== undefined) this.told.set('<peer id>', peer);
    if (claim !== undefined) this.told.set('<claim>', claim);
    const genesis = join(this.dir, 'op', 'beacon-genesis');
    if (existsSync(genesis)) this.told.set('<genesis>', readFileSync(genesis, 'utf8').trim());
  }
}

describe('the guides of the README', function () {
  this.timeout(300_000);
  let reader: Reader;

  beforeEach(() => {
    reader = new Reader();
  });

  afterEach(() => reader.close());

  it('run a study', async () => {
    await reader.follow(stepsOf(README, 'Run a study'));
    assert.ok(existsSync(join(reader.dir, 'runs/study/report.html')));
    await assertPage(reader.shown);
  });

  it('ask for an inference, and check the receipt', async () => {
    await reader.follow(stepsOf(README, 'Ask for an inference, and check the receipt'));
    assert.match(reader.told.get('<claim>') ?? '', /^b/);
    await assertPage(reader.shown);
  });

  it('join a testnet', async () => {
    const [beacon, node] = await freePorts(2);
    const guide = README.replaceAll('4100', String(beacon)).replaceAll('4101', String(node));
    const steps = stepsOf(guide, 'Join a testnet').map((step) =>
      step.kind === 'command' && step.words[0] === 'network'
        ? { ...step, words: [...step.words, '--beacon-url', `http://127.0.0.1:${beacon}`] }
        : step,
    );
    await reader.follow(steps);
    await assertPage(reader.shown);
  });
});

/** The last address that was printed is that of a page. */
async function assertPage(shown: string): Promise<void> {
  const url = shown.match(/http:\/\/127\.0\.0\.1:\d+\/?/g)?.at(-1);
  assert.ok(url !== undefined, shown);
  const response = await fetch(url);
  assert.equal(response.status, 200);
  assert.match(await response.text(), /<title>[^<]*Assay/);
}
