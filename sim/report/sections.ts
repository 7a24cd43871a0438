/** What each section of the report says, and its verdict in words. */
import { OUTCOMES } from '../metrics/claims.ts';
import type { Durations } from '../metrics/quantile.ts';
import type { BehaviourMoney } from './cost.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatPlural,
  formatShare,
} from './format.ts';
import { grid, isNarrow, type Layout, rateLines, wrap } from './layout.ts';
import type { RunResult } from './result.ts';

/** How a verdict sounds: `bad` is for what a network must not do. */
export type Tone = 'good' | 'bad' | 'plain';

export type Section = {
  readonly title: string;
  /** In words, what the numbers below say. */
  readonly verdict: { readonly tone: Tone; readonly text: string };
  readonly lines: readonly string[];
};

/** Returns all sections but the last one, which the caller knows. */
export function sectionsOf(result: RunResult, layout: Layout): readonly Section[] {
  return [
    whatHappened(result, layout),
    wrongAnswers(result, layout),
    honestParties(result, layout),
    time(result, layout),
    cost(result, layout),
    doesCheatingPay(result, layout),
  ];
}

function whatHappened(result: RunResult, layout: Layout): Section {
  const { claims, levels, verdicts } = result;
  const { count: drawn } = claims.drawn;
  const unresolved = verdicts.right.unresolved + verdicts.wrong.unresolved;
  const end =
    unresolved === 0
      ? 'all of these have a final verdict'
      : `${formatCount(unresolved)} of these have no final verdict`;
  const byClass = Object.entries(claims.drawnByClass);
  const names = ['valid', 'invalid', 'unavail.', 'inconcl.', 'none'];
  const counts = (of: (typeof verdicts)['right']): string[] =>
    OUTCOMES.map((outcome) => formatCount(of[outcome]));
  const levelCount = Math.max(levels.right.length, levels.wrong.length);
  const isShort = isNarrow(layout) || levelCount > 5;
  const levelNames = Array.from({ length: levelCount }, (_, level) =>
    isShort ? String(level) : `level ${level}`,
  );
  const levelCounts = (of: readonly number[]): string[] =>
    levelNames.map((_, level) => formatCount(of[level] ?? 0));
  return {
    title: 'What happened',
    verdict: {
      tone: unresolved === 0 ? 'plain' : 'bad',
      text:
        `${formatPlural(claims.answered, 'answer')} of ` +
        `${formatPlural(result.population.providers, 'provider')}; ` +
        `${formatCount(drawn)} were drawn for verification, ${end}.`,
    },
    lines: [
      ...rateLines(layout, [
        ['in sealed batches', claims.sealed],
        ['drawn of these', claims.drawn],
        ...(byClass.length < 2 ? [] : byClass.map(([n, rate]) => [`  class ${n}`, rate] as const)),
      ]),
      ...(drawn === 0
        ? []
        : [
            '',
            ...grid([
              [isNarrow(layout) ? 'final verdict' : 'drawn, by final verdict', ...names],
              ['right answers', ...counts(verdicts.right)],
              ['wrong answers', ...counts(verdicts.wrong)],
            ]),
            '',
            ...grid([
              [isShort ? 'level reached' : 'drawn, by level reached', ...levelNames],
              ['right answers', ...levelCounts(levels.right)],
              ['wrong answers', ...levelCounts(levels.wrong)],
            ]),
          ]),
    ],
  };
}

function wrongAnswers(result: RunResult, layout: Layout): Section {
  const { wrong } = result;
  const { escaped, accepted, capturedAtLevel0, caughtProviders, slashCollected } = wrong;
  const lines = [
    ...grid([
      ['wrong answers given', formatCount(wrong.answered)],
      ['  in batches without a seal (void)', formatCount(wrong.unsealed)],
      ['  not drawn: got through unverified', formatCount(wrong.undrawn)],
      ['  drawn', formatCount(wrong.drawn)],
    ]),
    '',
    ...rateLines(layout, [
      ['sealed ones not drawn', escaped],
      ['drawn ones accepted', accepted],
      ['level 0 captured', capturedAtLevel0],
      ['cheating providers caught', caughtProviders],
      ['slashes that found the stake', slashCollected],
    ]),
  ];
  return { title: 'Did wrong answers get through?', verdict: wrongVerdict(result), lines };
}

