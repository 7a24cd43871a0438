/** Does the work of `assay receipt …`. */
import { AssayError } from '../../../base/index.ts';
import type { Network, SetChain } from '../../../core/index.ts';
import { realCrypto } from '../../../crypto/index.ts';
import { networkOf, readNetworkFile } from '../../../network-file/index.ts';
import {
  type CheckOutcome,
  decodeReceipt,
  decodeReceiptJson,
  encodeReceiptJson,
  RECEIPT_CHECKS,
  type Receipt,
  type ReceiptSummary,
  readChain,
  verifyReceipt,
} from '../../../receipt/index.ts';
import { batchId, claimId, LIMITS } from '../../../wire/index.ts';
import { NotValidError } from '../../failure.ts';
import { readLimited } from '../../files.ts';
import type { Answer } from '../../io.ts';
import { fieldLines, paragraph } from './layout.ts';

/** What a receipt says. @throws AssayError file-unreadable, file-too-large, receipt-malformed */
export async function answerShow(values: {
  readonly file: string;
  readonly columns: number;
}): Promise<Answer> {
  const { file, columns } = values;
  const decoded = decodeAny(await readLimited(file, LIMITS.receiptJsonBytes));
  if (decoded.kind === 'malformed') {
    throw new AssayError({
      code: 'receipt-malformed',
      message: `is no receipt: ${decoded.reason}`,
      where: file,
      remedy: 'Get it again from where it comes from; not a byte of it may be changed.',
    });
  }
  const { receipt } = decoded;
  const json: unknown = JSON.parse(new TextDecoder().decode(encodeReceiptJson(receipt)));
  return {
    json: Object(json),
    lines: [
      ...paragraph(`Receipt of ${kindWords(receipt)}. Not verified: that takes`, columns),
      `  assay receipt verify ${file} --net <network file>`,
      '',
      ...fieldLines(contentFields(receipt), columns),
    ],
  };
}

/** What a receipt is worth; `refusal` ends the command with exit code 1. */
export async function answerVerify(values: {
  readonly file: string;
  readonly net: string;
  /** File of the set chain. */
  readonly chain?: string | undefined;
  readonly columns: number;
}): Promise<{ readonly answer: Answer; readonly refusal: NotValidError | undefined }> {
  const { file, net, columns } = values;
  const network = networkOf(readNetworkFile(net));
  const decoded = decodeAny(await readLimited(file, LIMITS.receiptJsonBytes));
  if (decoded.kind === 'malformed') return malformed(file, decoded.reason, columns);
  const chain = values.chain === undefined ? undefined : await chainIn(values.chain, network);
  const result = verifyReceipt(network, realCrypto, decoded.receipt, chain);
  const checks = [{ check: 'format', outcome: 'ok', detail: FORMAT_OK } as const, ...result.checks];
  if (result.kind === 'invalid') {
    const { check, detail } = result;
    return refused({ file, check, detail, checks, columns });
  }
  const { summary } = result;
  return {
    answer: {
      json: { valid: true, summary: plain(summary), checks },
      lines: [
        verdictLine(summary),
        '',
        ...summary.words.flatMap((each) => paragraph(each, columns)),
        '',
        ...fieldLines(summaryFields(summary), columns),
        '',
        ...checkLines(checks, columns),
      ],
    },
    refusal: undefined,
  };
}

/** The chain in a file. @throws AssayError file-unreadable, file-too-large, chain-wrong */
async function chainIn(file: string, network: Network): Promise<SetChain> {
  const bytes = await readLimited(file, LIMITS.chainFileJsonBytes);
  const read = readChain(network, realCrypto, bytes);
  if (read.kind === 'ok') return read.chain;
  throw new AssayError({
    code: 'chain-wrong',
    message: `is no set chain of this network: ${read.reason}`,
    where: file,
    remedy: 'Get it from a node: assay network sets --export FILE. Anybody may give it to you.',
  });
}

/** Columns of the terminal, within what lines are laid out for. */
export function terminalColumns(): number {
  return Math.min(COLUMNS_MAX, Math.max(COLUMNS_MIN, process.stdout.columns ?? COLUMNS_MAX));
}

const COLUMNS_MIN = 40;
const COLUMNS_MAX = 80;
const FORMAT_OK = 'it is written in the one way in which receipts are written';
const FORMAT_REMEDY = 'Do not rely on it. It is no receipt, or was changed: get it again.';
const NETWORK_REMEDY = 'Do not rely on it. Check that the network file is that of its network.';
const SETS_REMEDY =
  'Do not rely on it yet. If it says that the set chain must be given, or steps are missing, get ' +
  'the chain with `assay network sets --export FILE` and add --chain FILE.';
const REMEDIES = new Map([
  ['format', FORMAT_REMEDY],
  ['sets', SETS_REMEDY],
]);
/** First character of JSON text; dag-cbor of a receipt begins with a map. */
const BRACE = 0x7b;

function decodeAny(bytes: Uint8Array) {
  return bytes[0] === BRACE ? decodeReceiptJson(bytes) : decodeReceipt(bytes);
}

type AnyCheck = Omit<CheckOutcome, 'check'> & { readonly check: CheckOutcome['check'] | 'format' };
type Refused = { readonly answer: Answer; readonly refusal: NotValidError };

