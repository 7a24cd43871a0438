/** What commands ask the node of a folder, and what it answers: one line of JSON each. */
import type { PeerInfo } from '../libp2p/index.ts';
import type { NodeStatus, Reachability } from '../rpc/index.ts';
import type { SafetySigns } from '../safety/index.ts';
import type { Earning, OwnPlace } from '../sets/index.ts';

/** A question, or an order. Peers by their id. */
export type ControlRequest =
  | { readonly method: 'report' }
  | { readonly method: 'peers' }
  | {
      readonly method: 'ban';
      readonly peer: string;
      readonly reason: string;
      readonly forMs: number;
    }
  | { readonly method: 'unban'; readonly peer: string }
  /** What its account got and lost, as it wrote it down. */
  | { readonly method: 'earnings' }
  /** Asks peers to dial this node. */
  | { readonly method: 'reach' };

/** How a node is, and why it does or does not sign. */
export type OwnReport = {
  readonly pid: number;
  readonly status: NodeStatus;
  readonly signs: SafetySigns;
  /** Nothing is signed for rounds below. */
  readonly watermark: number;
  readonly roundMs: number;
  /** [SET-1] Its place in the set of validators and providers. */
  readonly place: OwnPlace;
  readonly addresses: readonly string[];
  /** Who can be reached, of whom the network file names. */
  readonly validators: number;
};

/** [SETTLE-1] Sums by epoch and reason, latest first; amounts in the smallest unit, decimal. */
export type EarningsReport = {
  readonly place: OwnPlace;
  readonly earnings: readonly (Omit<Earning, 'amount'> & { readonly amount: string })[];
};

/** A ban that is in force. */
export type BanView = {
  readonly peer: string;
  /** Unix time. */
  readonly untilMs: number;
  /** What the operator gave; absent if the node banned the peer by itself. */
  readonly reason?: string;
};

export type PeersReport = {
  readonly connected: readonly PeerInfo[];
  /** Peers that this host remembers, connected or not. */
  readonly known: number;
  readonly bans: readonly BanView[];
};

/** What each request is answered with. */
export type ControlAnswers = {
  readonly report: OwnReport;
  readonly peers: PeersReport;
  readonly ban: { readonly isNew: boolean };
  readonly earnings: EarningsReport;
  readonly unban: { readonly wasBanned: boolean };
  readonly reach: { readonly answers: readonly Reachability[] };
};

/** Answers one request. */
export type ControlService = {
  readonly [M in ControlRequest['method']]: (
    request: Extract<ControlRequest, { method: M }>,
  ) => Promise<ControlAnswers[M]>;
};
