/** [SET-3] [SET-4] What a step does to members and money. */
import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { compareText, type NodeId, stake } from '../../../../src/base/index.ts';
import {
  applyStep,
  balancesOf,
  exitEpochs,
  genesisState,
  type SetState,
  stateHash,
} from '../../../../src/core/index.ts';
import type { AgreedSettlement, SetChange } from '../../../../src/wire/index.ts';
import { createClusterKeys, MODEL, OTHER_MODEL } from '../../../support/cluster-network.ts';

const keys = createClusterKeys({ stakes: [10, 20, 30], standby: 1, providerStake: 50n });
const genesis = genesisState(keys.network);
const [v1, v2, v3] = keys.validators.map(({ id }) => id) as [NodeId, NodeId, NodeId];
const p1 = (keys.providers[0] ?? keys.requester).id;
const newcomer = keys.standby[0] ?? keys.requester;

const none = new Uint8Array(0);
const predecessor = stateHash(genesis);

function step(
  before: SetState,
  changes: readonly SetChange[],
  { epoch = 1, settlement }: { epoch?: number; settlement?: AgreedSettlement } = {},
): ReturnType<typeof applyStep> {
  const more = settlement === undefined ? {} : { settlement };
  return applyStep(before, { number: 1, predecessor, epoch, changes, ...more });
}

function applied(...given: Parameters<typeof step>): SetState {
  const state = step(...given);
  ok(!('refused' in state), 'refused' in state ? state.refused : '');
  return state;
}

function refusal(...given: Parameters<typeof step>): string | undefined {
  const state = step(...given);
  return 'refused' in state ? state.refused : undefined;
}

const admit = (over: Partial<SetChange & { kind: 'validator' }> = {}): SetChange => ({
  ...{ kind: 'validator', id: newcomer.id, voteKey: newcomer.voteKey, stake: stake(5n) },
  ...{ models: [MODEL], possession: none, ownership: none },
  ...over,
});
const setStake = (id: NodeId, amount: bigint): SetChange => ({
  kind: 'stake',
  id,
  stake: stake(amount),
});

function settlement(
  balances: readonly (readonly [NodeId, bigint])[],
  over: Partial<AgreedSettlement> = {},
): AgreedSettlement {
  return {
    epoch: 0,
    balances: balances
      .map(([id, amount]) => ({ id, stake: stake(amount) }))
      .sort((a, b) => compareText(a.id, b.id)),
    ...{ pool: stake(0n), burned: stake(0n), convicted: [], holders: none, signature: none },
    ...over,
  };
}

const stakesOf = ({ network }: SetState): readonly bigint[] =>
  network.validators.map((validator) => validator.stake);

