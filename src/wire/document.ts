/**
 * A document: one type as canonical dag-cbor and as canonical JSON text, and strictly back. For
 * what people keep as files: receipts, set chains.
 *
 * Both forms hold the same data and go through the same checks; either is refused unless it is,
 * byte for byte, what the decoded value is written as again.
 */
import { assert, equalBytes, utf8 } from '../base/index.ts';
import type { Codec } from './codec.ts';
import { encodeData } from './data.ts';
import { dataOfJson, jsonOfData } from './data-json.ts';
import { type Format, formatOf, type ReadResult } from './format.ts';
import { LIMITS } from './limits.ts';

/** Two forms of one value. Byte strings are `0x` and hexadecimal digits in JSON, links base32. */
export type Document<T> = Format<T> & {
  /** UTF-8. @throws AssertionError when a field or the whole exceeds its limit */
  readonly encodeJson: (value: T) => Uint8Array;
  /** Total: does not throw. */
  readonly decodeJson: (bytes: Uint8Array) => ReadResult<T>;
};

/** What a document is called, with an article, and the bytes that each form may have. */
export type DocumentLimits = {
  readonly name: string;
  readonly bytesMax: number;
  readonly jsonBytesMax: number;
};

/** Returns the document of `codec`. */
export function documentOf<T>(codec: Codec<T>, limits: DocumentLimits): Document<T> {
  const { name, bytesMax, jsonBytesMax } = limits;
  const format = formatOf(codec, bytesMax);
  const encodeJson = (value: T): Uint8Array => {
    const json = jsonOfData(codec.write(value));
    const bytes = utf8(`${JSON.stringify(json, undefined, 2)}\n`);
    assert(bytes.length <= jsonBytesMax, `${name} keeps its size limit`);
    return bytes;
  };
  const malformed = (reason: string): ReadResult<T> => ({ kind: 'malformed', reason });
  const decodeJson = (bytes: Uint8Array): ReadResult<T> => {
    if (bytes.length > jsonBytesMax) return malformed(`longer than ${jsonBytesMax} bytes`);
    const data = parsed(bytes);
    if (data === undefined) return malformed(`not JSON of ${name}`);
    const result = format.decode(data);
    if (result.kind === 'malformed') return result;
    if (!equalBytes(encodeJson(result.value), bytes)) {
      return malformed('not the canonical text: it was changed or formatted anew');
    }
    return result;
  };
  return { ...format, encodeJson, decodeJson };
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
