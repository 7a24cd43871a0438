/**
 * What one node asks another, besides gossip: what was said about a batch or a leaf, which batches
 * are open, which verdicts were reached, beacons of the past, how the node is.
 *
 * A request is one frame of canonical dag-cbor, the answer a few frames: messages of the protocol
 * as they were signed, so that nothing has to be believed; only `status` is a node's own word.
 */
import type { BatchId, BlobId, ClaimId, Digest, NodeId, Round } from '../../base/index.ts';
import {
  asciiText,
  assuranceClassCodec,
  batchIdCodec,
  blobIdCodec,
  bytesBetween,
  claimIdCodec,
  digestCodec,
  formatOf,
  LIMITS,
  leafIndexCodec,
  nodeIdCodec,
  oneOf,
  recordOf,
  roundCodec,
  uintBetween,
  unionOf,
} from '../../wire/index.ts';

/** Answers of one request, at most. */
export const ANSWER_LIMITS = Object.freeze({
  frames: 4096,
  bytes: 8 * 1024 ** 2,
  beacons: 512,
  certificates: 256,
});
/** The longest is a request to join. */
const REQUEST_BYTES_MAX = 2_560;
const JOIN_BYTES_MAX = 2_304;

/** Epochs after one that is settled, −1 where none is. */
const spanFields = {
  above: uintBetween(-1, LIMITS.epochs),
  upTo: uintBetween(0, LIMITS.epochs),
};

export type RpcRequest =
  /** The node about itself: one `NodeStatus`. */
  | { readonly method: 'status' }
  /** Batches that are not closed: one query message each. */
  | { readonly method: 'open' }
  /**
   * What was said about a batch, or a leaf of it: messages. With `votesOf` what became of it, and
   * of the votes those of this identity alone.
   */
  | {
      readonly method: 'lookup';
      readonly batch: BatchId;
      readonly index?: number;
      readonly votesOf?: NodeId;
    }
  /** The place of a drawn claim: a query message, or nothing. */
  | { readonly method: 'find'; readonly claim: ClaimId }
  /** Asks a provider: the leaf of a promise with its path and the seal, one openings message. */
  | { readonly method: 'proof'; readonly batch: BatchId; readonly index: number }
  /** Headers of a slot, [CLAIM-2]: normally one. */
  | {
      readonly method: 'slot';
      readonly provider: NodeId;
      readonly round: Round;
      readonly assuranceClass: string;
      readonly model: BlobId;
    }
  /** Dials the one who asks at this port of the address that he comes from: a `Reachability`. */
  | { readonly method: 'reach'; readonly port: number }
  /** Beacon messages from `from` on, without a gap. */
  | { readonly method: 'beacons'; readonly from: Round; readonly count: number }
  /** Certificates of claims of round `from` and later, oldest first. */
  | { readonly method: 'certificates'; readonly from: Round; readonly count: number }
  /** [SET-2] Steps of the set chain from a number on, then what is under way: messages. */
  | { readonly method: 'chain'; readonly from: number }
  /** [SETTLE-1] Digests of the bills of the epochs after `above` up to `upTo`, when over. */
  | { readonly method: 'statement'; readonly above: number; readonly upTo: number }
  /** [SETTLE-1] Those bills, from a name on. */
  | {
      readonly method: 'bills';
      readonly above: number;
      readonly upTo: number;
      readonly from: string;
    }
  /** [SETTLE-2] What a root that this node found is the hash of. */
  | { readonly method: 'settlement'; readonly root: Digest }
  /** What an account got and lost, as this node wrote it down. */
  | { readonly method: 'earnings'; readonly account: NodeId }
  /** Somebody wants to be a member, or the operator refuses it: how that was taken. */
  | { readonly method: 'join'; readonly signed: Uint8Array }
  | { readonly method: 'refuse'; readonly signed: Uint8Array }
  /** Who wants to be a member, all or one. */
  | { readonly method: 'joins'; readonly id?: NodeId };

/** The bytes of a request. */
export const requestFormat = formatOf(
  unionOf<'method', RpcRequest>('method', {
    status: recordOf({ method: oneOf(['status']) }),
    open: recordOf({ method: oneOf(['open']) }),
    lookup: recordOf<Extract<RpcRequest, { method: 'lookup' }>>(
      {
        ...{ method: oneOf(['lookup']), batch: batchIdCodec },
        ...{ index: leafIndexCodec, votesOf: nodeIdCodec },
      },
      ['index', 'votesOf'],
    ),
    find: recordOf({ method: oneOf(['find']), claim: claimIdCodec }),
    proof: recordOf({
      method: oneOf(['proof']),
      batch: batchIdCodec,
      index: leafIndexCodec,
    }),
    slot: recordOf({
      method: oneOf(['slot']),
      provider: nodeIdCodec,
      round: roundCodec,
      assuranceClass: assuranceClassCodec,
      model: blobIdCodec,
    }),
    reach: recordOf({ method: oneOf(['reach']), port: uintBetween(1, 65_535) }),
    beacons: recordOf({
      method: oneOf(['beacons']),
      from: roundCodec,
      count: uintBetween(1, ANSWER_LIMITS.beacons),
    }),
    certificates: recordOf({
      method: oneOf(['certificates']),
      from: roundCodec,
      count: uintBetween(1, ANSWER_LIMITS.certificates),
    }),
    chain: recordOf({ method: oneOf(['chain']), from: uintBetween(1, LIMITS.setSteps) }),
    statement: recordOf({ method: oneOf(['statement']), ...spanFields }),
    bills: recordOf({ method: oneOf(['bills']), ...spanFields, from: asciiText(128) }),
    settlement: recordOf({ method: oneOf(['settlement']), root: digestCodec }),
    earnings: recordOf({ method: oneOf(['earnings']), account: nodeIdCodec }),
    join: recordOf({ method: oneOf(['join']), signed: bytesBetween(1, JOIN_BYTES_MAX) }),
    refuse: recordOf({ method: oneOf(['refuse']), signed: bytesBetween(1, JOIN_BYTES_MAX) }),
    joins: recordOf<Extract<RpcRequest, { method: 'joins' }>>(
      { method: oneOf(['joins']), id: nodeIdCodec },
      ['id'],
    ),
  }),
  REQUEST_BYTES_MAX,
);
