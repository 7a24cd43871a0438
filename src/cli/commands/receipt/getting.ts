/** Does the work of `assay receipt get`. */
import { extname } from 'node:path';
import { AssayError } from '../../../base/index.ts';
import { realCrypto } from '../../../crypto/index.ts';
import {
  type BuildResult,
  buildReceipt,
  encodeReceipt,
  encodeReceiptJson,
} from '../../../receipt/index.ts';
import { writeWhole } from '../../files.ts';
import type { Answer } from '../../io.ts';
import { askAbout, type ClaimPlace } from '../why/asking.ts';
import { paragraph } from './layout.ts';

export type GetValues = ClaimPlace & { readonly out: string; readonly columns: number };

/**
 * Makes the receipt of a claim from what validators know, and writes it.
 * @throws AssayError not-a-claim, claim-unknown, no-receipt-yet, file-unwritable; NodeError
 *   unreachable; NetworkFileError
 */
export async function answerGet(values: GetValues): Promise<Answer> {
  const { claim, net, out, columns } = values;
  const told = await askAbout(values);
  const built = buildReceipt(told.chain, realCrypto, told);
  if (built.kind !== 'receipt') throw noReceipt(claim, built);
  const { receipt, summary } = built;
  const encoded = extname(out) === '.cbor' ? encodeReceipt(receipt) : encodeReceiptJson(receipt);
  await writeWhole(out, encoded);
  const verdict = summary.judgement?.verdict;
  return {
    json: { file: out, claim: summary.claim, kind: summary.kind, verdict },
    lines: [
      ...paragraph(`Wrote ${out}. It verifies; anybody can check that:`, columns),
      `  assay receipt verify ${out} --net ${net}`,
    ],
  };
}

function noReceipt(
  claim: string,
  { kind, detail }: Exclude<BuildResult, { readonly kind: 'receipt' }>,
): AssayError {
  const remedy =
    kind === 'not-yet'
      ? 'Ask again in a round; `assay why` says how it stands. Who asked for the inference, and ' +
        'its provider, may have what validators do not keep.'
      : 'Nothing that nodes know of it verifies: do not rely on the answer.';
  const message = `there is no receipt: ${detail}`;
  return new AssayError({ code: 'no-receipt-yet', message, where: claim, remedy });
}
