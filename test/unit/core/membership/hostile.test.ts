/**
 * [SET-2] [SETTLE-2] [WIRE-3] [WIRE-4] What members, an operator and strangers send to stall or
 * stop a node: real cores, and the chain alone.
 */
import { deepStrictEqual, equal, notEqual, ok } from 'node:assert/strict';
import { digest, nodeId, round, stake } from '../../../../src/base/index.ts';
import {
  applyStep,
  type ChainLink,
  exitEpochs,
  firstRound,
  genesisState,
  guiltyOf,
  proposeStep,
  SetChain,
} from '../../../../src/core/index.ts';
import {
  type AgreedSettlement,
  bitmapOf,
  type ConfirmationMessage,
  confirmationSigningBytes,
  encodeMessage,
  headerSigningBytes,
  LIMITS,
  type ProposalMessage,
  proposalSigningBytes,
  type SettlementMessage,
  type Signature,
  type StepBody,
  type StepMessage,
  settlementSigningBytes,
  stepDigest,
} from '../../../../src/wire/index.ts';
import { Cluster } from '../../../support/cluster.ts';

const EPOCH_ROUNDS = 8;
const ROUND_MS = 1000;

function clusterOf(parameters: Record<string, number> = {}): Cluster {
  return new Cluster({
    stakes: [10, 10, 10, 10],
    standby: 1,
    hasOperator: true,
    parameters: { epochRounds: EPOCH_ROUNDS, partitionRounds: 1, ...parameters },
  });
}

const chainOf = (cluster: Cluster, name = 'v1'): SetChain => cluster.node(name).validator.chain;
const headsOf = (cluster: Cluster): readonly number[] =>
  cluster.validators.map(({ validator }) => validator.chain.head.number);

/** The operator takes one unit off a member. */
function proposal(cluster: Cluster, { epoch = 1, name = 'v4', amount = 9n } = {}): ProposalMessage {
  const { id } = cluster.node(name).signer;
  const changes = [{ kind: 'stake', id, stake: stake(amount) }] as const;
  const made = proposeStep(chainOf(cluster).head, { epoch, changes }, cluster.keys.operator);
  ok('type' in made, 'refused' in made ? made.refused : '');
  return made;
}

function confirmation(
  cluster: Cluster,
  at: { name: string; epoch: number; step: number },
): ConfirmationMessage {
  const { signer } = cluster.node(at.name);
  const said = { number: 1, epoch: at.epoch, step: digest(new Uint8Array(32).fill(at.step)) };
  const signature = signer.signVote(confirmationSigningBytes(cluster.network.id, said));
  return { type: 'confirmation', validator: signer.id, ...said, signature };
}

function settlementVote(cluster: Cluster, name: string, epoch: number): SettlementMessage {
  const { signer } = cluster.node(name);
  const said = { epoch, head: chainOf(cluster).head.digest, root: digest(new Uint8Array(32)) };
  const signature = signer.signVote(settlementSigningBytes(cluster.network.id, said));
  return { type: 'settlement', validator: signer.id, ...said, signature };
}

const confirmRecords = (cluster: Cluster, name: string) =>
  cluster.node(name).guard.filter((record) => record.kind === 'confirm');

