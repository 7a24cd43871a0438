/** Computes and words the answers of `assay theory …`. */
import { AssayError, fractionText, fractionToNumber } from '../../../base/index.ts';
import type { SizeRule } from '../../../theory/index.ts';
import {
  captured,
  capturedLog10,
  caught,
  claimsUntilCaught,
  committeeSize,
  escapedUnseen,
  isWholeSetStuck,
  leastSamplingRate,
  quorumOf,
  SIZE_MAX,
  SIZE_RULES,
  TheoryError,
  undecided,
  vetoed,
} from '../../../theory/index.ts';
import type { Answer } from '../../io.ts';
import { readFraction, readNumber } from '../../values.ts';
import { alignRows, formatProbability } from './format.ts';

/** Answers how often a committee is captured, blocked or fooled. */
export function answerCommittee(values: {
  readonly seats: string;
  readonly adversary: string;
  readonly quorum: string | undefined;
  readonly silent: string;
}): Answer {
  const adversary = readFraction(values.adversary, '--adversary');
  const silent = readFraction(values.silent, '--silent');
  const seats = readNumber(values.seats, '--seats');
  return namingOptions(() => {
    const quorum =
      values.quorum === undefined ? quorumOf(seats) : readNumber(values.quorum, '--quorum');
    const committee = { seats, quorum, adversary, silent };
    const json = {
      seats,
      quorum,
      adversary: fractionToNumber(adversary),
      silent: fractionToNumber(silent),
      captured: captured(committee),
      capturedLog10: finiteOrAbsent(capturedLog10(committee)),
      vetoed: vetoed(committee),
      escapedUnseen: escapedUnseen(committee),
      undecided: undecided(committee),
      wholeSetStuck: isWholeSetStuck({ adversary, silent }),
    };
    const f = fractionText(adversary);
    const rows = [
      [
        'captured',
        tailText(json.captured, json.capturedLog10),
        'P[X ≥ q]: certifies what it likes',
      ],
      ['vetoed', formatProbability(json.vetoed), 'P[X ≥ k−q+1]: prevents any verdict'],
      [
        'escaped unseen',
        formatProbability(json.escapedUnseen),
        'Σ P[X=x] s^(k−x), x ≥ q: and nobody dissents',
      ],
      ['undecided', formatProbability(json.undecided), 'P[Y < q]: an honest claim gets no verdict'],
    ];
    const lines = [
      `k = ${seats} seats, q = ${quorum} of them make a verdict`,
      `f = ${f} of the stake is the adversary's, s = ${fractionText(silent)} of the rest is silent`,
      '',
      ...alignRows(rows),
      '',
      'X ~ binomial(k, f): adversary seats',
      'Y ~ binomial(k, (1−f)(1−s)): honest seats that are awake',
      `The whole set at 2/3 of stake ${json.wholeSetStuck ? 'is stuck' : 'can decide'}: ` +
        `(1−f)(1−s) ${json.wholeSetStuck ? '<' : '≥'} 2/3.`,
    ];
    return { json, lines };
  });
}

/** Answers which committee keeps a promise. */
export function answerSize(values: {
  readonly adversary: string;
  readonly target: string;
  readonly rule: SizeRule;
}): Answer {
  const adversary = readFraction(values.adversary, '--adversary');
  const target = readFraction(values.target, '--target');
  const { rule } = values;
  const size = namingOptions(() => committeeSize({ adversary, target, rule }));
  if (size === undefined) {
    throw new AssayError({
      code: 'no-committee',
      message: `no committee of up to ${SIZE_MAX} seats keeps ${SIZE_RULES[rule].formula} that low`,
      where: '--adversary',
      remedy: `Under the rule ${rule} it must stay clearly below ${ratioText(rule)} of the stake.`,
    });
  }
  const json = {
    rule,
    ...size,
    adversary: fractionToNumber(adversary),
    target: fractionToNumber(target),
  };
  const lines = [
    `Rule ${rule}: ${SIZE_RULES[rule].formula} ≤ ${fractionText(target)} for ` +
      `f = ${fractionText(adversary)}`,
    '',
    ...alignRows([
      ['seats', `${size.seats}`, 'k: this and every larger committee meets the target'],
      ['quorum', `${size.quorum}`, 'seats that the adversary would need'],
      ['probability', formatProbability(size.probability), 'that it has them'],
    ]),
  ];
  return { json, lines };
}

