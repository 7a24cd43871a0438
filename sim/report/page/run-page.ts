/** The report of one protocol run as a page. */
import type { ClaimLine } from '../claims-csv.ts';
import { CONVICTIONS } from '../cost.ts';
import type { Figure } from '../figures/figure.ts';
import {
  formatCount,
  formatDuration,
  formatInterval,
  formatNumber,
  formatPlural,
  formatShare,
} from '../format.ts';
import type { RunFolder } from '../read-folder.ts';
import type { RunResult } from '../result.ts';
import { type Section, sectionsOf } from '../sections.ts';
import { commandText } from '../table.ts';
import {
  figuresBlock,
  type Seed,
  seedsBlock,
  tableBlock,
  type Verdict,
  verdictsBlock,
} from './blocks.ts';
import { type PageSection, pageHtml } from './document.ts';
import { escalationSection } from './escalation.ts';
import { html } from './markup.ts';
import { card, runProvenance } from './provenance.ts';
import {
  detectionFigure,
  moneyFigure,
  namedRates,
  ratesFigure,
  rateTable,
  timeFigure,
  trafficFigure,
} from './run-figures.ts';
import { moneyTable, slashTable, workTable } from './run-tables.ts';
import { networkText, roleText } from './setting.ts';
import { expectedText } from './words.ts';

/** Columns of a terminal: verdicts are the same there. */
const LAYOUT = { columns: 80 };
/** Claims shown of each kind. */
const CLAIMS_SHOWN = 3;

type ProtocolRun = Extract<RunFolder, { kind: 'protocol' }>;

/** A page, and the figures in it. */
export type MadePage = {
  readonly html: string;
  readonly figures: readonly Figure[];
  /** Which runs of a sweep are not in it; absent if all are. */
  readonly lack?: string | undefined;
};

/** How a page refers to its folder, and who wrote it. */
export type PagePlace = {
  /** From the report to the folder of the results: '' or ends in a slash. */
  readonly folderLink: string;
  /** What wrote the report, such as `Assay 0.1.0`. */
  readonly writer: string;
};

/** Makes the page of a run. */
export async function runPage(run: ProtocolRun, place: PagePlace): Promise<MadePage> {
  const { result, claims, configuration } = run;
  const firstRound = firstCountedRound(configuration);
  const opening = present([
    ratesFigure(result),
    timeFigure(result, claims, firstRound),
    moneyFigure(result),
  ]);
  const traffic = present([trafficFigure(result)]);
  const detection = present([detectionFigure(result)]);
  const sections = [
    rateSection(result),
    escalationSection(result),
    await costSection(result, traffic),
    moneySection(result),
    slashSection(result),
    await detectionSection(detection),
    seedSection(run),
    madeOf(run, place),
  ];
  const page = pageHtml({
    title: `${result.scenario}, seed ${result.seed}`,
    sentence: sentenceOf(result, configuration),
    description: result.description,
    verdicts: verdictsBlock(verdictsOf(result)),
    opening: await figuresBlock(opening),
    sections,
    footer: `Written by ${place.writer} from ${run.path}. Simulated: ${promisesText(result)}`,
  });
  return { html: page, figures: [...opening, ...traffic, ...detection] };
}

/** Returns those that there are. */
export function present<T>(items: readonly (T | undefined)[]): readonly T[] {
  return items.filter((item) => item !== undefined);
}

function firstCountedRound(configuration: unknown): number {
  const isRecord = typeof configuration === 'object' && configuration !== null;
  const warmUp = isRecord && 'warmUpRounds' in configuration ? configuration.warmUpRounds : 0;
  // genesis is round 1: claims come from round 2 on
  return 2 + (typeof warmUp === 'number' ? warmUp : 0);
}

function sentenceOf(result: RunResult, configuration: unknown): string {
  const { claims, virtualMs } = result;
  return (
    `${roleText('provider', result)} gave ${formatPlural(claims.answered, 'answer')} in ` +
    `${formatDuration(virtualMs)} of virtual time; ${roleText('validator', result)} ` +
    `re-executed the ${formatCount(claims.drawn.count)} that were drawn. ` +
    `Network: ${networkText(configuration)}.`
  );
}

function promisesText({ invariants: { checks, violations, ablated } }: RunResult): string {
  const broken = Object.entries(violations);
  const rules = ablated.length === 0 ? '' : ` Rules switched off: ${ablated.join(', ')}.`;
  return broken.length === 0
    ? `the promises of the protocol were checked ${formatCount(checks)} times and held.${rules}`
    : `promises broke: ${broken.map(([name, n]) => `${name} (${n})`).join(', ')}.${rules}`;
}