describe('assembly under attack', () => {
  it('[GUARD-2] what is confirmed late is written down once, for a round to come', () => {
    const cluster = clusterOf();
    const first = proposal(cluster);
    cluster.runUntil((EPOCH_ROUNDS * 3 + EPOCH_ROUNDS / 2) * ROUND_MS + 1500);
    const now = cluster.now / ROUND_MS;
    cluster.inject(first, ['v1', 'v2']);
    cluster.runRounds(EPOCH_ROUNDS * 3);
    const records = confirmRecords(cluster, 'v1');
    equal(records.length, 1);
    ok((records[0]?.round ?? 0) > now, 'a guard refuses what lies below its watermark');
    const epochs = cluster.published.flatMap(({ node, message }) =>
      message.type === 'confirmation' && node === 'v1' ? [message.epoch] : [],
    );
    ok(epochs.length > 2);
    equal(records[0]?.round, firstRound(cluster.network, epochs[0] ?? 0));
  });

  it('[WIRE-4] one member that confirms everything keeps no other from being counted', () => {
    const cluster = clusterOf();
    cluster.runUntil(1500);
    for (let step = 0; step < 100; step++) {
      cluster.inject(confirmation(cluster, { name: 'v4', epoch: 1 + step, step }), ['v1']);
    }
    const { assembly } = cluster.node('v1').validator;
    const kept = assembly.pending().filter(({ type }) => type === 'confirmation');
    equal(kept.length, 8);
    cluster.inject(confirmation(cluster, { name: 'v4', epoch: 92, step: 91 }), ['v1']);
    equal(cluster.judged.at(-1)?.code, 'old-confirmation');
    cluster.rules.push({ from: ['v4'], action: 'drop' });
    cluster.inject(proposal(cluster), ['v1', 'v2', 'v3', 'v5']);
    cluster.runRounds(1);
    equal(chainOf(cluster).head.number, 1);
  });

  it('[SET-2] [SETTLE-2] counts a member once, for what it signed itself', () => {
    const cluster = clusterOf();
    cluster.runUntil(2 * EPOCH_ROUNDS * ROUND_MS);
    const { assembly } = cluster.node('v1').validator;
    const once = confirmation(cluster, { name: 'v4', epoch: 3, step: 1 });
    const vote = settlementVote(cluster, 'v4', 0);
    const { id } = cluster.node('v3').signer;
    for (const message of [once, once, { ...once, validator: id }]) cluster.inject(message, ['v1']);
    for (const message of [vote, vote, { ...vote, validator: id }]) cluster.inject(message, ['v1']);
    equal(assembly.pending().length, 2);
    deepStrictEqual(
      assembly.snapshot().settlements.map(({ weight }) => weight),
      [10n],
    );
    deepStrictEqual(
      cluster.judged.slice(-6).map(({ code }) => code),
      [
        ...['new', 'known-confirmation', 'confirmation-signature'],
        ...['new', 'known-settlement', 'settlement-signature'],
      ],
    );
    cluster.inject({ ...vote, head: digest(new Uint8Array(32)) }, ['v1']);
    equal(cluster.judged.at(-1)?.code, 'other-head');
    for (let root = 1; root < 6; root++) {
      const said = { epoch: 0, head: vote.head, root: digest(new Uint8Array(32).fill(root)) };
      const bytes = settlementSigningBytes(cluster.network.id, said);
      const signature = cluster.node('v4').signer.signVote(bytes);
      cluster.inject({ ...vote, ...said, signature }, ['v1']);
    }
    equal(assembly.snapshot().settlements.length, 4);
  });

  it('[SET-2] a step that many epochs passed by is confirmed when enough are up', () => {
    const cluster = clusterOf();
    cluster.runUntil(1500);
    const first = proposal(cluster);
    cluster.inject(first, ['v1', 'v2']);
    cluster.runRounds(EPOCH_ROUNDS * 70);
    const { assembly } = cluster.node('v1').validator;
    const kept = assembly.pending().filter(({ type }) => type === 'confirmation');
    equal(kept.length, 16);
    equal(assembly.snapshot().proposals[0]?.weight, 20n);
    cluster.inject(first, ['v3', 'v4', 'v5']);
    cluster.runRounds(EPOCH_ROUNDS + 2);
    deepStrictEqual(headsOf(cluster), [1, 1, 1, 1, 1]);
  });

  it('[WIRE-4] an epoch whose rounds have no number is refused, by operator and members', () => {
    const cluster = clusterOf();
    const { head } = chainOf(cluster);
    const { operator } = cluster.keys;
    deepStrictEqual(proposeStep(head, { epoch: LIMITS.epochs, changes: [] }, operator), {
      refused: 'far-epoch',
    });
    const body = { ...proposal(cluster).body, epoch: LIMITS.epochs };
    const { id } = cluster.network;
    const signature = operator.sign(proposalSigningBytes(id, stepDigest(id, body)));
    cluster.inject({ type: 'proposal', body, signature }, ['v1']);
    equal(cluster.judged.at(-1)?.code, 'proposal-far-epoch');
  });

  it('[WIRE-4] follows few proposals of one number, however many the operator signs', () => {
    const cluster = clusterOf();
    cluster.runUntil(1500);
    for (let amount = 1n; amount < 9n; amount++) {
      cluster.inject(proposal(cluster, { amount }), ['v1']);
    }
    equal(cluster.judged.at(-1)?.code, 'too-many-proposals');
    equal(cluster.node('v1').validator.assembly.snapshot().proposals.length, 4);
  });

  it('[SET-4] an exit takes its time from the epoch that was confirmed', () => {
    const cluster = clusterOf();
    const first = proposal(cluster);
    cluster.runUntil((EPOCH_ROUNDS * 4 + EPOCH_ROUNDS / 2) * ROUND_MS + 1500);
    cluster.inject(first);
    cluster.runRounds(1);
    const { epoch, state } = chainOf(cluster).head;
    equal(epoch, 5);
    deepStrictEqual(
      state.leaving.map(({ untilEpoch }) => untilEpoch),
      [epoch + exitEpochs(cluster.network)],
    );
  });

  it('[WIRE-4] a step leaves room for those who confirm it', () => {
    const cluster = clusterOf();
    const { head } = chainOf(cluster);
    const change = proposal(cluster).body.changes[0];
    ok(change !== undefined);
    const [admitted] = [cluster.node('v5').signer];
    const admission = {
      ...{ kind: 'validator', id: admitted.id, voteKey: admitted.voteKey, stake: stake(1n) },
      models: [...Array(LIMITS.modelsPerValidator)].flatMap(
        () => cluster.network.models[0]?.model ?? [],
      ),
      ...{ possession: new Uint8Array(96), ownership: new Uint8Array(64) },
    } as const;
    const most = stake(BigInt('9'.repeat(LIMITS.stakeDigits)));
    const settlement: AgreedSettlement = {
      ...{ epoch: 0, pool: most, burned: most, convicted: [] },
      balances: Array(LIMITS.settledAccounts).fill({ id: admitted.id, stake: most }),
      ...{ holders: new Uint8Array(LIMITS.bitmapBytes), signature: new Uint8Array(96) },
    };
    const changes = Array(LIMITS.changesPerStep).fill(admission);
    const { operator } = cluster.keys;
    const refused = { refused: 'too-large' };
    deepStrictEqual(proposeStep(head, { epoch: 1, changes, settlement }, operator), refused);
    const longer = [...changes, change];
    deepStrictEqual(proposeStep(head, { epoch: 1, changes: longer }, operator), refused);
    // the largest content that passes, confirmed by the largest set
    const { body, signature } = proposal(cluster);
    let fits = 0;
    while (contentFits(head, { ...settlement, balances: settlement.balances.slice(0, fits + 1) })) {
      fits += 1;
    }
    const full = { ...settlement, balances: settlement.balances.slice(0, fits) };
    const step: StepMessage = {
      ...{ type: 'step', body: { ...body, changes, settlement: full }, signature, epoch: 1 },
      ...{ holders: new Uint8Array(LIMITS.bitmapBytes), confirmation: new Uint8Array(96) },
    };
    ok(fits > 0 && fits < LIMITS.settledAccounts);
    ok(encodeMessage(step).length <= LIMITS.messageBytes);

    function contentFits(on: ChainLink, each: AgreedSettlement): boolean {
      const made = proposeStep(on, { epoch: 1, changes, settlement: each }, operator);
      return 'refused' in made && made.refused !== 'too-large';
    }
  });

  it('[WIRE-4] amounts that no message holds, and sets that no bitmap holds, are refused', () => {
    const cluster = clusterOf();
    const state = genesisState(cluster.network);
    const { id } = cluster.node('v1').signer;
    const predecessor = chainOf(cluster).head.digest;
    const [{ id: provider } = { id }] = cluster.network.providers;
    const raise = (amount: bigint, { on = state, who = id } = {}) => {
      const changes = [{ kind: 'stake', id: who, stake: stake(amount) }] as const;
      return applyStep(on, { number: 1, predecessor, epoch: 1, changes });
    };
    const refused = { refused: 'too-much-stake' };
    ok(!('refused' in raise(2n ** 64n - 1n)));
    deepStrictEqual(raise(2n ** 64n), refused);
    const most = BigInt('9'.repeat(LIMITS.stakeDigits));
    ok(!('refused' in raise(most / 10n, { who: provider })));
    deepStrictEqual(raise(most, { who: provider }), refused);
    const [one] = cluster.network.validators;
    ok(one !== undefined);
    const many = (count: number) => {
      const others = Array.from({ length: count - 1 }, (_, i) => {
        return { ...one, id: nodeId(String(i).padStart(64, '0')) };
      });
      return { ...state, network: { ...state.network, validators: [one, ...others] } };
    };
    const bits = 8 * LIMITS.bitmapBytes;
    ok(!('refused' in raise(9n, { on: many(bits) })));
    deepStrictEqual(raise(9n, { on: many(bits + 1) }), { refused: 'too-many' });
  });

  it('[SETTLE-2] who votes for epochs that are not due pushes out none that is', () => {
    const cluster = clusterOf({ evidenceWindowRounds: 10 * EPOCH_ROUNDS });
    cluster.runUntil(EPOCH_ROUNDS * 20 * ROUND_MS);
    for (let epoch = 8; epoch < 19; epoch++) {
      cluster.inject(settlementVote(cluster, 'v4', epoch), ['v1']);
    }
    for (const name of ['v1', 'v2', 'v3']) {
      cluster.inject(settlementVote(cluster, name, 4), ['v1']);
    }
    const { settlements } = cluster.node('v1').validator.assembly.snapshot();
    equal(settlements.find(({ epoch }) => epoch === 4)?.weight, 30n);
  });

  it('[SET-1] what was proposed stays proposed when the set below it comes earlier', () => {
    const [early, late] = [clusterOf(), clusterOf()];
    const first = proposal(early);
    early.runUntil(1500);
    early.inject(first);
    early.runRounds(1);
    const { step } = chainOf(early).head;
    ok(step !== undefined);
    late.runUntil((EPOCH_ROUNDS + EPOCH_ROUNDS / 2) * ROUND_MS + 1500);
    late.inject(first);
    late.runRounds(1);
    const second = proposal(late, { epoch: 3, amount: 8n });
    late.rules.push({ kind: 'confirmation', action: 'drop' });
    late.inject(second);
    for (const link of [0, 1]) equal(headsOf(late)[link], 1);
    late.inject(step);
    equal(chainOf(late).head.epoch, 1);
    equal(late.node('v1').validator.assembly.snapshot().proposals.length, 1);
  });

  it('[WIRE-3] nobody is blamed for members of a set that is not known here yet', () => {
    const cluster = clusterOf();
    cluster.runUntil(2500);
    const { signer } = cluster.node('v5');
    const [model] = cluster.network.models;
    const [assuranceClass] = cluster.network.parameters.classes.keys();
    ok(model !== undefined && assuranceClass !== undefined);
    const headers = [1, 2].map((count) => {
      const body = {
        ...{ provider: signer.id, model: model.model, round: round(2), assuranceClass, count },
        ...{ root: digest(new Uint8Array(32)), network: digest(cluster.network.id) },
      };
      const { network: _, ...header } = body;
      const signature = signer.sign(headerSigningBytes(cluster.network.id, header));
      return { type: 'header', ...header, signature } as const;
    });
    const [first, second] = headers;
    ok(first !== undefined && second !== undefined);
    for (const name of ['v1', 'p1']) {
      cluster.inject(first, [name]);
      deepStrictEqual(cluster.judged.at(-1), { node: name, verdict: 'ignore', code: 'provider' });
    }
    cluster.inject({ type: 'evidence', kind: 'headers', first, second }, ['v1']);
    equal(cluster.judged.at(-1)?.verdict, 'ignore');
  });
});

