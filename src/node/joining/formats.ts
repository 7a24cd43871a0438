/** What nodes keep and tell about those who want to be members, as canonical dag-cbor. */
import { asciiText, bytesBetween, formatOf, oneOf, recordOf } from '../../wire/index.ts';
import { JOIN_LIMITS } from './request.ts';

/** How a node took a request or a refusal. */
export const JOIN_OUTCOMES = ['kept', 'member', 'unknown', 'invalid', 'too-often'] as const;

export type JoinAnswer = {
  readonly outcome: (typeof JOIN_OUTCOMES)[number];
  /** Which check failed; a dash otherwise. */
  readonly detail: string;
};

/** A request, and what the operator said to it if it said no. */
export type JoinEntry = { readonly signed: Uint8Array; readonly refusal?: Uint8Array };

export const joinAnswerFormat = formatOf(
  recordOf<JoinAnswer>({ outcome: oneOf(JOIN_OUTCOMES), detail: asciiText(64) }),
  256,
);

const entryFields = {
  signed: bytesBetween(1, JOIN_LIMITS.requestBytes),
  refusal: bytesBetween(1, JOIN_LIMITS.requestBytes),
};
const ENTRY_BYTES_MAX = 2 * JOIN_LIMITS.requestBytes + 512;

/** The bytes of an entry, as it is told. */
export const joinEntryFormat = formatOf(
  recordOf<JoinEntry>(entryFields, ['refusal']),
  ENTRY_BYTES_MAX,
);

/** An entry as it lies on disk: with the IP address that it came from, a dash if it had none. */
export type KeptEntry = JoinEntry & { readonly source: string };

export const keptEntryFormat = formatOf(
  recordOf<KeptEntry>({ ...entryFields, source: asciiText(64) }, ['refusal']),
  ENTRY_BYTES_MAX,
);
