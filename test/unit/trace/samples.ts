/** One record of each kind and of each content, as traces have them. */
import type { BatchId, BlobId, ClaimId, NodeId, Round } from '../../../src/base/index.ts';
import { TRACE_FORMAT, type TraceRecord } from '../../../src/trace/index.ts';

export const BATCH = `bafyrei${'a'.repeat(52)}` as BatchId;
const ID = 'ab'.repeat(32) as NodeId;
const MODEL = `bafkrei${'b'.repeat(52)}` as BlobId;
const ROUND = 3 as Round;
const LEAF = { batch: BATCH, index: 2 };

export const START: TraceRecord & { kind: 'start' } = {
  ...{ kind: 'start', format: TRACE_FORMAT, at: 0, source: 'simulation', title: 'a "name"' },
  ...{ software: '0.1.0', network: 'cd'.repeat(32), parameters: { roundMs: 1000 } },
  models: [{ id: MODEL, name: 'mlp', tolerance: 5e-6, rejection: 1.5e-5 }],
  run: { seed: 1, configHash: 'ef', scenario: { name: 'x' } },
  filter: { claims: [BATCH], without: ['link'] },
};

const CONTENTS: readonly (TraceRecord & { kind: 'message' })['content'][] = [
  {
    ...{ type: 'header', batch: BATCH, provider: 1, round: ROUND },
    ...{ assuranceClass: 'full', model: MODEL, count: 4 },
  },
  {
    ...{ type: 'openings', batch: BATCH, sealers: [0, 1] },
    leaves: [{ index: 2, claim: BATCH as string as ClaimId, requester: ID, executionClass: 'c' }],
  },
  { type: 'output', ...LEAF, digest: '00'.repeat(32) },
  {
    type: 'bundle',
    entries: [
      { kind: 'ack', batch: BATCH },
      { kind: 'commit', ...LEAF, level: 0 },
      { kind: 'abstain', ...LEAF, level: 0, reason: 'timeout' },
      { kind: 'reveal', ...LEAF, level: 0, verdict: 'valid', executionClass: 'c', digest: '11' },
    ],
  },
  { type: 'beacon', round: ROUND },
  {
    ...{ type: 'certificate', ...LEAF, level: 1, verdict: 'invalid' },
    votes: [{ verdict: 'invalid', holders: [0, 1] }],
  },
  { type: 'evidence', evidence: 'headers', guilty: [1] },
  { type: 'query', batch: BATCH },
  { type: 'request', model: MODEL, assuranceClass: 'full' },
  { type: 'promise', claim: BATCH as string as ClaimId, round: ROUND },
];

/** A whole trace in which everything occurs that can be said. */
export const SAMPLES: readonly TraceRecord[] = [
  START,
  { kind: 'node', at: 0, node: 0, id: ID, role: 'validator', stake: '9007199254740993' },
  { kind: 'node', at: 0, node: 1, id: 'relay/1', role: 'relay', behaviour: 'honest' },
  { kind: 'link', at: 0, a: 0, b: 1, isUp: true },
  { kind: 'state', at: 1, node: 0, isUp: false },
  { kind: 'fault', at: 2, what: 'crash', isOver: false, nodes: [0] },
  ...CONTENTS.map((content, message) => ({
    ...({ kind: 'message', at: 10 + message, message, node: 0, bytes: 100, content } as const),
    ...(message === 7 ? { to: 1 } : {}),
  })),
  { kind: 'delivery', at: 30, message: 3, node: 1, from: 0, verdict: 'accept' },
  {
    ...{ kind: 'committee', at: 31, ...LEAF, level: 0, drawnBy: ROUND, unit: 'seats' },
    ...{ weight: '16', quorum: '11', isHeavy: false, isLast: false },
    holders: [{ node: 0, weight: '16' }],
  },
  { kind: 'distance', at: 32, ...LEAF, level: 0, node: 0, distance: 3e-7 },
  { kind: 'distance', at: 32, ...LEAF, level: 0, node: 1 },
  { kind: 'work', at: 33, node: 0, what: 'execute', work: 5, ...LEAF, level: 0 },
  { kind: 'done', at: 34, node: 0, work: 5, failure: 'timeout' },
  { kind: 'report', at: 35, node: 0, what: 'level-started', ...LEAF, level: 0 },
  { kind: 'report', at: 35, node: 0, what: 'challenged', ...LEAF, level: 0, about: [1] },
  { kind: 'report', at: 36, node: 0, what: 'decided', ...LEAF, level: 0, verdict: 'valid' },
  { kind: 'report', at: 37, node: 0, what: 'fault', code: 'a "code"', about: [1] },
  { kind: 'report', at: 38, node: 0, what: 'clock-skewed', skewMs: -12.5 },
  { kind: 'movement', at: 39, node: 0, amount: '-150000', reason: 'slash-provider', ...LEAF },
  { kind: 'end', at: 40, digest: '22', eventCount: 7, records: 28, leftOut: 0 },
];
