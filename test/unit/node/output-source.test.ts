/** [SAMPLE-2] Who gets an output, and when. */
import assert from 'node:assert/strict';
import { digest, type NodeId, sha256, utf8 } from '../../../src/base/index.ts';
import { type Committee, quorumOf, type SubjectSnapshot } from '../../../src/core/index.ts';
import type { ExecutionService } from '../../../src/node/execution/index.ts';
import { mayHave, outputSource } from '../../../src/node/output-source.ts';
import { blobId } from '../../../src/wire/index.ts';
import { batchOf, headerAt, nodeOf } from './protocol-messages.ts';

const [A, B, C] = [nodeOf('a'), nodeOf('b'), nodeOf('c')];
const OUTPUT = utf8('an output');
const SHOWN = digest(sha256(OUTPUT));

describe('mayHave', () => {
  it('[SAMPLE-2] gives nothing to who has not committed while others still may', () => {
    const subject = subjectOf({ committed: [A] });
    assert.equal(mayHave(subject, A), true);
    assert.equal(mayHave(subject, B), false);
    assert.equal(mayHave(subject, nodeOf('a stranger')), false);
  });

  it('[SAMPLE-2] gives to everybody once all committed, revealed or decided', () => {
    assert.equal(mayHave(subjectOf({ committed: [A, B] }), C), true);
    const revealed = [{ holder: A, verdict: 'valid' as const }];
    assert.equal(mayHave(subjectOf({ committed: [A], revealed }), C), true);
    const decision = { verdict: 'valid' as const, level: 0 };
    assert.equal(mayHave({ ...subjectOf({ committed: [] }), decision }, C), true);
    assert.equal(mayHave({ ...subjectOf({ committed: [] }), isUnresolved: true }, C), true);
  });

  it('[SAMPLE-2] asks for a commit at the level under way, not at an earlier one', () => {
    const [first] = subjectOf({ committed: [A, B] }).levels;
    const [second] = subjectOf({ committed: [C] }).levels;
    assert.ok(first !== undefined && second !== undefined);
    const levels = [first, { ...second, level: 1 }];
    const subject = { ...subjectOf({ committed: [] }), current: 1, levels };
    assert.equal(mayHave(subject, A), false);
    assert.equal(mayHave(subject, C), true);
  });
});

describe('outputSource', () => {
  it('[SAMPLE-2] serves what was shown, to those who may have it', async () => {
    const source = sourceOf([subjectOf({ committed: [A] })]);
    assert.ok((await source(blobId(OUTPUT), A)) !== undefined);
    assert.equal(await source(blobId(OUTPUT), B), undefined);
    assert.equal(await source(blobId(utf8('unknown')), A), undefined);
  });

  it('[SAMPLE-2] serves nothing of a claim whose output was not shown to this node', async () => {
    const hidden = { ...subjectOf({ committed: [A] }), outputDigest: undefined };
    assert.equal(await sourceOf([hidden])(blobId(OUTPUT), A), undefined);
    assert.equal(await sourceOf([])(blobId(OUTPUT), A), undefined);
  });
});

function sourceOf(subjects: readonly SubjectSnapshot[]) {
  const output: ExecutionService['output'] = (id) => (id === blobId(OUTPUT) ? OUTPUT : undefined);
  const execution = { output } as Pick<ExecutionService, 'output'> as ExecutionService;
  return outputSource({ execution, subjects: () => subjects });
}

function subjectOf(level: {
  readonly committed: readonly NodeId[];
  readonly revealed?: SubjectSnapshot['levels'][number]['revealed'];
}): SubjectSnapshot {
  const header = headerAt(5);
  return {
    subject: { batch: batchOf(header), index: 0 },
    provider: header.provider,
    model: header.model,
    header,
    current: 0,
    isOpened: true,
    outputDigest: SHOWN,
    decision: undefined,
    isUnresolved: false,
    levels: [
      {
        level: 0,
        committee: committeeOf([A, B]),
        own: 'bystander',
        committed: level.committed,
        revealed: level.revealed ?? [],
        certified: [],
        challengers: [],
      },
    ],
  };
}

function committeeOf(holders: readonly NodeId[]): Committee {
  const weight = BigInt(holders.length);
  const quorum = quorumOf(weight);
  return {
    holders,
    weights: holders.map(() => 1n),
    indexOf: new Map(holders.map((id, index) => [id, index])),
    voteKeys: holders.map(() => new Uint8Array(48)),
    unit: 'seats',
    seats: holders.length,
    weight,
    quorum,
    blocking: weight - quorum + 1n,
  };
}
