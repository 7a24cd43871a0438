/** Whatever one byte of a receipt is changed to, it no longer decodes, or a check fails. */
import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import {
  decodeReceipt,
  decodeReceiptJson,
  encodeReceipt,
  encodeReceiptJson,
  type Receipt,
  verifyReceipt,
} from '../../src/receipt/index.ts';
import type { ClusterKeys } from '../support/cluster-network.ts';
import {
  changedFixtureOf,
  changingKeys,
  type Fixture,
  fixtureOf,
} from '../unit/receipt/fixture.ts';

const FORMS = [
  { name: 'dag-cbor', encode: encodeReceipt, decode: decodeReceipt },
  { name: 'JSON', encode: encodeReceiptJson, decode: decodeReceiptJson },
] as const;
type Form = (typeof FORMS)[number];

const KINDS: readonly (readonly [string, Fixture])[] = [
  ['drawn', fixtureOf('drawn')],
  ['undrawn', fixtureOf('undrawn')],
  ['drawn at level 1', fixtureOf('drawn', { validators: 20, level: 1 })],
  ['not shown', fixtureOf('drawn', { verdict: 'unavailable', isShown: false })],
  ['of a changed set', changedFixtureOf('drawn')],
  ['not drawn, of a changed set', changedFixtureOf('undrawn')],
  ['alone in its batch', fixtureOf('drawn', { leaves: 1, assuranceClass: 'full' })],
];

function isValid({ network, crypto }: ClusterKeys, form: Form, bytes: Uint8Array): boolean {
  const decoded = form.decode(bytes);
  return decoded.kind === 'ok' && verifyReceipt(network, crypto, decoded.receipt).kind === 'valid';
}

function changed(bytes: Uint8Array, at: number, mask: number): Uint8Array {
  return bytes.with(at, (bytes[at] ?? 0) ^ mask);
}

for (const form of FORMS) {
  describe(`a receipt as ${form.name}`, () => {
    for (const [name, { keys, receipt }] of KINDS) {
      const bytes = form.encode(receipt);

      it(`is the same after decoding, and valid: ${name}`, () => {
        const decoded = form.decode(bytes);
        ok(decoded.kind === 'ok');
        deepStrictEqual<Receipt>(decoded.receipt, receipt);
        ok(isValid(keys, form, bytes));
      });

      it(`is not valid with any one byte changed: ${name}`, function () {
        this.timeout(60_000);
        for (let at = 0; at < bytes.length; at++) {
          // each bit of every eighth byte by turns, and one more change that chance chooses
          ok(!isValid(keys, form, changed(bytes, at, 1 << (at & 7))), `byte ${at}`);
        }
        const place = fc.nat({ max: bytes.length - 1 });
        const mask = fc.integer({ min: 1, max: 255 });
        fc.assert(
          fc.property(place, mask, (at, bits) => !isValid(keys, form, changed(bytes, at, bits))),
          { numRuns: 500 },
        );
      });

      it(`is not valid with bytes cut off or added: ${name}`, () => {
        fc.assert(
          fc.property(fc.nat({ max: bytes.length - 1 }), (length) => {
            return !isValid(keys, form, bytes.slice(0, length));
          }),
        );
        for (const extra of [0x00, 0x0a, 0x20]) {
          ok(!isValid(keys, form, Uint8Array.from([...bytes, extra])), `${extra} at the end`);
          ok(!isValid(keys, form, Uint8Array.from([extra, ...bytes])), `${extra} at the start`);
        }
      });
    }

    it('is refused whatever the bytes are, without an exception', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
          return form.decode(bytes).kind === 'malformed';
        }),
      );
    });

    it('is not valid with a byte changed under real cryptography', function () {
      this.timeout(60_000);
      const fixtures = [
        ['drawn', fixtureOf('drawn', { crypto: 'real' })],
        ['undrawn', fixtureOf('undrawn', { crypto: 'real' })],
        ['of a changed set', changedFixtureOf('undrawn', changingKeys('real'))],
      ] as const;
      for (const [kind, { keys, receipt }] of fixtures) {
        const bytes = form.encode(receipt);
        ok(isValid(keys, form, bytes));
        for (let at = 5; at < bytes.length; at += 23) {
          ok(!isValid(keys, form, changed(bytes, at, 1)), `${kind}, byte ${at}`);
        }
      }
    });
  });
}

describe('a receipt as JSON', () => {
  const { receipt } = fixtureOf('drawn');
  const text = new TextDecoder().decode(encodeReceiptJson(receipt));
  const decode = (changedText: string) => decodeReceiptJson(new TextEncoder().encode(changedText));

  it('is refused in any other spelling of the same data', () => {
    const json = JSON.parse(text);
    const spellings = [
      JSON.stringify(json),
      JSON.stringify(json, undefined, 4),
      text.trimEnd(),
      `\ufeff${text}`,
      text.replace('"format": 1,', '"format": 1.0,'),
      text.replace('"format": 1,', '"format": 1, "format": 1,'),
      text.replace('"kind"', '"\\u006bind"'),
      text.replace(/"0x([0-9a-f]+)"/, (_, digits: string) => `"0x${digits.toUpperCase()}"`),
    ];
    for (const [i, spelling] of spellings.entries()) {
      ok(spelling !== text, `spelling ${i} differs`);
      equal(decode(spelling).kind, 'malformed', `spelling ${i}`);
    }
  });

  it('keeps texts that look like bytes or content ids', () => {
    for (const executionClass of ['0x12', 'text:x', receipt.answer.claim.input]) {
      const { answer } = receipt;
      const odd = { ...receipt, answer: { ...answer, claim: { ...answer.claim, executionClass } } };
      const decoded = decodeReceiptJson(encodeReceiptJson(odd));
      ok(decoded.kind === 'ok', executionClass);
      equal(decoded.receipt.answer.claim.executionClass, executionClass);
    }
  });

  it('is refused with a prototype among its keys', () => {
    equal(decode(text.replace('"format"', '"__proto__": {}, "format"')).kind, 'malformed');
  });
});