function verdictsOf(result: RunResult): readonly Verdict[] {
  const sections = sectionsOf(result, LAYOUT);
  const verdictOf = (title: string): Section['verdict'] =>
    sections.find((section) => section.title === title)?.verdict ?? { tone: 'plain', text: '' };
  const wrong = verdictOf('Did wrong answers get through?');
  const honest = verdictOf('Were honest parties hurt?');
  const pay = verdictOf('Does cheating pay?');
  const { accepted } = result.wrong;
  const { perClaim, perDrawnClaim } = result.reExecutions;
  const { drawn } = result.claims;
  const best = bestGain(result);
  return [
    {
      question: 'Did wrong answers get through?',
      answer:
        accepted.of === 0
          ? 'No wrong answer was drawn'
          : `${formatCount(accepted.count)} of ${formatCount(accepted.of)} drawn were accepted`,
      tone: wrong.tone,
      reasons: [wrong.text, accepted.of === 0 ? '' : acceptedText(result)],
    },
    {
      question: 'What did honesty cost?',
      answer:
        perClaim === null
          ? 'Nothing was answered'
          : `${formatNumber(perClaim)} executions per answer`,
      tone: honest.tone,
      reasons: [
        withoutYes(honest.text),
        perDrawnClaim === null
          ? 'Nothing was drawn, nothing was re-executed.'
          : `A drawn answer was executed ${formatNumber(perDrawnClaim)} times by validators; ` +
            `${formatShare(drawn.share ?? 0)} were drawn (n = ${formatCount(drawn.of)}).`,
      ],
    },
    {
      question: 'What did cheating earn?',
      tone: pay.tone,
      answer: best.answer,
      reasons: [withoutYes(pay.text), best.size, deterrence(result)],
    },
  ];
}

