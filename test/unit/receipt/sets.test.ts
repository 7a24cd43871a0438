/** [SET-1] [SET-2] Receipts of a network whose validator set changed: steps, carried or named. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { digest, nodeId, stake } from '../../../src/base/index.ts';
import { Draws, firstRound, SetChain } from '../../../src/core/index.ts';
import { nobleCrypto } from '../../../src/crypto/index.ts';
import {
  decodeReceipt,
  encodeChain,
  encodeChainJson,
  encodeReceipt,
  encodeReceiptJson,
  type Receipt,
  readChain,
  stepsFor,
  verifyReceipt,
} from '../../../src/receipt/index.ts';
import { chainDocument, doStepsFit, LIMITS, type StepMessage } from '../../../src/wire/index.ts';
import { createClusterKeys } from '../../support/cluster-network.ts';
import { chainOfTwo, extend, stepOn } from '../../support/set-steps.ts';
import { tamperingsOf } from '../../support/tampering.ts';
import { CHANGED_ROUND, changedFixtureOf, changingKeys, fixtureOf, receiptOf } from './fixture.ts';

const drawn = changedFixtureOf('drawn');
const undrawn = changedFixtureOf('undrawn');
const { keys, chain } = drawn;

function verify(receipt: Receipt, known?: SetChain) {
  return verifyReceipt(keys.network, keys.crypto, receipt, known);
}

/** The first check that fails with what was found, or `none`. */
function failure(receipt: Receipt, known?: SetChain): string {
  const result = verify(receipt, known);
  return result.kind === 'invalid' ? `${result.check}: ${result.detail}` : 'none';
}

/** The receipt, with the name of its step in place of the steps. */
function naming({ receipt }: { receipt: Receipt }, change: object = {}): Receipt {
  const { steps: _, ...bare } = receipt;
  const { number, digest: name } = chain.head;
  return { ...bare, step: { number, digest: name, ...change } };
}

/** The first `count` steps. */
function shorter(count: number): SetChain {
  const short = new SetChain(new Draws(keys.network));
  for (const step of chain.steps.slice(0, count)) {
    const checked = short.check(keys.crypto, step);
    ok(checked.kind === 'valid');
    short.append({ ...checked.link, step });
  }
  return short;
}

