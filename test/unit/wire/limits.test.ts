/** [WIRE-4] Limits are kept on both sides, and whatever keeps them fits into one message. */
import { deepStrictEqual, equal, ok, throws } from 'node:assert/strict';
import { AssertionError, type Measurement, toHex, utf8 } from '../../../src/base/index.ts';
import type { Claim, Message, RevealEntry } from '../../../src/wire/index.ts';
import {
  decodeMeasurement,
  decodeMessage,
  encodeEntry,
  encodeMeasurement,
  encodeMessage,
  LIMITS,
  measurementFits,
} from '../../../src/wire/index.ts';
import { FIXED_ENTRIES, FIXED_MEASUREMENT } from '../../conformance/fixed.ts';
import { Samples } from '../../conformance/samples.ts';

const samples = new Samples('limits');
const LAST_LEAF = LIMITS.batchLeaves - 1;
const place = { batch: samples.batch(), index: LAST_LEAF, level: LIMITS.levels - 1 };

describe('[WIRE-4] limits', () => {
  it('a bundle full of the largest ack, commit or abstention fits', () => {
    for (const entry of [
      { kind: 'ack' as const, batch: place.batch, signature: samples.bytes(96) },
      { kind: 'commit' as const, ...place, commitment: samples.digest() },
      { kind: 'abstain' as const, ...place, reason: 'out-of-memory' as const },
    ]) {
      const entries = Array.from({ length: LIMITS.bundleEntries }, () => encodeEntry(entry));
      const bytes = entries.reduce((sum, encoded) => sum + encoded.bytes.length, 0);
      ok(bytes <= LIMITS.bundlePayloadBytes, `${entry.kind}: ${bytes}`);
      assertTaken({ ...bundleBase(), entries });
    }
  });

  it('a bundle of entries within the payload limit fits, however they are split', () => {
    const reveal = encodeEntry(largestReveal(LIMITS.sketchValues, 1));
    const count = Math.floor(LIMITS.bundlePayloadBytes / reveal.bytes.length);
    assertTaken({ ...bundleBase(), entries: new Array(count).fill(reveal) });
    const framing = 3 * LIMITS.bundleEntries + 512;
    ok(LIMITS.bundlePayloadBytes + framing <= LIMITS.messageBytes);
  });

  it('two reveals of all tensors at the default sketch size fit into evidence', () => {
    const entry = encodeEntry(largestReveal(4 * 32, LIMITS.measurementTensors));
    const path = Array.from({ length: LIMITS.bundlePathDigests }, () => samples.digest());
    const signed = { entry, index: 255, count: 256, path, signature: samples.bytes(64) };
    const validator = samples.node();
    assertTaken({ type: 'evidence', kind: 'entries', validator, first: signed, second: signed });
    ok(2 * (LIMITS.entryBytes + 34 * LIMITS.bundlePathDigests + 256) < LIMITS.messageBytes);
  });

  it('an opening with the longest path and inline input fits', () => {
    assertTaken({
      type: 'openings',
      header: samples.header(),
      seal: largestSeal(),
      openings: [largestOpening(LIMITS.inlineInputBytes)],
    });
  });

  it('two largest certificates fit into evidence', () => {
    const vote = { verdict: 'inconclusive' as const, ...largestSeal() };
    const certificate = {
      ...samples.certificate(),
      seal: largestSeal(),
      votes: new Array(LIMITS.voteGroups).fill(vote),
      beacons: samples.times(3, 3, () => ({
        round: samples.header().round,
        signature: samples.bytes(48),
      })),
    };
    const type = 'evidence';
    assertTaken({ type, kind: 'certificates', first: certificate, second: certificate });
  });

  it('paths are as long as the largest tree is high', () => {
    equal(2 ** LIMITS.batchPathDigests, LIMITS.batchLeaves);
    equal(2 ** LIMITS.bundlePathDigests, LIMITS.bundleEntries);
  });

  it('a measurement that fits makes a reveal that fits, up to one value', () => {
    const sizes: readonly (readonly [number, number])[] = [
      [4 * 32, LIMITS.measurementTensors],
      [LIMITS.sketchValues, 1],
      [0, LIMITS.measurementTensors],
    ];
    for (const [values, tensors] of sizes) {
      const reveal = largestReveal(values, tensors);
      ok(measurementFits(reveal.measurement), `${values} values, ${tensors} tensors`);
      ok(encodeEntry(reveal).bytes.length <= LIMITS.entryBytes);
      ok(encodeMeasurement(reveal.measurement).length <= LIMITS.measurementBytes);
    }
    for (const [values, tensors] of [
      [LIMITS.sketchValues + 1, 1],
      [1, LIMITS.measurementTensors + 1],
      [LIMITS.sketchValues / 2, 3],
    ] as const) {
      ok(!measurementFits(largestReveal(values, tensors).measurement), `${values}, ${tensors}`);
    }
    const rest = LIMITS.bitmapBytes + LIMITS.executionClassChars + 512;
    ok(LIMITS.measurementBytes + rest <= LIMITS.entryBytes);
  });

  it('a sender stops before it exceeds a limit', () => {
    const over: readonly (() => unknown)[] = [
      () => encodeEntry(largestReveal(LIMITS.sketchValues + 1, 1)),
      () => encodeEntry(largestReveal(1, LIMITS.measurementTensors + 1)),
      () => encodeEntry(largestReveal(LIMITS.sketchValues, LIMITS.measurementTensors)),
      () => encodeEntry({ kind: 'commit', ...place, level: 8, commitment: samples.digest() }),
      () => encodeEntry({ kind: 'ack', batch: place.batch, signature: samples.bytes(95) }),
      () => encodeMessage({ ...bundleBase(), entries: [] }),
      () => encodeMessage({ ...samples.header(), count: 0 }),
      () => encodeMessage({ ...samples.header(), count: LIMITS.batchLeaves + 1 }),
      () => encodeMessage({ ...samples.header(), assuranceClass: '' }),
      () => encodeMessage({ ...samples.header(), assuranceClass: 'x'.repeat(33) }),
      () => encodeMessage({ ...samples.header(), assuranceClass: 'new\nline' }),
      () =>
        encodeMessage({
          type: 'openings',
          header: samples.header(),
          seal: largestSeal(),
          openings: samples.times(3, 3, () => largestOpening(LIMITS.inlineInputBytes)),
        }),
    ];
    for (const [index, encode] of over.entries()) throws(encode, AssertionError, `case ${index}`);
  });

  it('a reader refuses what exceeds a limit by one', () => {
    const beyond = (hex: string, from: string, to: string): void => {
      ok(hex.includes(from), from);
      const bytes = Uint8Array.from(Buffer.from(hex.replace(from, to), 'hex'));
      equal(decodeMessage(bytes).kind, 'malformed', to);
    };
    const header = toHex(encodeMessage({ ...samples.header(), count: LIMITS.batchLeaves }));
    const count = `65${toHex(utf8('count'))}`;
    beyond(header, `${count}1a00100000`, `${count}1a00100001`);
    const short = toHex(encodeMessage({ ...samples.header(), assuranceClass: 'x'.repeat(32) }));
    beyond(short, `7820${'78'.repeat(32)}`, `7821${'78'.repeat(33)}`);
    const query = toHex(encodeMessage({ type: 'query', batch: place.batch, index: LAST_LEAF }));
    beyond(query, '1a000fffff', '1a00100000');
  });
});

