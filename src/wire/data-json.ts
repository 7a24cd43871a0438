/**
 * IPLD data as JSON that people can read, without loss: byte strings are `0x` and hexadecimal
 * digits, links are the text of their content id; a text that looks like either is marked `text:`.
 *
 * DAG-JSON would say the same with an object around each byte string and link, in base64.
 */
import { fromHex, toHex } from '../base/index.ts';
import { type ContentCodec, cidBytes, cidText, DAG_CBOR, linkBytes, linkOf, RAW } from './cid.ts';

const HEX_MARK = '0x';
const TEXT_MARK = 'text:';

/** Returns `data` with byte strings and links as texts; `undefined` fields are not expected. */
export function jsonOfData(data: unknown): unknown {
  if (typeof data === 'string') return isMarked(data) ? `${TEXT_MARK}${data}` : data;
  if (typeof data !== 'object' || data === null) return data;
  if (data instanceof Uint8Array) return `${HEX_MARK}${toHex(data)}`;
  if (Array.isArray(data)) return data.map(jsonOfData);
  const link = linkBytes(data);
  if (link !== undefined) return cidText(link);
  return Object.fromEntries(Object.entries(data).map(([key, each]) => [key, jsonOfData(each)]));
}

/** Returns the data of parsed JSON, or `undefined` if it is nested too deeply or marked wrongly. */
export function dataOfJson(json: unknown, levelsMax: number): unknown {
  if (typeof json === 'string') return dataOfText(json);
  if (typeof json !== 'object' || json === null) return json;
  if (levelsMax === 0) return undefined;
  const entries = Object.entries(json).map(
    ([key, each]) => [key, dataOfJson(each, levelsMax - 1)] as const,
  );
  if (entries.some(([, each]) => each === undefined)) return undefined;
  return Array.isArray(json) ? entries.map(([, each]) => each) : Object.fromEntries(entries);
}

function dataOfText(text: string): unknown {
  if (text.startsWith(TEXT_MARK)) return text.slice(TEXT_MARK.length);
  if (text.startsWith(HEX_MARK)) return fromHex(text.slice(HEX_MARK.length));
  for (const codec of [RAW, DAG_CBOR] satisfies ContentCodec[]) {
    const bytes = cidBytes(codec, text);
    if (bytes !== undefined) return linkOf(codec, bytes);
  }
  return text;
}

function isMarked(text: string): boolean {
  return typeof dataOfText(text) !== 'string' || text.startsWith(TEXT_MARK);
}
