/**
 * Messages of the validator-set chain: what a set becomes, who agrees, and what an epoch settled
 * to. What is signed stands beside each type.
 */
import type { BlobId, Digest, NodeId, Stake } from '../base/index.ts';
import type { Bitmap, Signature, VoteSignature } from './messages.ts';

/** [SET-3] One change of who is staked, and how much. */
export type SetChange =
  | {
      readonly kind: 'validator';
      readonly id: NodeId;
      /** BLS12-381 public key, 48 bytes. */
      readonly voteKey: Uint8Array;
      readonly stake: Stake;
      readonly models: readonly BlobId[];
      /** [KEY-1] Both proofs, for this network. */
      readonly possession: VoteSignature;
      readonly ownership: Signature;
    }
  | { readonly kind: 'provider'; readonly id: NodeId; readonly stake: Stake }
  /** New stake of a member; 0 is its exit. What is taken off waits, slashable. */
  | { readonly kind: 'stake'; readonly id: NodeId; readonly stake: Stake };

/** What an account holds after a settlement: its stake and what it has in exit, together. */
export type SettledBalance = { readonly id: NodeId; readonly stake: Stake };

/** [SETTLE-1] What all epochs up to one come to, on top of the set's last step. */
export type SettlementResult = {
  /** Last epoch that it covers. */
  readonly epoch: number;
  /** Accounts whose balance changed, ascending by id. */
  readonly balances: readonly SettledBalance[];
  readonly pool: Stake;
  readonly burned: Stake;
  /** Whom evidence convicted and this settlement slashed, ascending. */
  readonly convicted: readonly NodeId[];
};

/** [SETTLE-2] A settlement that a quorum of the set signed. */
export type AgreedSettlement = SettlementResult & {
  readonly holders: Bitmap;
  readonly signature: VoteSignature;
};

/** [SET-2] What the operator proposes and a quorum confirms: the next set, as a difference. */
export type StepBody = {
  /** 1, 2, 3, …: the set of the network file is number 0. */
  readonly number: number;
  /** Digest of the step before; the network id for the first. */
  readonly predecessor: Digest;
  /** Earliest epoch of the set. */
  readonly epoch: number;
  readonly settlement?: AgreedSettlement;
  readonly changes: readonly SetChange[];
  /** Hash of all that the set is then: members, stake in exit, pool. */
  readonly state: Digest;
};

/** What a step changes. */
export type StepContent = Pick<StepBody, 'changes' | 'settlement'>;

/** [SET-2] Signed by the operator; a member that finds it right confirms it. */
export type ProposalMessage = {
  readonly type: 'proposal';
  readonly body: StepBody;
  readonly signature: Signature;
};

/** [SET-2] BLS of a member of the set before, over the digest of the step and its epoch. */
export type ConfirmationMessage = {
  readonly type: 'confirmation';
  readonly validator: NodeId;
  readonly number: number;
  /** First epoch of the set: the one proposed, or a later one if that had begun. */
  readonly epoch: number;
  readonly step: Digest;
  readonly signature: VoteSignature;
};

/** [SET-2] A step of the chain: verifies from its bytes and the step before. */
export type StepMessage = {
  readonly type: 'step';
  readonly body: StepBody;
  readonly signature: Signature;
  /** First epoch of the set, as its members confirmed it. */
  readonly epoch: number;
  /** Members of the set before that confirmed, in set order. */
  readonly holders: Bitmap;
  readonly confirmation: VoteSignature;
};

/** [SETTLE-2] BLS of a member, over what it found the epochs up to `epoch` to come to. */
export type SettlementMessage = {
  readonly type: 'settlement';
  readonly validator: NodeId;
  readonly epoch: number;
  /** Digest of the step that it was computed on. */
  readonly head: Digest;
  readonly root: Digest;
  readonly signature: VoteSignature;
};