describe('a receipt of a later validator set', () => {
  it('[SET-1] verifies with the network file alone, and says which set judged', () => {
    for (const { receipt } of [drawn, undrawn]) {
      equal(receipt.steps?.length, 2);
      const result = verify(receipt);
      ok(result.kind === 'valid', failure(receipt));
      const { set, words } = result.summary;
      const confirmedBy = { part: 140n, whole: 140n };
      deepEqual(set, { number: 2, epoch: 2, validators: 4, totalStake: 130n, confirmedBy });
      match(words.join(' '), /Judged by set 2, from epoch 2, 4 validators, confirmed by 100.0 %/);
      const found = result.checks.find(({ check }) => check === 'sets');
      match(found?.detail ?? '', /^set 2, from epoch 2, 4 validators/);
    }
  });

  it('[SET-2] names `sets` when a step is wrong, missing, forged or out of order', () => {
    ok(drawn.receipt.kind === 'drawn');
    const tamperings = tamperingsOf(drawn.receipt);
    ok(tamperings.filter(({ check }) => check === 'sets').length >= 16);
    for (const { what, receipt, check } of tamperings) {
      // another round is one of another set
      const expected = /^another round|^a round beyond/.test(what) ? /^(header|sets)/ : check;
      match(failure(receipt).replace(/:.*/, ''), new RegExp(expected), what);
    }
  });

  it('[SET-2] refuses a step that less than a quorum confirmed, whoever is missing', () => {
    const first = chain.link(1);
    ok(first !== undefined);
    const id = keys.validators[1]?.id ?? keys.operator.id;
    const planned = { epoch: 2, changes: [{ kind: 'stake', id, stake: stake(20n) } as const] };
    const few = stepOn(first, planned, { keys, isMember: (index) => index < 4 });
    const steps: readonly StepMessage[] = [...chain.steps.slice(0, 1), few];
    equal(
      failure({ ...drawn.receipt, steps }),
      'sets: step 2 is wrong: no quorum of the set before confirmed it',
    );
  });

  it('of the set of the network file has no steps, and is as it was', () => {
    const { keys: own, receipt } = fixtureOf('drawn');
    deepEqual(stepsFor(new SetChain(new Draws(own.network)), 5), {});
    const result = verifyReceipt(own.network, own.crypto, receipt);
    ok(result.kind === 'valid');
    equal(result.summary.set.number, 0);
    const text = new TextDecoder().decode(encodeReceiptJson(receipt));
    ok(!text.includes('"step'));
  });

  it('that names its step needs the chain', () => {
    for (const fixture of [drawn, undrawn]) {
      const receipt = naming(fixture);
      const decoded = decodeReceipt(encodeReceipt(receipt));
      ok(decoded.kind === 'ok');
      match(failure(decoded.receipt), /^sets: it names step 2 .* the set chain must be given/);
      equal(failure(decoded.receipt, chain), 'none');
    }
    match(failure(naming(drawn), shorter(1)), /^sets: it names step 2: .* ends with 1/);
    const zeros = digest(new Uint8Array(32));
    match(
      failure(naming(drawn, { digest: zeros }), chain),
      /^sets: the step 2 that it names is not/,
    );
    const one = { number: 1, digest: chain.link(1)?.digest };
    match(failure(naming(drawn, one), chain), /^sets: it names step 1, but set 2 served/);
  });

  it('[SET-1] shows with a chain what it cannot show alone: that no later set served', () => {
    // validators of the first set sign for a round that the third one served
    const old = receiptOf('drawn', keys, { round: CHANGED_ROUND });
    equal(failure(old), 'none');
    match(failure(old, chain), /^sets: set 2 served its round: steps are missing/);
    const first = { ...drawn.receipt, steps: chain.steps.slice(0, 1) };
    match(failure(first, chain), /^sets: set 2 served its round/);
    equal(failure(drawn.receipt, shorter(1)), 'none');
  });

  it('is checked the same by the cryptography of browsers', () => {
    const real = changedFixtureOf('undrawn', changingKeys('real'));
    const { network } = real.keys;
    const result = verifyReceipt(network, nobleCrypto, real.receipt);
    ok(result.kind === 'valid', JSON.stringify(result.checks));
    const [first, ...rest] = real.receipt.steps ?? [];
    ok(first !== undefined);
    const confirmation = rest[0]?.confirmation ?? new Uint8Array(96);
    const forged = { ...real.receipt, steps: [{ ...first, confirmation }, ...rest] };
    const refused = verifyReceipt(network, nobleCrypto, forged);
    equal(refused.kind === 'invalid' && refused.check, 'sets');
  });

  it('is refused beside a chain that holds other steps', () => {
    const other = new SetChain(new Draws(keys.network));
    const id = keys.validators[2]?.id ?? keys.operator.id;
    extend(other, { epoch: 1, changes: [{ kind: 'stake', id, stake: stake(11n) }] }, keys);
    match(failure(drawn.receipt, other), /^sets: its step 1 is not that of the set chain given/);
  });

  it('carries no step that serves later rounds only', () => {
    const long = chainOfTwo(keys);
    const id = keys.validators[2]?.id ?? keys.operator.id;
    extend(long, { epoch: 3, changes: [{ kind: 'stake', id, stake: stake(11n) }] }, keys);
    match(
      failure({ ...drawn.receipt, steps: long.steps }),
      /^sets: step 3 begins with epoch 3, after its round/,
    );
    equal(stepsFor(long, CHANGED_ROUND).steps?.length, 2);
  });

  it('[WIRE-4] carries steps up to a limit, and names the last one beyond it', () => {
    const long = new SetChain(new Draws(keys.network));
    const id = keys.validators[2]?.id ?? keys.operator.id;
    for (let epoch = 1; epoch <= 200; epoch++) {
      const amount = stake(10n + BigInt(epoch));
      extend(long, { epoch, changes: [{ kind: 'stake', id, stake: amount }] }, keys);
    }
    const at = (epoch: number) => stepsFor(long, firstRound(keys.network, epoch));
    const longest = Array.from({ length: 200 }, (_, i) => i + 1).findLast((epoch) => {
      return at(epoch).steps !== undefined;
    });
    ok(longest !== undefined && longest > 50 && longest < 200, `${longest}`);
    equal(at(longest).steps?.length, longest);
    deepEqual(at(longest + 1), {
      step: { number: longest + 1, digest: long.link(longest + 1)?.digest },
    });
    const fullest = { ...drawn.receipt, ...at(longest) };
    ok(encodeReceipt(fullest).length <= LIMITS.receiptBytes);
    ok(encodeReceiptJson(fullest).length <= LIMITS.receiptJsonBytes);
  });
});