describe('[MEASURE-1] measurement encoding', () => {
  it('keeps every bit of a value, minus zero too', () => {
    const decoded = decodeMeasurement(encodeMeasurement(FIXED_MEASUREMENT));
    ok(decoded?.kind === 'output');
    ok(Object.is(decoded.tensors[0]?.values[1], -0));
  });

  it('refuses non-finite values and cut ones, reading and writing', () => {
    const hex = toHex(encodeMeasurement(FIXED_MEASUREMENT));
    const values = '000000000000f83f0000000000000080';
    ok(hex.includes(values));
    for (const bad of ['f07f', 'f0ff', 'f87f']) {
      const bytes = Buffer.from(
        hex.replace(values, `000000000000${bad}${values.slice(16)}`),
        'hex',
      );
      equal(decodeMeasurement(Uint8Array.from(bytes)), undefined, bad);
    }
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      throws(() => encodeMeasurement(measurementOf(Float64Array.of(value), 1)), AssertionError);
    }
  });

  it('refuses half a value', () => {
    const [reveal] = FIXED_ENTRIES.filter((entry) => entry.kind === 'reveal').map(encodeEntry);
    ok(reveal !== undefined);
    const whole = '5818000000000000f83f000000000000008000000000000000c0';
    const hex = toHex(reveal.bytes);
    ok(hex.includes(whole));
    const cut = hex.replace(whole, whole.replace('5818', '54').slice(0, -8));
    const entry = { entry: reveal.entry, bytes: Uint8Array.from(Buffer.from(cut, 'hex')) };
    const result = decodeMessage(encodeMessage({ ...bundleBase(), entries: [entry] }));
    deepStrictEqual(result, { kind: 'malformed', reason: 'expected whole float64 values' });
  });

  it('refuses a mask that is neither empty nor a digest', () => {
    const [tensor] = FIXED_MEASUREMENT.tensors;
    ok(tensor !== undefined);
    const tensors = [{ ...tensor, mask: new Uint8Array(5) }];
    throws(() => encodeMeasurement({ ...FIXED_MEASUREMENT, tensors }), AssertionError);
    const hex = toHex(encodeMeasurement(FIXED_MEASUREMENT));
    const mask = `64${toHex(utf8('mask'))}`;
    const bytes = Buffer.from(hex.replace(`${mask}40`, `${mask}4101`), 'hex');
    equal(decodeMeasurement(Uint8Array.from(bytes)), undefined);
  });
});

