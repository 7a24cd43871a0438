/**
 * Does the simulator meet the closed forms? Runs `configs/scenarios/small-committee.yaml` over many
 * seeds and counts, among the wrong answers that were drawn, how often the committee of level 0 was
 * captured, and how often the answer ended valid; beside each the closed form and the 99 %
 * Clopper-Pearson interval of what was counted.
 *
 * `npm run bench -- capture [seeds]`, 200 by default, about four seconds each.
 */

import type { RunResult } from '../sim/report/result.ts';
import { runScenario } from '../sim/run.ts';
import { readDocument, resolveScenario } from '../src/config/index.ts';
import { clopperPearsonInterval } from '../src/theory/index.ts';

const SCENARIO = 'configs/scenarios/small-committee.yaml';
const CONFIDENCE = 0.99;

type Tally = { count: number; of: number; expected: number | undefined };

export async function bench(): Promise<void> {
  const seedCount = Number(process.argv[3] ?? 200);
  const scenario = resolveScenario(await readDocument(SCENARIO));
  const tallies = {
    'level 0 captured': newTally(),
    'wrong answer accepted': newTally(),
  };
  for (let seed = 1; seed <= seedCount; seed++) {
    const { wrong } = (await runScenario({ scenario, seed })).result;
    add(tallies['level 0 captured'], wrong.capturedAtLevel0);
    add(tallies['wrong answer accepted'], wrong.accepted);
    if (process.stderr.isTTY) process.stderr.write(`\r${seed} of ${seedCount} seeds`);
  }
  for (const [name, tally] of Object.entries(tallies)) print(name, tally, seedCount);
}

function newTally(): Tally {
  return { count: 0, of: 0, expected: undefined };
}

function add(tally: Tally, rate: RunResult['wrong']['accepted']): void {
  tally.count += rate.count;
  tally.of += rate.of;
  tally.expected = rate.expected.value ?? tally.expected;
}

function print(name: string, { count, of, expected }: Tally, seedCount: number): void {
  const { low, high } = clopperPearsonInterval({
    events: count,
    trials: of,
    confidence: CONFIDENCE,
  });
  const isInside = expected !== undefined && low <= expected && expected <= high;
  const numbers = [count / of, low, high, expected ?? Number.NaN].map((x) => x.toExponential(3));
  process.stdout.write(
    `capture/${name.replaceAll(' ', '-')}/seeds=${seedCount}: ${count} of ${of} = ${numbers[0]}, ` +
      `99 % interval [${numbers[1]}, ${numbers[2]}], closed form ${numbers[3]}: ` +
      `${isInside ? 'inside' : 'OUTSIDE'}\n`,
  );
  if (!isInside) process.exitCode = 1;
}
