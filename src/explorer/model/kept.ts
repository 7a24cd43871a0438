/** What a model keeps besides nodes and claims, and how much of everything. */

/** What bounds the memory of a model. */
export type ModelLimits = { readonly claims: number; readonly hops: number };

/** A recorded trace is shown whole; a billion records would not fit into a page anyway. */
export const RECORDED_LIMITS: ModelLimits = { claims: Number.POSITIVE_INFINITY, hops: 50_000_000 };
/** Forty seconds at 50 claims a second: older ones are asked of the node. */
export const LIVE_LIMITS: ModelLimits = { claims: 2_000, hops: 20_000 };

/** Somebody was convicted, or is about to be. */
export type EvidenceEntry = {
  readonly at: number;
  readonly by: number;
  readonly evidence: string;
  readonly guilty: readonly number[];
};

/** A fault that a node reported about another one, or about itself. */
export type FaultEntry = {
  readonly at: number;
  readonly by: number;
  readonly code: string;
  readonly about: readonly number[];
};

/** A link and when it went up and down. */
export type Link = {
  readonly a: number;
  readonly b: number;
  readonly changes: { readonly at: number; readonly isUp: boolean }[];
};
