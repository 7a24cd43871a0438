/** What `assay infer` says of an answer and of what became of it, for programs and for people. */
import { type BlobId, sha256, toHex } from '../../../base/index.ts';
import { tensorsOfBlock } from '../../../compare/index.ts';
import { type Network, nominalTime, samplingRound } from '../../../core/index.ts';
import type { Answered, ClaimOutcome } from '../../../node/index.ts';
import type { ReceiptSummary } from '../../../receipt/index.ts';
import { encodeMessage } from '../../../wire/index.ts';
import { NotValidError } from '../../failure.ts';
import type { Answer } from '../../io.ts';
import { showOutputs } from '../model/tensors.ts';
import { fieldLines, paragraph } from '../receipt/layout.ts';

/** What both parts of the text need to know. */
export type Told = {
  readonly network: Network;
  /** Network file, as it was named. */
  readonly net: string;
  readonly model: { readonly name: string; readonly model: BlobId };
  readonly oneIn: number;
  readonly columns: number;
};

/** The answer, and the promise that came with it. */
export function answerPart(answered: Answered, told: Told): Answer {
  const { promise, claim, provider, output } = answered;
  const { network, oneIn, columns } = told;
  const tensors = tensorsOfBlock(output);
  const drawnBy = samplingRound(promise);
  const { outputs, lines } =
    tensors === undefined
      ? { outputs: [], lines: ['The output is in no form that is known here.'] }
      : showOutputs(tensors, columns);
  const digest = toHex(sha256(output));
  const dueMs = nominalTime(network, drawnBy) - Date.now();
  const due = dueMs > 0 ? ` (due in ${(dueMs / 1000).toFixed(1)} s)` : '';
  const share = oneIn === 1 ? 'every answer' : `1 answer in ${oneIn}`;
  return {
    json: {
      model: { name: told.model.name, model: told.model.model },
      ...{ provider, claim: promise.claim, round: promise.round, index: promise.index },
      ...{ assuranceClass: promise.assuranceClass, drawnBy, input: claim.input },
      ...{ executionClass: claim.executionClass, digest, outputs },
    },
    lines: [
      ...lines,
      '',
      ...fieldLines(
        [
          ['digest', digest],
          ['class', claim.executionClass],
          ['provider', provider],
          ['claim', promise.claim],
          ['promised', `round ${promise.round}, position ${promise.index + 1}`],
        ],
        columns,
      ),
      '',
      ...paragraph(
        `Not verified yet. The provider signed that this very answer is in its batch of round ` +
          `${promise.round}. The beacon of round ${drawnBy}${due} draws what is re-executed: ` +
          `${share} of class ${promise.assuranceClass}.`,
        columns,
      ),
    ],
  };
}

/** How to hear later what became of an answer. */
export function laterLines({ promise }: Answered, { net, columns }: Told): readonly string[] {
  return [
    ...paragraph('Once it is drawn, this says what became of it:', columns),
    `  assay why ${promise.claim} --net ${net}`,
  ];
}

/** What became of an answer, which file were written, and whether the command failed. */
export type Conclusion = {
  readonly json: object;
  readonly lines: readonly string[];
  readonly failure: NotValidError | undefined;
};

type Outcome<K extends ClaimOutcome['kind']> = Extract<ClaimOutcome, { kind: K }>;

/**
 * @param more.file where the receipt was written, if it was asked for
 * @param more.isOver whether all was awaited that could still change the verdict
 */
export function concludeReceipt(
  { summary }: Outcome<'receipt'>,
  more: { readonly file: string | undefined; readonly isOver: boolean; readonly told: Told },
): Conclusion {
  const { file, isOver, told } = more;
  const { judgement } = summary;
  const isUnopposed = isOver && judgement?.reason === 'challenge-open';
  const verify = `  assay receipt verify ${file} --net ${told.net}`;
  return {
    json: {
      kind: 'receipt',
      verdict: judgement?.verdict ?? 'undrawn',
      finality: judgement?.finality ?? 'final',
      ...(file === undefined ? {} : { file }),
      words: summary.words,
      isOver,
    },
    lines: [
      headline(summary),
      '',
      ...summary.words.flatMap((each) => paragraph(each, told.columns)),
      ...(isUnopposed ? paragraph(UNOPPOSED, told.columns) : []),
      '',
      ...(file === undefined
        ? ['The receipt was not kept: name a file with --out.']
        : [`Receipt written to ${file}. Anybody can check it offline:`, verify]),
    ],
    failure: failureOf(summary, told, isOver),
  };
}

