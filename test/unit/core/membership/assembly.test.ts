/**
 * [SET-1] [SET-2] [SETTLE-2] The set of a running network changes: real cores, an operator, and
 * whoever tries to change it otherwise.
 */
import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { stake } from '../../../../src/base/index.ts';
import {
  firstRound,
  proposeStep,
  type SetChain,
  type Validator,
  verifyCertificate,
  walkChain,
} from '../../../../src/core/index.ts';
import type { Signer } from '../../../../src/crypto/index.ts';
import {
  batchId,
  keyOwnershipSigningBytes,
  type ProposalMessage,
  type SetChange,
  type SettlementResult,
  settlementRoot,
} from '../../../../src/wire/index.ts';
import { Cluster, type ClusterOptions } from '../../../support/cluster.ts';
import { MODEL } from '../../../support/cluster-network.ts';

const EPOCH_ROUNDS = 8;

function clusterOf(options: Partial<ClusterOptions> = {}): Cluster {
  return new Cluster({
    stakes: [10, 10, 10, 10],
    standby: 1,
    hasOperator: true,
    ...options,
    parameters: { epochRounds: EPOCH_ROUNDS, partitionRounds: 1, ...options.parameters },
  });
}

const core = (cluster: Cluster, name: string): Validator => cluster.node(name).validator;
const chain = (cluster: Cluster, name = 'v1'): SetChain => core(cluster, name).chain;

function admission(cluster: Cluster, name: string, amount = 10n): SetChange {
  const { signer } = cluster.node(name);
  const { id, voteKey } = signer;
  const networkId = cluster.network.id;
  return {
    ...{ kind: 'validator', id, voteKey, stake: stake(amount), models: [MODEL] },
    possession: signer.provePossession(networkId),
    ownership: signer.sign(keyOwnershipSigningBytes(networkId, { signer: id, voteKey })),
  };
}

function proposal(
  cluster: Cluster,
  changes: readonly SetChange[],
  { epoch = 1, by = cluster.keys.operator }: { epoch?: number; by?: Signer } = {},
): ProposalMessage {
  const made = proposeStep(chain(cluster).head, { epoch, changes }, by);
  ok('type' in made, 'refused' in made ? made.refused : '');
  return made;
}

const heads = (cluster: Cluster): readonly number[] =>
  cluster.validators.map(({ validator }) => validator.chain.head.number);
const lastCode = (cluster: Cluster): string | undefined => cluster.judged.at(-1)?.code;