function wrongVerdict({ wrong, verdicts }: RunResult): Section['verdict'] {
  const { accepted } = wrong;
  const { unresolved } = verdicts.wrong;
  const unverified =
    wrong.undrawn === 0 ? '' : ` ${formatCount(wrong.undrawn)} got through because nobody looked.`;
  if (wrong.answered === 0) return { tone: 'plain', text: 'There were none.' };
  if (accepted.of === 0) return { tone: 'plain', text: `None was drawn.${unverified}` };
  const all = formatCount(accepted.of);
  if (accepted.count > 0) {
    const text = `Yes: ${formatCount(accepted.count)} of ${all} that were drawn ended valid.`;
    return { tone: 'bad', text: text + unverified };
  }
  if (unresolved > 0) {
    const text = `None of the ${all} drawn ended valid, but ${formatCount(unresolved)} had no end.`;
    return { tone: 'bad', text: text + unverified };
  }
  const text = `Not where it was looked: none of the ${all} drawn ended valid.`;
  return { tone: 'good', text: text + unverified };
}

function honestParties({ honest, verdicts }: RunResult, layout: Layout): Section {
  const { rejected, challengedAtLevel0, slashedProviders, slashedValidators } = honest;
  const { misjudgedClaims } = honest;
  const unpaid = verdicts.right.inconclusive;
  const slashed = slashedProviders + slashedValidators;
  const isHurt = rejected.count + slashed + unpaid > 0;
  const harms = [
    ...(rejected.count > 0 ? [`${formatPlural(rejected.count, 'right answer')} rejected`] : []),
    ...(unpaid > 0 ? [`${formatPlural(unpaid, 'right answer')} left inconclusive`] : []),
    ...(slashed > 0 ? [`${formatPlural(slashed, 'honest node')} slashed`] : []),
  ];
  const challenged = challengedAtLevel0.count;
  const delay =
    challenged === 0
      ? ''
      : ` ${formatPlural(challenged, 'right answer was', 'right answers were')} challenged, ` +
        'and took longer.';
  return {
    title: 'Were honest parties hurt?',
    verdict: {
      tone: isHurt ? 'bad' : 'good',
      text: isHurt
        ? `Yes: ${harms.join(', ')}.${delay}`
        : `No: no right answer was rejected, nobody honest was slashed.${delay}`,
    },
    lines: [
      ...rateLines(layout, [
        ['right answers rejected', rejected],
        ['right answers challenged', challengedAtLevel0],
      ]),
      '',
      ...grid([
        ['honest providers slashed', formatCount(slashedProviders)],
        ['honest validators slashed', formatCount(slashedValidators)],
        ['answers that honest machines misjudged', formatCount(misjudgedClaims)],
      ]),
    ],
  };
}

function time({ time: times }: RunResult, layout: Layout): Section {
  const { toCertificate, toFinal, toFinalUndisputed, toFinalDisputed } = times;
  const row = (label: string, { p50Ms, p95Ms, p99Ms, maxMs, count }: Durations): string[] => {
    const at = (valueMs: number | null | undefined): string =>
      valueMs === null || valueMs === undefined ? '-' : formatDuration(valueMs);
    const p99 = isNarrow(layout) ? [] : [at(p99Ms?.value)];
    const values = [at(p50Ms?.value), at(p95Ms?.value), ...p99, at(maxMs)];
    return [label, ...values, formatCount(count)];
  };
  const p99 = isNarrow(layout) ? [] : ['p99'];
  const median = (durations: Durations): string => formatDuration(durations.p50Ms?.value ?? 0);
  const disputed =
    toFinalDisputed.count === 0
      ? ''
      : ` Where a second level had to decide, half took up to ${median(toFinalDisputed)}.`;
  return {
    title: 'Time',
    verdict: {
      tone: 'plain',
      text:
        toFinal.count === 0
          ? 'Nothing was drawn and decided.'
          : `Half of the drawn answers were final within ${median(toFinal)}.${disputed}`,
    },
    lines: [
      ...grid([
        ['from the answer', 'p50', 'p95', ...p99, 'max', 'n'],
        row('to a certificate', toCertificate),
        row('to the final verdict', toFinal),
        row('  settled at level 0', toFinalUndisputed),
        row('  went to a higher level', toFinalDisputed),
      ]),
      ...wrap(layout, '(virtual time, at the median honest validator)'),
    ],
  };
}