describe('the limits of a receipt', () => {
  it('[WIRE-4] hold for all steps that fit, in JSON too', () => {
    const [step] = chain.steps;
    ok(step !== undefined);
    // most JSON for each byte: accounts with nothing, and the shortest steps
    const id = (n: number) => n.toString(16).padStart(64, '0');
    const balances = Array.from({ length: 512 }, (_, n) => ({
      id: nodeId(id(n)),
      stake: stake(0n),
    }));
    const nothing = { pool: stake(0n), burned: stake(0n), convicted: [] };
    const signed = { holders: new Uint8Array(0), signature: new Uint8Array(96) };
    const settlement = { epoch: 0, balances, ...nothing, ...signed };
    const full = { ...step, body: { ...step.body, changes: [], settlement } };
    const short = { ...step, body: { ...step.body, changes: [] } };
    for (const candidates of [[full], [short]]) {
      const steps: StepMessage[] = [];
      for (let n = 0; n < 1_000; n++) {
        const [next] = n === 0 ? candidates : [short];
        if (next === undefined || !doStepsFit([...steps, next])) break;
        steps.push(next);
      }
      const receipt = { ...drawn.receipt, steps };
      ok(encodeReceipt(receipt).length <= LIMITS.receiptBytes);
      const { length } = encodeReceiptJson(receipt);
      ok(length <= LIMITS.receiptJsonBytes && length > LIMITS.receiptJsonBytes / 4, `${length}`);
    }
  });
});

describe('a file of a set chain', () => {
  it('[SET-2] is read as it was written, in both forms, and walked', () => {
    for (const bytes of [encodeChain(chain), encodeChainJson(chain)]) {
      const read = readChain(keys.network, keys.crypto, bytes);
      ok(read.kind === 'ok', read.kind === 'wrong' ? read.reason : '');
      deepEqual(read.chain.head.digest, chain.head.digest);
      equal(failure(naming(drawn), read.chain), 'none');
    }
  });

  it('is refused with any byte changed, cut off, or of another network', () => {
    const { network, crypto } = keys;
    for (const bytes of [encodeChain(chain), encodeChainJson(chain)]) {
      for (let at = 0; at < bytes.length; at++) {
        const changed = bytes.with(at, (bytes[at] ?? 0) ^ (1 << (at & 7)));
        equal(readChain(network, crypto, changed).kind, 'wrong', `byte ${at}`);
      }
      equal(readChain(network, crypto, bytes.slice(0, -1)).kind, 'wrong');
    }
    const elsewhere = createClusterKeys({ stakes: [1], hasOperator: true, seed: 'elsewhere' });
    const read = readChain(elsewhere.network, crypto, encodeChain(chain));
    deepEqual(read, { kind: 'wrong', reason: 'it is of another network' });
  });

  it('names the first step that is wrong', () => {
    const network = digest(keys.network.id);
    const [, second] = chain.steps;
    ok(second !== undefined);
    const steps = [second];
    const bytes = chainDocument.encode({ type: 'set-chain', format: 1, network, steps });
    const reason = 'step 1 is wrong: it is out of order';
    deepEqual(readChain(keys.network, keys.crypto, bytes), { kind: 'wrong', reason });
  });
});
