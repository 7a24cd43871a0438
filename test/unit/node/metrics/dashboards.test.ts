/** Dashboards and alerts ask only for what nodes serve: metrics and labels of the list. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { METRICS, seriesLabels } from '../../../../src/node/metrics/index.ts';
import { namesIn } from '../../../support/promql.ts';

const CONFIGS = new URL('../../../../configs/', import.meta.url);
/** What Prometheus adds to each series. */
const ADDED = ['instance', 'job'];
const SERIES = new Map([...seriesLabels(), ['up', []]]);

type Panel = {
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
};
type Variable = {
  readonly name: string;
  readonly type: string;
  readonly query: string | { readonly query: string };
};
type Dashboard = {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
};
type Rule = {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
};

const dashboards = readdirSync(new URL('grafana/', CONFIGS))
  .filter((name) => name.endsWith('.json'))
  .map((name) => {
    const text = readFileSync(new URL(`grafana/${name}`, CONFIGS), 'utf8');
    return { name, dashboard: JSON.parse(text) as Dashboard };
  });

describe('dashboards', () => {
  it('are three: summary, gossip, verification', () => {
    const names = dashboards.map(({ name }) => name).sort();
    assert.deepEqual(names, ['gossip.json', 'summary.json', 'verification.json']);
    assert.equal(new Set(dashboards.map(({ dashboard }) => dashboard.uid)).size, 3);
  });

  for (const { name, dashboard } of dashboards) {
    const panels = dashboard.panels.filter(({ type }) => type !== 'row');

    it(`${name} asks only for metrics and labels that nodes serve`, () => {
      assert.ok(panels.length > 5);
      for (const { title, targets = [] } of panels) {
        assert.ok(targets.length > 0, title);
        for (const { expr, legendFormat } of targets) {
          assertServed(expr, `${name}, ${title}`);
          assertLegend(expr, legendFormat, `${name}, ${title}`);
          assert.ok(expr.includes('instance=~"$instance"'), `${title}: all nodes at once`);
        }
      }
    });

    it(`${name} takes data source and node from variables, and explains each panel`, () => {
      const { list } = dashboard.templating;
      assert.deepEqual(
        list.map((variable) => [variable.name, variable.type]),
        [
          ['datasource', 'datasource'],
          ['instance', 'query'],
        ],
      );
      for (const { query } of list) {
        if (typeof query === 'string') continue;
        const [, metric = '', label = ''] =
          /^label_values\((\w+), (\w+)\)$/.exec(query.query) ?? [];
        assert.ok([...(SERIES.get(metric) ?? []), ...ADDED].includes(label), query.query);
        assert.ok(SERIES.has(metric), query.query);
      }
      for (const { title, datasource, description } of panels) {
        assert.match(datasource?.uid ?? '', /^\$\{datasource\}$/, title);
        assert.ok((description ?? '').length > 10, title);
      }
    });
  }

  it('show every metric of the list somewhere', () => {
    const text = dashboards.map(({ dashboard }) => JSON.stringify(dashboard)).join();
    const hidden = Object.keys(METRICS).filter((name) => !text.includes(name));
    // who scrapes sees these two anyway, or only when something is wrong with scraping
    assert.deepEqual(hidden, ['assay_uptime_seconds', 'assay_api_streams', SCRAPE]);
  });
});

const SCRAPE = 'assay_scrape_duration_seconds';

describe('alerts', () => {
  const text = readFileSync(new URL('prometheus/alerts.yaml', CONFIGS), 'utf8');
  const { groups } = parse(text) as { groups: readonly { readonly rules: readonly Rule[] }[] };
  const rules = groups.flatMap((group) => group.rules);

  it('ask only for what nodes serve, and say what to do', () => {
    for (const { alert, expr, labels, annotations } of rules) {
      assertServed(expr, alert);
      assert.match(labels['severity'] ?? '', /^(critical|warning)$/, alert);
      assert.ok((annotations['summary'] ?? '').length > 5, alert);
      assert.ok((annotations['description'] ?? '').length > 20, alert);
      for (const [, label = ''] of (annotations['summary'] ?? '').matchAll(/\$labels\.(\w+)/g)) {
        assertLegend(expr, `{{${label}}}`, alert);
      }
    }
  });

  it('know the ways in which a validator fails', () => {
    const names = rules.map(({ alert }) => alert);
    for (const name of ['Isolated', 'Halted', 'DiskLow', 'NoBeacon', 'VotesMissed']) {
      assert.ok(names.includes(`Assay${name}`), name);
    }
  });

  it('are read by the example configuration, which scrapes a node', () => {
    const file = readFileSync(new URL('prometheus/prometheus.yaml', CONFIGS), 'utf8');
    const { rule_files: files, scrape_configs: jobs } = parse(file);
    assert.deepEqual(files, ['alerts.yaml']);
    assert.equal(jobs[0].job_name, 'assay');
  });
});

describe('the reader of queries', () => {
  it('finds series, labels and groups', () => {
    const query = 'topk(3, sum by (a, le) (rate(x_total{a=~"$i",b!="by (z)"}[5m])) / y) > 1e3';
    assert.deepEqual(namesIn(query), {
      series: [
        { name: 'x_total', labels: ['a', 'b'] },
        { name: 'y', labels: [] },
      ],
      grouping: ['a', 'le'],
    });
  });

  it('takes a function that it does not know for a metric, which is then refused', () => {
    assert.deepEqual(namesIn('ratte(x)').series[0], { name: 'ratte', labels: [] });
    assert.throws(() => namesIn('x ? y'), RangeError);
    assert.throws(() => namesIn('sum'), RangeError);
  });

  it('refuses metrics and labels that nobody serves', () => {
    assert.throws(() => assertServed('assay_rounds', ''), /no metric assay_rounds/);
    assert.throws(() => assertServed('assay_round{peer="x"}', ''), /no label peer/);
    assert.throws(() => assertServed('sum by (peer) (assay_round)', ''), /no label peer/);
    assert.throws(() => assertServed('assay_execution_duration_seconds', ''), /no metric/);
    assertServed('assay_execution_duration_seconds_bucket{model="x", le="1", job="y"}', '');
  });
});

function assertServed(expr: string, where: string): void {
  const { series, grouping } = namesIn(expr);
  assert.ok(series.length > 0, `${where}: nothing is asked for`);
  const all = new Set(ADDED);
  for (const { name, labels } of series) {
    const known = SERIES.get(name);
    assert.ok(known !== undefined, `${where}: no metric ${name}`);
    for (const label of known) all.add(label);
    const strange = labels.filter((label) => ![...known, ...ADDED].includes(label));
    assert.deepEqual(strange, [], `${where}: no label ${strange} of ${name}`);
  }
  const strange = grouping.filter((label) => !all.has(label));
  assert.deepEqual(strange, [], `${where}: no label ${strange} to group by`);
}

/** What a legend shows is still there: what is grouped by, or all if nothing is. */
function assertLegend(expr: string, legend: string, where: string): void {
  const { series, grouping } = namesIn(expr);
  const all = series.flatMap(({ name }) => SERIES.get(name) ?? []);
  const shown = grouping.length > 0 ? grouping : [...all, ...ADDED];
  for (const [, label = ''] of legend.matchAll(/\{\{(\w+)\}\}/g)) {
    assert.ok(shown.includes(label), `${where}: no ${label} in ${legend}`);
  }
}
