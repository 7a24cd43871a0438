/** [WIRE-1] Hand-made encodings that mean a message, or nearly, and are refused by name. */
import { equal, ok } from 'node:assert/strict';
import { concatBytes, fromHex, toHex, utf8 } from '../../../src/base/index.ts';
import { decodeMessage, encodeMessage, LIMITS } from '../../../src/wire/index.ts';
import { FIXED_BATCH, FIXED_MESSAGES } from '../../conformance/fixed.ts';

/** {index: 3, type: "query", batch: link}, piece by piece; keys by length, then by bytes. */
const TYPE = `64${toHex(utf8('type'))}65${toHex(utf8('query'))}`;
const BATCH = `65${toHex(utf8('batch'))}${linkHex()}`;
const INDEX_KEY = `65${toHex(utf8('index'))}`;
const INDEX = `${INDEX_KEY}03`;
const GOOD = `a3${TYPE}${BATCH}${INDEX}`;

/** [name, hexadecimal bytes, a word of the reason] */
const REFUSED: readonly (readonly [string, string, string])[] = [
  ['unknown field', `a4${TYPE}${BATCH}${INDEX}6578787878780a`, 'unknown field'],
  ['missing field', `a2${TYPE}${INDEX}`, 'missing field batch'],
  ['missing type', `a2${BATCH}${INDEX}`, 'missing field type'],
  ['unknown type', `a3${TYPE.replace('7175657279', '7175657278')}${BATCH}${INDEX}`, 'unknown type'],
  ['keys in another order', `a3${BATCH}${TYPE}${INDEX}`, 'canonical'],
  ['duplicate key', `a4${TYPE}${BATCH}${INDEX}${INDEX}`, 'dag-cbor'],
  ['integer longer than needed', `a3${TYPE}${BATCH}${INDEX_KEY}1803`, 'dag-cbor'],
  ['length longer than needed', `b803${TYPE}${BATCH}${INDEX}`, 'dag-cbor'],
  ['text length longer than needed', `a37804${TYPE.slice(2)}${BATCH}${INDEX}`, 'dag-cbor'],
  ['indefinite map', `bf${TYPE}${BATCH}${INDEX}ff`, 'bounded'],
  ['indefinite text', `a37f${TYPE.slice(0, 10)}ff${TYPE.slice(10)}${BATCH}${INDEX}`, 'bounded'],
  ['float for an integer', `a3${TYPE}${BATCH}${INDEX_KEY}fb4008000000000000`, 'canonical'],
  ['half float for an integer', `a3${TYPE}${BATCH}${INDEX_KEY}f94200`, 'canonical'],
  ['fraction', `a3${TYPE}${BATCH}${INDEX_KEY}fb400c000000000000`, 'expected an integer'],
  ['negative integer', `a3${TYPE}${BATCH}${INDEX_KEY}22`, 'expected an integer'],
  ['integer beyond 2^53', `a3${TYPE}${BATCH}${INDEX_KEY}1bffffffffffffffff`, 'expected an integer'],
  ['null for a missing field', `a3${TYPE}${BATCH}${INDEX_KEY}f6`, 'expected an integer'],
  ['undefined', `a3${TYPE}${BATCH}${INDEX_KEY}f7`, 'expected an integer'],
  ['NaN', `a3${TYPE}${BATCH}${INDEX_KEY}f97e00`, 'dag-cbor'],
  ['trailing byte', `${GOOD}00`, 'bounded'],
  ['a second message', `${GOOD}${GOOD}`, 'bounded'],
  ['cut short', GOOD.slice(0, -2), 'bounded'],
  ['tag other than 42', `a3${TYPE}${BATCH.replace('d82a', 'd82b')}${INDEX}`, 'dag-cbor'],
  ['tag longer than needed', `a3${TYPE}${BATCH.replace('d82a', 'd9002a')}${INDEX}`, 'dag-cbor'],
  ['link without its zero', `a3${TYPE}${BATCH.replace('582500', '582501')}${INDEX}`, 'dag-cbor'],
  ['link to a raw blob', `a3${TYPE}${BATCH.replace('00017112', '00015512')}${INDEX}`, 'content id'],
  [
    'link by another hash',
    `a3${TYPE}${BATCH.replace('00017112', '00017113')}${INDEX}`,
    'content id',
  ],
  [
    'link as text',
    `a3${TYPE}65${toHex(utf8('batch'))}783b${toHex(utf8(FIXED_BATCH))}${INDEX}`,
    'id',
  ],
  ['bytes for a key', `a344${TYPE.slice(2)}${BATCH}${INDEX}`, 'dag-cbor'],
  ['integer for a key', `a301${TYPE.slice(10)}${BATCH}${INDEX}`, 'dag-cbor'],
  ['prototype for a field', `a369${toHex(utf8('__proto__'))}a0${TYPE}${BATCH}`, 'unknown field'],
  ['a list', `83${TYPE}${BATCH}${INDEX_KEY}`, 'bounded'],
  ['nothing', '', 'bounded'],
  ['array of 2^32 items', '9affffffff', 'bounded'],
  ['map of 2^63 items', 'bb7fffffffffffffff', 'bounded'],
  ['byte string of 2^62 bytes', '5b4000000000000000', 'bounded'],
  ['nested lists', '81'.repeat(LIMITS.messageBytes), 'bounded'],
  ['nested maps', 'a16161'.repeat(20_000), 'bounded'],
  ['nested tags', 'd82a'.repeat(LIMITS.messageBytes / 2), 'bounded'],
  ['lists one level too deep', `${'81'.repeat(LIMITS.nestingLevels + 1)}00`, 'bounded'],
  ['lists as deep as allowed', `${'81'.repeat(LIMITS.nestingLevels)}00`, 'expected a map'],
  ['tags one level too deep', `${'d82a'.repeat(LIMITS.nestingLevels + 1)}00`, 'bounded'],
  ['one byte too long', `5a0000fffc${'00'.repeat(LIMITS.messageBytes - 4)}`, 'longer'],
];

