/** [SET-2] What a light client believes of the validator sets that nodes tell. */
import assert from 'node:assert/strict';
import { stake } from '../../../src/base/index.ts';
import { Draws, SetChain } from '../../../src/core/index.ts';
import { NodeError } from '../../../src/node/error.ts';
import { LearnedSets } from '../../../src/node/learned-sets.ts';
import {
  type CertificateMessage,
  confirmationSigningBytes,
  encodeMessage,
  type Message,
  type StepMessage,
  stepDigest,
} from '../../../src/wire/index.ts';
import { createClusterKeys } from '../../support/cluster-network.ts';
import { admissionOf, chainOfTwo, extend, stepOn } from '../../support/set-steps.ts';

const keys = createClusterKeys({
  ...{ stakes: [10, 10, 10, 10], standby: 1, hasOperator: true },
  parameters: { epochRounds: 2, partitionRounds: 1 },
});
const chain = chainOfTwo(keys);
const { signal } = new AbortController();

/** A node that tells these steps, and how many of them in one answer. */
type Teller = { readonly steps: readonly StepMessage[]; readonly atOnce?: number };

function learnedFrom(tellers: readonly Teller[]) {
  const asked: number[] = [];
  const sets = new LearnedSets(keys.network, keys.crypto, async (from) => {
    asked.push(from);
    return tellers.flatMap(({ steps, atOnce = steps.length }) => {
      const told = steps.filter(({ body }) => body.number >= from).slice(0, atOnce);
      return told.map((message: Message) => ({ message, bytes: encodeMessage(message) }));
    });
  });
  return { sets, asked };
}

/** Another second step, that all members of the first set confirm as well. */
function fork(): StepMessage {
  const other = new SetChain(new Draws(keys.network));
  const [newcomer] = keys.standby;
  assert.ok(newcomer !== undefined);
  extend(other, { epoch: 1, changes: [admissionOf(keys, newcomer, 100n)] }, keys);
  const id = keys.validators[1]?.id ?? newcomer.id;
  const planned = { epoch: 2, changes: [{ kind: 'stake', id, stake: stake(5n) } as const] };
  return stepOn(other.head, planned, { keys });
}

const isForked = (error: unknown): boolean => {
  return error instanceof NodeError && error.detail.code === 'sets-forked';
};

describe('the sets that a light client learns', () => {
  it('are those of the longest chain that verifies, whoever tells less or lies', async () => {
    const forged = chain.steps.map((step) => ({ ...step, signature: new Uint8Array(64) }));
    const tellers = [{ steps: forged }, { steps: chain.steps.slice(0, 1) }, { steps: chain.steps }];
    const { sets } = learnedFrom([{ steps: [] }, ...tellers]);
    assert.equal(await sets.learn(signal), true);
    assert.deepEqual(sets.chain.head.digest, chain.head.digest);
    assert.equal(sets.current.setHash, sets.chain.head.state.network.setHash);
    assert.equal(await sets.learn(signal), false);
  });

  it('are asked for until nobody has more: an answer may hold some only', async () => {
    const { sets, asked } = learnedFrom([{ steps: chain.steps, atOnce: 1 }]);
    await sets.learn(signal);
    assert.equal(sets.chain.head.number, 2);
    assert.deepEqual(asked, [1, 2, 3]);
  });

  it('are asked for again when an epoch begins or a certificate names another set', async () => {
    const tellers: Teller[] = [];
    const { sets, asked } = learnedFrom(tellers);
    const now = Number.MAX_SAFE_INTEGER;
    await sets.learn(signal);
    await sets.follow(1, [], signal);
    assert.equal(asked.length, 1);
    await sets.follow(now, [], signal);
    assert.equal(asked.length, 2);
    const certificate = { type: 'certificate', set: keys.network.setHash } as CertificateMessage;
    await sets.follow(1, [certificate], signal);
    assert.equal(asked.length, 2);
    tellers.push({ steps: chain.steps });
    const { setHash } = chain.head.state.network;
    await sets.follow(1, [{ ...certificate, set: setHash }], signal);
    assert.equal(sets.chain.head.number, 2);
    const before = asked.length;
    await sets.follow(1, [{ ...certificate, set: setHash }], signal);
    assert.equal(asked.length, before);
  });

  it('[SET-1] serve from the earlier of two epochs that a quorum confirmed', async () => {
    const [first, second] = chain.steps;
    const one = chain.link(1);
    assert.ok(first !== undefined && second !== undefined && one !== undefined);
    const { network } = one.state;
    const said = { number: 2, epoch: 5, step: stepDigest(network.id, second.body) };
    const message = confirmationSigningBytes(network.id, said);
    const signers = [...keys.validators, ...keys.standby].map((each) => each.signVote(message));
    const confirmation = keys.crypto.aggregate(signers);
    assert.ok(confirmation !== undefined);
    const tellers: Teller[] = [{ steps: [first, { ...second, epoch: 5, confirmation }] }];
    const { sets } = learnedFrom(tellers);
    await sets.learn(signal);
    assert.equal(sets.chain.head.epoch, 5);
    tellers.push({ steps: chain.steps });
    assert.equal(await sets.learn(signal), true);
    assert.equal(sets.chain.head.epoch, 2);
    assert.equal(await sets.learn(signal), false);
  });

  it('are not relied on when two of one number are confirmed', async () => {
    const first = chain.steps.slice(0, 1);
    const { sets } = learnedFrom([{ steps: chain.steps }, { steps: [...first, fork()] }]);
    await assert.rejects(sets.learn(signal), isForked);
    await assert.rejects(sets.follow(1, [], signal), isForked);
  });

  it('cost no question where no operator may change them', async () => {
    const fixed = createClusterKeys({ stakes: [10] });
    const sets = new LearnedSets(fixed.network, fixed.crypto, () => assert.fail('asked'));
    assert.equal(await sets.learn(signal), false);
    await sets.follow(5, [], signal);
  });
});