describe('check of a step', () => {
  const cluster = new Cluster({ stakes: [10, 10, 10], hasOperator: true });
  const { keys, network, draws } = cluster;
  const chain = new SetChain(draws);
  const made = proposal(cluster, { name: 'v3' });

  /** The operator signs what it likes. */
  function signed(over: Partial<StepBody>): StepBody & { readonly by: Signature } {
    const body = { ...made.body, ...over };
    return {
      ...body,
      by: keys.operator.sign(proposalSigningBytes(network.id, stepDigest(network.id, body))),
    };
  }

  function checkOf(over: Partial<StepBody>, members: readonly number[], epoch = 1) {
    const { by: signature, ...body } = signed(over);
    const said = { number: body.number, epoch, step: stepDigest(network.id, body) };
    const bytes = confirmationSigningBytes(network.id, said);
    const signers = members.flatMap((member) => keys.validators[member] ?? []);
    const confirmation = keys.crypto.aggregate(signers.map((each) => each.signVote(bytes)));
    ok(confirmation !== undefined);
    const holders = bitmapOf(members, network.validators.length);
    const step = { type: 'step', body, signature, epoch, holders, confirmation } as const;
    const checked = chain.check(keys.crypto, step);
    return checked.kind === 'valid' ? 'valid' : checked.check;
  }

  it('[SET-2] takes more than two thirds of the stake, not two thirds', () => {
    equal(checkOf({}, [0, 1]), 'confirmation');
    equal(checkOf({}, [0, 1, 2]), 'valid');
  });

  it('[SET-2] takes no word of the operator about what is before and after a step', () => {
    const other = digest(new Uint8Array(32));
    const all = [0, 1, 2];
    equal(checkOf({ predecessor: other }, all), 'predecessor');
    equal(checkOf({ state: other }, all), 'state');
    equal(checkOf({ number: 2 }, all), 'number');
    equal(checkOf({ epoch: 0 }, all), 'epoch');
    equal(checkOf({ epoch: 2 }, all), 'epoch');
    equal(checkOf({}, all, 2), 'valid');
  });

  it('[SET-2] a step of another set of the same number is told of, and not taken', () => {
    const network = clusterOf();
    network.runUntil(1500);
    network.inject(proposal(network));
    network.runRounds(1);
    const other = clusterOf();
    other.runUntil(1500);
    other.inject(proposal(other, { amount: 8n }));
    other.runRounds(1);
    const { step } = chainOf(other).head;
    ok(step !== undefined);
    const before = chainOf(network).head.digest;
    network.inject(step, ['v1']);
    equal(network.judged.at(-1)?.code, 'forked-step');
    equal(network.reports.at(-1)?.report.kind, 'set-forked');
    deepStrictEqual(chainOf(network).head.digest, before);
  });
});

