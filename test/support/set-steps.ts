/** Steps of a set chain, signed and confirmed by the keys of a cluster; no cluster has to run. */
import { assert, defined, stake } from '../../src/base/index.ts';
import {
  type ChainLink,
  Draws,
  type PlannedStep,
  proposeStep,
  SetChain,
} from '../../src/core/index.ts';
import type { Signer } from '../../src/crypto/index.ts';
import {
  bitmapOf,
  confirmationSigningBytes,
  keyOwnershipSigningBytes,
  type SetChange,
  type StepMessage,
  stepDigest,
} from '../../src/wire/index.ts';
import { type ClusterKeys, MODEL } from './cluster-network.ts';

/** Returns a step on top of `head`; all members confirm it, unless `isMember` says otherwise. */
export function stepOn(
  head: ChainLink,
  planned: PlannedStep,
  { keys, isMember = () => true }: { keys: ClusterKeys; isMember?: (index: number) => boolean },
): StepMessage {
  const proposal = proposeStep(head, planned, keys.operator);
  assert('type' in proposal, 'refused' in proposal ? proposal.refused : '');
  const { body, signature } = proposal;
  const { network } = head.state;
  const said = { number: body.number, epoch: body.epoch, step: stepDigest(network.id, body) };
  const message = confirmationSigningBytes(network.id, said);
  const signers = [...keys.validators, ...keys.standby];
  const members = network.validators.flatMap(({ id }, index) => {
    const signer = signers.find((each) => each.id === id);
    return signer === undefined || !isMember(index) ? [] : [{ index, signer }];
  });
  const votes = members.map(({ signer }) => signer.signVote(message));
  return {
    ...{ type: 'step', body, signature, epoch: body.epoch },
    holders: bitmapOf(
      members.map(({ index }) => index),
      network.validators.length,
    ),
    confirmation: defined(keys.crypto.aggregate(votes), 'somebody confirms'),
  };
}

/** Adds a step that everybody confirms. @returns the set that it leads to */
export function extend(chain: SetChain, planned: PlannedStep, keys: ClusterKeys): ChainLink {
  const step = stepOn(chain.head, planned, { keys });
  const checked = chain.check(keys.crypto, step);
  assert(checked.kind === 'valid', checked.kind === 'invalid' ? checked.check : '');
  chain.append({ ...checked.link, step });
  return chain.head;
}

/** A change that admits a validator. */
export function admissionOf({ network }: ClusterKeys, signer: Signer, amount = 10n): SetChange {
  const { id, voteKey } = signer;
  return {
    ...{ kind: 'validator', id, voteKey, stake: stake(amount), models: [MODEL] },
    possession: signer.provePossession(network.id),
    ownership: signer.sign(keyOwnershipSigningBytes(network.id, { signer: id, voteKey })),
  };
}

/** A chain of two steps: v5 enters at epoch 1 with most of the stake, v1 leaves at epoch 2. */
export function chainOfTwo(keys: ClusterKeys): SetChain {
  const chain = new SetChain(new Draws(keys.network));
  const newcomer = defined(keys.standby[0], 'one stands by');
  extend(chain, { epoch: 1, changes: [admissionOf(keys, newcomer, 100n)] }, keys);
  const leaver = defined(keys.validators[0], 'there is a validator').id;
  const exit: SetChange = { kind: 'stake', id: leaver, stake: stake(0n) };
  extend(chain, { epoch: 2, changes: [exit] }, keys);
  return chain;
}
