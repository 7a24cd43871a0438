/** Checks receipts beside the page, which stays alive: a hundred key proofs take some seconds. */
import { type CheckRequest, checkReceipt } from './check-receipt.ts';

addEventListener('message', ({ data }: MessageEvent<CheckRequest>) => {
  postMessage(checkReceipt(data));
});
