/** The README of the API says to the byte what a requester signs. */
import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { nodeId, toHex, utf8 } from '../../../../src/base/index.ts';
import { realCrypto } from '../../../../src/crypto/index.ts';
import { blobId, requestSigningBytes } from '../../../../src/wire/index.ts';

describe('signing bytes of a request', () => {
  it('are those of the vector in the README', () => {
    const vector = vectorOf(readFileSync('src/node/api/README.md', 'utf8'));
    const seed = Buffer.from(vector['seed (Ed25519)'] ?? '', 'hex');
    const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const raw = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
    assert.equal(vector['requester'], toHex(raw));
    assert.equal(vector['model'], blobId(utf8('model')));
    assert.equal(vector['input'], blobId(utf8('input')));
    const signed = requestSigningBytes(Buffer.from(vector['network id'] ?? '', 'hex'), {
      requester: nodeId(vector['requester'] ?? ''),
      nonce: Buffer.from(vector['nonce'] ?? '', 'hex'),
      model: blobId(utf8('model')),
      input: blobId(utf8('input')),
      assuranceClass: vector['assuranceClass'] ?? '',
    });
    assert.equal(vector['signed bytes'], toHex(signed));
    const signature = sign(null, signed, key);
    assert.equal(vector['signature'], toHex(signature));
    assert.ok(realCrypto.verify(nodeId(toHex(raw)), signed, signature));
  });
});

/** Lines `name  value`, values going on in indented lines; the second word of a value is a note. */
function vectorOf(readme: string): Readonly<Record<string, string>> {
  const [, block = ''] = readme.split('A vector:\n\n```\n');
  const [text = ''] = block.split('```');
  const vector: Record<string, string> = {};
  let name = '';
  for (const line of text.split('\n')) {
    const label = line.slice(0, 16).trim();
    if (label !== '') name = label;
    const [value = ''] = line.slice(16).split(/\s{2,}/);
    if (name !== '') vector[name] = (vector[name] ?? '') + value;
  }
  return vector;
}
