/**
 * One attack, with its defence in force or switched off, and the numbers that tell who won. Small
 * and fast: nothing is executed, signatures are stood in for, every link takes 20 ms.
 */
import assert from 'node:assert/strict';
import { type Run, runScenario } from '../../../sim/index.ts';
import { type ClaimRow, claimRows } from '../../../sim/metrics/claims.ts';
import { netOf, type Purse, pursesOf } from '../../../sim/metrics/money.ts';
import { judgedSubjects, settleRun } from '../../../sim/metrics/settlement.ts';
import { parseConfigText, resolveScenario } from '../../../src/config/index.ts';
import type { JudgedSubject, Movement, Reason } from '../../../src/core/index.ts';

const ARENA = `
name: arena
durationRounds: 4
network: { latency: { kind: constant, delayMs: 20 }, jitter: 0 }
validators: { count: 16 }
providers: { count: 2, stake: 1000000000 }
workload: { claimsPerRound: 6, arrivals: fixed, classes: { full: 1 }, distinctInputs: 8 }
oracle: { kind: modelled }
parameters: { roundMs: 1000, levels: [7, 128] }
`;

export type Fight = Run['simulation'] & {
  readonly rows: readonly ClaimRow[];
  readonly purses: readonly Purse[];
  readonly movements: readonly Movement[];
  readonly judged: readonly JudgedSubject[];
};

export type FightOptions = {
  readonly ablate?: readonly string[];
  /** Changes to the arena, such as `durationRounds=8`. */
  readonly set?: readonly string[];
  readonly seed?: number;
};

/** Runs the arena with one group of dishonest actors, given as a YAML map without its braces. */
export async function fight(adversary: string, options: FightOptions = {}): Promise<Fight> {
  const { ablate = [], set = [], seed = 1 } = options;
  const scenario = resolveScenario(parseConfigText(ARENA, 'arena'), [
    `adversaries=[{ ${adversary} }]`,
    `ablate=[${ablate.join(', ')}]`,
    ...set,
  ]);
  const { simulation } = await runScenario({ scenario, seed });
  const rows = claimRows(simulation);
  return {
    ...simulation,
    rows,
    purses: pursesOf(simulation, rows),
    movements: settleRun(simulation).movements,
    judged: judgedSubjects(simulation),
  };
}

/** Purse of a behaviour, `honest` among them. */
export function purse({ purses }: Fight, role: Purse['role'], behaviour: string): Purse {
  const found = purses.find((each) => each.role === role && each.behaviour === behaviour);
  assert.ok(found !== undefined, `nobody is a ${behaviour} ${role}`);
  return found;
}

/** What a node of a behaviour earned less what it cost, in stake. */
export function profit(at: Fight, role: Purse['role'], behaviour: string): number {
  const found = purse(at, role, behaviour);
  return netOf(found) / found.nodes;
}

/** What moved on the accounts of honest or dishonest nodes for one reason; losses negative. */
export function moved(
  { movements, truth }: Fight,
  whose: 'honest' | 'dishonest',
  reasons: readonly Reason[],
): number {
  return movements
    .filter(({ account }) => truth.isHonest(account) === (whose === 'honest'))
    .filter(({ reason }) => reasons.includes(reason))
    .reduce((sum, { amount }) => sum + Number(amount), 0);
}

export const SLASHES: readonly Reason[] = ['slash-provider', 'slash-voter', 'slash-equivocation'];

/** Claims by what they were and became, such as `wrong valid` or `right undrawn`. */
export function counts({ rows }: Fight): Readonly<Record<string, number>> {
  const byKind: Record<string, number> = {};
  for (const { isWrong, isSealed, drawn } of rows) {
    const fate = isSealed ? (drawn?.outcome ?? 'undrawn') : 'void';
    const kind = `${isWrong ? 'wrong' : 'right'} ${fate}`;
    byKind[kind] = (byKind[kind] ?? 0) + 1;
  }
  return byKind;
}

/** Asserts that the defence cost no honest node anything and broke no promise. */
export function assertHonestUnharmed(at: Fight): void {
  assert.equal(moved(at, 'honest', SLASHES), 0, 'honest stake was slashed');
  assert.equal(moved(at, 'honest', ['penalty-silent']), 0, 'an honest node paid for silence');
  const judged = at.rows.filter(({ isWrong, drawn }) => !isWrong && drawn !== undefined);
  assert.ok(
    judged.every(({ drawn }) => drawn?.outcome === 'valid'),
    'a right answer was refused',
  );
  assert.ok(
    [...at.recorder.guilty].every((id) => !at.truth.isHonest(id)),
    'an honest one convicted',
  );
  assert.deepEqual([...at.checker.violations], []);
}