/** Answers how likely a cheating provider is caught. */
export function answerDetection(values: {
  readonly rate: string;
  readonly cheatShare: string;
  readonly claims: string;
  readonly catch: string;
}): Answer {
  const cheating = {
    rate: readFraction(values.rate, '--rate'),
    cheatShare: readFraction(values.cheatShare, '--cheat-share'),
    catchShare: readFraction(values.catch, '--catch'),
  };
  const claims = readNumber(values.claims, '--claims');
  const [probability, claimsFor99] = namingOptions(() => [
    caught({ ...cheating, claims }),
    claimsUntilCaught({ ...cheating, target: 0.99 }),
  ]);
  const json = {
    probability: probability ?? 0,
    rate: fractionToNumber(cheating.rate),
    cheatShare: fractionToNumber(cheating.cheatShare),
    claims,
    catch: fractionToNumber(cheating.catchShare),
    claimsFor99: claimsFor99 ?? null,
  };
  const lines = [
    ...alignRows([
      ['caught', formatProbability(json.probability), '1 − (1 − p·c·d)^N: at least once'],
      ['claims for 99 %', `${claimsFor99 ?? 'never'}`, 'least N that is caught in 99 of 100'],
    ]),
    '',
    `p = ${fractionText(cheating.rate)} drawn, c = ${fractionText(cheating.cheatShare)} cheated, ` +
      `d = ${fractionText(cheating.catchShare)} convicted, N = ${claims} claims`,
  ];
  return { json, lines };
}

/** Answers how often claims must be sampled so that honesty pays. */
export function answerDeterrence(values: {
  readonly cost: string;
  readonly reward: string;
  readonly slash: string;
  readonly collusion: string;
  readonly miss: string;
  readonly falseAlarm: string;
}): Answer {
  const stakes = {
    cost: readNumber(values.cost, '--cost'),
    reward: readNumber(values.reward, '--reward'),
    slash: readNumber(values.slash, '--slash'),
  };
  const shares = {
    collusion: readFraction(values.collusion, '--collusion'),
    miss: readFraction(values.miss, '--miss'),
    falseAlarm: readFraction(values.falseAlarm, '--false-alarm'),
  };
  const rate = namingOptions(() => leastSamplingRate({ ...stakes, ...shares }));
  if (rate === undefined) {
    throw new AssayError({
      code: 'no-sampling-rate',
      message: 'no sampling rate makes honesty pay: cheating pays even if every claim is checked',
      where: '--slash',
      remedy: 'Raise the slash, or lower collusion, miss or false alarm.',
    });
  }
  const json = {
    minSamplingRate: rate,
    ...stakes,
    collusion: fractionToNumber(shares.collusion),
    miss: fractionToNumber(shares.miss),
    falseAlarm: fractionToNumber(shares.falseAlarm),
  };
  const every = rate === 0 ? 'none is needed' : `one claim in ${Math.floor(1 / rate)}`;
  const lines = [
    ...alignRows([['sampling rate', formatProbability(rate), `honesty pays above it: ${every}`]]),
    '',
    'p > C / ((k−ε)(R+S) − rR), k = (1−r)(1−δ)',
    `C = ${stakes.cost}, R = ${stakes.reward}, S = ${stakes.slash}, ` +
      `r = ${fractionText(shares.collusion)}, δ = ${fractionText(shares.miss)}, ` +
      `ε = ${fractionText(shares.falseAlarm)}`,
  ];
  return { json, lines };
}

/** The closed forms name their arguments; people know them as options. */
function namingOptions<T>(compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof TheoryError)) throw error;
    const argument = error.detail.where ?? '';
    const option = argument.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new AssayError({ ...error.detail, where: `--${option}` }, { cause: error });
  }
}

function tailText(probability: number, log10: number | undefined): string {
  if (probability > 0 || log10 === undefined) return formatProbability(probability);
  return `1e${Math.floor(log10)}`;
}

function finiteOrAbsent(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

function ratioText(rule: SizeRule): string {
  return { 'two-thirds': '2/3', majority: '1/2', escalate: 'all', veto: '1/3' }[rule];
}
