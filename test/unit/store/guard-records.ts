/** Records, identities and folders for the tests of the sign guard. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BatchId, Measurement, Round } from '../../../src/base/index.ts';
import { AssayError, digest, nodeId, round, utf8, VERDICTS } from '../../../src/base/index.ts';
import type { GuardRecord, Slot } from '../../../src/core/index.ts';
import { batchId, blobId } from '../../../src/wire/index.ts';

export const OWNER = nodeId('ab'.repeat(32));
export const IDENTITY = { networkId: filled(7), owner: OWNER };
const MODEL = blobId(utf8('model'));

/** The batch of `at`; its round is `at` too. */
export function batchOf(at: number, variant = 0): BatchId {
  const { provider, assuranceClass, model } = slotOf(at);
  const root = digest(filled(variant));
  return batchId({ provider, round: round(at), assuranceClass, model, root, count: 9 });
}

const ROUNDS = new Map<BatchId, Round>();
for (let at = 0; at < 400; at++) {
  for (const variant of [0, 1]) ROUNDS.set(batchOf(at, variant), round(at));
}

/** The round of a batch of `batchOf`. */
export function roundOf(batch: BatchId): Round {
  const found = ROUNDS.get(batch);
  if (found === undefined) throw new Error(`a batch of no test: ${batch}`);
  return found;
}

export function slotOf(at: number): Slot {
  return { provider: OWNER, round: round(at), assuranceClass: 'full', model: MODEL };
}

/** A record of each kind at round `at`; another `variant` says something else of the same. */
export function recordsAt(at: number, variant = 0): readonly GuardRecord[] {
  return [
    ackAt(at, variant),
    commitAt(at, variant),
    voteAt(at, variant),
    headerAt(at, variant),
  ].concat(promiseAt(at, variant));
}

export function ackAt(at: number, variant = 0): GuardRecord {
  return { kind: 'ack', slot: slotOf(at), batch: batchOf(at, variant) };
}

export function headerAt(at: number, variant = 0): GuardRecord {
  return { kind: 'header', slot: slotOf(at), batch: batchOf(at, variant) };
}

export function commitAt(at: number, variant = 0, level = 0): GuardRecord {
  const subject = { batch: batchOf(at), index: 3 };
  const executionClass = 'ort-1.30.0/cpu/disabled/avx2';
  return { kind: 'commit', subject, level, measurement: measurement(variant), executionClass };
}

export function abstainAt(at: number): GuardRecord {
  return {
    kind: 'abstain',
    subject: { batch: batchOf(at), index: 3 },
    level: 0,
    reason: 'timeout',
  };
}

export function voteAt(at: number, variant = 0): GuardRecord {
  const verdict = VERDICTS[variant] ?? 'valid';
  return { kind: 'vote', subject: { batch: batchOf(at), index: 3 }, level: 0, verdict };
}

export function promiseAt(at: number, variant = 0, index = 2): GuardRecord {
  const claim = {
    requester: nodeId('cd'.repeat(32)),
    nonce: filled(5),
    input: blobId(utf8('input')),
    model: MODEL,
    executionClass: 'ort-1.30.0/cpu/disabled/avx2',
    commitment: digest(filled(variant)),
  };
  const leaf = {
    claim,
    salt: digest(filled(1)),
    outputDigest: digest(filled(2)),
    ...(variant === 0 ? { input: utf8('an input that is small') } : {}),
  };
  return { kind: 'promise', slot: slotOf(at), index, leaf };
}

function measurement(variant: number): Measurement {
  if (variant === 2) return { kind: 'empty' };
  const tensor = {
    type: 'float32' as const,
    shape: [1, 2],
    mask: new Uint8Array(0),
    values: Float64Array.of(variant, -0.5),
    whole: true,
  };
  const [own, level] = [digest(filled(variant)), digest(filled(variant + 1))];
  return { kind: 'output', digest: own, levelDigest: level, tensors: [tensor] };
}

function filled(value: number): Uint8Array {
  return new Uint8Array(32).fill(value);
}

/** Runs `use` with a new folder and removes it afterwards. */
export async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-guard-'));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Tells whether an error has this code and says what to do; for `assert.rejects`. */
export function hasCode(code: string): (error: unknown) => boolean {
  return (error) => {
    if (!(error instanceof AssayError) || error.detail.code !== code) throw error;
    return (error.detail.remedy ?? '') !== '';
  };
}
