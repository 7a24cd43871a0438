/**
 * Conditions such as `latencyMsP99>+5%`: when a comparison counts as failed.
 *
 * A condition holds when the change is beyond its limit and the 95 % interval of the change does
 * not hold zero: a change that may be chance fails nobody. Where there is no interval (one pair of
 * a value), the change alone decides: such a pair is one deterministic run against another.
 */
import { AssayError, nearestText } from '../../src/base/index.ts';
import type { Change } from './change.ts';

export type Condition = {
  /** As it was given. */
  readonly text: string;
  /** A metric, or a family: then any member counts. */
  readonly metric: string;
  /** `>`: the metric rose by more; `<`: it fell by more. */
  readonly sign: '>' | '<';
  /** At least 0: in the unit of the metric, or in parts of the first. */
  readonly limit: number;
  readonly isRelative: boolean;
};

const GRAMMAR =
  /^\s*([A-Za-z][\w.-]*?)\s*([<>])\s*([+-]?)\s*(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(%?)\s*$/;
const EXAMPLES = "'latencyMsP99>+5%', 'wrongAccepted>+0.001', 'cheatersCaught<-1%'";

/**
 * Reads a condition.
 * @param known names of the metrics that both folders have
 * @throws AssayError condition-syntax, unknown-metric
 */
export function readCondition(text: string, known: readonly string[]): Condition {
  const fault = (message: string, remedy: string): AssayError =>
    new AssayError({ code: 'condition-syntax', where: `--fail-if ${text}`, message, remedy });
  const [, metric = '', sign, direction = '', number = '', percent] = GRAMMAR.exec(text) ?? [];
  if (sign !== '>' && sign !== '<') {
    const remedy = `Give a metric, > or <, and a change with its sign: ${EXAMPLES}.`;
    throw fault('is no condition', remedy);
  }
  const needed = sign === '>' ? '+' : '-';
  if (direction !== needed) {
    throw fault(
      `after ${sign} stands a ${sign === '>' ? 'rise' : 'fall'}, so it begins with ${needed}`,
      `Write ${metric}${sign}${needed}${number}${percent ?? ''}.`,
    );
  }
  const isRelative = percent === '%';
  const limit = Number(number) / (isRelative ? 100 : 1);
  requireMetric(metric, known, `--fail-if ${text}`);
  return { text, metric, sign, limit, isRelative };
}

/**
 * Returns the known names that a name stands for: itself, or the members of a family.
 * @throws AssayError unknown-metric
 */
export function requireMetric(
  name: string,
  known: readonly string[],
  where: string,
): readonly string[] {
  const found = known.filter((each) => each === name || each.startsWith(`${name}.`));
  if (found.length > 0) return found;
  const nearest = nearestText(name, known);
  const meant = nearest === undefined ? '' : `Did you mean ${nearest}? `;
  throw new AssayError({
    code: 'unknown-metric',
    where,
    message: `neither folder has a metric ${JSON.stringify(name)}`,
    remedy: `${meant}All metrics: npx assay sim list metrics.`,
  });
}

/** What a condition came to on one metric. */
export type Judgement = {
  readonly condition: Condition;
  readonly change: Change;
  readonly isBeyond: boolean;
  /** Whether the interval of the change leaves zero out; without an interval it does. */
  readonly isClear: boolean;
};

/**
 * Judges a change by a condition.
 * @throws AssayError nothing-to-judge if no pair has the metric
 */
export function judge(condition: Condition, change: Change): Judgement {
  const { difference, first, low, high } = change;
  if (difference === null) {
    throw new AssayError({
      code: 'nothing-to-judge',
      where: `--fail-if ${condition.text}`,
      message: `no pair of runs has ${change.name} in both folders`,
      remedy: 'Leave the condition out, or compare runs in which the metric exists.',
    });
  }
  const limit = condition.isRelative ? condition.limit * Math.abs(first ?? 0) : condition.limit;
  const isBeyond = condition.sign === '>' ? difference > limit : difference < -limit;
  const isClear = low === null || high === null || low > 0 || high < 0;
  return { condition, change, isBeyond, isClear };
}

/** Whether a condition holds. */
export function holds({ isBeyond, isClear }: Judgement): boolean {
  return isBeyond && isClear;
}
