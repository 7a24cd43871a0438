/** What a node tells about the chain: what is proposed, and what epochs come to. */
import type { Digest, NodeId } from '../../base/index.ts';
import type { PollResult } from './poll.ts';

/** How the chain stands at a node. */
export type MembershipSnapshot = {
  readonly number: number;
  readonly epoch: number;
  readonly settledEpoch: number;
  /** Stake that speaks for the set. */
  readonly quorum: bigint;
  readonly proposals: readonly {
    readonly number: number;
    readonly epoch: number;
    /** Hexadecimal. */
    readonly step: string;
    /** Members that confirmed it, for one epoch, and their stake. */
    readonly confirmedBy: readonly NodeId[];
    readonly weight: bigint;
  }[];
  readonly settlements: readonly SettlementTally[];
};

/** What members found an epoch to come to. */
export type SettlementTally = PollResult & {
  readonly epoch: number;
  readonly root: Digest;
};
