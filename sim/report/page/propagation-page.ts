/** The report of one propagation run as a page. */
import { barChart } from '../figures/bar-chart.ts';
import type { Figure } from '../figures/figure.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatInterval,
  formatNumber,
  formatPlural,
  formatShare,
} from '../format.ts';
import type { RunFolder } from '../read-folder.ts';
import { figuresBlock, tableBlock, type Verdict, verdictsBlock } from './blocks.ts';
import { type PageSection, pageHtml } from './document.ts';
import { card, runProvenance } from './provenance.ts';
import { rateTable } from './run-figures.ts';
import type { MadePage, PagePlace } from './run-page.ts';
import { networkText } from './setting.ts';

type PropagationRun = Extract<RunFolder, { kind: 'propagation' }>;
type Result = PropagationRun['result'];

/** Makes the page of a propagation run. */
export async function propagationPage(run: PropagationRun, place: PagePlace): Promise<MadePage> {
  const { result } = run;
  const figures = deliveryFigure(result);
  const html = pageHtml({
    title: `${result.scenario}, seed ${result.seed}`,
    sentence:
      `${formatPlural(result.messages, 'message')} of ${formatBytes(result.sizeBytes)} ` +
      `spread over ${formatPlural(result.nodes, 'node')}, ` +
      `${formatDuration(result.virtualMs)} of virtual time. ` +
      `Network: ${networkText(run.configuration)}.`,
    description: result.description,
    verdicts: verdictsBlock(verdictsOf(result)),
    opening: await figuresBlock(figures, costCard(result)),
    sections: [rateSection(result), madeOf(run, place)],
    footer: `Written by ${place.writer} from ${run.path}.`,
  });
  return { html, figures };
}

function verdictsOf({ delivered, deliveryMs, copiesPerDelivery }: Result): readonly Verdict[] {
  const missed = delivered.of - delivered.count;
  const { p99, max } = deliveryMs;
  const { value, expected } = copiesPerDelivery;
  const form = expected.value === null ? '' : `A flood takes ${formatNumber(expected.value)}.`;
  return [
    {
      question: 'Who got the messages?',
      answer:
        missed === 0 ? 'Everybody' : `${formatShare(delivered.share ?? 0)} of those who should`,
      tone: missed === 0 ? 'good' : 'bad',
      reasons: [
        `${formatCount(delivered.count)} of ${formatCount(delivered.of)} deliveries, ` +
          `95 % interval ${formatInterval(delivered)}.`,
      ],
    },
    {
      question: 'How long did it take?',
      answer: p99 === null ? 'Nothing was delivered' : `${formatDuration(p99)} for 99 in 100`,
      tone: 'plain',
      reasons:
        max === null
          ? []
          : [`The last of ${formatCount(delivered.count)} took ${formatDuration(max)}.`],
    },
    {
      question: 'What did it cost?',
      answer:
        value === null ? 'Nothing was delivered' : `${formatNumber(value)} copies per delivery`,
      tone: 'plain',
      reasons: [form, `Mean of n = ${formatCount(delivered.count)} deliveries.`],
    },
  ];
}

function deliveryFigure({ deliveryMs, delivered }: Result): readonly Figure[] {
  const quantiles = [
    ['half of all', deliveryMs.p50],
    ['90 in 100', deliveryMs.p90],
    ['99 in 100', deliveryMs.p99],
    ['all', deliveryMs.max],
  ] as const;
  const rows = quantiles.flatMap(([label, ms]) => {
    if (ms === null) return [];
    const text = formatDuration(ms);
    return [{ label, series: '', value: ms, text, tip: `${label} within ${text}` }];
  });
  if (rows.length === 0) return [];
  const figure = barChart({
    id: 'delivery-time',
    title: 'Time from publishing to delivery',
    finding:
      `Quantiles of ${formatCount(delivered.count)} deliveries of one run, at most 0.2 % too ` +
      'high; an interval needs several seeds, which a sweep gives.',
    rows,
    series: [],
    unit: 'duration',
    axisTitle: 'virtual time',
    table: {
      columns: [
        { label: 'deliveries', isNumber: false },
        { label: 'within', isNumber: true },
      ],
      rows: rows.map(({ label, text }) => [label, text]),
    },
  });
  return [figure];
}

function costCard({ copiesPerDelivery, bytesUpPerNode, controlBytesPerNode }: Result) {
  const { value, expected } = copiesPerDelivery;
  const rows = [
    [
      'copies per delivery',
      value === null ? 'nothing delivered' : formatNumber(value),
      expected.value === null ? 'none' : formatNumber(expected.value),
    ],
    ['sent by a node, mean', formatBytes(bytesUpPerNode), 'none'],
    ['gossip of its own, mean', formatBytes(controlBytesPerNode), 'none'],
  ];
  const columns = ['what', 'this run', 'closed form'].map((label, index) => {
    return { label, isNumber: index > 0 };
  });
  return card('Traffic', tableBlock({ columns, rows }, { caption: 'Traffic' }));
}

function rateSection({ delivered }: Result): PageSection {
  return {
    id: 'rates',
    title: 'Deliveries',
    lead: 'Deliveries among the nodes that should have got each message.',
    body: card('Rates', tableBlock(rateTable([['delivered', delivered]]), { caption: 'Rates' })),
  };
}

function madeOf(run: PropagationRun, { folderLink }: PagePlace): PageSection {
  const { result } = run;
  const { seed, configHash, traceDigest } = result;
  return runProvenance(run, {
    kind: 'propagation',
    ...{ seed, configHash, traceDigest },
    events: result.events,
    files: [],
    folderLink,
  });
}