/** The question is another one here: its yes or no goes away. */
function withoutYes(text: string): string {
  const rest = text.replace(/^(?:Yes|No): /, '');
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

function acceptedText({ wrong: { accepted } }: RunResult): string {
  const form =
    accepted.expected.value === null
      ? `no closed form: ${accepted.expected.reason}`
      : `the closed form says ${expectedText(accepted.expected)}`;
  return `95 % interval ${formatInterval(accepted)}; ${form}.`;
}

function bestGain({ money }: RunResult): { readonly answer: string; readonly size: string } {
  const gains = money.behaviours.flatMap(({ againstHonestyPerUnitStake: gain, unit, units }) =>
    gain === null ? [] : [{ gain, units, name: unit === 'claim' ? 'answer' : 'seat' }],
  );
  const [best] = gains.sort((a, b) => b.gain - a.gain);
  if (best === undefined) return { answer: 'Nobody cheated', size: '' };
  const sign = best.gain > 0 ? '+' : '';
  return {
    answer: `${sign}${formatNumber(best.gain)} stake per ${best.name} at best`,
    size: `Of n = ${formatNumber(best.units)} ${best.name}s of one run: no interval.`,
  };
}

function deterrence({ money: { leastSamplingRate, samplingRate } }: RunResult): string {
  if (leastSamplingRate === null || samplingRate === null) return '';
  return (
    `${formatShare(samplingRate)} of answers are drawn; where no validator colludes, honesty ` +
    `pays from ${formatShare(leastSamplingRate)} on.`
  );
}

function rateSection(result: RunResult): PageSection {
  const rates = [
    ...namedRates(result),
    ['answers in sealed batches', result.claims.sealed] as const,
    ['slashes that found the stake', result.wrong.slashCollected] as const,
  ];
  return {
    id: 'rates',
    title: 'All rates, with n, interval and closed form',
    lead:
      'An interval says which true shares fit the count; a closed form is what the theory of ' +
      'sampling and committees expects for the stake that nodes really hold.',
    body: html`<div class="card">${tableBlock(rateTable(rates), { caption: 'Rates' })}</div>`,
  };
}

async function costSection(result: RunResult, figures: readonly Figure[]): Promise<PageSection> {
  return {
    id: 'cost',
    title: 'Traffic and compute',
    lead:
      result.traffic.perClaim === null
        ? 'Nothing was answered, so nothing has a cost per answer.'
        : 'What an answer costs the network, and who pays it. Costs are sums of the whole run: ' +
          'an interval needs several seeds.',
    body: await figuresBlock(
      figures,
      card('By role', tableBlock(workTable(result), { caption: 'Traffic and compute by role' })),
    ),
  };
}

function moneySection(result: RunResult): PageSection {
  return {
    id: 'profit',
    title: 'Profit by behaviour',
    lead:
      `In stake; one unit of cost or price is ${formatNumber(result.money.unitStake)}. Against ` +
      'honesty means: above or below an honest node of the same role in the same run.',
    body: card(
      'Who earned what',
      tableBlock(moneyTable(result), { caption: 'Money by behaviour' }),
    ),
  };
}

function slashSection({ slashes }: RunResult): PageSection {
  const honest = slashes.filter(({ behaviour }) => behaviour === 'honest');
  return {
    id: 'slashes',
    title: 'Who was slashed, and why',
    lead:
      slashes.length === 0
        ? 'Nobody lost stake.'
        : honest.length === 0
          ? 'Only dishonest nodes lost stake.'
          : 'Honest nodes lost stake too: see the rows of honest.',
    body:
      slashes.length === 0
        ? undefined
        : card('Slashes', tableBlock(slashTable(slashes), { caption: 'By behaviour' })),
  };
}

async function detectionSection(figures: readonly Figure[]): Promise<PageSection> {
  return {
    id: 'substitutes',
    title: 'Which substitutes were detected',
    lead:
      figures.length === 0
        ? 'No wrong answer was drawn: this run says nothing about detection.'
        : 'Wrong answers that were drawn, by what was run instead of the model.',
    body: await figuresBlock(figures),
  };
}

function seedSection(run: ProtocolRun): PageSection {
  const seeds = claimSeeds(run);
  return {
    id: 'seeds',
    title: 'Worth a look',
    lead:
      seeds.length === 0
        ? 'Nothing was drawn: there is no claim to look at.'
        : 'Claims that stand out. A replay gives the same run again, with its trace.',
    body: seedsBlock(seeds),
  };
}

function claimSeeds({ claims, path, result }: ProtocolRun): readonly Seed[] {
  const drawn = claims.filter(({ isDrawn }) => isDrawn);
  const commands = [
    commandText(['npx', 'assay', 'sim', 'replay', path, '--trace', 't.json']),
    'npx assay sim view t.json',
  ];
  const decided = drawn.filter(({ finalMs }) => finalMs !== undefined);
  const slowest = [...decided].sort((a, b) => latencyOf(b) - latencyOf(a)).slice(0, 1);
  const accepted = drawn.filter(({ isWrong, verdict }) => isWrong && verdict === 'valid');
  const rejected = drawn.filter(
    ({ isWrong, verdict }) => !isWrong && CONVICTIONS.some((each) => each === verdict),
  );
  const highest = Math.max(0, ...drawn.map(({ level }) => level ?? 0));
  const longest = drawn.filter(({ level }) => highest > 0 && level === highest).slice(0, 1);
  const kinds: readonly (readonly [string, readonly ClaimLine[]])[] = [
    ['Wrong, and accepted', accepted],
    ['Right, and rejected', rejected],
    ['Longest wait for a verdict', slowest],
    ['Highest level reached', longest],
  ];
  return kinds.flatMap(([title, found]) =>
    found.slice(0, CLAIMS_SHOWN).map((line) => ({
      title: found.length > CLAIMS_SHOWN ? `${title} (one of ${found.length})` : title,
      facts: `${claimText(line)}${waitText(line)}. Seed ${result.seed}.`,
      commands,
    })),
  );
}

function latencyOf({ finalMs = 0, answeredMs }: ClaimLine): number {
  return finalMs - answeredMs;
}

function waitText(line: ClaimLine): string {
  return line.finalMs === undefined ? '' : `, final after ${formatDuration(latencyOf(line))}`;
}

function claimText(line: ClaimLine): string {
  const { provider, behaviour, model, round, index, variant, isWrong, verdict, level } = line;
  return (
    `Provider ${provider} (${behaviour}), model ${model}, round ${round}, leaf ${index}, ` +
    `${isWrong ? `wrong (${variant})` : 'right'}: ${verdict ?? 'no verdict'} at level ${level ?? 0}`
  );
}

function madeOf(run: ProtocolRun, { folderLink }: PagePlace): PageSection {
  const { result, claims } = run;
  const { seed, configHash, traceDigest } = result;
  return runProvenance(run, {
    kind: 'protocol',
    ...{ seed, configHash, traceDigest },
    events: result.eventCount,
    files: [['claims.csv', `one line for each of ${formatCount(claims.length)} answers`]],
    folderLink,
  });
}
