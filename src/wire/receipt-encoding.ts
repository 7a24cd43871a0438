/**
 * Receipts as canonical dag-cbor and as canonical JSON text, and strictly back.
 *
 * Both forms hold the same data and go through the same checks; either is refused unless it is,
 * byte for byte, what the decoded receipt is written as again.
 */
import { assert, equalBytes, utf8 } from '../base/index.ts';
import { type Codec, digestCodec, listOf, oneOf, recordOf, uintBetween, unionOf } from './codec.ts';
import { encodeData } from './data.ts';
import { dataOfJson, jsonOfData } from './data-json.ts';
import { formatOf } from './format.ts';
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
  type OutputReveal,
  RECEIPT_FORMAT,
  type Receipt,
  type ReceiptAnswer,
  type UndrawnReceipt,
} from './receipt.ts';

const formatCodec = uintBetween(RECEIPT_FORMAT, RECEIPT_FORMAT) as Codec<typeof RECEIPT_FORMAT>;

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
};

const receiptCodec: Codec<Receipt> = unionOf<'kind', Receipt>('kind', {
  drawn: recordOf<DrawnReceipt>({
    ...base,
    kind: oneOf(['drawn']),
    certificate: certificateCodec,
  }),
  undrawn: recordOf<UndrawnReceipt>({
    ...base,
    kind: oneOf(['undrawn']),
    header: headerCodec,
    seal: sealCodec,
    index: leafIndexCodec,
    beacons: listOf(beaconRecordCodec, { min: 2, max: 2 }),
  }),
});

const receiptFormat = formatOf(receiptCodec, LIMITS.receiptBytes);

/** What a reader makes of bytes: the receipt, or why it is none. */
export type ReceiptDecodeResult =
  | { readonly kind: 'ok'; readonly receipt: Receipt }
  | { readonly kind: 'malformed'; readonly reason: string };

/**
 * Returns the canonical dag-cbor of `receipt`.
 * @throws AssertionError when a field or the whole exceeds its limit
 */
export function encodeReceipt(receipt: Receipt): Uint8Array {
  return receiptFormat.encode(receipt);
}

/** Reads the dag-cbor of a receipt. Total: does not throw, whatever the bytes are. */
export function decodeReceipt(bytes: Uint8Array): ReceiptDecodeResult {
  const result = receiptFormat.decode(bytes);
  return result.kind === 'ok' ? { kind: 'ok', receipt: result.value } : result;
}

/**
 * Returns the JSON text of `receipt` as UTF-8: byte strings are `0x` and hexadecimal digits,
 * content ids their base32 text.
 * @throws AssertionError when a field or the whole exceeds its limit
 */
export function encodeReceiptJson(receipt: Receipt): Uint8Array {
  const json = jsonOfData(receiptCodec.write(receipt));
  const bytes = utf8(`${JSON.stringify(json, undefined, 2)}\n`);
  assert(bytes.length <= LIMITS.receiptJsonBytes, 'a receipt keeps its size limit');
  return bytes;
}

/** Reads the JSON text of a receipt. Total: does not throw, whatever the bytes are. */
export function decodeReceiptJson(bytes: Uint8Array): ReceiptDecodeResult {
  const malformed = (reason: string): ReceiptDecodeResult => ({ kind: 'malformed', reason });
  if (bytes.length > LIMITS.receiptJsonBytes) {
    return malformed(`longer than ${LIMITS.receiptJsonBytes} bytes`);
  }
  const data = parsed(bytes);
  if (data === undefined) return malformed('not JSON of a receipt');
  const result = decodeReceipt(data);
  if (result.kind === 'malformed') return result;
  if (!equalBytes(encodeReceiptJson(result.receipt), bytes)) {
    return malformed('not the canonical text: it was changed or formatted anew');
  }
  return result;
}

/** Returns the dag-cbor of what JSON text says, or `undefined` if it says nothing of the kind. */
function parsed(bytes: Uint8Array): Uint8Array | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const data = dataOfJson(JSON.parse(text), LIMITS.nestingLevels);
    return data === undefined ? undefined : encodeData(data);
  } catch {
    return undefined;
  }
}
