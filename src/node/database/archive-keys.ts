/**
 * How the archive names what it keeps, and how several messages are one value. The names sort by
 * round where the past is forgotten by round.
 */
import type { Round, Subject } from '../../base/index.ts';
import type { Space, StoreEntry } from '../../store/index.ts';
import {
  batchId,
  type CertificateMessage,
  claimId,
  type Decoded,
  decodeMessage,
  type Message,
} from '../../wire/index.ts';

/** Messages kept about one batch or leaf: what a query is answered with. */
const MESSAGES_MAX = 256;
/** Digits of the largest round in a key, so that keys sort like rounds. */
export const ROUND_DIGITS = 16;
/** Bytes before each message of a value: its length. */
const LENGTH_BYTES = 4;

/** Key of a beacon, and the beginning of all keys that sort by round. */
export function roundKey(r: number): string {
  return String(r).padStart(ROUND_DIGITS, '0');
}

/** Key of what was said about a drawn leaf. */
export function subjectText({ batch, index }: Subject): string {
  return `${batch}/${index}`;
}

/** One for each verdict of a level: a later one that names more holders takes its place. */
export function certificateKey({ header, index, level, verdict }: CertificateMessage): string {
  return `${roundKey(header.round)}/${batchId(header)}/${index}/${level}/${verdict}`;
}

/** An entry whose own key does not tell its round. */
export type AgedEntry = { readonly space: Space; readonly key: string };

/** Says of which round an entry is, so that it is forgotten in its time. */
export function ageEntry(r: Round, { space, key }: AgedEntry): StoreEntry {
  return { space: 'age', key: `${roundKey(r)}/${space}/${key}`, value: new Uint8Array(0) };
}

/** What a key of the space `age` is about; `undefined` if it is none. */
export function agedEntry(key: string): AgedEntry | undefined {
  const [, word, name] = /^\d{16}\/(batch|subject|claim)\/(.+)$/.exec(key) ?? [];
  if (name === undefined) return undefined;
  return word === 'batch' || word === 'subject' || word === 'claim'
    ? { space: word, key: name }
    : undefined;
}

/** The round of the batch that messages are about; `undefined` if none names a batch. */
export function roundOf(messages: readonly Message[]): Round | undefined {
  for (const message of messages) {
    if (message.type === 'header') return message.round;
    if (message.type === 'openings' || message.type === 'certificate') return message.header.round;
  }
  return undefined;
}

/** Keys of the claims that messages open. */
export function claimsIn(messages: readonly Message[]): readonly string[] {
  return messages.flatMap((message) =>
    message.type === 'openings' ? message.openings.map(({ claim }) => claimId(claim)) : [],
  );
}

/** Each message after its length, four bytes; the first ones if there are too many. */
export function pack(messages: readonly Decoded[]): Uint8Array {
  const kept = messages.slice(0, MESSAGES_MAX).map(({ bytes }) => bytes);
  const packed = new Uint8Array(kept.reduce((sum, { length }) => sum + LENGTH_BYTES + length, 0));
  const view = new DataView(packed.buffer);
  let at = 0;
  for (const bytes of kept) {
    view.setUint32(at, bytes.length);
    packed.set(bytes, at + LENGTH_BYTES);
    at += LENGTH_BYTES + bytes.length;
  }
  return packed;
}

/** The store checked the hash of the value: it is what was packed. */
export function unpack(value: Uint8Array | undefined): readonly Uint8Array[] {
  if (value === undefined) return [];
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const messages: Uint8Array[] = [];
  for (let at = 0; at + LENGTH_BYTES <= value.length; ) {
    const length = view.getUint32(at);
    at += LENGTH_BYTES;
    messages.push(value.slice(at, at + length));
    at += length;
  }
  return messages;
}

/** The messages of a value; `undefined` if one of them does not decode. */
export function unpackMessages(value: Uint8Array): readonly Message[] | undefined {
  const messages: Message[] = [];
  for (const bytes of unpack(value)) {
    const result = decodeMessage(bytes);
    if (result.kind !== 'ok') return undefined;
    messages.push(result.decoded.message);
  }
  return messages;
}
