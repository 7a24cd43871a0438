/**
 * A receipt: all that a third party needs, besides the network file, to check where an answer came
 * from and how it was verified.
 */
import type { Digest, Round } from '../base/index.ts';
import type { CertificateMessage, Claim, HeaderMessage, Seal } from './messages.ts';
import type { StepMessage } from './steps.ts';

/** Version of the format of receipts. */
export const RECEIPT_FORMAT = 1;

/** What the commitment of a claim hid. [CLAIM-3] */
export type OutputReveal = { readonly digest: Digest; readonly salt: Digest };

/** The answer itself: a leaf of a batch, and what proves that it is one. */
export type ReceiptAnswer = {
  readonly claim: Claim;
  /** Merkle path from the claim to the root of the header. */
  readonly path: readonly Digest[];
  /** Absent if the provider did not show it. */
  readonly output?: OutputReveal;
};

/** [SET-2] A step of the set chain, by its digest. */
export type NamedStep = { readonly number: number; readonly digest: Digest };

type ReceiptBase = {
  readonly type: 'receipt';
  readonly format: typeof RECEIPT_FORMAT;
  /** Id of the network. */
  readonly network: Digest;
  readonly answer: ReceiptAnswer;
  /**
   * [SET-1] Steps 1, 2, 3, … up to the set that served the round; absent where that is the set of
   * the network file.
   */
  readonly steps?: readonly StepMessage[];
  /** In place of `steps` that are too long: the last of them. */
  readonly step?: NamedStep;
};

/** Of an answer that was drawn, re-executed and judged. */
export type DrawnReceipt = ReceiptBase & {
  readonly kind: 'drawn';
  /** With header, seal, index and beacons. */
  readonly certificate: CertificateMessage;
};

/** Of an answer that was sealed and not drawn: nobody looked at it. */
export type UndrawnReceipt = ReceiptBase & {
  readonly kind: 'undrawn';
  readonly header: HeaderMessage;
  readonly seal: Seal;
  readonly index: number;
  /** Rounds r and r+2. */
  readonly beacons: readonly { readonly round: Round; readonly signature: Uint8Array }[];
};

export type Receipt = DrawnReceipt | UndrawnReceipt;
