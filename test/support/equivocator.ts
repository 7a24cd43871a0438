/**
 * A validator that signs two different commits for every drawn leaf: its key, its place in the
 * network, and nothing of the rules. Own small program on a host; no core in it.
 */
import { digest, sha256, utf8 } from '../../src/base/index.ts';
import { createSigner, identitySeed, merkleRoot } from '../../src/crypto/index.ts';
import { helloOf, type NetworkFile, networkOf } from '../../src/network-file/index.ts';
import { createHost, type Host } from '../../src/node/libp2p/index.ts';
import {
  batchId,
  bundleSigningBytes,
  decodeMessage,
  encodeEntry,
  encodeMessage,
} from '../../src/wire/index.ts';

/** Starts it with the secret of a validator. */
export async function startEquivocator(file: NetworkFile, seed: Uint8Array): Promise<Host> {
  const network = networkOf(file);
  const signer = createSigner(seed);
  const host = await createHost({
    seed: identitySeed(seed),
    listen: [],
    bootstrap: file.bootstrap,
    hello: { ...helloOf(network), role: 'validator', softwareVersion: 'assay/test' },
    roundMs: network.parameters.roundMs,
  });
  const commitTo = (batch: ReturnType<typeof batchId>, index: number, words: string) => {
    const commitment = digest(sha256(utf8(words)));
    const entries = [encodeEntry({ kind: 'commit', batch, index, level: 0, commitment })];
    const root = merkleRoot(entries.map(({ bytes }) => bytes));
    const signature = signer.sign(bundleSigningBytes(network.id, signer.id, root));
    const bundle = { type: 'bundle', validator: signer.id, entries, signature } as const;
    return host.publish('claims', encodeMessage(bundle));
  };
  host.onGossip(({ bytes, judge }) => {
    judge('accept');
    const result = decodeMessage(bytes);
    if (result.kind !== 'ok' || result.decoded.message.type !== 'openings') return;
    const { header, openings } = result.decoded.message;
    for (const { index } of openings) {
      for (const words of ['one thing', 'another']) void commitTo(batchId(header), index, words);
    }
  });
  await host.start();
  return host;
}
