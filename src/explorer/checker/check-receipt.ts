/**
 * Checks a receipt against a network file, both as a person dropped them: the same checks as
 * `assay receipt verify`, by the same code but for the signatures, which are checked by
 * `nobleCrypto`. Pure: no server is asked, nothing is kept.
 */
import './jitless.ts';
import { parseConfigText } from '../../config/index.ts';
import type { Network } from '../../core/index.ts';
import { nobleCrypto } from '../../crypto/index.ts';
import { loadNetworkFile, networkOf } from '../../network-file/index.ts';
import {
  type CheckOutcome,
  decodeReceipt,
  decodeReceiptJson,
  RECEIPT_CHECKS,
  type Receipt,
  type ReceiptSummary,
  verifyReceipt,
} from '../../receipt/index.ts';

/** A check of the receipt, or one before those: is it a network file, is it a receipt? */
export type CheckName = CheckOutcome['check'] | 'network-file' | 'format';

/** One step, as it is shown. */
export type CheckStep = {
  readonly check: CheckName;
  readonly outcome: 'ok' | 'failed' | 'skipped';
  /** What was found. */
  readonly detail: string;
};

/** What checking told. */
export type CheckReport = {
  readonly isValid: boolean;
  readonly steps: readonly CheckStep[];
  /** Of a receipt that is valid. */
  readonly summary: ReceiptSummary | undefined;
};

/** The files that were dropped. */
export type CheckRequest = { readonly receipt: Uint8Array; readonly networkFile: string };

/** First character of JSON text; dag-cbor of a receipt begins with a map. */
const BRACE = 0x7b;
const STEPS: readonly CheckName[] = ['network-file', 'format', ...RECEIPT_CHECKS];

/** Checks everything. Total: does not throw, whatever the files are. */
export function checkReceipt({ receipt: bytes, networkFile }: CheckRequest): CheckReport {
  const network = networkFrom(networkFile);
  const receipt = receiptFrom(bytes);
  const steps: CheckStep[] = [network.step, receipt.step];
  if (network.value === undefined || receipt.value === undefined) {
    return { isValid: false, steps: withSkipped(steps), summary: undefined };
  }
  const result = verifyReceipt(network.value, nobleCrypto, receipt.value);
  return {
    isValid: result.kind === 'valid',
    steps: [...steps, ...result.checks],
    summary: result.kind === 'valid' ? result.summary : undefined,
  };
}

type Read<T> = { readonly step: CheckStep; readonly value: T | undefined };

function networkFrom(text: string): Read<Network> {
  const check = 'network-file';
  try {
    const file = loadNetworkFile(parseConfigText(text, 'the network file'), nobleCrypto);
    const { length } = file.validators;
    const detail = `${file.name}: signed by its operator, keys proved by ${length} validators`;
    return { step: { check, outcome: 'ok', detail }, value: networkOf(file) };
  } catch (error) {
    return { step: { check, outcome: 'failed', detail: reasonOf(error) }, value: undefined };
  }
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s*\n\s*/g, '. ');
}

function receiptFrom(bytes: Uint8Array): Read<Receipt> {
  const check = 'format';
  const decoded = bytes[0] === BRACE ? decodeReceiptJson(bytes) : decodeReceipt(bytes);
  if (decoded.kind === 'malformed') {
    const detail = `it is no receipt, or was changed: ${decoded.reason}`;
    return { step: { check, outcome: 'failed', detail }, value: undefined };
  }
  const detail = 'it is written in the one way in which receipts are written';
  return { step: { check, outcome: 'ok', detail }, value: decoded.receipt };
}

function withSkipped(steps: readonly CheckStep[]): readonly CheckStep[] {
  const known = new Set(steps.map(({ check }) => check));
  const broken = steps.find(({ outcome }) => outcome === 'failed')?.check ?? 'format';
  const rest = STEPS.filter((check) => !known.has(check)).map((check): CheckStep => {
    return { check, outcome: 'skipped', detail: `${broken} must be right first` };
  });
  return [...steps, ...rest];
}
