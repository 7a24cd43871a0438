/** The page of a report: it asks for nothing, believes nobody, and says everything in words. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimsCsv } from '../../../../sim/report/claims-csv.ts';
import { checkFolder, FOLDER_KIND, writeFolder } from '../../../../sim/report/folder.ts';
import type { RunResult } from '../../../../sim/report/result.ts';
import { writeReport } from '../../../../sim/report/write-report.ts';
import { AssayError } from '../../../../src/base/index.ts';
import { claim, drawn, SMALL_SCENARIO, sampleResult, wrongClaim } from '../report-sample.ts';
import { rate, storeSweep, value } from './stored-sweep.ts';

const HOSTILE = `<script>alert(1)</script><img src="https://x.example/a.png"> "'&amp;`;

let place: string;

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'assay-page-'));
});

afterEach(() => rmSync(place, { recursive: true }));

function storeRun(result: RunResult): string {
  const folder = join(place, 'run');
  const rows = [
    claim({ drawn: drawn('valid') }),
    claim({ index: 1, drawn: drawn('valid', { level: 1, finalMs: 9000 }) }),
    wrongClaim({ model: HOSTILE, drawn: drawn('valid', { finalMs: 4000 }) }),
    wrongClaim({ index: 2 }),
  ];
  writeFolder(folder, {
    'manifest.json': JSON.stringify({ kind: FOLDER_KIND, assay: '1.2.3', node: 'v20.20.2' }),
    'config.resolved.yaml': SMALL_SCENARIO,
    'result.json': JSON.stringify(result),
    'claims.csv': claimsCsv(rows),
  });
  return folder;
}

async function pageOf(folder: string): Promise<string> {
  const out = join(folder, 'report.html');
  await writeReport({ folder, out, writer: 'Assay test' });
  return readFileSync(out, 'utf8');
}

/** Everything by which a page could ask for something, as far as it is not in the page. */
function requestsOf(html: string): readonly string[] {
  const own = html.replaceAll(/<script type="application\/json"[^>]*>[\s\S]*?<\/script>/g, '');
  const attributes = [
    ...own.matchAll(/\s(?:src|srcset|href|xlink:href|action|data|poster)="([^"]*)"/g),
  ];
  const styles = [...own.matchAll(/url\(([^)]*)\)|@import\s*([^;]*)/g)];
  const links = [...own.matchAll(/<a [^>]*href="([^"]*)"/g)].map(([, href]) => href);
  return [...attributes, ...styles]
    .map(([, target, other]) => target ?? other ?? '')
    .filter((target) => !links.includes(target) || /^\w+:/.test(target));
}

/** The text that a reader sees, without tags. */
function textOf(html: string): string {
  return html
    .replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');
}

