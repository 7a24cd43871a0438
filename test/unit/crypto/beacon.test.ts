/** [TIME-1] The drand scheme, on a published round of quicknet and on broken ones. */
import { deepStrictEqual, equal, notEqual, ok } from 'node:assert/strict';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { fromHex, sha256, toHex, utf8 } from '../../../src/base/index.ts';
import { createBeaconSource, QUICKNET, realCrypto } from '../../../src/crypto/index.ts';

const KEY = bytesOf(QUICKNET.publicKey);
/** https://api.drand.sh, quicknet, round 1000. */
const SIGNATURE = bytesOf(
  'b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125' +
    'e342b73a8dd2bacbe47e4b6b63ed5e39',
);
const RANDOMNESS = 'fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd';
/** Order of the field of G1. */
const P = bls12_381.fields.Fp.ORDER;

describe('[TIME-1] drand beacons', () => {
  it('verify as published', () => {
    const randomness = realCrypto.verifyBeacon(KEY, 1000, SIGNATURE);
    ok(randomness !== undefined);
    equal(toHex(randomness), RANDOMNESS);
    deepStrictEqual([QUICKNET.genesisSeconds, QUICKNET.periodSeconds], [1692803367, 3]);
  });

  it('are refused for another round or another key', () => {
    for (const round of [999, 1001, 0, 1000.5, -1000]) {
      equal(realCrypto.verifyBeacon(KEY, round, SIGNATURE), undefined, `round ${round}`);
    }
    const other = createBeaconSource(sha256(utf8('other'))).chainKey;
    equal(realCrypto.verifyBeacon(other, 1000, SIGNATURE), undefined);
  });

  it('are refused with one bit of the signature or of the key changed', () => {
    for (let bit = 0; bit < 384; bit += bit < 8 ? 1 : 5) {
      equal(realCrypto.verifyBeacon(KEY, 1000, flipped(SIGNATURE, bit)), undefined, `bit ${bit}`);
    }
    for (let bit = 0; bit < 768; bit += bit < 8 ? 1 : 31) {
      equal(realCrypto.verifyBeacon(flipped(KEY, bit), 1000, SIGNATURE), undefined, `bit ${bit}`);
    }
  });

  it('are refused at the identity point, of signature or of key or of both', () => {
    const signature = Uint8Array.from([0xc0, ...new Uint8Array(47)]);
    const key = Uint8Array.from([0xc0, ...new Uint8Array(95)]);
    equal(realCrypto.verifyBeacon(KEY, 1000, signature), undefined);
    equal(realCrypto.verifyBeacon(key, 1000, SIGNATURE), undefined);
    equal(realCrypto.verifyBeacon(key, 1000, signature), undefined);
  });

  it('are refused together when signatures are shifted by opposite amounts', () => {
    const chain = createBeaconSource(sha256(utf8('shifted')));
    const { Point } = bls12_381.G1;
    const shift = Point.BASE.multiply(12_345n);
    const [one, two] = [1, 2].map((round) => Point.fromBytes(chain.sign(round)));
    ok(one !== undefined && two !== undefined);
    const rounds = [
      { round: 1, signature: one.add(shift).toBytes() },
      { round: 2, signature: two.subtract(shift).toBytes() },
    ];
    ok(one.add(two).equals(one.add(shift).add(two.subtract(shift))), 'their sum is the same');
    equal(realCrypto.verifyBeacons(chain.chainKey, rounds), undefined);
  });

  it('are refused on the curve but outside of the group', () => {
    const points = [0n, 4n, 5n, 6n, 7n, 8n, 9n, 10n].filter(isOnCurve);
    ok(points.length >= 2, 'there are points to try');
    for (const x of points) {
      for (const sign of [0x80, 0xa0]) {
        const signature = compressed(x, sign);
        equal(realCrypto.verifyBeacon(KEY, 1000, signature), undefined, `x = ${x}`);
        const both = [
          { round: 1000, signature: SIGNATURE },
          { round: 1001, signature },
        ];
        equal(realCrypto.verifyBeacons(KEY, both), undefined, `x = ${x}`);
      }
    }
  });

  it('are refused under a key on the curve but outside of the group', () => {
    const bytes = new Uint8Array(96);
    bytes[0] = 0x80;
    let tried = 0;
    for (let x = 0; x < 12; x++) {
      bytes[95] = x;
      const y = ySquaredOfKey(BigInt(x));
      if (!isSquare(y)) continue;
      tried += 1;
      equal(realCrypto.verifyBeacon(bytes, 1000, SIGNATURE), undefined, `x = ${x}`);
      equal(realCrypto.verifyBeacon(bytes, 1000, new Uint8Array(48)), undefined, `x = ${x}`);
    }
    ok(tried > 0, 'there are points to try');
  });

  it('are refused in any encoding but the canonical one', () => {
    const x = BigInt(`0x${toHex(SIGNATURE)}`) & ((1n << 381n) - 1n);
    const small = smallSignature();
    ok(small.x + P < 1n << 381n, 'the larger form fits into the bits');
    const { chainKey, round, sign } = small;
    ok(realCrypto.verifyBeacon(chainKey, round, compressed(small.x, sign)) !== undefined);
    equal(realCrypto.verifyBeacon(chainKey, round, compressed(small.x + P, sign)), undefined);
    notEqual(x, small.x);
    const longSignature = bls12_381.G1.Point.fromBytes(SIGNATURE).toBytes(false);
    equal(realCrypto.verifyBeacon(KEY, 1000, longSignature), undefined);
    const longKey = bls12_381.G2.Point.fromBytes(KEY).toBytes(false);
    equal(realCrypto.verifyBeacon(longKey, 1000, SIGNATURE), undefined);
  });
});

/** A signature whose x has a larger form below 2^381: one in 15 has. */
function smallSignature() {
  const chain = createBeaconSource(sha256(utf8('canonical')));
  for (let round = 1; ; round++) {
    const signature = chain.sign(round);
    const x = BigInt(`0x${toHex(signature)}`) & ((1n << 381n) - 1n);
    const sign = (signature[0] ?? 0) & 0xe0;
    if (x + P < 1n << 381n) return { chainKey: chain.chainKey, round, x, sign };
  }
}

function isOnCurve(x: bigint): boolean {
  const { Fp } = bls12_381.fields;
  const square = Fp.create(x * x * x + 4n);
  return Fp.pow(square, (P - 1n) / 2n) === 1n;
}

const { Fp2 } = bls12_381.fields;

/** x³ + 4(1 + u), for an x without imaginary part. */
function ySquaredOfKey(x: bigint): ReturnType<typeof Fp2.create> {
  const point = Fp2.fromBigTuple([x, 0n]);
  return Fp2.add(Fp2.mul(Fp2.sqr(point), point), Fp2.fromBigTuple([4n, 4n]));
}

function isSquare(value: ReturnType<typeof Fp2.create>): boolean {
  return Fp2.eql(Fp2.pow(value, (P * P - 1n) / 2n), Fp2.ONE);
}

function compressed(x: bigint, sign: number): Uint8Array {
  const bytes = bytesOf(x.toString(16).padStart(96, '0'));
  bytes[0] = (bytes[0] ?? 0) | sign;
  return bytes;
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
  return copy;
}

function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  ok(bytes !== undefined);
  return bytes;
}
