/** Checks receipts beside the page, which stays alive: a hundred key proofs take some seconds. */
import { type CheckReport, type CheckRequest, checkReceipt } from './check-receipt.ts';

/** Files to check, and the name of the receipt: several may be under way. */
export type NamedRequest = CheckRequest & { readonly name: string };

/** What checking told, and of which receipt. */
export type NamedReport = CheckReport & { readonly name: string };

addEventListener('message', ({ data }: MessageEvent<NamedRequest>) => {
  postMessage({ ...checkReceipt(data), name: data.name } satisfies NamedReport);
});
