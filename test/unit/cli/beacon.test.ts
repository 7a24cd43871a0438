/** `assay beacon`: one line when it is ready, rounds until it is told to stop. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toHex } from '../../../src/base/index.ts';
import { runCli } from '../../../src/cli/main.ts';
import { createBeaconSource } from '../../../src/crypto/index.ts';
import { until } from '../node/beacon/manual-clock.ts';

function start(...args: string[]) {
  const controller = new AbortController();
  const lines: string[] = [];
  const errors: string[] = [];
  const done = runCli(['beacon', ...args], {
    out: (text) => lines.push(text),
    err: (text) => errors.push(text),
    signal: controller.signal,
  });
  return { lines, errors, done, stop: () => controller.abort() };
}

describe('assay beacon', () => {
  it('says where it is on one line, serves its chain, and ends when told to', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'assay-beacon-'));
    const seed = new Uint8Array(32).fill(7);
    writeFileSync(join(folder, 'seed'), `${toHex(seed)}\n`);
    const options = ['--seed-file', join(folder, 'seed'), '--genesis', '1700000000000'];
    const beacon = start('--period', '500ms', ...options);
    try {
      await until(() => beacon.lines.length === 1, 'the line');
      const ready = JSON.parse(beacon.lines[0] ?? '');
      deepEqual([ready.event, ready.periodMs, ready.genesisMs], ['beacon-ready', 500, 1.7e12]);
      equal(ready.public_key, toHex(createBeaconSource(seed).chainKey));
      const response = await fetch(`${ready.url}/public/1`);
      const round = (await response.json()) as { signature: string };
      equal(round.signature, toHex(createBeaconSource(seed).sign(1)));
      beacon.stop();
      equal(await beacon.done, 130);
      const gone = await fetch(`${ready.url}/info`).then(
        () => false,
        () => true,
      );
      ok(gone, 'the port is free');
    } finally {
      beacon.stop();
      rmSync(folder, { recursive: true });
    }
  });

  it('refuses options that make no chain', async () => {
    const cases = [
      ['--period', '1'],
      ['--period', '100ms'],
      ['--period', '0.3333s'],
      ['--port', '70000'],
      ['--genesis', 'soon'],
      ['--seed-file', 'package.json'],
      ['--seed-file', 'none'],
    ];
    for (const args of cases) {
      const { done, errors, stop } = start(...args);
      equal(await done, 2, args.join(' '));
      match(errors.join(''), /^assay: /);
      stop();
    }
  });
});