describe('the report of a run', () => {
  it('asks for nothing, and its policy admits its own style and script only', async () => {
    const html = await pageOf(storeRun(sampleResult()));
    assert.deepEqual(requestsOf(html), []);
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
    const hash = (tag: string): string => {
      const text = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(html)?.[1] ?? '';
      return `&#39;sha256-${createHash('sha256').update(text).digest('base64')}&#39;`;
    };
    assert.ok(policy.startsWith('default-src &#39;none&#39;'), policy);
    assert.ok(policy.includes(`style-src ${hash('style')}`), policy);
    assert.ok(policy.includes(`script-src ${hash('script')}`), policy);
    assert.doesNotMatch(html, /\sstyle="|\son\w+="/);
  });

  it('takes no markup from names and descriptions', async () => {
    const result = { ...sampleResult(), scenario: HOSTILE, description: HOSTILE };
    const html = await pageOf(storeRun(result));
    assert.doesNotMatch(html, /<script>alert|<img/);
    assert.equal([...html.matchAll(/<script>/g)].length, 1);
    assert.ok(textOf(html).includes('&lt;script&gt;alert(1)&lt;/script&gt;'));
  });

  it('gives every figure a finding, a table and its specification', async () => {
    const folder = storeRun(sampleResult());
    const html = await pageOf(folder);
    const figures = html.match(/<figure [\s\S]*?<\/figure>/g) ?? [];
    assert.equal(figures.length, 5);
    for (const figure of figures) {
      assert.match(figure, /<svg role="img"[^>]* aria-label="[^"]{30,}"/);
      assert.match(figure, /<figcaption>[^<]{30,}<\/figcaption>/);
      assert.match(figure, /<table>[\s\S]*<tbody><tr><td/);
      const json = /<script type="application\/json"[^>]*>([\s\S]*?)<\/script>/.exec(figure)?.[1];
      const spec: unknown = JSON.parse(json ?? '');
      assert.ok(typeof spec === 'object' && spec !== null && 'data' in spec);
    }
    const files = readdirSync(join(folder, 'figures'));
    const ids = figures.map((figure) => `${/id="([^"]+)"/.exec(figure)?.[1]}.svg`);
    assert.deepEqual([...files].sort(), [...ids].sort());
  });

  it('states n, interval and closed form of every rate, and why there is none', async () => {
    const text = textOf(await pageOf(storeRun(sampleResult())));
    assert.match(
      text,
      /wrong ones accepted 1 10 10 % \[0\.253, 44\.5\] % clopper-pearson 0\.00128 %/,
    );
    assert.match(text, /1 of 10 drawn were accepted/);
    assert.match(text, /95 % interval \[0\.253, 44\.5\] %; the closed form says 0\.00128 %/);
    assert.match(text, /none rules are ablated: QUORUM-3/);
  });

  it('says in words what cannot be said', async () => {
    const result = sampleResult();
    const none = { count: 0, of: 0, share: null, low: 0, high: 1 };
    const wrong = {
      ...result.wrong,
      convictedByVariant: {},
      accepted: { ...result.wrong.accepted, ...none },
    };
    const text = textOf(await pageOf(storeRun({ ...result, wrong, slashes: [] })));
    assert.match(text, /No wrong answer was drawn/);
    assert.match(text, /wrong ones accepted 0 0 of nothing none/);
    assert.match(text, /Nobody lost stake/);
    assert.match(text, /this run says nothing about detection/);
  });

  it('says who took part, who was dishonest, and over which network', async () => {
    const text = textOf(await pageOf(storeRun(sampleResult())));
    assert.match(text, /\d+ providers? \(\d+ dishonest: substitute-model\) gave/);
    assert.match(text, /Network: 20 ms each\./);
    assert.match(text, / stake per (?:answer|seat) at best/);
  });

  it('names the claims worth a look with the command that replays them', async () => {
    const folder = storeRun(sampleResult());
    const html = await pageOf(folder);
    assert.ok(html.includes(`<code>npx assay sim replay ${folder} --trace t.json</code>`));
    const text = textOf(html);
    assert.match(text, /Wrong, and accepted .*wrong \(int8\): valid at level 0, final after 3 s/);
    assert.match(text, /Longest wait for a verdict .*final after 8 s/);
    assert.match(text, /Highest level reached .*at level 1/);
  });

  it('does not stand in the way of the next run into its folder', async () => {
    const folder = storeRun(sampleResult());
    await pageOf(folder);
    checkFolder(folder);
    storeRun(sampleResult());
    assert.equal(existsSync(join(folder, 'report.html')), false);
  });

  it('refuses what holds no results, and results of another version', async () => {
    const codeOf = async (folder: string): Promise<string> => {
      try {
        await writeReport({ folder, out: join(place, 'r.html'), writer: 'test' });
      } catch (error) {
        if (error instanceof AssayError) return error.detail.code;
        throw error;
      }
      return 'written';
    };
    assert.equal(await codeOf(place), 'no-results');
    assert.equal(await codeOf(join(place, 'nowhere')), 'no-results');
    const { slashes: _, ...older } = sampleResult();
    assert.equal(await codeOf(storeRun(JSON.parse(JSON.stringify(older)))), 'other-result-version');
    const { claims, ...others } = sampleResult();
    const damaged = { ...others, claims: { ...claims, answered: 'x' } };
    assert.equal(
      await codeOf(storeRun(JSON.parse(JSON.stringify(damaged)))),
      'other-result-version',
    );
    assert.equal(await codeOf(storeRun(sampleResult())), 'written');
  });
});

