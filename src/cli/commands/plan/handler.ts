/** Does the work of `assay plan`. */
import { formatNumber } from '../../../../sim/report/format.ts';
import { AssayError, fractionText } from '../../../base/index.ts';
import { type Plan, planNetwork, TheoryError } from '../../../theory/index.ts';
import { writeWhole } from '../../files.ts';
import { type Io, printAnswer } from '../../io.ts';
import { readFraction, readNumber } from '../../values.ts';
import { alignRows, formatProbability } from '../theory/format.ts';
import { planScenario } from './scenario.ts';

/** Options of `plan` as the command line gives them. */
export type PlanValues = {
  readonly io: Io;
  readonly epsilon: string;
  readonly adversary: string;
  readonly cost: string;
  readonly reward: string;
  readonly gain: string;
  readonly overhead: string;
  readonly out?: string | undefined;
  readonly json: boolean;
};

/**
 * Prints a plan, and writes or prints the scenario that checks it.
 * @throws AssayError not-a-number, argument-out-of-range, file-unwritable; ConfigError
 */
export async function runPlan(values: PlanValues): Promise<void> {
  const adversary = readFraction(values.adversary, '--adversary');
  const wish = {
    epsilon: readFraction(values.epsilon, '--epsilon'),
    adversary,
    cost: readNumber(values.cost, '--cost'),
    reward: readNumber(values.reward, '--reward'),
    gain: readNumber(values.gain, '--gain'),
    overhead: readNumber(values.overhead, '--overhead'),
  };
  const plan = namingOptions(() => planNetwork(wish));
  const share = readNumber(values.adversary, '--adversary');
  const { yaml } = planScenario(plan, { ...wish, adversary: share });
  if (values.out !== undefined) await writeWhole(values.out, new TextEncoder().encode(yaml));
  const lines = [
    `For f = ${fractionText(adversary)} of the stake and at most ` +
      `${fractionText(wish.epsilon)} per claim:`,
    '',
    ...planLines(plan),
    '',
    ...(values.out === undefined
      ? ['The scenario that checks it:', '', ...yaml.trimEnd().split('\n')]
      : [`The scenario that checks it is in ${values.out}.`]),
  ];
  const scenario = values.out === undefined ? { scenario: yaml } : { out: values.out };
  printAnswer(values.io, { json: { ...plan, ...scenario }, lines }, values.json);
}

function planLines(plan: Plan): readonly string[] {
  const { levels, runLength, samplingRate, leastSamplingRate: least } = plan;
  const percent = `${formatNumber(100 * plan.overhead)} %`;
  return [
    ...alignRows([
      ['sampling', `1 in ${runLength}`, `honesty pays from ${formatProbability(least)} on`],
      ['rate', formatProbability(samplingRate), `verifying costs ${percent} of the reward`],
      ['slash', formatNumber(plan.slash), 'twice what just deters, in your unit'],
      ['escape', formatProbability(plan.escaped), 'f^k: a drawn wrong claim passes level 0'],
    ]),
    '',
    ...alignRows([
      ['seats', 'captured', 'vetoed'],
      ...levels.map(({ seats, captured, vetoed }) => [
        `${seats}`,
        formatProbability(captured),
        formatProbability(vetoed),
      ]),
    ]),
    '',
    `Only the last level, of ${plan.slashSeats} seats, takes money.`,
    'Checked: levels grow, the last may slash, slash × rate exceeds what is saved,',
    'a provider binds what it can lose, a wrong vote costs more than it earns.',
  ];
}

/** The closed forms name their arguments; people know them as options. */
function namingOptions<T>(compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof TheoryError)) throw error;
    const where = `--${error.detail.where ?? ''}`;
    throw new AssayError({ ...error.detail, where }, { cause: error });
  }
}
