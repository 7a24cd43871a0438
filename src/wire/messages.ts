/**
 * Every message of the protocol, as decoded: the types that the core reads and that the codecs in
 * this folder write as canonical dag-cbor. What is signed stands beside each type.
 */
import type {
  AbstentionReason,
  BatchId,
  BlobId,
  ClaimId,
  Digest,
  Measurement,
  NodeId,
  Round,
  Verdict,
} from '../base/index.ts';
import type {
  ConfirmationMessage,
  ProposalMessage,
  SettlementMessage,
  StepMessage,
} from './steps.ts';

/** Ed25519 signature, 64 bytes. */
export type Signature = Uint8Array;
/** BLS12-381 signature or aggregate of signatures in G2, 96 bytes. */
export type VoteSignature = Uint8Array;
/** One bit per holder, most significant bit of byte 0 first, padded with zeros. */
export type Bitmap = Uint8Array;

/** [CLAIM-4] One inference: a leaf of a batch. Its id is the CID of its encoding. */
export type Claim = {
  readonly requester: NodeId;
  /** Chosen by the requester, 1 .. 32 bytes: pays one request once. */
  readonly nonce: Uint8Array;
  readonly input: BlobId;
  readonly model: BlobId;
  readonly executionClass: string;
  /** [CLAIM-3] H(domain, salt, output digest). */
  readonly commitment: Digest;
};

/** What the provider signs for a batch; the batch id is the CID of this map. */
export type HeaderBody = {
  readonly provider: NodeId;
  readonly round: Round;
  readonly assuranceClass: string;
  readonly model: BlobId;
  readonly root: Digest;
  /** Number of leaves, at least 1. */
  readonly count: number;
};

/** [CLAIM-2] A batch header with the provider's signature over `HeaderBody`. */
export type HeaderMessage = HeaderBody & { readonly type: 'header'; readonly signature: Signature };

/** [TIME-3] A quorum of the sealing seats signed the batch id. */
export type Seal = { readonly holders: Bitmap; readonly signature: VoteSignature };

/** A drawn leaf with its proof; authentic because the path ends in the header's root. */
export type Opening = {
  readonly index: number;
  readonly claim: Claim;
  readonly path: readonly Digest[];
  /** The input itself if it is small; otherwise it is fetched by its content id. */
  readonly input?: Uint8Array;
};

/** [SAMPLE-2] Drawn leaves of one batch, with header and seal, so that it can be read alone. */
export type OpeningsMessage = {
  readonly type: 'openings';
  readonly header: HeaderMessage;
  readonly seal: Seal;
  readonly openings: readonly Opening[];
};

/** [SAMPLE-2] What the claim's commitment hid; authentic because it hashes to it. */
export type OutputMessage = {
  readonly type: 'output';
  readonly batch: BatchId;
  readonly index: number;
  readonly digest: Digest;
  readonly salt: Digest;
};

/** [TIME-3] A sealing seat saw the batch in time. BLS over the batch id. */
export type AckEntry = {
  readonly kind: 'ack';
  readonly batch: BatchId;
  readonly signature: VoteSignature;
};

/** [COMMIT-1] A salted hash of the sender's own measurement. */
export type CommitEntry = {
  readonly kind: 'commit';
  readonly batch: BatchId;
  readonly index: number;
  readonly level: number;
  readonly commitment: Digest;
};

/** [VOTE-3] In place of a commit: the sender could not run the model. */
export type AbstainEntry = {
  readonly kind: 'abstain';
  readonly batch: BatchId;
  readonly index: number;
  readonly level: number;
  readonly reason: AbstentionReason;
};

/** Measurement and vote. Recomputes to the sender's commit; the vote is BLS over [VOTE-2]. */
export type RevealEntry = {
  readonly kind: 'reveal';
  readonly batch: BatchId;
  readonly index: number;
  readonly level: number;
  readonly measurement: Measurement;
  readonly salt: Digest;
  readonly verdict: Verdict;
  readonly executionClass: string;
  readonly signature: VoteSignature;
  /** [VOTE-4] Holders whose commits the sender saw in time. */
  readonly seen: Bitmap;
};

