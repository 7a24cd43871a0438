/** Receipts as canonical dag-cbor and as canonical JSON text, and strictly back. */
import { type Codec, digestCodec, listOf, oneOf, recordOf, uintBetween, unionOf } from './codec.ts';
import { encodeData } from './data.ts';
import { documentOf } from './document.ts';
import type { ReadResult } from './format.ts';
import { LIMITS } from './limits.ts';
import {
  beaconRecordCodec,
  certificateCodec,
  claimCodec,
  headerCodec,
  leafIndexCodec,
  leafPathCodec,
  sealCodec,
} from './message-codecs.ts';
import {
  type DrawnReceipt,
  type NamedStep,
  type OutputReveal,
  RECEIPT_FORMAT,
  type Receipt,
  type ReceiptAnswer,
  type UndrawnReceipt,
} from './receipt.ts';
import { setNumberCodec, stepMessageCodecs } from './step-codecs.ts';
import type { StepMessage } from './steps.ts';

const formatCodec = uintBetween(RECEIPT_FORMAT, RECEIPT_FORMAT) as Codec<typeof RECEIPT_FORMAT>;

/** No step is shorter than its signatures and digests. */
const STEPS_MAX = Math.floor(LIMITS.receiptStepsBytes / 256);

const base = {
  type: oneOf(['receipt']),
  format: formatCodec,
  network: digestCodec,
  answer: recordOf<ReceiptAnswer>(
    {
      claim: claimCodec,
      path: leafPathCodec,
      output: recordOf<OutputReveal>({ digest: digestCodec, salt: digestCodec }),
    },
    ['output'],
  ),
  steps: listOf(stepMessageCodecs.step, { min: 1, max: STEPS_MAX }),
  step: recordOf<NamedStep>({ number: setNumberCodec, digest: digestCodec }),
};
const OPTIONAL = ['steps', 'step'] as const;

const receiptCodec: Codec<Receipt> = unionOf<'kind', Receipt>('kind', {
  drawn: recordOf<DrawnReceipt>(
    { ...base, kind: oneOf(['drawn']), certificate: certificateCodec },
    OPTIONAL,
  ),
  undrawn: recordOf<UndrawnReceipt>(
    {
      ...base,
      kind: oneOf(['undrawn']),
      header: headerCodec,
      seal: sealCodec,
      index: leafIndexCodec,
      beacons: listOf(beaconRecordCodec, { min: 2, max: 2 }),
    },
    OPTIONAL,
  ),
});

const receiptDocument = documentOf(receiptCodec, {
  name: 'a receipt',
  bytesMax: LIMITS.receiptBytes,
  jsonBytesMax: LIMITS.receiptJsonBytes,
});

/** What a reader makes of bytes: the receipt, or why it is none. */
export type ReceiptDecodeResult =
  | { readonly kind: 'ok'; readonly receipt: Receipt }
  | { readonly kind: 'malformed'; readonly reason: string };

/**
 * Returns the canonical dag-cbor of `receipt`.
 * @throws AssertionError when a field or the whole exceeds its limit
 */
export function encodeReceipt(receipt: Receipt): Uint8Array {
  return receiptDocument.encode(receipt);
}

/** Reads the dag-cbor of a receipt. Total: does not throw, whatever the bytes are. */
export function decodeReceipt(bytes: Uint8Array): ReceiptDecodeResult {
  return receiptIn(receiptDocument.decode(bytes));
}

/**
 * Returns the JSON text of `receipt` as UTF-8: byte strings are `0x` and hexadecimal digits,
 * content ids their base32 text.
 * @throws AssertionError when a field or the whole exceeds its limit
 */
export function encodeReceiptJson(receipt: Receipt): Uint8Array {
  return receiptDocument.encodeJson(receipt);
}

/** Reads the JSON text of a receipt. Total: does not throw, whatever the bytes are. */
export function decodeReceiptJson(bytes: Uint8Array): ReceiptDecodeResult {
  return receiptIn(receiptDocument.decodeJson(bytes));
}

/** [WIRE-4] Whether a receipt may carry these steps. */
export function doStepsFit(steps: readonly StepMessage[]): boolean {
  let bytes = 0;
  for (const step of steps) {
    bytes += encodeData(stepMessageCodecs.step.write(step)).length;
    if (bytes > LIMITS.receiptStepsBytes) return false;
  }
  return steps.length <= STEPS_MAX;
}

function receiptIn(result: ReadResult<Receipt>): ReceiptDecodeResult {
  return result.kind === 'ok' ? { kind: 'ok', receipt: result.value } : result;
}
