/** SHA-256 and HMAC-SHA-256 on the vectors of FIPS 180-4 and RFC 4231. */
import { equal, ok } from 'node:assert/strict';
import { fromHex, prf, sha256, toHex, utf8 } from '../../../src/base/index.ts';

describe('hashes', () => {
  it('SHA-256 gives the examples of FIPS 180-4', () => {
    const examples = [
      ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
      ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
      [
        'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
        '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
      ],
      ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
    ] as const;
    for (const [text, hash] of examples) equal(toHex(sha256(utf8(text))), hash);
  });

  it('the PRF gives test cases 1, 2, 3 and 6 of RFC 4231', () => {
    const cases = [
      [
        '0b'.repeat(20),
        toHex(utf8('Hi There')),
        'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
      ],
      [
        toHex(utf8('Jefe')),
        toHex(utf8('what do ya want for nothing?')),
        '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
      ],
      [
        'aa'.repeat(20),
        'dd'.repeat(50),
        '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
      ],
      [
        'aa'.repeat(131),
        toHex(utf8('Test Using Larger Than Block-Size Key - Hash Key First')),
        '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
      ],
    ] as const;
    for (const [key, message, mac] of cases) {
      equal(toHex(prf(bytesOf(key), bytesOf(message))), mac);
    }
  });
});

function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  ok(bytes !== undefined);
  return bytes;
}
