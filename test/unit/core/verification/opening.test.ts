/** Openings and outputs are taken for what the provider signed, or not at all. */
import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { defined, digest, sha256, utf8 } from '../../../../src/base/index.ts';
import { type Batch, samplingRound } from '../../../../src/core/sampling/batch.ts';
import { readOpening } from '../../../../src/core/verification/opening.ts';
import { merkleTree, pathOf } from '../../../../src/crypto/index.ts';
import {
  batchId,
  blobId,
  type Claim,
  encodeClaim,
  type Opening,
  type OutputMessage,
} from '../../../../src/wire/index.ts';
import { Cluster } from '../../../support/cluster.ts';
import { EXECUTION_CLASS, INPUT, MODEL, OTHER_MODEL } from '../../../support/cluster-network.ts';
import { headerOf } from '../../../support/forgery.ts';

const cluster = new Cluster({ stakes: [1, 1, 1, 1] });
cluster.runUntil(1500);
cluster.answer('p1');
cluster.runUntil(4005);

const claim: Claim = {
  requester: cluster.keys.requester.id,
  nonce: Uint8Array.of(1),
  input: INPUT,
  model: MODEL,
  executionClass: EXECUTION_CLASS,
  commitment: digest(sha256(utf8('hidden'))),
};

/** Reads the opening of the second of three leaves, with changes. */
function read(changes: Partial<Opening> = {}, opened: Claim = claim) {
  const others = [8, 9].map((n) => encodeClaim({ ...claim, nonce: Uint8Array.of(n) }));
  const leaves = [...others.slice(0, 1), encodeClaim(opened), ...others.slice(1)];
  const tree = merkleTree(leaves);
  const header = { ...headerOf(cluster), root: tree.root, count: 3 };
  const manifest = defined(cluster.network.modelById.get(MODEL), 'the model is admitted');
  const batch = { header, model: MODEL, manifest } as Batch;
  return readOpening(batch, { index: 1, claim: opened, path: pathOf(tree, 1), ...changes });
}

const codeOf = (result: ReturnType<typeof read>) =>
  'code' in result ? result.code : result.isMalformed ? 'malformed' : 'well-formed';

describe('an opening', () => {
  it('[CLAIM-1] is of the leaf that the signed root holds at that index', () => {
    equal(codeOf(read()), 'well-formed');
    equal(codeOf(read({ index: 0 })), 'opening-path');
    equal(codeOf(read({ path: [] })), 'opening-path');
    equal(codeOf(read({ claim: { ...claim, nonce: Uint8Array.of(2) } })), 'opening-path');
  });

  it('[CLAIM-4] carries the input that the claim names, or none', () => {
    const input = utf8('an input');
    equal(blobId(input), INPUT);
    equal(codeOf(read({ input })), 'well-formed');
    equal(codeOf(read({ input: utf8('another input') })), 'opening-input');
  });

  it('[MODEL-1] of a claim outside its manifest is malformed', () => {
    equal(codeOf(read({}, { ...claim, model: OTHER_MODEL })), 'malformed');
    equal(codeOf(read({}, { ...claim, executionClass: 'not/admitted' })), 'malformed');
  });

  it('[MODEL-1] shows one claim with its input and without: over the cap it is missing', () => {
    const input = new Uint8Array(65);
    const large = { ...claim, input: blobId(input) };
    equal(codeOf(read({ input }, large)), 'opening-input-size');
    equal(codeOf(read({}, large)), 'well-formed');
  });
});

describe('an output reveal', () => {
  const [answer] = cluster.answers;
  ok(answer !== undefined);
  const { salt, outputDigest } = answer;
  const at = { batch: batchId(headerOf(cluster)), index: 0 };
  const message: OutputMessage = { type: 'output', ...at, digest: outputDigest, salt };
  const judged = (changes: Partial<OutputMessage>) => {
    cluster.inject({ ...message, ...changes }, ['v1']);
    return cluster.judged.at(-1)?.code;
  };

  it('[WIRE-3] before the opening is kept until then', () => {
    equal(judged({ salt: digest(sha256(utf8('another salt'))) }), 'early');
  });

  it('[CLAIM-3] hashes to the commitment of the claim', () => {
    cluster.runUntil(4050);
    deepStrictEqual(
      [
        judged({ salt: digest(sha256(utf8('another salt'))) }),
        judged({ digest: digest(sha256(utf8('another output'))) }),
        judged({ index: 1 }),
        judged({}),
        judged({}),
      ],
      ['output-commitment', 'output-commitment', 'not-drawn', 'new', 'known-output'],
    );
  });

  it('[SAMPLE-1] is drawn two rounds after its batch', () => {
    equal(samplingRound(headerOf(cluster)), headerOf(cluster).round + 2);
  });
});
