/** Does the work of `assay why`: asks several nodes, believes none, explains what is signed. */
import { AssayError } from '../../../base/index.ts';
import { realCrypto } from '../../../crypto/index.ts';
import { explain } from '../../../receipt/index.ts';
import type { Answer } from '../../io.ts';
import { askAbout, type ClaimPlace } from './asking.ts';
import { explanationAnswer } from './wording.ts';

export { terminalColumns } from '../receipt/handler.ts';

export type WhyValues = ClaimPlace & { readonly columns: number };

/**
 * Explains a claim.
 * @throws AssayError not-a-claim, claim-unknown, batch-unknown; NodeError unreachable
 */
export async function answerWhy(values: WhyValues): Promise<Answer> {
  const told = await askAbout(values);
  const { chain, network, name, due } = told;
  const explanation = explain(chain, realCrypto, told);
  if (explanation === undefined) throw batchUnknown(values.claim, name);
  return explanationAnswer(explanation, { network, columns: values.columns, due });
}

function batchUnknown(text: string, network: string): AssayError {
  return new AssayError({
    code: 'batch-unknown',
    message: 'no node that was asked knows this batch, or has no such answer in it',
    where: text,
    remedy:
      'It was never sealed, was closed long ago, or is of another network than ' +
      `${network}. The index counts from 0.`,
  });
}