/** The provider cheated: the evidence is what matters. @param file where it was written */
export function concludeBroken(
  { detail }: Outcome<'promise-broken'>,
  { file, told }: { readonly file: string; readonly told: Told },
): Conclusion {
  const text =
    `The provider broke its promise: ${detail}. What it signed is in ${file}; ` +
    'whoever has the network file can check it.';
  return {
    json: { kind: 'promise-broken', detail, file },
    lines: ['PROMISE BROKEN', '', ...paragraph(text, told.columns)],
    failure: new NotValidError({
      code: 'promise-broken',
      message: `the provider broke its promise: ${detail}`,
      where: file,
      remedy: 'Do not use the answer. Show the evidence to the operator; ask another provider.',
    }),
  };
}

/** What there is to say of an answer without a verdict. */
const WITHOUT = {
  void: {
    code: 'answer-void',
    text: (detail: string) =>
      `Void: ${detail}. Nobody is charged, and nothing is proved about the answer.`,
    message: () => 'the answer is void: it was never sealed',
  },
  unresolved: {
    code: 'answer-unresolved',
    text: (detail: string) => `UNRESOLVED: ${detail}. The answer above is not verified.`,
    message: (detail: string) => `there will be no verdict: ${detail}`,
  },
  pending: {
    code: 'answer-pending',
    text: (detail: string) => `No verdict in time: ${detail}. The answer above is not verified.`,
    message: (detail: string) => `no verdict yet: ${detail}`,
  },
} as const;

/** No verdict: void, never, or not yet. */
export function concludeWithout(
  { kind, detail }: Outcome<'void' | 'unresolved' | 'pending'>,
  { answered, told }: { readonly answered: Answered; readonly told: Told },
): Conclusion {
  const { code, text, message } = WITHOUT[kind];
  const why = `assay why ${answered.promise.claim} --net ${told.net}`;
  return {
    json: { kind, detail },
    lines: paragraph(text(detail), told.columns),
    failure: new NotValidError({
      code,
      message: message(detail),
      remedy:
        kind === 'pending'
          ? `Give more time with --timeout, or ask later: ${why}`
          : 'Ask again. If it happens often, see with `assay status` whether a quorum is up.',
    }),
  };
}

/** Signed messages that show a broken promise, as a file. */
export function evidenceText(outcome: Outcome<'promise-broken'>, { network }: Told): string {
  const messages = outcome.evidence.map((message) => ({
    type: message.type,
    bytes: Buffer.from(encodeMessage(message)).toString('base64'),
  }));
  const content = {
    format: 'assay-broken-promise',
    version: '1',
    network: toHex(network.id),
    detail: outcome.detail,
    messages,
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

const UNOPPOSED =
  'The time to object is over now, and no node that was asked knows of an objection.';

function headline({ judgement }: ReceiptSummary): string {
  if (judgement === undefined) return 'NOT DRAWN: nobody re-executed this answer';
  const verdict = `${judgement.verdict.toUpperCase()}, ${judgement.finality}`;
  return judgement.verdict === 'valid' ? verdict : `${verdict}: DO NOT RELY ON THIS ANSWER`;
}

/** `valid` may still be overruled while somebody can object; all else is no confirmation. */
function failureOf({ judgement, claim }: ReceiptSummary, told: Told, isOver: boolean) {
  if (judgement === undefined) return undefined;
  const { verdict, finality } = judgement;
  if (verdict !== 'valid') {
    return new NotValidError({
      code: `answer-${verdict}`,
      message: `the answer was judged ${verdict}`,
      remedy: 'Do not use it. Ask another provider with --provider.',
    });
  }
  if (finality === 'final' || isOver) return undefined;
  return new NotValidError({
    code: 'answer-provisional',
    message: 'the verdict is valid so far; a larger committee may still decide otherwise',
    remedy: `Give more time with --timeout, or ask later: assay why ${claim} --net ${told.net}`,
  });
}