function assertTaken(message: Message): void {
  const bytes = encodeMessage(message);
  ok(bytes.length <= LIMITS.messageBytes);
  const result = decodeMessage(bytes);
  ok(result.kind === 'ok', result.kind === 'malformed' ? result.reason : '');
}

function bundleBase() {
  return { type: 'bundle' as const, validator: samples.node(), signature: samples.bytes(64) };
}

function largestSeal() {
  return { holders: samples.bytes(LIMITS.bitmapBytes), signature: samples.bytes(96) };
}

function largestOpening(inputBytes: number) {
  const claim: Claim = {
    ...samples.claim(),
    nonce: samples.bytes(LIMITS.nonceBytes),
    executionClass: 'x'.repeat(LIMITS.executionClassChars),
  };
  const path = Array.from({ length: LIMITS.batchPathDigests }, () => samples.digest());
  return { index: LAST_LEAF, claim, path, input: new Uint8Array(inputBytes) };
}

function measurementOf(values: Float64Array, tensors: number): Measurement {
  const tensor = {
    type: 'bfloat16' as const,
    shape: new Array<number>(LIMITS.tensorDimensions).fill(LIMITS.dimensionLength),
    mask: samples.bytes(32),
    values,
    whole: false,
  };
  return {
    kind: 'output',
    digest: samples.digest(),
    levelDigest: samples.digest(),
    tensors: new Array(tensors).fill(tensor),
  };
}

function largestReveal(values: number, tensors: number): RevealEntry {
  const [reveal] = FIXED_ENTRIES.filter((entry) => entry.kind === 'reveal');
  ok(reveal !== undefined);
  return {
    ...reveal,
    ...place,
    measurement: measurementOf(new Float64Array(values).fill(0.1), tensors),
    verdict: 'inconclusive',
    executionClass: 'x'.repeat(LIMITS.executionClassChars),
    seen: samples.bytes(LIMITS.bitmapBytes),
  };
}
