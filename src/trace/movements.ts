/**
 * [SLASH-2] What one claim moves, by the core's own settlement: as if nothing but this claim had to
 * be paid from the pool. A whole settlement pays the same unless its pool runs dry or a stake is
 * used up.
 */
import { type NodeId, nodeId, stake } from '../base/index.ts';
import { type JudgedSubject, type Movement, type Network, settle } from '../core/index.ts';
import type { HeaderMessage } from '../wire/index.ts';

/** Fills the pool in place of all other batches. */
const PATRON = { id: nodeId('f'.repeat(64)), stake: stake(2n ** 128n) };
/** Leaves that the patron pays for: more than any claim takes seats. */
const PATRON_LEAVES = 2 ** 31;

/** Returns what a judged leaf moves, without what was reserved for its batch. */
export function movementsOfClaim(
  network: Network,
  header: HeaderMessage,
  judged: JudgedSubject,
): readonly Movement[] {
  const ids = judged.levels.flatMap(({ committee }) => committee.holders);
  const { movements } = settle({
    network: reduced(network, new Set([...ids, judged.provider])),
    sealed: [{ ...header, provider: PATRON.id, count: PATRON_LEAVES }],
    subjects: [judged],
    guilty: [],
  });
  return movements.filter(({ account }) => account !== PATRON.id);
}

/** [CLAIM-6] Returns what a provider reserves with a header. */
export function movementsOfBatch(network: Network, header: HeaderMessage): readonly Movement[] {
  const accounts = reduced(network, new Set([header.provider]));
  return settle({ network: accounts, sealed: [header], subjects: [], guilty: [] }).movements;
}

/** The network with the accounts that matter, and the patron's. */
function reduced(network: Network, ids: ReadonlySet<NodeId>): Network {
  const validators = [...ids].flatMap((id) => {
    const index = network.validatorIndex.get(id);
    return (index === undefined ? undefined : network.validators[index]) ?? [];
  });
  const providers = [...ids].flatMap((id) => network.providerById.get(id) ?? []);
  return { ...network, validators, providers: [...providers, PATRON] };
}
