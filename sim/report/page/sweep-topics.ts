/** What the report of a sweep shows, section by section: which metrics, under which names. */
import type { SweepContent } from '../read-sweep.ts';
import type { Topic } from './sweep-figures.ts';

/** A section of figures. */
export type TopicSection = {
  readonly id: string;
  readonly title: string;
  readonly lead: string;
  readonly topics: readonly Topic[];
};

/** A family stands for all of its members. */
type Outline = Omit<TopicSection, 'topics'> & {
  readonly metrics: readonly (readonly [title: string, metrics: readonly string[]])[];
};

const PROTOCOL: readonly Outline[] = [
  {
    id: 'errors',
    title: 'Errors against what varies',
    lead: 'Rates are pooled over the runs of a cell; bands are 95 % intervals.',
    metrics: [
      ['Wrong answers accepted', ['wrongAccepted']],
      ['Wrong answers certified at level 0', ['wrongCertified']],
      ['Wrong answers that nobody looked at', ['wrongUndrawn']],
      ['Cheating providers caught', ['cheatersCaught']],
      ['Right answers rejected', ['honestAccused']],
      ['Right answers challenged', ['honestChallenged']],
      ['Answers drawn', ['drawn']],
      ['Answers in sealed batches', ['sealed']],
      ['Drawn answers without a verdict', ['unresolved']],
      ['Promises broken', ['violations']],
    ],
  },
  {
    id: 'time',
    title: 'Time to the verdict',
    lead: 'Quantiles of each run, averaged over runs; virtual time from the answer on.',
    metrics: [
      [
        'Time to the final verdict',
        ['latencyMsP50', 'latencyMsP95', 'latencyMsP99', 'latencyMsMax'],
      ],
      ['Time to the first certificate', ['certificateMsP50', 'certificateMsP99']],
    ],
  },
  {
    id: 'escalation',
    title: 'Escalation',
    lead: 'Drawn answers by the levels that they reached.',
    metrics: [
      ['Above level 0', ['escalated']],
      ['Reached a level', ['reachedLevel']],
      ['Highest level', ['levelMax']],
    ],
  },
  {
    id: 'cost',
    title: 'Traffic and compute per answer',
    lead: 'By who publishes, and by who runs models.',
    metrics: [
      ['Bytes over links per answer', ['providerBytesPerClaim', 'validatorBytesPerClaim']],
      ['Executions per answer', ['providerExecutionsPerClaim', 'executionsPerClaim']],
      ['Executions per drawn answer', ['executionsPerDrawn']],
      ['Messages per answer', ['messagesPerClaim']],
    ],
  },
  {
    id: 'profit',
    title: 'Profit by behaviour',
    lead:
      'In units of cost, in which the scenario states the cost of an execution (1 unless it says ' +
      'otherwise) and the price of an answer. A gain is above honest nodes of the role in the run.',
    metrics: [
      ['Gain of providers per answer', ['gainPerClaim']],
      ['Gain of validators per seat', ['gainPerSeat']],
      ['Net of providers per answer', ['profitPerClaim']],
      ['Net of validators per seat', ['profitPerSeat']],
      ['Share of seats over share of stake', ['seatsOverStake']],
    ],
  },
  {
    id: 'slashes',
    title: 'Who was slashed, and why',
    lead: 'Nodes that lost stake, of all of their behaviour; slashes by what they are for.',
    metrics: [
      ['Providers slashed', ['slashedProviders']],
      ['Validators slashed', ['slashedValidators']],
      ['Slashes of a run', ['slashes']],
      ['Slashes that found the stake', ['slashCollected']],
    ],
  },
  {
    id: 'substitutes',
    title: 'Which substitutes were detected',
    lead: 'Wrong drawn answers that ended in conviction, by what was run instead of the model.',
    metrics: [['Convicted', ['wrongConvicted']]],
  },
];

const PROPAGATION: readonly Outline[] = [
  {
    id: 'delivery',
    title: 'Delivery',
    lead: 'Deliveries among the nodes that should have got each message.',
    metrics: [
      ['Delivered', ['delivered']],
      [
        'Time from publishing to delivery',
        ['deliveryMsP50', 'deliveryMsP90', 'deliveryMsP99', 'deliveryMsMax'],
      ],
    ],
  },
  {
    id: 'cost',
    title: 'Traffic',
    lead: 'What a delivery takes, and what a node sends.',
    metrics: [
      ['Copies per delivery', ['copiesPerDelivery']],
      ['Bytes sent by a node', ['bytesUpPerNode', 'controlBytesPerNode']],
    ],
  },
];

/** What members of one figure are called beside each other. */
const SHORT_NAMES: ReadonlyMap<string, string> = new Map([
  ['latencyMsP50', 'half'],
  ['latencyMsP95', '95 in 100'],
  ['latencyMsP99', '99 in 100'],
  ['latencyMsMax', 'all'],
  ['certificateMsP50', 'half'],
  ['certificateMsP99', '99 in 100'],
  ['deliveryMsP50', 'half'],
  ['deliveryMsP90', '90 in 100'],
  ['deliveryMsP99', '99 in 100'],
  ['deliveryMsMax', 'all'],
  ['providerBytesPerClaim', 'by providers'],
  ['validatorBytesPerClaim', 'by validators'],
  ['providerExecutionsPerClaim', 'by providers'],
  ['executionsPerClaim', 'by validators'],
  ['bytesUpPerNode', 'payload'],
  ['controlBytesPerNode', 'gossip of its own'],
]);

/** Returns the sections of a sweep's report, with the metrics that its runs have. */
export function topicSections({ plan, results }: SweepContent): readonly TopicSection[] {
  const names = [
    ...new Set(
      results.cells.flatMap(({ summaries }) =>
        summaries.filter(({ n }) => n > 0).map(({ name }) => name),
      ),
    ),
  ];
  const outlines = plan.kind.kind === 'propagation' ? PROPAGATION : PROTOCOL;
  return outlines.map(({ metrics, ...section }) => ({
    ...section,
    topics: metrics.map(([title, wanted], index) => ({
      id: `${section.id}-${index + 1}`,
      title,
      metrics: wanted.flatMap((name) => membersOf(name, names)),
    })),
  }));
}

function membersOf(
  wanted: string,
  names: readonly string[],
): readonly (readonly [metric: string, label: string])[] {
  return names
    .filter((name) => name === wanted || name.startsWith(`${wanted}.`))
    .map((name) => [name, labelOf(name, wanted)]);
}

function labelOf(name: string, wanted: string): string {
  if (name === wanted) return SHORT_NAMES.get(name) ?? name;
  const member = name.slice(wanted.length + 1);
  return wanted === 'reachedLevel' ? `level ${member}` : member.replace(/^slash-/, '');
}
