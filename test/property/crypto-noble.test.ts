/** `nobleCrypto` accepts and refuses exactly what `realCrypto` does, on odd bytes above all. */
import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { concatBytes, type NodeId, nodeId, sha256, toHex, utf8 } from '../../src/base/index.ts';
import { createSigner, nobleCrypto, realCrypto } from '../../src/crypto/index.ts';

const MESSAGE = utf8('message');
const signers = ['a', 'b', 'c'].map((name) => createSigner(sha256(utf8(name))));
const [signer] = signers;
ok(signer !== undefined);
const { Point } = ed25519;
const { G1, G2 } = bls12_381;

/** y = 1, −1, 0 and the points of order 8, either sign; y of 2^255 − 19 and more. */
const ODD_KEYS = [
  ...[`01${'00'.repeat(31)}`, `01${'00'.repeat(30)}80`, '00'.repeat(32), `${'00'.repeat(31)}80`],
  ...[`ec${'ff'.repeat(30)}7f`, `ec${'ff'.repeat(30)}ff`, `ed${'ff'.repeat(30)}7f`],
  ...[`ee${'ff'.repeat(30)}ff`, 'ff'.repeat(32), `02${'00'.repeat(31)}`, `04${'00'.repeat(31)}`],
  ...['c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'],
  ...['26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85'],
].map(nodeId);

/** Without the cofactor, about one signature in eight of a key with a part of small order fits. */
const mixedKeys = Array.from({ length: 24 }, (_, i) => mixedOrder(i));

const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

describe('noble in place of OpenSSL and blst', () => {
  it('takes the same Ed25519 signatures under odd keys', () => {
    const accepted = [...ODD_KEYS, ...mixedKeys.map(({ id }) => id)].flatMap((id) => {
      const odd = [new Uint8Array(64), Uint8Array.from([1, ...new Uint8Array(63)])];
      const own = mixedKeys.filter((key) => key.id === id).map(({ signature }) => signature);
      return [...odd, ...own, signer.sign(MESSAGE)].filter((each) => sameVerify(id, each));
    });
    ok(accepted.length > 0, 'some key of mixed order signs');
    ok(accepted.length < mixedKeys.length, 'and not all do: there is no cofactor');
  });

  it('takes the same Ed25519 signatures, whatever is changed in one', () => {
    const good = signer.sign(MESSAGE);
    ok(sameVerify(signer.id, good));
    ok(!sameVerify(signer.id, withOrderAdded(good)), 'S + L is a second form');
    ok(!sameVerify(signer.id, Uint8Array.from([...good, 0])), 'a zero behind it is another one');
    const changed = fc.tuple(fc.nat(63), fc.integer({ min: 1, max: 255 })).map(([at, mask]) => {
      return good.with(at, (good[at] ?? 0) ^ mask);
    });
    const any = fc.oneof(changed, bytesOf(64), fc.uint8Array({ maxLength: 70 }));
    const key = fc.oneof(
      fc.constant(signer.id),
      bytesOf(32).map((bytes) => nodeId(toHex(bytes))),
    );
    fc.assert(
      fc.property(key, any, (id, signature) => {
        sameVerify(id, signature);
      }),
      { numRuns: 150 },
    );
  });

  it('[VOTE-2] takes the same aggregates of the same keys', () => {
    const index = fc.array(fc.nat(signers.length - 1), { maxLength: 3 });
    fc.assert(
      fc.property(index, index, fc.boolean(), (keys, votes, isSame) => {
        const signatures = votes.flatMap((i) => signers[i]?.signVote(MESSAGE) ?? []);
        const aggregate = realCrypto.aggregate(signatures);
        deepStrictEqual(nobleCrypto.aggregate(signatures), aggregate);
        const voteKeys = keys.flatMap((i) => signers[i]?.voteKey ?? []);
        const asked = isSame ? MESSAGE : utf8('other');
        sameAggregate(voteKeys, asked, aggregate ?? new Uint8Array(96));
      }),
      { numRuns: 25 },
    );
  });

  it('[KEY-1] takes the same vote keys and signatures, whatever bytes they are', () => {
    const vote = signer.signVote(MESSAGE);
    const { voteKey } = signer;
    const changedKey = changedAt(voteKey);
    const changedVote = changedAt(vote);
    const keys = fc.oneof(changedKey, bytesOf(48), fc.uint8Array({ maxLength: 100 }));
    const sums = fc.oneof(changedVote, bytesOf(96), fc.uint8Array({ maxLength: 200 }));
    fc.assert(
      fc.property(keys, sums, (key, sum) => {
        sameAggregate([key], MESSAGE, vote);
        sameAggregate([voteKey], MESSAGE, sum);
        deepStrictEqual(nobleCrypto.aggregate([sum]), realCrypto.aggregate([sum]));
      }),
      { numRuns: 60 },
    );
  });

  it('[KEY-1] takes the same odd points of the curves', () => {
    const vote = signer.signVote(MESSAGE);
    const opposite = G1.Point.fromBytes(signer.voteKey).negate().toBytes();
    const identityKey = Uint8Array.from([0xc0, ...new Uint8Array(47)]);
    const identity = Uint8Array.from([0xc0, ...new Uint8Array(95)]);
    const uncompressed = G1.Point.fromBytes(signer.voteKey).toBytes(false);
    const signed = G2.Point.fromBytes(vote).toBytes(false);
    const outside = [...strangersOf(48, 12), ...strangersOf(96, 12)];
    for (const key of [identityKey, opposite, uncompressed, ...outside]) {
      ok(!sameAggregate([key], MESSAGE, vote), toHex(key));
      sameAggregate([signer.voteKey, key], MESSAGE, vote);
      sameAggregate([signer.voteKey, key], MESSAGE, identity);
    }
    for (const sum of [identity, signed, ...outside]) {
      ok(!sameAggregate([signer.voteKey], MESSAGE, sum), toHex(sum));
      deepStrictEqual(nobleCrypto.aggregate([vote, sum]), realCrypto.aggregate([vote, sum]));
    }
    const opposed = G2.Point.fromBytes(vote).negate().toBytes();
    deepStrictEqual(nobleCrypto.aggregate([vote, opposed]), realCrypto.aggregate([vote, opposed]));
  });

  it('[KEY-1] takes the same proofs of possession', () => {
    const networkId = sha256(utf8('network'));
    const proof = signer.provePossession(networkId);
    const statement = { signer: signer.id, voteKey: signer.voteKey, networkId, proof };
    ok(samePossession(statement));
    for (const id of ODD_KEYS) ok(!samePossession({ ...statement, signer: id }), id);
    ok(!samePossession({ ...statement, proof: proof.with(5, 0) }));
    ok(!samePossession({ ...statement, networkId: sha256(networkId) }));
  });
});

