/**
 * Builds the receipt of a subject from what nodes said about it, or says what is missing yet.
 *
 * A receipt is given out only if it verifies: whoever holds it can rely on that.
 */
import { defined, digest } from '../base/index.ts';
import { certificateRounds, type SetChain } from '../core/index.ts';
import type { Crypto } from '../crypto/index.ts';
import { type CertificateMessage, RECEIPT_FORMAT, type Receipt } from '../wire/index.ts';
import { type Gathered, gather, type SubjectMessages } from './gathering.ts';
import { stepsFor } from './sets.ts';
import type { ReceiptSummary } from './summary.ts';
import { type ReceiptCheck, verifyReceipt } from './verification.ts';

/** What a receipt cannot be built without. */
export type MissingPart = 'header' | 'beacon' | 'seal' | 'opening' | 'output' | 'certificate';

/** A receipt that verifies, or why there is none yet. */
export type BuildResult =
  | { readonly kind: 'receipt'; readonly receipt: Receipt; readonly summary: ReceiptSummary }
  | { readonly kind: 'not-yet'; readonly missing: MissingPart; readonly detail: string }
  /** Everything is there, and no receipt of it verifies: a claim outside its manifest. */
  | { readonly kind: 'refused'; readonly check: ReceiptCheck; readonly detail: string };

const DETAILS: Readonly<Record<MissingPart, string>> = {
  header: 'nobody sent the header of its batch',
  beacon: 'the beacon that draws from its batch is not known',
  seal: 'its batch is not known to be sealed',
  opening: 'nobody sent the claim with its path',
  output: 'nobody sent the output reveal: digest and salt',
  certificate: 'it was drawn, and no certificate about it is known',
};

const notYet = (missing: MissingPart): BuildResult => {
  return { kind: 'not-yet', missing, detail: DETAILS[missing] };
};

/**
 * Returns the best receipt that the messages allow: final before provisional, then of the higher
 * level, then with more weight. Total: messages may come from anybody.
 * @param chain of the network, as far as it is known: the set of the round judges
 */
export function buildReceipt(chain: SetChain, crypto: Crypto, input: SubjectMessages): BuildResult {
  const known = gather(chain, crypto, input);
  if (known === undefined) return notYet('header');
  const { opening, output, isDrawn } = known;
  if (isDrawn === undefined || known.seats === undefined) return notYet('beacon');
  if (known.seal === undefined) return notYet('seal');
  if (opening === undefined) return notYet('opening');
  if (!isDrawn && output === undefined) return notYet('output');
  if (isDrawn && known.certificates.length === 0) return notYet('certificate');
  const candidates = isDrawn
    ? known.certificates.map(({ message }) => drawnOf(chain, known, message))
    : [undrawnOf(chain, known)];
  const results = candidates.map((receipt) => verified(chain, crypto, receipt));
  const [best] = results.filter((result) => result.kind === 'receipt').sort(compareReceipts);
  if (best !== undefined) return best;
  return output === undefined ? notYet('output') : (results[0] ?? notYet('certificate'));
}

type Built = Extract<BuildResult, { kind: 'receipt' }>;

function undrawnOf(chain: SetChain, known: Gathered): Receipt {
  const { header, seal, network } = known;
  return {
    type: 'receipt',
    format: RECEIPT_FORMAT,
    kind: 'undrawn',
    network: digest(network.id),
    header,
    seal: defined(seal, 'an undrawn receipt has a seal'),
    index: defined(known.opening, 'it has an opening').index,
    beacons: beaconsOf(known, 0),
    answer: answerOf(known),
    ...stepsFor(chain, header.round),
  };
}

/** With the header, the seal and the beacons that were checked, whoever sent the certificate. */
function drawnOf(chain: SetChain, known: Gathered, message: CertificateMessage): Receipt {
  const { header, network } = known;
  const seal = defined(known.seal, 'a drawn receipt has a seal');
  const beacons = beaconsOf(known, message.level);
  return {
    type: 'receipt',
    format: RECEIPT_FORMAT,
    kind: 'drawn',
    network: digest(network.id),
    certificate: { ...message, header, seal, beacons },
    answer: answerOf(known),
    ...stepsFor(chain, header.round),
  };
}

function answerOf({ opening, output }: Gathered): Receipt['answer'] {
  const { claim, path } = defined(opening, 'a receipt has an opening');
  return { claim, path, ...(output === undefined ? {} : { output }) };
}

function beaconsOf({ header, network, beacon }: Gathered, level: number) {
  return certificateRounds(network, { header, level }).flatMap((round) => {
    const signature = beacon(round);
    return signature === undefined ? [] : [{ round, signature }];
  });
}

function verified(chain: SetChain, crypto: Crypto, receipt: Receipt): BuildResult {
  const { network } = chain.genesis.state;
  const result = verifyReceipt(network, crypto, receipt, chain);
  if (result.kind === 'valid') return { kind: 'receipt', receipt, summary: result.summary };
  return { kind: 'refused', check: result.check, detail: result.detail };
}

function compareReceipts(a: Built, b: Built): number {
  return rank(b) - rank(a) || level(b) - level(a) || compareWeight(b, a);
}

function rank({ summary }: Built): number {
  return summary.judgement?.finality === 'final' ? 1 : 0;
}

function level({ summary }: Built): number {
  return summary.judgement?.level ?? 0;
}

function compareWeight(a: Built, b: Built): number {
  const difference =
    (a.summary.judgement?.votes.signed ?? 0n) - (b.summary.judgement?.votes.signed ?? 0n);
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}
