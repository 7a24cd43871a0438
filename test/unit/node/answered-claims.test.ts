/** How the claims of a provider stand, from promise to close. */
import assert from 'node:assert/strict';
import { digest, round } from '../../../src/base/index.ts';
import { Draws, SetChain, type SubjectSnapshot, slotKey } from '../../../src/core/index.ts';
import { AnsweredClaims, type AnsweredClaimsOptions } from '../../../src/node/answered-claims.ts';
import { Archive } from '../../../src/node/archive.ts';
import { createMemoryStore } from '../../../src/store/index.ts';
import { claimId, type HeaderMessage } from '../../../src/wire/index.ts';
import { createClusterKeys } from '../../support/cluster-network.ts';
import { batchOf, claimNamed, headerAt, openingOf, received } from './protocol-messages.ts';

const keys = createClusterKeys({ stakes: [1, 1, 1, 1] });
const HEADER = headerAt(7);
const BATCH = batchOf(HEADER);
const LEAF = {
  claim: claimNamed('a'),
  salt: digest(new Uint8Array(32)),
  outputDigest: digest(new Uint8Array(32)),
};
const CLAIM = claimId(LEAF.claim);
const FORGED = new Uint8Array(64);
const SUBJECT = { batch: BATCH, index: 2 };

describe('AnsweredClaims', () => {
  it('knows nothing of claims that it did not answer', async () => {
    const { claims } = claimsOf();
    assert.equal(await claims.standing(CLAIM), undefined);
    const answer = await claims.receipt(CLAIM);
    assert.equal(answer.kind === 'none' && answer.code, 'claim-unknown');
  });

  it('follows a claim through its states', async () => {
    const { claims, now } = claimsOf();
    claims.note(HEADER, 2, LEAF);
    const state = async () => (await claims.standing(CLAIM))?.state;
    assert.equal(await state(), 'promised');
    now.headers = [headerAt(8), { ...HEADER, count: 3, signature: FORGED }, HEADER];
    assert.equal(await state(), 'batched');
    now.opening = openingOf(HEADER, 2, 'a');
    now.latest = 8;
    assert.equal(await state(), 'sealed');
    now.latest = 9;
    assert.equal(await state(), 'undrawn');
    now.subjects = [subjectWith({})];
    assert.equal(await state(), 'drawn');
    now.subjects = [subjectWith({ isUnresolved: true })];
    assert.equal(await state(), 'unresolved');
    now.subjects = [subjectWith({ decision: { verdict: 'valid', level: 1 } })];
    const decided = await claims.standing(CLAIM);
    assert.equal(decided?.state, 'decided');
    assert.deepEqual(decided?.decision, { verdict: 'valid', level: 1 });
  });

  it('calls a batch void that was never sealed, and closed what is over', async () => {
    const { claims, now, archive } = claimsOf();
    claims.note(HEADER, 2, LEAF);
    now.latest = 12;
    assert.equal((await claims.standing(CLAIM))?.state, 'void');
    now.headers = [HEADER];
    assert.equal((await claims.standing(CLAIM))?.state, 'void');
    await archive.addBatch(BATCH, [received(HEADER)]);
    assert.equal((await claims.standing(CLAIM))?.state, 'closed');
  });

  it('[GUARD-1] knows after a restart what was promised before', async () => {
    const { provider, round: r, assuranceClass, model } = HEADER;
    const slot = { provider, round: r, assuranceClass, model };
    const { claims, now } = claimsOf([
      { kind: 'promise', slot, index: 2, leaf: LEAF },
      { kind: 'header', slot, batch: BATCH },
    ]);
    assert.equal((await claims.standing(CLAIM))?.batch, BATCH);
    now.subjects = [subjectWith({})];
    const standing = await claims.standing(CLAIM);
    assert.equal(standing?.state, 'drawn');
    assert.equal(standing && slotKey(standing.slot), slotKey(slot));
  });

  it('says why there is no receipt yet', async () => {
    const { claims, now } = claimsOf();
    claims.note(HEADER, 2, LEAF);
    const early = await claims.receipt(CLAIM);
    assert.equal(early.kind === 'none' && early.code, 'not-yet');
    now.headers = [HEADER];
    const unsealed = await claims.receipt(CLAIM);
    assert.equal(unsealed.kind === 'none' && unsealed.code, 'not-yet');
  });
});

type Now = {
  headers: readonly HeaderMessage[];
  opening: ReturnType<AnsweredClaimsOptions['opening']>;
  subjects: readonly SubjectSnapshot[];
  latest: number;
};

/** Claims of a provider about which everything else is as `now` says. */
function claimsOf(guard: AnsweredClaimsOptions['guard'] = []) {
  const now: Now = { headers: [], opening: undefined, subjects: [], latest: 7 };
  const archive = new Archive(createMemoryStore());
  const claims = new AnsweredClaims({
    provider: HEADER.provider,
    network: keys.network,
    chain: () => new SetChain(new Draws(keys.network)),
    crypto: { ...keys.crypto, verify: (_by, _bytes, signature) => signature !== FORGED },
    archive,
    guard,
    headers: (isOfSlot) => now.headers.filter(isOfSlot),
    opening: () => now.opening,
    subjects: () => now.subjects,
    messagesAbout: () => Promise.resolve([]),
    latest: () => round(now.latest),
  });
  return { claims, now, archive };
}

function subjectWith(more: Partial<SubjectSnapshot>): SubjectSnapshot {
  return {
    subject: SUBJECT,
    provider: HEADER.provider,
    model: HEADER.model,
    header: HEADER,
    current: 0,
    isOpened: true,
    outputDigest: undefined,
    decision: undefined,
    isUnresolved: false,
    levels: [],
    ...more,
  };
}
