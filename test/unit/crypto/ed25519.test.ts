/** The one Ed25519 rule, on the cases in which implementations are known to differ. */

import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { fromHex, isNodeId, nodeId, sha256, toHex, utf8 } from '../../../src/base/index.ts';
import { ed25519Key, isAdmissibleKey } from '../../../src/crypto/ed25519.ts';
import { createSigner, identitySeed, realCrypto } from '../../../src/crypto/index.ts';

const MESSAGE = utf8('message');
/** Order of the base point. */
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const FF30 = 'ff'.repeat(30);

describe('Ed25519 rule', () => {
  it('gives the keys and signatures of RFC 8032, section 7.1, test 2', () => {
    const seed = '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb';
    const key = ed25519Key(bytesOf(seed));
    equal(key.id, '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
    equal(
      toHex(key.sign(Uint8Array.of(0x72))),
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
        '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    );
  });

  it('refuses every key of small order, which OpenSSL alone would let sign anything', () => {
    const smallOrder = [
      `01${'00'.repeat(31)}`,
      `01${'00'.repeat(30)}80`,
      `ec${FF30}7f`,
      `ec${FF30}ff`,
      '00'.repeat(32),
      `${'00'.repeat(31)}80`,
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    ];
    const identityR = Uint8Array.from([1, ...new Uint8Array(63)]);
    ok(opensslAccepts(smallOrder[0] ?? '', identityR), 'the danger is real');
    for (const key of smallOrder) {
      ok(!isAdmissibleKey(nodeId(key)), key);
      ok(!realCrypto.verify(nodeId(key), MESSAGE, identityR), key);
    }
  });

  it('refuses keys with y of 2^255 − 19 or more', () => {
    for (const key of [`ed${FF30}7f`, `ee${FF30}7f`, `ff${FF30}7f`, `f1${FF30}ff`]) {
      ok(!isAdmissibleKey(nodeId(key)), key);
    }
    ok(isAdmissibleKey(nodeId(`eb${FF30}7f`)), 'the bound itself');
    ok(isAdmissibleKey(nodeId(`ed${FF30}7e`)), 'another last byte');
  });

  it('refuses S + L, the second form of a signature', () => {
    const signer = createSigner(sha256(utf8('malleable')));
    const signature = signer.sign(MESSAGE);
    ok(realCrypto.verify(signer.id, MESSAGE, signature));
    const s = BigInt(`0x${toHex(signature.slice(32).reverse())}`);
    for (const times of [1n, 2n]) {
      const shifted = bytesOf((s + times * L).toString(16).padStart(64, '0')).reverse();
      const forged = Uint8Array.from([...signature.subarray(0, 32), ...shifted]);
      ok(!realCrypto.verify(signer.id, MESSAGE, forged), `S + ${times}L`);
    }
  });

  it('agrees with a second implementation on ordinary keys', () => {
    for (let i = 0; i < 20; i++) {
      const seed = sha256(utf8(`ordinary ${i}`));
      const signer = createSigner(seed);
      deepStrictEqual(signer.sign(MESSAGE), ed25519.sign(MESSAGE, identitySeed(seed)));
      equal(signer.id, toHex(ed25519.getPublicKey(identitySeed(seed))));
    }
  });

  it('is total over random keys', () => {
    for (let i = 0; i < 50; i++) {
      const key = toHex(sha256(utf8(`random ${i}`)));
      ok(isNodeId(key) && !realCrypto.verify(key, MESSAGE, new Uint8Array(64)));
    }
  });
});

function opensslAccepts(key: string, signature: Uint8Array): boolean {
  const x = Buffer.from(key, 'hex').toString('base64url');
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, MESSAGE, publicKey, signature);
}

function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  ok(bytes !== undefined);
  return bytes;
}
