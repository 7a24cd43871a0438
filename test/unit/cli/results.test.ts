/** `assay sim report` and `assay sim compare`: files, exit codes, errors. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeSweep, value } from '../sim/report/stored-sweep.ts';
import { SMALL_SCENARIO } from '../sim/report-sample.ts';
import { assay } from './run-assay.ts';

let place: string;

before(async () => {
  place = mkdtempSync(join(tmpdir(), 'assay-results-'));
  writeFileSync(join(place, 'small.yaml'), SMALL_SCENARIO);
  for (const [name, degree] of [
    ['a', 8],
    ['b', 4],
  ]) {
    const words = ['sim', 'run', join(place, 'small.yaml'), '--set', `network.degree=${degree}`];
    const { code, err } = await assay([...words, '--out', join(place, String(name)), '--quiet']);
    assert.equal(code, 0, err);
  }
  const options = { keys: 'replicas: 3\n', metricsOf: () => [value('latencyMsP99', 1000)] };
  storeSweep(join(place, 'sweep'), options);
});

after(() => rmSync(place, { recursive: true }));

/** Errors are broken at 80 columns. */
function unwrapped(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

describe('assay sim report', () => {
  it('is named at the end of a run', async () => {
    const out = join(place, 'c');
    const ran = await assay(['sim', 'run', join(place, 'small.yaml'), '--out', out]);
    assert.ok(ran.out.endsWith(`  as a page: npx assay sim report ${out}\n`), ran.out.slice(-200));
  });

  it('writes a page into the folder, and figures beside it', async () => {
    const { code, out } = await assay(['sim', 'report', join(place, 'a')]);
    assert.equal(code, 0);
    assert.match(out, /report\.html: [\d.]+ kB, \d figures/);
    const html = readFileSync(join(place, 'a', 'report.html'), 'utf8');
    assert.match(html, /^<!doctype html>[\s\S]*<h1>small, seed 1<\/h1>/);
    assert.ok(existsSync(join(place, 'a', 'figures', 'error-rates.svg')));
  });

  it('writes it elsewhere if told so, and links the data from there', async () => {
    const page = join(place, 'elsewhere', 'r.html');
    const { code, out } = await assay(['sim', 'report', join(place, 'a'), '--out', page, '--json']);
    assert.equal(code, 0);
    const json: unknown = JSON.parse(out);
    assert.ok(typeof json === 'object' && json !== null && 'path' in json);
    assert.equal(json.path, page);
    assert.match(readFileSync(page, 'utf8'), /href="\.\.\/a\/claims\.csv"/);
  });

  it('refuses a folder without results, and a place that cannot be written', async () => {
    const none = await assay(['sim', 'report', place]);
    assert.equal(none.code, 2);
    assert.match(unwrapped(none.err), /neither a run .* nor a sweep/);
    const out = join(place, 'small.yaml', 'r.html');
    const blocked = await assay(['sim', 'report', join(place, 'a'), '--out', out]);
    assert.equal(blocked.code, 2);
    assert.match(unwrapped(blocked.err), /the report cannot be written/);
  });
});

describe('assay sim compare', () => {
  const compare = (...words: readonly string[]) => {
    return assay(['sim', 'compare', join(place, 'a'), join(place, 'b'), ...words]);
  };

  it('says first what differs in the configuration', async () => {
    const { code, out } = await compare();
    assert.equal(code, 0);
    assert.match(out, /Configuration: 1 difference\n {2}network\.degree: 8 -> 4\n/);
    assert.match(out, /1 pair of runs in 1 cell/);
  });

  it('ends with 1 if a condition holds, with 0 if not', async () => {
    // half the neighbours, half the copies
    const holds = await compare('--fail-if', 'bytesPerClaim<-20%', '--fail-if', 'claims>+1');
    assert.equal(holds.code, 1, holds.out);
    assert.match(unwrapped(holds.err), /bytesPerClaim<-20% HOLDS: bytesPerClaim -\d/);
    assert.match(unwrapped(holds.out), /claims>\+1 does not hold/);
    const { code } = await compare('--fail-if', 'bytesPerClaim>+20%');
    assert.equal(code, 0);
  });

  it('gives everything as JSON', async () => {
    const { out } = await compare('--metric', 'bytesPerClaim', '--json');
    const json: unknown = JSON.parse(out);
    assert.ok(typeof json === 'object' && json !== null && 'changes' in json);
    assert.ok(Array.isArray(json.changes));
    assert.deepEqual(
      json.changes.map(({ name, n, method }) => [name, n, method]),
      [['bytesPerClaim', 1, 'none']],
    );
  });

  it('refuses what cannot be compared, and metrics that are not there', async () => {
    const mixed = await assay(['sim', 'compare', join(place, 'a'), join(place, 'sweep')]);
    assert.equal(mixed.code, 2);
    assert.match(unwrapped(mixed.err), /one is a run, the other a sweep/);
    const unknown = await compare('--metric', 'latencyMsP98');
    assert.equal(unknown.code, 2);
    assert.match(unwrapped(unknown.err), /Did you mean latencyMsP9[59]\?/);
    const unread = await compare('--fail-if', 'latencyMsP99 is bad');
    assert.equal(unread.code, 2);
    assert.match(unread.err, /is no condition/);
  });
});
