/** [SET-1] The doctor says who a key is in the set of now, where that is not the file's. */
import { deepEqual, match } from 'node:assert/strict';
import { defined } from '../../../src/base/index.ts';
import { Draws, SetChain } from '../../../src/core/index.ts';
import { examineSet } from '../../../src/node/doctor/membership.ts';
import { changedFixtureOf } from '../receipt/fixture.ts';

const { keys, chain } = changedFixtureOf('undrawn');
const outcome = (id: string | undefined, of = chain) =>
  examineSet(of, id).map((finding) => `${finding.outcome}: ${finding.detail}`);

describe('the doctor, of a changed set', () => {
  it('tells members, leavers and strangers apart', () => {
    const id = (signer: { readonly id: string } | undefined) => defined(signer, 'there is one').id;
    deepEqual(outcome(id(keys.standby[0])), ['ok: a validator of set 2']);
    deepEqual(outcome(id(keys.providers[0])), ['ok: a provider of set 2']);
    match(outcome(id(keys.validators[0])).join(), /^warning: it left; its stake can be slashed/);
    deepEqual(outcome(id(keys.requester)), ['warning: it is not in set 2']);
  });

  it('says nothing where the set is that of the network file, or there is no key', () => {
    deepEqual(outcome(undefined), []);
    deepEqual(outcome(keys.requester.id, new SetChain(new Draws(keys.network))), []);
  });
});