export type BundleEntry = AckEntry | CommitEntry | AbstainEntry | RevealEntry;

/** An entry with the exact bytes that were received: leaves of the bundle's Merkle tree. */
export type EncodedEntry = { readonly entry: BundleEntry; readonly bytes: Uint8Array };

/** [WIRE-5] All that a validator says in one flush; one signature over the Merkle root. */
export type BundleMessage = {
  readonly type: 'bundle';
  readonly validator: NodeId;
  readonly entries: readonly EncodedEntry[];
  readonly signature: Signature;
};

export type BeaconMessage = {
  readonly type: 'beacon';
  readonly round: Round;
  /** 48 bytes, G1. */
  readonly signature: Uint8Array;
};

/** Votes of one value, aggregated. */
export type VoteGroup = {
  readonly verdict: Verdict;
  readonly holders: Bitmap;
  readonly signature: VoteSignature;
};

/** [CERT-1] A quorum for one verdict; verifies from its own bytes and the network file. */
export type CertificateMessage = {
  readonly type: 'certificate';
  readonly header: HeaderMessage;
  readonly seal: Seal;
  readonly index: number;
  readonly level: number;
  readonly verdict: Verdict;
  /** Disjoint; one group, or two where [QUORUM-5] adds two values up. */
  readonly votes: readonly VoteGroup[];
  /** Rounds r, r+2 and the one that drew the level, ascending, each once. */
  readonly beacons: readonly { readonly round: Round; readonly signature: Uint8Array }[];
  /** Hash of the validator set. */
  readonly set: Digest;
  /** Hash of the parameters. */
  readonly parameters: Digest;
};

/** An entry of a bundle that convicts its signer without the rest of the bundle. */
export type SignedEntry = {
  readonly entry: EncodedEntry;
  readonly index: number;
  readonly count: number;
  readonly path: readonly Digest[];
  readonly signature: Signature;
};

/** Signed messages that convict their signer. */
export type EvidenceMessage =
  | {
      readonly type: 'evidence';
      readonly kind: 'headers';
      readonly first: HeaderMessage;
      readonly second: HeaderMessage;
    }
  | {
      readonly type: 'evidence';
      readonly kind: 'entries';
      readonly validator: NodeId;
      readonly first: SignedEntry;
      readonly second: SignedEntry;
    }
  | {
      readonly type: 'evidence';
      readonly kind: 'certificates';
      readonly first: CertificateMessage;
      readonly second: CertificateMessage;
    };

/** Asks a neighbour for what was gossiped about a batch, or about one of its leaves. [WIRE-6] */
export type QueryMessage = {
  readonly type: 'query';
  readonly batch: BatchId;
  readonly index?: number;
};

/** Requester to provider. Signed by the requester. */
export type RequestMessage = {
  readonly type: 'request';
  readonly requester: NodeId;
  readonly nonce: Uint8Array;
  readonly model: BlobId;
  readonly input: BlobId;
  readonly assuranceClass: string;
  readonly signature: Signature;
};

/** [CLAIM-5] Provider to requester: this claim will be leaf `index` of that batch. */
export type PromiseMessage = {
  readonly type: 'promise';
  readonly provider: NodeId;
  readonly claim: ClaimId;
  readonly assuranceClass: string;
  readonly round: Round;
  readonly index: number;
  readonly signature: Signature;
};

/** What gossip carries. */
export type GossipMessage =
  | HeaderMessage
  | OpeningsMessage
  | OutputMessage
  | BundleMessage
  | BeaconMessage
  | CertificateMessage
  | EvidenceMessage
  | ChainMessage;

/** [SET-2] [SETTLE-2] What the validator-set chain is made of. */
export type ChainMessage = ProposalMessage | ConfirmationMessage | StepMessage | SettlementMessage;

/** What two nodes say to each other directly. */
export type DirectMessage = QueryMessage | RequestMessage | PromiseMessage;

export type Message = GossipMessage | DirectMessage;

/** A message with the exact bytes that were received, which are what signatures cover. */
export type Decoded<M extends Message = Message> = {
  readonly bytes: Uint8Array;
  readonly message: M;
};