function malformed(file: string, reason: string, columns: number): Refused {
  const checks: readonly AnyCheck[] = [
    { check: 'format', outcome: 'failed', detail: reason },
    ...RECEIPT_CHECKS.map(
      (check) => ({ check, outcome: 'skipped', detail: 'format must be right first' }) as const,
    ),
  ];
  return refused({ file, check: 'format', detail: reason, checks, columns });
}

function refused(at: {
  readonly file: string;
  readonly check: string;
  readonly detail: string;
  readonly checks: readonly AnyCheck[];
  readonly columns: number;
}): Refused {
  const { file, check, detail, checks, columns } = at;
  return {
    answer: {
      json: { valid: false, check, detail, checks },
      lines: [`NOT VALID: ${check}`, '', ...checkLines(checks, columns)],
    },
    refusal: new NotValidError({
      code: 'receipt-not-valid',
      message: `the receipt is not valid: ${check}: ${detail}`,
      where: file,
      remedy: REMEDIES.get(check) ?? NETWORK_REMEDY,
    }),
  };
}

function verdictLine({ judgement }: ReceiptSummary): string {
  if (judgement === undefined) return 'VALID receipt of an answer that was not drawn';
  return `VALID receipt: the answer is ${judgement.verdict.toUpperCase()}, ${judgement.finality}`;
}

function setText({ set }: ReceiptSummary): string {
  if (set.number === 0) return 'number 0, that of the network file';
  return `number ${set.number}, from epoch ${set.epoch}`;
}

function summaryFields(summary: ReceiptSummary): readonly (readonly [string, string])[] {
  const { seal, judgement, model } = summary;
  return [
    ['network', summary.network],
    ['set', setText(summary)],
    ['model', `${model.name} ${model.model}`],
    ['input', summary.input],
    ['output', summary.outputDigest ?? 'not shown'],
    ['provider', summary.provider],
    ['run as', summary.executionClass],
    ['requester', summary.requester],
    ['nonce', summary.nonce],
    ['claim', summary.claim],
    ['batch', `${summary.batch} answer ${summary.index + 1} of ${summary.count}`],
    ['class', `${summary.assuranceClass}: 1 in ${summary.oneIn} is checked`],
    ['beacons', `rounds ${summary.rounds.join(', ')}`],
    ['seal', `${seal.signed} of ${seal.weight} ${seal.unit}, quorum ${seal.quorum}`],
    ...(judgement === undefined ? [] : judgementFields(judgement)),
  ];
}

function judgementFields(
  judgement: NonNullable<ReceiptSummary['judgement']>,
): readonly (readonly [string, string])[] {
  const { level, lastLevel, votes } = judgement;
  return [
    ['level', `${level} of 0 to ${lastLevel}`],
    [
      'votes',
      `${votes.signed} of ${votes.weight} ${votes.unit}, quorum ${votes.quorum}, by ` +
        `${votes.signers} of ${votes.holders} validators`,
    ],
    ...judgement.voters.flatMap(({ verdict, ids }) =>
      ids.map((id, i) => [i === 0 ? verdict : '', id] as const),
    ),
  ];
}

function contentFields(receipt: Receipt): readonly (readonly [string, string])[] {
  const { answer } = receipt;
  const { claim, output } = answer;
  const { header, index, beacons } = receipt.kind === 'drawn' ? receipt.certificate : receipt;
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  return [
    ['network', hex(receipt.network)],
    ...stepsField(receipt),
    ['model', claim.model],
    ['input', claim.input],
    ['output', output === undefined ? 'not shown' : hex(output.digest)],
    ['provider', header.provider],
    ['run as', claim.executionClass],
    ['requester', claim.requester],
    ['nonce', hex(claim.nonce)],
    ['claim', claimId(claim)],
    ['batch', `${batchId(header)} answer ${index + 1} of ${header.count}`],
    ['class', header.assuranceClass],
    ['beacons', `rounds ${beacons.map(({ round }) => round).join(', ')}`],
    ...(receipt.kind === 'drawn'
      ? [['verdict', `${receipt.certificate.verdict}, level ${receipt.certificate.level}`] as const]
      : []),
  ];
}

/** [SET-1] What it says about the validator set, if that is not the network file's. */
function stepsField({ steps, step }: Receipt): readonly (readonly [string, string])[] {
  if (steps !== undefined) return [['set', `number ${steps.length}, with the steps to it`]];
  return step === undefined ? [] : [['set', `number ${step.number}, needs the set chain`]];
}

function kindWords(receipt: Receipt): string {
  return receipt.kind === 'drawn' ? 'an answer that was judged' : 'an answer that was not drawn';
}

function checkLines(checks: readonly AnyCheck[], columns: number): readonly string[] {
  return fieldLines(
    checks.map(({ check, outcome, detail }) => {
      const mark = outcome === 'ok' ? 'ok' : outcome === 'failed' ? 'FAILED' : 'skipped';
      return [check, `${mark}: ${detail}`] as const;
    }),
    columns,
  );
}

/** Amounts as text: they may be beyond what JSON numbers hold. */
function plain(value: unknown): unknown {
  const text = JSON.stringify(value, (_key, each: unknown) => {
    return typeof each === 'bigint' ? each.toString() : each;
  });
  return JSON.parse(text);
}