describe('the report of a sweep', () => {
  const SHARES = 'vary:\n  grid:\n    adversaries.0.share: [0.5, 0.6, 0.7]\nreplicas: 3\n';

  it('asks for nothing, and draws rates with bands against their closed forms', async () => {
    const folder = join(place, 'sweep');
    storeSweep(folder, {
      keys: SHARES,
      metricsOf: (cell, replica) => [
        rate('wrongAccepted', cell.index + replica, 40, 0.05),
        value('latencyMsP50', 1000 + 100 * cell.index + replica),
      ],
    });
    const html = await pageOf(folder);
    assert.deepEqual(requestsOf(html), []);
    // pooled over three replicas: 0+1+2, 3+3, 6+3 events in 120 trials
    assert.match(
      textOf(html),
      /share 0\.5 2\.5 % 120 3 \[0\.5\d* %, 7\.1\d* %\] clopper-pearson 5 %/,
    );
    assert.match(html, /Most with share 0\.7: 7\.5\u00a0% \(9 of 120/);
    assert.match(html, /<li><svg[^>]*><path d="M0 6h5m4 0h5[^>]*><\/svg><span>closed form/);
    const svg = readFileSync(join(folder, 'figures', 'first-errors-1.svg'), 'utf8');
    assert.match(svg, /stroke-dasharray="5,4"/);
    assert.match(svg, /mark-area/);
  });

  it('names the runs that stand out, by cell and replica', async () => {
    const folder = join(place, 'sweep');
    const plan = storeSweep(folder, {
      keys: SHARES,
      metricsOf: (cell, replica) => [
        rate('wrongAccepted', cell.index === 1 && replica === 2 ? 3 : 0, 40),
        value('latencyMsMax', cell.index === 2 && replica === 1 ? 9999 : 1000 + replica),
      ],
    });
    const html = await pageOf(folder);
    const commandOf = (cell: number, replica: number): string =>
      `sim replay ${folder} --cell ${plan.cells[cell]?.id} --replica ${replica} --trace t.json`;
    const [accepted = '', slowest = ''] = html.match(/<li class="card">[\s\S]*?<\/li>/g) ?? [];
    assert.ok(accepted.includes('Wrong answers accepted') && accepted.includes(commandOf(1, 2)));
    assert.ok(slowest.includes('Longest wait') && slowest.includes(commandOf(2, 1)));
  });

  it('says who took part, and how many replicas a cell has if the sweep does not', async () => {
    const folder = join(place, 'sweep');
    const keys = 'vary:\n  grid:\n    adversaries.0.share: [0.5, 0.6]\n';
    storeSweep(folder, { keys, metricsOf: () => [value('claims', 25, 'claims')] });
    const text = textOf(await pageOf(folder));
    assert.match(text, /2 simulated runs of the protocol \(50 answers\) in 2 cells/);
    assert.match(text, /Each run: \d+ validators, \d+ providers?; dishonest: /);
    assert.match(text, /, share 0\.5 to 0\.6\. Network: /);
    assert.match(text, /replicas 10 for each cell/);
    // only one of the ten was stored
    assert.match(text, /Incomplete: 18 runs are missing, none failed\./);
    const written = await writeReport({ folder, out: join(place, 'r.html'), writer: 'test' });
    assert.equal(written.lack, '18 runs are missing, none failed');
  });

  it('does not praise what has no end: answers without a verdict are counted', async () => {
    const folder = join(place, 'sweep');
    const metricsOf = () => [rate('wrongAccepted', 0, 40), rate('unresolved', 30, 60)];
    storeSweep(folder, { keys: 'replicas: 2\n', metricsOf });
    const html = await pageOf(folder);
    assert.match(html, /<div class="verdict bad">\n<h2>Did wrong answers get through/);
    assert.match(textOf(html), /60 of 120 drawn, right or wrong, got no verdict at all/);
  });

  it('judges by the cells with all rules, and says beside it what happened without', async () => {
    const folder = join(place, 'sweep');
    storeSweep(folder, {
      keys: 'arms:\n  plain: {}\n  blind: { ablate: [COMMIT-2] }\nreplicas: 3\n',
      metricsOf: ({ arm }) => [
        rate('wrongAccepted', arm === 'blind' ? 9 : 0, 40),
        value('gainPerSeat.lazy-validator', arm === 'blind' ? 5 : -5, 'prices'),
      ],
    });
    const text = textOf(await pageOf(folder));
    assert.match(text, /get through\? 0 of 120 drawn were accepted/);
    assert.match(text, /With rules switched off: Up to 22\.5 % of the drawn\./);
    assert.match(text, /cheating earn\? -5 units per seat at best/);
    assert.match(text, /With rules switched off: \+5 units per seat at best\./);
  });

  it('names whose number it is, also if the others of the family are left out', async () => {
    const folder = join(place, 'sweep');
    storeSweep(folder, {
      keys: SHARES,
      metricsOf: (cell) => [
        rate('slashedValidators.honest', 0, 10),
        rate('slashedValidators.twin', cell.index, 10),
        value('levelMax', 1, 'level'),
      ],
    });
    const html = await pageOf(folder);
    assert.match(html, /<h3>Validators slashed, twin<\/h3>/);
    // all runs reached the same level: none of them stands out
    assert.doesNotMatch(html, /Highest level reached/);
  });

  it('compares arms with the first one, in pairs', async () => {
    const folder = join(place, 'sweep');
    storeSweep(folder, {
      keys:
        'arms:\n  plain: {}\n  blind: { durationRounds: 3 }\nreplicas: 3\n' +
        'metrics: [latencyMsP50]\n',
      metricsOf: (cell, replica) => [value('latencyMsP50', 100 * replica + 7 * cell.index)],
    });
    const text = textOf(await pageOf(folder));
    assert.match(text, /blind: \+7 \(n = 3 pairs, 95 % \[7, 7\]\)/);
  });

  it('stays small: of many cells it draws some, and says so', async () => {
    const folder = join(place, 'sweep');
    storeSweep(folder, {
      keys: `vary:\n  random:\n    count: 400\n    seed: 1\n    ranges:
      adversaries.0.share: { from: 0.5, to: 0.9 }
      network.jitter: { from: 0, to: 0.5 }
      durationRounds: { from: 2, to: 9, scale: integer }\nreplicas: 1\n`,
      metricsOf: (cell) => [
        rate('wrongAccepted', cell.index % 7, 40),
        value('latencyMsP95', cell.index),
      ],
    });
    const html = await pageOf(folder);
    assert.ok(html.length < 1_000_000, `${html.length} characters`);
    assert.match(html, /Drawn: one in 2 of 400; all are in cells\.csv/);
    assert.match(html, /the first 200 of 400 rows/);
    assert.doesNotMatch(html, /Time to the final verdict/);
    assert.match(html, /href="runs\.parquet"/);
  });
});