function sameVerify(id: NodeId, signature: Uint8Array): boolean {
  const real = realCrypto.verify(id, MESSAGE, signature);
  equal(nobleCrypto.verify(id, MESSAGE, signature), real, `${id} ${toHex(signature)}`);
  return real;
}

function sameAggregate(keys: readonly Uint8Array[], message: Uint8Array, sum: Uint8Array): boolean {
  const real = realCrypto.verifyAggregate(keys, message, sum);
  equal(nobleCrypto.verifyAggregate(keys, message, sum), real, `${keys.map(toHex)} ${toHex(sum)}`);
  return real;
}

function samePossession(statement: Parameters<typeof realCrypto.verifyPossession>[0]): boolean {
  const real = realCrypto.verifyPossession(statement);
  equal(nobleCrypto.verifyPossession(statement), real);
  return real;
}

function changedAt(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const place = fc.oneof(fc.constant(0), fc.nat(bytes.length - 1));
  return fc.tuple(place, fc.integer({ min: 1, max: 255 })).map(([at, mask]) => {
    return bytes.with(at, (bytes[at] ?? 0) ^ mask);
  });
}

/** Encodings that begin like points of the curve; those that are one are not in the group. */
function strangersOf(length: number, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => {
    const noise = concatBytes(...[0, 1, 2].map((part) => sha256(utf8(`${length} ${i} ${part}`))));
    return noise.slice(0, length).with(0, 0x80 | ((noise[0] ?? 0) & 0x0f));
  });
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes.slice().reverse())}`);
}

function bytesOfScalar(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}

function withOrderAdded(signature: Uint8Array): Uint8Array {
  const s = littleEndian(signature.subarray(32)) + Point.Fn.ORDER;
  return concatBytes(signature.subarray(0, 32), bytesOfScalar(s));
}

/** A key with a part of order 8, and a signature that fits it up to the cofactor. */
function mixedOrder(salt: number): { readonly id: NodeId; readonly signature: Uint8Array } {
  const torsion = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a');
  const [secret, nonce] = [BigInt(1000 + salt), BigInt(77 + salt)];
  const key = Point.BASE.multiply(secret).add(torsion).toBytes();
  const r = Point.BASE.multiply(nonce).toBytes();
  const h = littleEndian(sha512(concatBytes(r, key, MESSAGE))) % Point.Fn.ORDER;
  const s = (nonce + h * secret) % Point.Fn.ORDER;
  return { id: nodeId(toHex(key)), signature: concatBytes(r, bytesOfScalar(s)) };
}
