/**
 * A finished run with honest actors, and a fresh judge to whom a test tells lies about it: what an
 * honest node, of whom nothing is known yet, would have done.
 */
import assert from 'node:assert/strict';
import { runScenario, type Simulation } from '../../../../sim/index.ts';
import type { SimNode } from '../../../../sim/node.ts';
import {
  type BatchId,
  digest,
  type NodeId,
  type Subject,
  type TimeMs,
  timeMs,
  type Verdict,
} from '../../../../src/base/index.ts';
import { parseConfigText, resolveScenario } from '../../../../src/config/index.ts';
import type { Committee, GuardRecord, Report } from '../../../../src/core/index.ts';
import { Checker, InvariantViolation } from '../../../../src/invariants/index.ts';
import {
  type BundleEntry,
  bitmapOf,
  encodeEntry,
  encodeMessage,
} from '../../../../src/wire/index.ts';

const STAGE = `
name: stage
durationRounds: 1
network: { latency: { kind: constant, delayMs: 20 }, jitter: 0 }
validators: { count: 12 }
providers: { count: 1, stake: 1000000000 }
workload: { claimsPerRound: 4, arrivals: fixed, classes: { standard: 1 }, distinctInputs: 8 }
oracle: { kind: modelled }
parameters: { roundMs: 1000, levels: [5, 128] }
`;

export type Stage = {
  readonly simulation: Simulation;
  readonly checker: Checker;
  readonly subject: Subject;
  readonly committee: Committee;
  /** Honest holders of level 0, in order of the committee. */
  readonly holders: readonly SimNode[];
  /** An honest validator without a seat at level 0. */
  readonly outsider: SimNode;
};

/** Ends a run and calls in a judge who saw nothing of it. */
export async function createStage({
  isLenient = false,
  set = [] as string[],
} = {}): Promise<Stage> {
  const scenario = resolveScenario(parseConfigText(STAGE, 'stage'), set);
  const { simulation } = await runScenario({ scenario, seed: 1 });
  const { committees, truth, nodes, recorder, faults } = simulation;
  const checker = new Checker({ committees, truth, isLenient, faults, nodeCount: nodes.length });
  const [record] = recorder.subjects.values();
  assert.ok(record !== undefined, 'a leaf was drawn');
  const { subject } = record;
  const committee = committees.of(subject, 0);
  assert.ok(committee !== undefined, 'its committee is known');
  const nodeOf = (id: NodeId) => nodes.find((node) => node.id === id);
  const holders = committee.holders
    .map(nodeOf)
    .filter((node): node is SimNode => node?.isHonest === true);
  const outsider = nodes.find(
    ({ id, isHonest, role }) => role.kind === 'validator' && isHonest && !committee.indexOf.has(id),
  );
  assert.ok(outsider !== undefined, 'somebody holds no seat');
  return { simulation: { ...simulation, checker }, checker, subject, committee, holders, outsider };
}

/** When commits may not be shown yet, and when they may: before and after the deadline. */
export function times({ simulation, subject }: Stage): { early: TimeMs; late: TimeMs } {
  const deadline = simulation.committees.commitDeadline(subject, 0);
  assert.ok(deadline !== undefined, 'the header of the subject is known');
  return { early: timeMs(deadline - 1), late: deadline };
}

/** Lets a node publish entries in one bundle. */
export function say(
  { checker, simulation }: Stage,
  node: SimNode,
  { entries, now = timeMs(0) }: { entries: readonly BundleEntry[]; now?: TimeMs },
): void {
  const message = {
    type: 'bundle',
    validator: node.id,
    entries: entries.map(encodeEntry),
    signature: node.signer.sign(simulation.network.id),
  } as const;
  checker.observe(node, { kind: 'publish', message, bytes: encodeMessage(message) }, now);
}

export function persist(
  { checker }: Stage,
  node: SimNode,
  record: GuardRecord,
  now: TimeMs = timeMs(0),
): void {
  checker.observe(node, { kind: 'persist', record }, now);
}

export function report({ checker }: Stage, node: SimNode, what: Report): void {
  checker.observe(node, { kind: 'report', report: what }, timeMs(0));
}

export function commitEntry({ subject }: Stage, byte = 1): BundleEntry {
  return {
    kind: 'commit',
    ...subject,
    level: 0,
    commitment: digest(new Uint8Array(32).fill(byte)),
  };
}

export function revealEntry({ subject }: Stage, node: SimNode, verdict: Verdict): BundleEntry {
  return {
    kind: 'reveal',
    ...subject,
    level: 0,
    measurement: { kind: 'empty' },
    salt: digest(new Uint8Array(32)),
    verdict,
    executionClass: 'modelled/0',
    signature: node.signer.signVote(new Uint8Array(32)),
    seen: bitmapOf([], 1),
  };
}

export function ackEntry(node: SimNode, batch: BatchId): BundleEntry {
  return { kind: 'ack', batch, signature: node.signer.signVote(new Uint8Array(32)) };
}

/** Persists what a commit or a vote needs before it may leave. [GUARD-1] */
export function persistCommit(stage: Stage, node: SimNode): void {
  const measurement = { kind: 'empty' } as const;
  const { subject } = stage;
  persist(stage, node, { kind: 'commit', subject, level: 0, measurement, executionClass: '' });
}

export function persistVote(stage: Stage, node: SimNode, verdict: Verdict): void {
  persist(stage, node, { kind: 'vote', subject: stage.subject, level: 0, verdict });
}

/** Commits and reveals as an honest node does. */
export function voteProperly(stage: Stage, node: SimNode, verdict: Verdict): void {
  persistCommit(stage, node);
  say(stage, node, { entries: [commitEntry(stage)] });
  persistVote(stage, node, verdict);
  const entries = [revealEntry(stage, node, verdict)];
  say(stage, node, { entries, now: times(stage).late });
}

/** Asserts that `act` breaks the invariant of this name, and no other one. */
export function breaks(invariant: string, act: () => void): void {
  assert.throws(act, (error) => {
    assert.ok(error instanceof InvariantViolation, String(error));
    assert.equal(error.invariant, invariant);
    return true;
  });
}
