/** An explanation in words: where a claim stands, what it waits for, and the arithmetic. */
import { type NodeId, type Round, round } from '../../../base/index.ts';
import {
  drawingRound,
  executionRounds,
  type Network,
  PHASES,
  type Phase,
  phaseRounds,
} from '../../../core/index.ts';
import type { Explanation, LevelExplanation } from '../../../receipt/index.ts';
import type { Answer } from '../../io.ts';
import { fieldLines, paragraph } from '../receipt/layout.ts';
import { amount, levelLines, shortId } from './level.ts';

/** What the words depend on besides the explanation. */
export type Setting = {
  readonly network: Network;
  readonly columns: number;
  /** Round that is due by the clock. */
  readonly due: Round;
};

/** [TIME-3] Rounds after which a batch without a seal is void, with one to spare. */
const VOID_ROUNDS = 5;

/** Where a claim stands: one word for programs, a headline and sentences for people. */
type Standing = {
  readonly state: 'final' | 'provisional' | 'waiting' | 'void' | 'not-drawn' | 'unresolved';
  readonly headline: string;
  readonly words: readonly string[];
};

/** Returns an explanation for programs and for people. */
export function explanationAnswer(explanation: Explanation, setting: Setting): Answer {
  const { columns, due } = setting;
  const standing = standingOf(explanation, setting);
  const { subject, claim, seal } = explanation;
  return {
    json: {
      ...{ state: standing.state, headline: standing.headline, words: standing.words },
      due,
      ...plain(explanation),
    },
    lines: [
      ...paragraph(standing.headline, columns),
      '',
      ...standing.words.flatMap((each) => paragraph(each, columns)),
      '',
      ...fieldLines(
        [
          ['claim', claim ?? 'not opened yet'],
          ['batch', `${subject.batch} answer ${subject.index + 1} of ${explanation.count}`],
          ['model', explanation.modelName],
          ['provider', explanation.provider],
          ['run as', explanation.executionClass ?? 'not opened yet'],
          ['output', explanation.outputDigest ?? 'not shown yet'],
          ['class', `${explanation.assuranceClass}: 1 in ${explanation.oneIn} is re-executed`],
          ['rounds', `batch ${explanation.round}, drawn by ${explanation.drawnBy}, now ${due}`],
          ...setField(explanation),
          ['seal', seal === undefined ? 'not known' : sealText(seal)],
        ],
        columns,
      ),
      ...explanation.levels.flatMap((level) => ['', ...levelLines(level, columns)]),
    ],
  };
}

/** [SET-1] Which set judges, where it is not that of the network file. */
function setField({ set }: Explanation): readonly (readonly [string, string])[] {
  return set.number === 0 ? [] : [['set', `number ${set.number}, from epoch ${set.epoch}`]];
}

function standingOf(explanation: Explanation, setting: Setting): Standing {
  const { decision, seal, isDrawn, levels } = explanation;
  if (decision !== undefined) {
    const { verdict, level } = decision;
    return {
      state: 'final',
      headline: `${verdict.toUpperCase()}, final: decided by level ${level}`,
      words: levels.slice(-1).flatMap((last) => arithmetic(last)),
    };
  }
  if (seal?.isSealed !== true) return unsealed(explanation, setting);
  if (isDrawn === undefined) return waitingFor(explanation.drawnBy, 'which draws the answers');
  if (!isDrawn) return notDrawn(explanation);
  const last = levels.at(-1);
  if (last === undefined) return waitingFor(explanation.drawnBy, 'which draws the validators');
  const certificate = last.certificates[0];
  const at = {
    explanation,
    setting,
    level: last,
    calendar: calendarOf(explanation, setting, last),
  };
  return certificate === undefined ? undecided(at) : certified(at, certificate.verdict);
}

function unsealed({ round: r, seal }: Explanation, { due }: Setting): Standing {
  if (seal === undefined) return waitingFor(r, 'which draws the seats that seal the batch');
  const { signed, quorum, weight, missing } = seal;
  const lacks = signed < quorum ? quorum - signed : 0n;
  const words = [
    `Its batch needs the signatures of ${amount(quorum)} of ${amount(weight)} before it is ` +
      `drawn from, has ${amount(signed)}: ${amount(lacks)} more. Missing: ${names(missing)}.`,
  ];
  if (due > r + VOID_ROUNDS) {
    const headline = 'VOID: its batch was not sealed in time';
    return { state: 'void', headline, words: [...words, 'Nobody is charged.'] };
  }
  return { state: 'waiting', headline: 'WAITING for its batch to be sealed', words };
}

function waitingFor(r: Round, what: string): Standing {
  const words = ['Nobody can know yet what it says. If it is overdue, `assay status` says why.'];
  return { state: 'waiting', headline: `WAITING for the beacon of round ${r}, ${what}`, words };
}

function notDrawn({ drawnBy, oneIn }: Explanation): Standing {
  return {
    state: 'not-drawn',
    headline: 'NOT DRAWN: nobody re-executes this answer',
    words: [
      `The beacon of round ${drawnBy} did not draw it; the chance was 1 in ${oneIn}. Its batch ` +
        'was sealed before anybody could know that. The requester has its receipt.',
    ],
  };
}

type Place = {
  readonly explanation: Explanation;
  readonly setting: Setting;
  readonly level: LevelExplanation;
  readonly calendar: LevelCalendar;
};