describe('old sets', () => {
  it('[WIRE-3] are computed again for no stranger', () => {
    const cluster = clusterOf();
    cluster.runUntil(1500);
    cluster.inject(proposal(cluster));
    cluster.runRounds(1);
    const { head } = chainOf(cluster);
    const { step } = head;
    ok(step !== undefined);
    const chain = new SetChain(cluster.draws);
    for (let number = 1; number <= 40; number++) {
      chain.append({ ...head, number, epoch: number, step });
    }
    equal(chain.recent(8), undefined);
    equal(chain.recent(9)?.number, 9);
    equal(chain.recentAt(EPOCH_ROUNDS * 9), undefined);
    equal(chain.recentAt(EPOCH_ROUNDS * 9 + 1)?.number, 9);
    const header = { round: round(1) };
    const evidence = { type: 'evidence', kind: 'certificates', first: { header } } as never;
    deepStrictEqual(guiltyOf(chain, cluster.keys.crypto, evidence), []);
  });

  it('[SET-4] may be forgotten before exits are over: evidence convicts who has one', () => {
    const cluster = clusterOf();
    cluster.runUntil(1500);
    cluster.inject(proposal(cluster, { amount: 0n }));
    cluster.runRounds(1);
    const { head } = chainOf(cluster);
    const { step } = head;
    ok(step !== undefined);
    const chain = new SetChain(cluster.draws);
    const { id } = cluster.node('v4').signer;
    for (let number = 1; number <= 40; number++) {
      chain.append({ ...head, number, epoch: number, step });
    }
    equal(chain.wasValidator(id), false);
    equal(chain.isValidator(id), true);
    const state = { ...head.state, leaving: [] };
    for (let number = 41; number <= 80; number++) {
      chain.append({ ...head, number, epoch: number, step, state });
    }
    equal(chain.isValidator(id), false);
  });

  it('[SLASH-1] tell who was a validator, and who only a provider', () => {
    const cluster = clusterOf();
    const chain = chainOf(cluster);
    const [provider] = cluster.network.providers;
    ok(provider !== undefined);
    equal(chain.wasValidator(cluster.node('v1').signer.id), true);
    equal(chain.wasValidator(provider.id), false);
    notEqual(chain.isProvider(provider.id), false);
  });
});
