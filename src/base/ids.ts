/**
 * Identifiers and units of the protocol, branded. Constructors check; nothing else makes one.
 */
import { assert } from './assert.ts';
import type { Brand } from './brand.ts';

/** A staked identity or a requester: its Ed25519 public key, 64 hexadecimal digits. */
export type NodeId = Brand<string, 'NodeId'>;
/** Content id (CIDv1, dag-cbor, SHA-256, base32) of a batch header. */
export type BatchId = Brand<string, 'BatchId'>;
/** Content id (CIDv1, dag-cbor, SHA-256, base32) of a claim. */
export type ClaimId = Brand<string, 'ClaimId'>;
/** Content id (CIDv1, raw, SHA-256, base32) of a model, an input or an output. */
export type BlobId = Brand<string, 'BlobId'>;
/** Beacon round, an integer from 1. */
export type Round = Brand<number, 'Round'>;
/** Milliseconds: Unix time or virtual time, never mixed within one run. */
export type TimeMs = Brand<number, 'TimeMs'>;
/** Stake or money in the smallest unit. */
export type Stake = Brand<bigint, 'Stake'>;
/** 32 bytes: SHA-256 digest, commitment or salt. */
export type Digest = Brand<Uint8Array, 'Digest'>;

/** What is drawn, judged and settled: a leaf of a batch, whether it was opened or not. */
export type Subject = { readonly batch: BatchId; readonly index: number };

/** A subject as a key of a map. */
export type SubjectKey = Brand<string, 'SubjectKey'>;

/** Tells whether `text` is the lower-case hexadecimal form of 32 bytes. */
export function isNodeId(text: string): text is NodeId {
  return /^[0-9a-f]{64}$/.test(text);
}

/** @throws AssertionError unless `text` is 64 lower-case hexadecimal digits */
export function nodeId(text: string): NodeId {
  assert(isNodeId(text), 'a node id is 64 lower-case hexadecimal digits');
  return text;
}

/** @throws AssertionError unless `value` is an integer from 0 to 2^53−1 */
export function round(value: number): Round {
  assert(Number.isSafeInteger(value) && value >= 0, 'a round is a non-negative integer');
  return value as Round;
}

/** @throws AssertionError unless `value` is a finite number */
export function timeMs(value: number): TimeMs {
  assert(Number.isFinite(value), 'a time is a finite number');
  return value as TimeMs;
}

/** @throws AssertionError if `value` is negative */
export function stake(value: bigint): Stake {
  assert(value >= 0n, 'a stake is not negative');
  return value as Stake;
}

/** @throws AssertionError unless `bytes` has 32 bytes */
export function digest(bytes: Uint8Array): Digest {
  assert(bytes.length === 32, 'a digest has 32 bytes');
  return bytes as Digest;
}

/** Returns the key under which maps hold `subject`. */
export function subjectKey(subject: Subject): SubjectKey {
  return `${subject.batch}/${subject.index}` as SubjectKey;
}
