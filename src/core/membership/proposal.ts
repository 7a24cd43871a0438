/** [SET-2] How an operator makes the next step: of what is to change, on top of a head. */
import type { Signer } from '../../crypto/index.ts';
import {
  type AgreedSettlement,
  LIMITS,
  type ProposalMessage,
  proposalSigningBytes,
  type SetChange,
  type StepBody,
  stepContentBytes,
  stepDigest,
} from '../../wire/index.ts';
import type { ChainLink } from './chain.ts';
import { applyStep, stateHash } from './set-state.ts';

/** What the next set differs by. */
export type PlannedStep = {
  /** First epoch of the set. */
  readonly epoch: number;
  readonly changes: readonly SetChange[];
  readonly settlement?: AgreedSettlement;
};

/** Signs what is planned on top of `head`, or says which rule it breaks. */
export function proposeStep(
  head: ChainLink,
  planned: PlannedStep,
  operator: Signer,
): ProposalMessage | { readonly refused: string } {
  const content = { number: head.number + 1, predecessor: head.digest, ...planned };
  // [WIRE-4] counted first: the codec takes no longer list
  const isTooLong = planned.changes.length > LIMITS.changesPerStep;
  if (isTooLong || stepContentBytes(content) > LIMITS.stepContentBytes) {
    return { refused: 'too-large' };
  }
  const state = applyStep(head.state, content);
  if ('refused' in state) return state;
  const body: StepBody = { ...content, state: stateHash(state) };
  const { network } = head.state;
  const signature = operator.sign(proposalSigningBytes(network.id, stepDigest(network.id, body)));
  return { type: 'proposal', body, signature };
}