describe('[WIRE-1] only the canonical encoding', () => {
  it('is accepted', () => {
    const result = decodeMessage(bytesOf(GOOD));
    ok(result.kind === 'ok');
    equal(toHex(encodeMessage(result.decoded.message)), GOOD);
  });

  for (const [name, hex, reason] of REFUSED) {
    it(`refuses: ${name}`, () => {
      const result = decodeMessage(bytesOf(hex));
      ok(result.kind === 'malformed', 'it is refused');
      ok(result.reason.includes(reason), result.reason);
    });
  }

  it('refuses overlong and broken UTF-8', () => {
    const request = FIXED_MESSAGES.find((message) => message.type === 'request');
    ok(request !== undefined);
    const hex = toHex(encodeMessage(request));
    const text = `68${toHex(utf8('standard'))}`;
    ok(hex.includes(text));
    for (const broken of [`69c1b3${text.slice(4)}`, `68ff${text.slice(4)}`]) {
      equal(decodeMessage(bytesOf(hex.replace(text, broken))).kind, 'malformed', broken);
    }
  });

  it('refuses an entry of a bundle that is not canonical itself', () => {
    const bundle = FIXED_MESSAGES.find((message) => message.type === 'bundle');
    ok(bundle !== undefined && bundle.type === 'bundle');
    const [entry] = bundle.entries;
    ok(entry !== undefined);
    const bytes = concatBytes(entry.bytes, Uint8Array.of(0));
    const spoilt = encodeMessage({ ...bundle, entries: [{ ...entry, bytes }] });
    equal(decodeMessage(spoilt).kind, 'malformed');
  });
});

function linkHex(): string {
  const query = FIXED_MESSAGES.find((message) => message.type === 'query');
  ok(query !== undefined);
  const hex = toHex(encodeMessage(query));
  const at = hex.indexOf('d82a5825');
  return hex.slice(at, at + 2 * 41);
}

function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  ok(bytes !== undefined);
  return bytes;
}
