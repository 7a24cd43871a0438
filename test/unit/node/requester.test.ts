/** What shows a requester that a promise was broken, and what does not. */
import assert from 'node:assert/strict';
import { round } from '../../../src/base/index.ts';
import { merkleProof, merkleRoot } from '../../../src/crypto/index.ts';
import { breachOf } from '../../../src/node/broken-promise.ts';
import {
  claimId,
  encodeClaim,
  type Message,
  type OpeningsMessage,
  type PromiseMessage,
} from '../../../src/wire/index.ts';
import { claimNamed, headerAt, openingOf } from './protocol-messages.ts';

const CLAIMS = ['a', 'b', 'c', 'd'].map(claimNamed);
const LEAVES = CLAIMS.map(encodeClaim);
const HEADER = headerAt(7, { root: merkleRoot(LEAVES) });

describe('breachOf', () => {
  it('[CLAIM-5] finds nothing where the promised claim is in its place', () => {
    assert.equal(breachOf(promiseOf('b', 1), HEADER, [shown('b', 1)]), undefined);
  });

  it('[CLAIM-5] shows the other claim, whoever sent it', () => {
    const promise = promiseOf('x', 1);
    const messages: Message[] = [shown('a', 0), shown('b', 1)];
    const breach = breachOf(promise, HEADER, messages);
    assert.deepEqual(breach?.evidence, [promise, HEADER, messages[1]]);
  });

  it('[CLAIM-5] believes no claim that is not in the batch', () => {
    const forged = openingOf(HEADER, 1, 'y');
    assert.equal(breachOf(promiseOf('x', 1), HEADER, [forged]), undefined);
    const ofAnother = { ...shown('b', 1), header: headerAt(8) };
    assert.equal(breachOf(promiseOf('x', 1), HEADER, [ofAnother]), undefined);
  });

  it('[CLAIM-5] takes a batch that ends before the promised place for a breach', () => {
    const promise = promiseOf('x', HEADER.count);
    assert.deepEqual(breachOf(promise, HEADER, [])?.evidence, [promise, HEADER]);
  });
});

function promiseOf(name: string, index: number): PromiseMessage {
  const claim = claimId(claimNamed(name));
  const { provider, assuranceClass } = HEADER;
  const signature = new Uint8Array(64);
  return { type: 'promise', provider, claim, assuranceClass, round: round(7), index, signature };
}

function shown(name: string, index: number): OpeningsMessage {
  const [opening] = openingOf(HEADER, index, name).openings;
  assert.ok(opening !== undefined);
  const openings = [{ ...opening, path: merkleProof(LEAVES, index) }];
  return { ...openingOf(HEADER, index, name), openings };
}
