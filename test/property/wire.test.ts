/** Laws of the wire format over seeded random messages, mutations of them, and random bytes. */
import { deepStrictEqual, equal, notDeepStrictEqual, ok } from 'node:assert/strict';
import { decode, encode } from '@ipld/dag-cbor';
import fc from 'fast-check';
import { CID } from 'multiformats/cid';
import { equalBytes, toHex } from '../../src/base/index.ts';
import {
  blobId,
  decodeEntry,
  decodeMeasurement,
  decodeMessage,
  encodeCanonical,
  encodeEntry,
  encodeMeasurement,
  encodeMessage,
  type Message,
} from '../../src/wire/index.ts';
import { MESSAGE_TYPES, Samples } from '../conformance/samples.ts';

describe('wire laws', () => {
  for (const type of MESSAGE_TYPES) {
    it(`[WIRE-1] ${type}: decoding gives the value and encodes to the same bytes`, () => {
      fc.assert(
        fc.property(fc.nat(), (seed) => {
          const message = new Samples(`law/${type}/${seed}`).message(type);
          const bytes = encodeMessage(message);
          const decoded = decodeOk(bytes);
          deepStrictEqual(decoded, message);
          ok(equalBytes(encodeMessage(decoded), bytes));
          ok(equalBytes(encode(decode(bytes)), bytes), 'dag-cbor calls it canonical too');
        }),
        { numRuns: 60 },
      );
    });

    it(`[WIRE-1] ${type}: any changed byte fails or means something else`, () => {
      const message = new Samples(`mutation/${type}`).message(type);
      const bytes = encodeMessage(message);
      fc.assert(
        fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
          const mutant = Uint8Array.from(bytes);
          mutant[at] = (mutant[at] ?? 0) ^ flip;
          assertCanonical(mutant, message);
        }),
        { numRuns: 400 },
      );
    });
  }

  it('[WIRE-1] every single-byte mutation of a small message fails or means something else', () => {
    for (const type of ['query', 'output', 'beacon'] as const) {
      const message = new Samples(`exhaustive/${type}`).message(type);
      const bytes = encodeMessage(message);
      for (let at = 0; at < bytes.length; at++) {
        for (let flip = 1; flip < 256; flip++) {
          const mutant = Uint8Array.from(bytes);
          mutant[at] = (mutant[at] ?? 0) ^ flip;
          assertCanonical(mutant, message);
        }
      }
    }
  });

  it('[WIRE-1] random bytes, cuts and splices never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), (noise, seed) => {
        const samples = new Samples(`noise/${seed}`);
        const bytes = encodeMessage(samples.message(samples.pick(MESSAGE_TYPES)));
        const at = samples.integer(0, bytes.length);
        decodeMessage(noise);
        decodeEntry(noise);
        decodeMeasurement(noise);
        equal(decodeMessage(bytes.subarray(0, at)).kind === 'ok', at === bytes.length);
        const spliced = Uint8Array.from([...bytes.subarray(0, at), ...noise]);
        if (!equalBytes(spliced, bytes)) assertCanonical(spliced, undefined);
      }),
      { numRuns: 500 },
    );
  });

  it('[WIRE-1] entries and measurements: decoding gives the value and the same bytes', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const samples = new Samples(`entry/${seed}`);
        const encoded = encodeEntry(samples.entry());
        deepStrictEqual(decodeEntry(encoded.bytes), encoded);
        const measurement = samples.measurement();
        deepStrictEqual(decodeMeasurement(encodeMeasurement(measurement)), measurement);
      }),
      { numRuns: 200 },
    );
  });

  it('[CLAIM-1] content ids are those of the general CID library', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (content) => {
        const text = blobId(content);
        const cid = CID.parse(text);
        equal(cid.toString(), text);
        equal(cid.code, 0x55);
        equal(cid.multihash.code, 0x12);
      }),
    );
  });

  it('[WIRE-1] canonical values: one encoding each, maps in any order the same', () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        fc.string({ unit: 'grapheme' }),
        fc.maxSafeInteger().map((n) => n + 0),
        fc.uint8Array({ maxLength: 5 }),
        fc.boolean(),
        fc.array(tie('any'), { maxLength: 3 }),
      ),
    })).any as fc.Arbitrary<string | number | Uint8Array>;
    fc.assert(
      fc.property(value, value, (a, b) => {
        const same = toHex(encodeCanonical(a)) === toHex(encodeCanonical(b));
        if (same) deepStrictEqual(a, b);
        else notDeepStrictEqual(a, b);
        ok(equalBytes(encodeCanonical({ a, bb: b, c: 1 }), encodeCanonical({ c: 1, bb: b, a })));
      }),
    );
  });
});

function decodeOk(bytes: Uint8Array): Message {
  const result = decodeMessage(bytes);
  ok(result.kind === 'ok', result.kind === 'malformed' ? result.reason : '');
  return result.decoded.message;
}

function assertCanonical(bytes: Uint8Array, original: Message | undefined): void {
  const result = decodeMessage(bytes);
  if (result.kind === 'malformed') return;
  ok(equalBytes(encodeMessage(result.decoded.message), bytes), `canonical: ${toHex(bytes)}`);
  notDeepStrictEqual(result.decoded.message, original);
}
