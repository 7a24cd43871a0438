/** Who a key is: in the network file, and in the validator set of now. */
import { isNodeId, toHex } from '../../base/index.ts';
import type { SetChain } from '../../core/index.ts';
import type { NetworkFile } from '../../network-file/index.ts';
import { type Finding, failed, ok, warning } from './finding.ts';

/** Is the network file one, and who in it is this key? */
export function examineMembership(
  file: NetworkFile,
  key: { readonly id: string; readonly voteKey: Uint8Array } | undefined,
): readonly Finding[] {
  const network = ok('network', `${file.name}, id ${file.id.slice(0, 16)}, signed by its operator`);
  if (key === undefined) return [network];
  const member = file.validators.find((validator) => validator.id === key.id);
  const provider = file.providers.find(({ id }) => id === key.id);
  if (member === undefined && provider === undefined) {
    const remedy =
      'Give id and vote key to the operator: assay join. If it was admitted since, the network ' +
      'tells: doctor without --offline.';
    return [network, warning('membership', 'the key is not in the network file', remedy)];
  }
  if (member !== undefined && member.voteKey !== toHex(key.voteKey)) {
    const remedy = 'Tell the operator the vote key that `assay keys list` shows.';
    return [network, failed('membership', 'listed with another vote key', remedy)];
  }
  const role = member === undefined ? 'a provider' : 'a validator';
  return [network, ok('membership', `the key is ${role} of it`)];
}

/**
 * [SET-1] Who a key is in the latest set that the network told; nothing while that is the set of
 * the network file.
 */
export function examineSet(chain: SetChain, self: string | undefined): readonly Finding[] {
  const { number, state } = chain.head;
  if (self === undefined || !isNodeId(self) || number === 0) return [];
  const { validatorIndex, providerById } = state.network;
  const check = 'membership-now';
  if (validatorIndex.has(self)) return [ok(check, `a validator of set ${number}`)];
  if (providerById.has(self)) return [ok(check, `a provider of set ${number}`)];
  const isLeaving = state.leaving.some(({ id }) => id === self);
  const detail = isLeaving
    ? `it left; its stake can be slashed until it is out of exit`
    : `it is not in set ${number}`;
  const remedy = isLeaving
    ? 'Keep the key and the guard until then.'
    : 'Ask the operator to admit it: assay join.';
  return [warning(check, detail, remedy)];
}