function cost({ traffic, reExecutions }: RunResult, layout: Layout): Section {
  const { perClaim, perDrawnClaim, byType } = traffic;
  const number = (value: number | null | undefined): string =>
    value === null || value === undefined ? '-' : formatNumber(value);
  const bytes = (value: number | undefined): string =>
    value === undefined ? '-' : formatBytes(value);
  const types = Object.entries(byType)
    .sort(([, a], [, b]) => b.bytes - a.bytes)
    .map(([type, { bytes: size }]) => `${type} ${formatShare(size / Math.max(1, traffic.bytes))}`);
  const executions = number(reExecutions.perDrawnClaim);
  return {
    title: 'Cost',
    verdict: {
      tone: 'plain',
      text:
        perDrawnClaim === null
          ? 'Nothing was drawn, nothing was re-executed.'
          : `A drawn answer was executed ${executions} times by validators; spread over all ` +
            `answers, ${number(reExecutions.perClaim)} times each.`,
    },
    lines: [
      ...grid([
        ['', 'per answer', 'per drawn answer', 'in all'],
        [
          're-executions',
          number(reExecutions.perClaim),
          executions,
          formatCount(reExecutions.count),
        ],
        [
          'messages',
          number(perClaim?.messages),
          number(perDrawnClaim?.messages),
          formatCount(traffic.messages),
        ],
        [
          'sent over links',
          number(perClaim?.transmissions),
          number(perDrawnClaim?.transmissions),
          formatNumber(traffic.transmissions),
        ],
        [
          'bytes over links',
          bytes(perClaim?.bytes),
          bytes(perDrawnClaim?.bytes),
          formatBytes(traffic.bytes),
        ],
      ]),
      ...(types.length === 0 ? [] : wrap(layout, `Bytes by message: ${types.join(', ')}.`)),
    ],
  };
}

function doesCheatingPay({ money }: RunResult, layout: Layout): Section {
  const { behaviours, leastSamplingRate, samplingRate, unitStake } = money;
  const least =
    leastSamplingRate === null || samplingRate === null
      ? []
      : wrap(
          layout,
          `Of the answers ${formatShare(samplingRate)} are drawn; where no validator colludes, ` +
            `honesty pays from ${formatShare(leastSamplingRate)} on.`,
        );
  return {
    title: 'Does cheating pay?',
    verdict: moneyVerdict(behaviours),
    lines: [
      ...moneyGrid(behaviours, layout),
      ...wrap(layout, `(in stake; one unit of cost or price is ${formatNumber(unitStake)})`),
      ...least,
    ],
  };
}

function moneyGrid(behaviours: readonly BehaviourMoney[], layout: Layout): readonly string[] {
  const rows = (['provider', 'validator'] as const).flatMap((role) => {
    const own = behaviours.filter((each) => each.role === role);
    const title = role === 'provider' ? 'providers, per answer' : 'validators, per seat';
    const header = [title, 'nodes', 'earned', 'spent', 'saved', 'lost', 'net', 'vs honest'];
    return own.length === 0 ? [] : [header, ...own.map(moneyRow)];
  });
  // what is spent can be told from the rest
  const isShown = (column: number): boolean => !isNarrow(layout) || ![1, 3, 4].includes(column);
  return grid(rows.map((row) => row.filter((_, column) => isShown(column))));
}

function moneyRow(money: BehaviourMoney): readonly string[] {
  const per = (amount: number): string =>
    money.units === 0 ? '-' : formatNumber(amount / money.units);
  const against = money.againstHonestyPerUnitStake;
  return [
    `  ${money.behaviour}`,
    formatCount(money.nodes),
    per(money.revenueStake),
    per(money.executionCostStake),
    per(money.savedStake),
    per(lostStake(money)),
    per(money.netStake),
    against === null ? '' : formatNumber(against),
  ];
}

/** Slashes, penalties, lost challenges, and the levels that convicted it. */
function lostStake(money: BehaviourMoney): number {
  const { slashedStake, penaltyStake, challengeCostStake, verificationCostStake } = money;
  const losses = [slashedStake, penaltyStake, challengeCostStake, verificationCostStake];
  return losses.reduce((sum, loss) => sum + Number(loss), 0);
}

function moneyVerdict(behaviours: readonly BehaviourMoney[]): Section['verdict'] {
  const compared = behaviours
    .filter((each) => each.againstHonestyPerUnitStake !== null)
    .sort((a, b) => gainOf(b) - gainOf(a));
  const [best] = compared;
  if (best === undefined) return { tone: 'plain', text: 'Nobody cheated.' };
  const winners = compared.filter((each) => gainOf(each) > 0);
  const losers = compared.length - winners.length;
  if (winners.length > 0) {
    const rest = losers === 0 ? '' : ` ${formatPlural(losers, 'other kind')} ended below.`;
    const text = `In this run it did: ${winners.map(gainText).join(', ')}.`;
    return { tone: 'bad', text: text + rest };
  }
  const text =
    losers === 1
      ? `No: ${gainText(best)}.`
      : `No: all ${losers} kinds ended below honest nodes; the best, ${gainText(best)}.`;
  return { tone: 'good', text };
}

function gainOf({ againstHonestyPerUnitStake: gain }: BehaviourMoney): number {
  return gain ?? 0;
}

function gainText(money: BehaviourMoney): string {
  const per = money.unit === 'claim' ? 'answer' : 'seat';
  const amount = formatNumber(Math.abs(gainOf(money)));
  const side = gainOf(money) > 0 ? 'above' : 'below';
  return `${money.behaviour} (${money.role}) ended ${amount} per ${per} ${side} honest nodes`;
}
