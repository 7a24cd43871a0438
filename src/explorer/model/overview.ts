/** How the network is at a moment: what a person wants to know first, and what needs attention. */
import type { Verdict } from '../../base/index.ts';
import { type Claim, stateAt } from './claim.ts';
import type { NetworkModel } from './network-model.ts';
import { isUpAt, silenceAt } from './node-entry.ts';
import { numberParameter } from './promises.ts';

/** Something that needs attention, worst first. */
export type Attention = {
  readonly weight: 'alarm' | 'warning' | 'note';
  readonly text: string;
  /** Path of the page that shows more, and what is asked of it. */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
};

/** The network at a moment. */
export type Overview = {
  readonly round: { readonly number: number; readonly ageUs: number } | undefined;
  readonly committed: number;
  readonly drawn: number;
  readonly decided: readonly { readonly ending: Verdict | 'unresolved'; readonly count: number }[];
  /** Drawn and neither final nor unresolved. */
  readonly open: number;
  readonly drawnPerSecond: number;
  readonly messagesPerSecond: number;
  readonly validators: { readonly all: number; readonly up: number; readonly silent: number };
  readonly others: ReadonlyMap<string, number>;
  readonly challenged: readonly Claim[];
  readonly attention: readonly Attention[];
};

const US_PER_SECOND = 1_000_000;
const RATE_SECONDS = 10;
/** Rounds without a beacon after which it is late. */
const LATE_ROUNDS = 3;
const ROUND_MS_USUAL = 3_000;
/** Challenged claims that are looked for among the newest ones. */
const RECENT_CLAIMS = 500;

/** Returns a round's length, µs. */
export function roundUs(model: NetworkModel): number {
  return 1_000 * (numberParameter(model.start?.parameters, 'roundMs') ?? ROUND_MS_USUAL);
}

/** Returns the network as it was at a moment. */
export function overviewAt(model: NetworkModel, at: number): Overview {
  const decided = [...model.decided].map(([ending, series]) => {
    return { ending, count: series.countAt(at) };
  });
  const drawn = model.drawn.countAt(at);
  const ended = decided.reduce((sum, { count }) => sum + count, 0);
  const window = Math.min(RATE_SECONDS, Math.max(1, (at - (model.firstAt ?? 0)) / US_PER_SECOND));
  const perSecond = (count: number) => count / window;
  const from = at - window * US_PER_SECOND;
  const recent = model.order.filter(({ firstAt }) => firstAt <= at).slice(-RECENT_CLAIMS);
  const beacon = model.beacons.findLast((each) => each.at <= at);
  const people = peopleAt(model, at);
  const base = {
    round: beacon === undefined ? undefined : { number: beacon.round, ageUs: at - beacon.at },
    committed: model.committed.countAt(at),
    drawn,
    decided: decided.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count),
    open: Math.max(0, drawn - ended),
    drawnPerSecond: perSecond(model.drawn.countBetween(from, at)),
    messagesPerSecond: perSecond(model.messages.countBetween(from, at)),
    ...people,
    challenged: recent.filter((claim) => stateAt(claim, at)?.state === 'challenged'),
  };
  return { ...base, attention: attentionAt(model, at, base) };
}

function peopleAt(model: NetworkModel, at: number): Pick<Overview, 'validators' | 'others'> {
  const time = { at, roundUs: roundUs(model) };
  const others = new Map<string, number>();
  let [all, up, silent] = [0, 0, 0];
  for (const node of model.nodes) {
    if (node === undefined || node.record.at > at) continue;
    const { role } = node.record;
    if (role !== 'validator') {
      others.set(role, (others.get(role) ?? 0) + 1);
      continue;
    }
    all += 1;
    const isUp = isUpAt(node, at);
    if (isUp) up += 1;
    if (isUp && silenceAt(node, time).isSilent) silent += 1;
  }
  return { validators: { all, up, silent }, others };
}

function attentionAt(
  model: NetworkModel,
  at: number,
  now: Omit<Overview, 'attention'>,
): readonly Attention[] {
  const found: Attention[] = [];
  const add = (
    weight: Attention['weight'],
    text: string,
    page: string,
    query: Attention['query'] = {},
  ) => {
    found.push({ weight, text, path: [page], query });
  };
  const { validators, round, challenged } = now;
  const guilty = new Set(
    model.evidence.filter((each) => each.at <= at).flatMap((each) => each.guilty),
  );
  if (guilty.size > 0)
    add('alarm', `${counted(guilty.size, 'node')} convicted by evidence`, 'evidence');
  const overruled = model.order.filter((claim) => stateAt(claim, at)?.isOverruled === true);
  if (overruled.length > 0) {
    add('alarm', `${counted(overruled.length, 'final verdict')} overruled`, 'claims');
  }
  const gone = validators.all - validators.up;
  if (3 * (gone + validators.silent) > validators.all) {
    add(
      'alarm',
      'more than a third of the validators is down or silent: no verdicts',
      'validators',
    );
  }
  if (gone > 0) add('warning', `${counted(gone, 'validator')} down`, 'validators');
  if (validators.silent > 0) {
    add('warning', `${counted(validators.silent, 'validator')} silent when drawn`, 'validators');
  }
  const isLate = round !== undefined && round.ageUs > LATE_ROUNDS * roundUs(model);
  if (isLate && !model.isWhole) {
    add('warning', 'the beacon is late: nothing is drawn until it comes', 'beacon');
  }
  const faults = model.scenario.filter((each) => each.at <= at);
  const open =
    faults.filter(({ isOver }) => !isOver).length - faults.filter((f) => f.isOver).length;
  if (open > 0) add('note', `${counted(open, 'fault')} of the scenario strikes`, 'evidence');
  if (challenged.length > 0) {
    add('note', `${counted(challenged.length, 'claim')} challenged`, 'claims', {
      state: 'challenged',
    });
  }
  const wrong = now.decided.find(({ ending }) => ending === 'invalid')?.count ?? 0;
  if (wrong > 0)
    add('note', `${counted(wrong, 'answer')} found invalid`, 'claims', { verdict: 'invalid' });
  const skewed = model.nodes.filter((node) => (node?.skewMs?.at ?? Infinity) <= at).length;
  if (skewed > 0) add('note', `${counted(skewed, 'clock')} wrong`, 'validators');
  return found;
}

/** Returns a number and what it counts: `1 node`, `2 nodes`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
