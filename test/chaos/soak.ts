/**
 * A long chaos run: sixteen nodes and a beacon, one fault of each kind after the other, memory of
 * every process. `npm run test:chaos -- --seconds 3600`; prints the report of `assay testnet chaos`
 * and ends with its exit code.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const SECONDS_DEFAULT = '600';
/** With a provider they are sixteen nodes. */
const VALIDATORS = '15';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: SECONDS_DEFAULT },
    seed: { type: 'string', default: '1' },
    validators: { type: 'string', default: VALIDATORS },
    period: { type: 'string', default: '3s' },
    rate: { type: 'string', default: '0.1' },
    spare: { type: 'string' },
  },
});

const dir = join(mkdtempSync(join(tmpdir(), 'assay-soak-')), 'net');
process.stdout.write(`folder: ${dir}\n`);
const { seconds, seed, validators, period, rate, spare } = values;
const words = ['--validators', validators, '--period', period, '--rate', rate, '--seed', seed];
// a third lives through it, and as many as are killed at once do not
words.push('--spare', spare ?? String(Math.floor(Number(validators) / 3)));
const run = spawnSync(
  process.execPath,
  ['src/cli/assay.js', 'testnet', 'chaos', dir, ...words, '--for', `${seconds}s`],
  { stdio: 'inherit' },
);
process.exitCode = run.status ?? 1;