/** A certificate is there, and it is not final by itself. [CERT-2] */
function certified({ level, calendar }: Place, verdict: string): Standing {
  const { challengers, isHeavy } = level;
  const next = `level ${level.level + 1}, drawn by round ${calendar.next}, decides`;
  const sofar = `PROVISIONAL: ${verdict} at level ${level.level}`;
  const words = arithmetic(level);
  if (verdict !== 'valid' && !isHeavy) {
    const why = 'it is too small for a verdict that takes money';
    return { state: 'provisional', headline: `${sofar}; ${why}: ${next}`, words };
  }
  if (challengers.length > 0) {
    const headline = `${sofar}, challenged by ${challengers.length}: ${next}`;
    return { state: 'provisional', headline, words };
  }
  if (calendar.phase !== undefined) {
    const headline = `${sofar}; final unless somebody objects before round ${calendar.next}`;
    return { state: 'provisional', headline, words };
  }
  const headline = `${verdict.toUpperCase()}, final: nobody objected in time`;
  return { state: 'final', headline, words };
}

/** No verdict has a quorum. */
function undecided({ level, calendar }: Place): Standing {
  const words = arithmetic(level);
  const { phase, ends } = calendar;
  if (phase !== undefined && phase !== 'settle') {
    const what = `WAITING at level ${level.level}, until round ${ends}, ${PHASE_WORDS[phase]}`;
    return { state: 'waiting', headline: what, words };
  }
  if (!level.isLast) {
    const headline =
      `WAITING: no quorum at level ${level.level}; level ${level.level + 1}, drawn by round ` +
      `${calendar.next}, decides`;
    return { state: 'waiting', headline, words };
  }
  const headline = `UNRESOLVED: no quorum at level ${level.level}, which is the last`;
  const isLate = level.votes.some(
    ({ verdict, weight }) => verdict === 'unavailable' && weight > 0n,
  );
  const late = isLate ? [LATE] : [];
  return {
    state: 'unresolved',
    headline,
    words: [...words, ...late, 'Nobody loses stake for it.'],
  };
}

const LATE =
  'Who voted unavailable did not get the output in its round: the provider, the network or ' +
  'their own machine was too slow. Ask again for a verdict.';

const PHASE_WORDS: Readonly<Record<Exclude<Phase, 'settle'>, string>> = {
  open: 'for the provider to open the claim',
  commit: 'for validators to run the model and commit to what they found',
  output: 'for the provider to show its output',
  reveal: 'for validators to reveal their votes',
  challenge: 'for objections and late votes',
};

type LevelCalendar = {
  /** Absent when all phases are over by the clock. */
  readonly phase: Phase | undefined;
  /** Round with which that phase ends. */
  readonly ends: Round;
  /** Round that draws the next level. */
  readonly next: Round;
};

/** [TIME-5] In which phase a level is by the clock; nodes count a little differently. */
function calendarOf(
  explanation: Explanation,
  { network, due }: Setting,
  { level }: LevelExplanation,
): LevelCalendar {
  const manifest = network.modelById.get(explanation.model);
  const executions = manifest === undefined ? 1 : executionRounds(network, manifest);
  const lengths = phaseRounds(network.parameters, executions);
  const start = drawingRound(explanation.drawnBy, lengths, level);
  const next = drawingRound(explanation.drawnBy, lengths, level + 1);
  let ends: number = start;
  for (const [i, length] of lengths.entries()) {
    ends += length;
    if (due < ends) return { phase: PHASES[i], ends: round(ends), next };
  }
  return { phase: undefined, ends: next, next };
}

/** The arithmetic of a level: what each verdict has, and what it lacks. */
function arithmetic(level: LevelExplanation): readonly string[] {
  const { votes, quorum, weight, missingWeight } = level;
  const needed = `${amount(quorum)} of ${amount(weight)} ${level.unit}`;
  const lines = votes.map(({ verdict, weight: has, lacks }) => {
    const end = lacks === 0n ? 'a quorum' : `${amount(lacks)} more`;
    return `${verdict} needs ${needed}, has ${amount(has)}: ${end}.`;
  });
  const none = votes.length === 0 ? [`A verdict needs ${needed}; no vote is known.`] : [];
  const silent = holdersIn(level, 'missing');
  const unrevealed = holdersIn(level, 'committed');
  const missing = `Missing: ${amount(missingWeight)} ${level.unit} of ${names(silent)}.`;
  const committed = `Committed, and not known to have voted: ${names(unrevealed)}.`;
  return [
    ...none,
    ...lines,
    ...(silent.length === 0 ? [] : [missing]),
    ...(unrevealed.length === 0 ? [] : [committed]),
  ];
}

type HolderState = LevelExplanation['holders'][number]['state']['kind'];

function holdersIn({ holders }: LevelExplanation, kind: HolderState): readonly NodeId[] {
  return holders.flatMap(({ id, state }) => (state.kind === kind ? id : []));
}

function sealText({ isSealed, signed, weight, quorum }: NonNullable<Explanation['seal']>): string {
  return [
    isSealed ? 'sealed' : 'not sealed',
    `${amount(signed)} of ${amount(weight)} signed, quorum ${amount(quorum)}`,
  ].join(': ');
}

/** Names in a sentence; the tables have all. */
const NAMED_MAX = 8;

function names(ids: readonly NodeId[]): string {
  if (ids.length === 0) return 'nobody';
  const named = ids.slice(0, NAMED_MAX).map(shortId).join(', ');
  return ids.length > NAMED_MAX ? `${named} and ${ids.length - NAMED_MAX} more` : named;
}

/** Amounts as text: they may be beyond what JSON numbers hold. */
function plain(value: object): object {
  const text = JSON.stringify(value, (_key, each: unknown) => {
    return typeof each === 'bigint' ? each.toString() : each;
  });
  return Object(JSON.parse(text));
}