describe('set state', () => {
  it('admits a validator at the end of the set, with its models', () => {
    const state = applied(genesis, [admit()]);
    deepStrictEqual(stakesOf(state), [10n, 20n, 30n, 5n]);
    deepStrictEqual(state.network.validators[3]?.models, [MODEL]);
    equal(state.network.totalStake, 65n);
  });

  it('refuses who is there already, has no stake, or names models that are not listed', () => {
    equal(refusal(genesis, [admit({ id: v1 })]), 'known-validator');
    equal(refusal(genesis, [admit({ stake: stake(0n) })]), 'no-stake');
    const voteKey = keys.validators[1]?.voteKey ?? none;
    equal(refusal(genesis, [admit({ voteKey })]), 'vote-key-taken');
    equal(refusal(genesis, [admit({ models: [MODEL, MODEL] })]), 'models');
    equal(refusal(genesis, [admit({ models: [MODEL, OTHER_MODEL] })]), undefined);
    equal(refusal(genesis, [{ kind: 'provider', id: p1, stake: stake(1n) }]), 'known-provider');
    equal(refusal(genesis, [setStake(newcomer.id, 3n)]), 'unknown-member');
    equal(refusal(genesis, [setStake(v1, 10n)]), 'same-stake');
    const all = [v1, v2, v3].map((id) => setStake(id, 0n));
    equal(refusal(genesis, all), 'empty-set');
  });

  it('[SET-4] what is taken off waits for the sum of all that may still bring evidence', () => {
    const wait = exitEpochs(keys.network);
    const left = applied(genesis, [setStake(v1, 0n), setStake(v2, 15n)]);
    deepStrictEqual(stakesOf(left), [15n, 30n]);
    deepStrictEqual(left.leaving, [
      { id: v1, stake: 10n, number: 1, untilEpoch: 1 + wait },
      { id: v2, stake: 5n, number: 1, untilEpoch: 1 + wait },
    ]);
    const still = applied(left, [setStake(v3, 31n)], { epoch: wait });
    equal(balancesOf(still).get(v1), 10n);
    const gone = applied(left, [setStake(v3, 31n)], { epoch: 1 + wait });
    deepStrictEqual(gone.leaving, []);
    equal(balancesOf(gone).get(v1), undefined);
    equal(balancesOf(gone).get(v2), 15n);
  });

  it('[SET-4] stake in exit is slashed as well, after what is still staked', () => {
    const left = applied(genesis, [setStake(v1, 0n), setStake(v2, 15n)]);
    const lost = settlement([
      [v1, 4n],
      [v2, 3n],
    ]);
    const slashed = applied(left, [], {
      epoch: 2,
      settlement: { ...lost, burned: stake(23n) },
    });
    deepStrictEqual(stakesOf(slashed), [30n]);
    deepStrictEqual(
      slashed.leaving.map((entry) => entry.stake),
      [4n, 3n],
    );
    equal(slashed.burned, 23n);
  });

  it('what who has left still earns goes out with the rest', () => {
    const left = applied(genesis, [setStake(v1, 0n)]);
    const paid = settlement([
      [v1, 12n],
      [p1, 48n],
    ]);
    const state = applied(left, [], { epoch: 2, settlement: paid });
    deepStrictEqual(
      state.leaving.map((entry) => entry.stake),
      [12n],
    );
    equal(state.network.providers[0]?.stake, 48n);
  });

  it('[SLASH-2] a settlement moves money and never makes any', () => {
    equal(refusal(genesis, [], { settlement: settlement([[v1, 11n]]) }), 'settled-sum');
    equal(refusal(genesis, [], { settlement: settlement([[v1, 9n]]) }), 'settled-sum');
    const right = settlement([[v1, 9n]], { pool: stake(1n) });
    const state = applied(genesis, [], { settlement: right });
    equal(state.pool, 1n);
    equal(refusal(state, [], { settlement: right }), 'settled-epoch');
    const unburnt = applied(genesis, [], {
      settlement: settlement([[v1, 9n]], { burned: stake(1n) }),
    });
    const back = settlement([[v1, 10n]], { epoch: 1 });
    equal(refusal(unburnt, [], { settlement: back }), 'settled-sum');
    equal(refusal(genesis, [], { settlement: settlement([[newcomer.id, 1n]]) }), 'settled-account');
    const descending = [
      ...settlement([
        [v1, 9n],
        [v2, 21n],
      ]).balances,
    ].reverse();
    equal(
      refusal(genesis, [], { settlement: settlement([], { balances: descending }) }),
      'settlement-order',
    );
  });

  it('convicts nobody twice', () => {
    const once = settlement([[v1, 0n]], { burned: stake(10n), convicted: [v1] });
    const state = applied(genesis, [], { settlement: once });
    const again = settlement([], { epoch: 1, burned: stake(10n), convicted: [v1] });
    equal(refusal(state, [], { settlement: again }), 'convicted-twice');
  });

  it('the hash of a state changes with everything that it is', () => {
    const base = applied(genesis, [setStake(v1, 5n)], {
      settlement: settlement([[v1, 9n]], { pool: stake(1n) }),
    });
    const others: readonly SetState[] = [
      { ...base, pool: stake(2n) },
      { ...base, burned: stake(1n) },
      { ...base, settledEpoch: 1 },
      { ...base, convicted: new Set([v2]) },
      { ...base, leaving: [] },
      { ...base, leaving: base.leaving.map((entry) => ({ ...entry, number: 9 })) },
      { ...base, network: genesis.network },
    ];
    const hashes = [base, ...others].map((state) => stateHash(state).join());
    equal(new Set(hashes).size, hashes.length);
  });

  it('any settlement of any balances keeps the sum', () => {
    const amount = fc.bigInt({ min: 0n, max: 40n });
    const exits = fc.array(fc.record({ who: fc.constantFrom(v1, v2, p1), to: amount }));
    fc.assert(
      fc.property(exits, fc.tuple(amount, amount, amount), (changes, [a, b, c]) => {
        let state = genesis;
        for (const [i, { who, to }] of changes.entries()) {
          const next = step(state, [setStake(who, to)], { epoch: i + 1 });
          if (!('refused' in next)) state = next;
        }
        const held = balancesOf(state);
        const wanted = (
          [
            [v1, a],
            [v2, b],
            [p1, c],
          ] as const
        ).filter(([id]) => held.has(id));
        const moved = wanted.reduce((sum, [id, next]) => sum + (held.get(id) ?? 0n) - next, 0n);
        if (moved < 0n) return;
        const after = step(state, [], {
          epoch: changes.length + 1,
          settlement: settlement(wanted, { pool: stake(moved) }),
        });
        if ('refused' in after) return;
        for (const [id, next] of wanted) equal(balancesOf(after).get(id) ?? 0n, next);
      }),
    );
  });
});