describe('assembly', () => {
  it('[SET-2] admits who the operator proposes and a quorum confirms', () => {
    const cluster = clusterOf();
    cluster.runUntil(1500);
    cluster.inject(proposal(cluster, [admission(cluster, 'v5')]));
    cluster.runRounds(1);
    deepStrictEqual(heads(cluster), [1, 1, 1, 1, 1]);
    equal(chain(cluster, 'v5').head.state.network.validatorIndex.get(admissionId(cluster)), 4);
  });

  it('[SET-1] the set of the round of a batch serves it at all its levels', () => {
    const cluster = clusterOf();
    cluster.runUntil(1500);
    cluster.inject(proposal(cluster, [admission(cluster, 'v5', 1000n)]));
    cluster.answer('p1');
    cluster.runUntil(8000);
    cluster.answer('p1');
    cluster.runUntil(20_000);
    const sets = [0, 1].map((number) => chain(cluster).link(number)?.state.network);
    const certificates = cluster.published.flatMap(({ message }) =>
      message.type === 'certificate' ? [message] : [],
    );
    const of = (isLater: boolean) =>
      certificates.filter(({ header }) => header.round > EPOCH_ROUNDS === isLater);
    for (const [number, network] of sets.entries()) {
      ok(network !== undefined);
      const own = of(number === 1);
      ok(own.length > 0, `set ${number} certified`);
      for (const each of own) {
        equal(verifyCertificate(network, cluster.keys.crypto, each).kind, 'valid');
      }
      const other = of(number !== 1);
      equal(
        other.some(
          (each) => verifyCertificate(network, cluster.keys.crypto, each).kind === 'valid',
        ),
        false,
      );
    }
    const late = of(true)[0]?.header;
    ok(late !== undefined);
    const asked = cluster.ask('v1', { type: 'query', batch: batchId(late) });
    const answered = asked.flatMap((message) => (message.type === 'certificate' ? [message] : []));
    ok(answered.length > 0);
    for (const each of answered) deepStrictEqual(each.set, sets[1]?.setHash);
    // the newcomer holds most of the stake: nothing is certified without it
    ok(of(true).every(({ votes }) => votes.some(({ holders }) => ((holders[0] ?? 0) & 8) !== 0)));
  });

  it('[SET-2] nobody but the operator proposes', () => {
    const cluster = clusterOf();
    const stranger = cluster.node('v2').signer;
    cluster.inject(proposal(cluster, [admission(cluster, 'v5')], { by: stranger }), ['v1']);
    equal(lastCode(cluster), 'proposal-operator-signature');
    cluster.runRounds(2);
    deepStrictEqual(heads(cluster), [0, 0, 0, 0, 0]);
  });

  it('[KEY-1] nobody enters without a proof of each key', () => {
    const cluster = clusterOf();
    const right = admission(cluster, 'v5');
    ok(right.kind === 'validator');
    const zeros = { possession: new Uint8Array(96), ownership: new Uint8Array(64) };
    for (const key of ['possession', 'ownership'] as const) {
      const change = { ...right, [key]: zeros[key] };
      cluster.inject(proposal(cluster, [change]), ['v1']);
      equal(lastCode(cluster), 'proposal-key-proofs');
    }
  });

  it('[SET-2] two proposals of one number: each member confirms one, and no set is split', () => {
    const cluster = clusterOf();
    cluster.runUntil(1500);
    const first = proposal(cluster, [admission(cluster, 'v5')]);
    const second = proposal(cluster, [admission(cluster, 'v5', 20n)]);
    cluster.inject(first, ['v1', 'v2']);
    cluster.inject(second, ['v3', 'v4']);
    cluster.runRounds(1);
    cluster.inject(second, ['v1', 'v2']);
    cluster.inject(first, ['v3', 'v4']);
    cluster.runRounds(2);
    deepStrictEqual(heads(cluster), [0, 0, 0, 0, 0]);
    const confirmed = cluster.published.filter(({ message }) => message.type === 'confirmation');
    deepStrictEqual(confirmed.map(({ node }) => node).sort(), ['v1', 'v2', 'v3', 'v4']);
  });

  it('[GUARD-1] the provider of a key that is a member says nothing in its name', () => {
    const cluster = clusterOf({ isProviderValidator: true, providers: 1 });
    cluster.runUntil(1500);
    cluster.inject(proposal(cluster, [admission(cluster, 'v5')]));
    cluster.runRounds(1);
    deepStrictEqual(heads(cluster), [1, 1, 1, 1, 1]);
    const said = cluster.published.filter(({ message }) => {
      return (
        message.type === 'confirmation' && message.validator === cluster.keys.validators[0]?.id
      );
    });
    deepStrictEqual([...new Set(said.map(({ node }) => node))], ['v1']);
  });

  it('[GUARD-1] a restarted member confirms the same step again, and no other', () => {
    const cluster = clusterOf();
    cluster.runUntil(1500);
    const first = proposal(cluster, [admission(cluster, 'v5')]);
    const second = proposal(cluster, [admission(cluster, 'v5', 20n)]);
    cluster.inject(first, ['v1']);
    cluster.crash('v1');
    cluster.restart('v1');
    const before = cluster.published.length;
    cluster.inject(second, ['v1']);
    equal(cluster.published.length, before);
    cluster.inject(first, ['v1']);
    equal(cluster.published.at(-1)?.message.type, 'confirmation');
  });

  it('[SET-1] what comes too late before its epoch is confirmed for the next one', () => {
    const cluster = clusterOf();
    const first = firstRound(cluster.network, 1);
    cluster.runUntil((first - 2) * 1000 + 500);
    cluster.inject(proposal(cluster, [admission(cluster, 'v5')]));
    cluster.runUntil((first + EPOCH_ROUNDS / 2) * 1000 - 500);
    deepStrictEqual(heads(cluster), [0, 0, 0, 0, 0]);
    cluster.runRounds(1);
    deepStrictEqual(heads(cluster), [1, 1, 1, 1, 1]);
    equal(chain(cluster).head.epoch, 2);
  });

  it('[SET-1] of two epochs that a quorum confirmed the earlier one counts', () => {
    const [early, late] = [clusterOf(), clusterOf()];
    const first = proposal(early, [admission(early, 'v5')]);
    early.runUntil(1500);
    early.inject(first);
    early.runRounds(1);
    late.runUntil((EPOCH_ROUNDS + EPOCH_ROUNDS / 2) * 1000 + 1500);
    late.inject(first);
    late.runRounds(1);
    const [step, later] = [chain(early).head.step, chain(late).head.step];
    ok(step !== undefined && later !== undefined);
    deepStrictEqual([step.epoch, later.epoch], [1, 2]);
    late.inject(step, ['v4']);
    deepStrictEqual([chain(late, 'v4').head.epoch, chain(late).head.epoch], [1, 2]);
    late.inject(later, ['v4']);
    equal(chain(late, 'v4').head.epoch, 1);
  });

  it('[SET-1] what too few confirmed for one epoch is confirmed again for the next', () => {
    const cluster = clusterOf();
    cluster.runUntil(1500);
    const first = proposal(cluster, [admission(cluster, 'v5')]);
    cluster.inject(first, ['v1', 'v2']);
    cluster.runUntil((EPOCH_ROUNDS + 2) * 1000);
    deepStrictEqual(heads(cluster), [0, 0, 0, 0, 0]);
    cluster.inject(first, ['v3', 'v4', 'v5']);
    cluster.runUntil((EPOCH_ROUNDS + EPOCH_ROUNDS / 2 + 2) * 1000);
    deepStrictEqual(heads(cluster), [1, 1, 1, 1, 1]);
    for (const { validator } of cluster.validators) equal(validator.chain.head.epoch, 2);
    const epochs = cluster.published.flatMap(({ node, message }) =>
      message.type === 'confirmation' && node === 'v1' ? [message.epoch] : [],
    );
    deepStrictEqual(epochs, [1, 2]);
  });

  it('who missed a step says so, and takes it later', () => {
    const cluster = clusterOf();
    cluster.runUntil(1500);
    cluster.rules.push({ to: ['v4'], action: 'drop' });
    cluster.inject(proposal(cluster, [admission(cluster, 'v5')]), ['v1', 'v2', 'v3', 'v5']);
    cluster.runRounds(1);
    cluster.inject(proposal(cluster, [{ ...leave(cluster, 'v5') }], { epoch: 2 }), ['v4']);
    equal(lastCode(cluster), 'unknown-predecessor');
    equal(cluster.reports.at(-1)?.report.kind, 'set-behind');
    for (const step of chain(cluster).steps) cluster.inject(step, ['v4']);
    equal(chain(cluster, 'v4').head.number, 1);
  });

  it('[SETTLE-2] a settlement that a quorum found becomes part of the next set', () => {
    const cluster = clusterOf();
    cluster.runUntil((EPOCH_ROUNDS + 1) * 1000 + 500);
    const [v1, v2] = ['v1', 'v2'].map((name) => cluster.node(name).signer.id);
    ok(v1 !== undefined && v2 !== undefined);
    const balances = [v1, v2].sort().map((id) => ({ id, stake: stake(id === v1 ? 4n : 14n) }));
    const nothing = stake(0n);
    const result: SettlementResult = {
      ...{ epoch: 0, balances, pool: stake(2n), burned: nothing, convicted: [] },
    };
    for (const name of ['v1', 'v2']) cluster.settled(name, result);
    cluster.settled('v4', { ...result, balances: [], pool: nothing });
    cluster.runRounds(1);
    const tally = core(cluster, 'v3').assembly.snapshot();
    deepStrictEqual(
      tally.settlements.map(({ weight }) => weight),
      [20n, 10n],
    );
    equal(
      cluster.reports.some(({ report }) => report.kind === 'settlement-agreed'),
      false,
    );
    cluster.settled('v3', result);
    cluster.runRounds(1);
    const { network } = cluster;
    const root = settlementRoot(network.id, chain(cluster).head.digest, result);
    const agreed = core(cluster, 'v4')
      .assembly.snapshot()
      .settlements.find((each) => each.weight === 30n);
    ok(agreed !== undefined);
    deepStrictEqual(agreed.root, root);
    const { holders, signature } = agreed;
    const settlement = { ...result, holders, signature };
    const made = proposeStep(
      chain(cluster).head,
      { epoch: 2, changes: [], settlement },
      cluster.keys.operator,
    );
    ok('type' in made);
    cluster.inject(made);
    cluster.runRounds(1);
    const { state } = chain(cluster).head;
    deepStrictEqual(
      state.network.validators.map((validator) => validator.stake),
      [4n, 14n, 10n, 10n],
    );
    equal(state.pool, 2n);
    equal(state.settledEpoch, 0);
    const forged = proposeStep(
      chain(cluster).genesis,
      { epoch: 1, changes: [], settlement: { ...settlement, pool: stake(1n), burned: stake(1n) } },
      cluster.keys.operator,
    );
    ok('type' in forged);
    const fresh = clusterOf();
    fresh.inject(forged, ['v1']);
    equal(lastCode(fresh), 'proposal-settlement-quorum');
  });

  it('[SET-2] a light client walks the chain, and one changed byte stops it', () => {
    const cluster = clusterOf({ crypto: 'real' });
    cluster.runUntil(1500);
    cluster.inject(proposal(cluster, [admission(cluster, 'v5')]));
    cluster.runRounds(1);
    cluster.inject(proposal(cluster, [leave(cluster, 'v1')], { epoch: 2 }));
    cluster.runRounds(1);
    const { steps } = chain(cluster);
    equal(steps.length, 2);
    const { crypto } = cluster.keys;
    const walked = walkChain(crypto, cluster.draws, steps);
    equal(walked.fault, undefined);
    deepStrictEqual(walked.chain.head.digest, chain(cluster).head.digest);
    const [first, second] = steps;
    ok(first !== undefined && second !== undefined);
    const changed = [
      { ...second, body: { ...second.body, epoch: 3 } },
      { ...second, holders: Uint8Array.of(0x08) },
      { ...second, confirmation: first.confirmation },
      { ...second, epoch: second.epoch + 1 },
      { ...second, signature: first.signature },
      { ...second, body: { ...second.body, state: first.body.state } },
      { ...second, body: { ...second.body, predecessor: first.body.predecessor } },
    ];
    for (const [i, step] of changed.entries()) {
      const { chain: reached, fault } = walkChain(crypto, cluster.draws, [first, step]);
      equal(reached.head.number, 1, `change ${i}`);
      ok(fault !== undefined);
    }
    equal(walkChain(crypto, cluster.draws, [second]).chain.head.number, 0);
  });
});

function admissionId(cluster: Cluster): Signer['id'] {
  return cluster.node('v5').signer.id;
}

function leave(cluster: Cluster, name: string): SetChange {
  return { kind: 'stake', id: cluster.node(name).signer.id, stake: stake(0n) };
}
