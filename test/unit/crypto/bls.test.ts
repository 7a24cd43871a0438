/** [VOTE-2] [KEY-1] BLS votes against a second implementation, and points that are no keys. */
import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { sha256, utf8 } from '../../../src/base/index.ts';
import { createSigner, realCrypto } from '../../../src/crypto/index.ts';
import { keyOwnershipSigningBytes, possessionSigningBytes } from '../../../src/wire/index.ts';

const MESSAGE = utf8('vote');
const NETWORK = sha256(utf8('network'));
const DOMAIN = 'BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_';
const scheme = bls12_381.longSignatures;

describe('BLS votes', () => {
  it('[VOTE-2] verify and aggregate the same in a second implementation', () => {
    const signers = ['a', 'b', 'c'].map((name) => createSigner(sha256(utf8(name))));
    const hashed = scheme.hash(MESSAGE, DOMAIN);
    for (const signer of signers) {
      ok(scheme.verify(signer.signVote(MESSAGE), hashed, signer.voteKey));
    }
    const votes = signers.map((signer) => signer.signVote(MESSAGE));
    const points = votes.map((vote) => scheme.Signature.fromBytes(vote));
    deepStrictEqual(
      realCrypto.aggregate(votes),
      scheme.Signature.toBytes(scheme.aggregateSignatures(points)),
    );
  });

  it('[KEY-1] a rogue key that cancels another one has no proof of possession', () => {
    const victim = createSigner(sha256(utf8('victim')));
    const rogue = createSigner(sha256(utf8('rogue')));
    const minusVictim = bls12_381.G1.Point.fromBytes(victim.voteKey).negate();
    const rogueKey = bls12_381.G1.Point.fromBytes(rogue.voteKey).add(minusVictim).toBytes();
    const forged = rogue.signVote(MESSAGE);
    ok(
      realCrypto.verifyAggregate([victim.voteKey, rogueKey], MESSAGE, forged),
      'the danger is real: the victim seems to have signed',
    );
    const statement = { signer: rogue.id, voteKey: rogueKey, networkId: NETWORK };
    const proof = rogue.signVote(possessionSigningBytes(NETWORK, statement));
    ok(!realCrypto.verifyPossession({ ...statement, proof }));
  });

  it('[KEY-1] refuses a possession whose Ed25519 key is of small order', () => {
    const owner = createSigner(sha256(utf8('owner')));
    const signer = `01${'00'.repeat(31)}` as typeof owner.id;
    const statement = { signer, voteKey: owner.voteKey, networkId: NETWORK };
    const proof = owner.signVote(possessionSigningBytes(NETWORK, statement));
    ok(!realCrypto.verifyPossession({ ...statement, proof }));
  });

  it('[KEY-1] possession and ownership are different statements', () => {
    const owner = createSigner(sha256(utf8('owner')));
    const statement = { signer: owner.id, voteKey: owner.voteKey, networkId: NETWORK };
    const proof = owner.signVote(keyOwnershipSigningBytes(NETWORK, statement));
    ok(!realCrypto.verifyPossession({ ...statement, proof }));
  });

  it('[VOTE-2] signatures with a part outside of the group, or uncompressed, are refused', () => {
    const owner = createSigner(sha256(utf8('owner')));
    const vote = bls12_381.G2.Point.fromBytes(owner.signVote(MESSAGE));
    const { x } = vote.add(pointOutsideOfGroup()).toAffine();
    const shifted = [0x80, 0xa0].map((sign) => compressed([x.c1, x.c0], sign));
    for (const bad of [...shifted, vote.toBytes(false)]) {
      ok(!realCrypto.verifyAggregate([owner.voteKey], MESSAGE, bad));
      equal(realCrypto.aggregate([bad]), undefined);
    }
  });

  it('[KEY-1] keys outside of the group, uncompressed or negated are refused', () => {
    const owner = createSigner(sha256(utf8('owner')));
    const vote = owner.signVote(MESSAGE);
    const outside = Uint8Array.from([0x80, ...new Uint8Array(47)]);
    const key = bls12_381.G1.Point.fromBytes(owner.voteKey);
    for (const bad of [outside, key.toBytes(false), key.negate().toBytes()]) {
      ok(!realCrypto.verifyAggregate([bad], MESSAGE, vote));
    }
  });
});

/** A point of the twist whose order divides the cofactor: no pairing sees it. */
function pointOutsideOfGroup() {
  const { Fp2, Fr } = bls12_381.fields;
  const { Point } = bls12_381.G2;
  for (let n = 1n; ; n++) {
    const x = Fp2.fromBigTuple([n, 0n]);
    const square = Fp2.add(Fp2.mul(Fp2.sqr(x), x), Fp2.fromBigTuple([4n, 4n]));
    if (!Fp2.eql(Fp2.pow(square, (Fp2.ORDER - 1n) / 2n), Fp2.ONE)) continue;
    const point = Point.fromAffine({ x, y: Fp2.sqrt(square) });
    return point.multiplyUnsafe(Fr.ORDER - 1n).add(point);
  }
}

function compressed(coordinates: readonly bigint[], sign: number): Uint8Array {
  const hex = coordinates.map((part) => part.toString(16).padStart(96, '0')).join('');
  const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
  bytes[0] = (bytes[0] ?? 0) | sign;
  return bytes;
}
