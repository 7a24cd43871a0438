/**
 * Simulation against the closed forms of `src/theory`, on pinned seeds: each count lies within the
 * 99 % interval of its binomial law. Small on purpose; the benchmark takes hundreds of seeds.
 */
import assert from 'node:assert/strict';
import { type ClaimRow, claimRows, runScenario } from '../../sim/index.ts';
import { parseConfigText, resolveScenario } from '../../src/config/index.ts';
import {
  binomialLower,
  binomialUpper,
  captured,
  caught,
  challenged,
  escapedUnseen,
} from '../../src/theory/index.ts';

const SMALL = `
name: closed-forms
network: { latency: { kind: constant, delayMs: 20 }, jitter: 0 }
validators: { count: 10 }
providers: { count: 1, stake: 1000000000000 }
workload: { claimsPerRound: 20, arrivals: fixed, classes: { full: 1 }, distinctInputs: 8 }
oracle: { kind: modelled }
parameters: { roundMs: 1000, levels: [7, 128] }
`;
/** One level that is final at once: what it certifies is what became of the claim. */
const ONE_LEVEL = ['parameters.levels=[7]', 'parameters.slashSeats=7'];

describe('closed forms', () => {
  for (const share of [0.2, 0.4]) {
    it(`a committee of 7 is captured by ${share} of the stake as often as P[X ≥ q]`, async () => {
      const cartel = `behaviour: cartel, share: ${share}, providerShare: 1`;
      const rows = await rowsOf(cartel, { set: ['durationRounds=8', ...ONE_LEVEL], seeds: 3 });
      const expected = captured({ seats: 7, adversary: share });
      assertBinomial(rows, { isEvent: ({ drawn }) => drawn?.outcome === 'valid', expected });
    });
  }

  it('a wrong claim escapes unseen as often as a quorum lies and the rest is silent', async () => {
    const cartel = 'behaviour: cartel, share: 0.4, providerShare: 1';
    const set = ['durationRounds=5', 'validators.silentShare=0.5'];
    const rows = await rowsOf(cartel, { set, seeds: 3 });
    const expected = escapedUnseen({ seats: 7, adversary: 0.4, silent: 0.5 });
    assertBinomial(rows, {
      isEvent: ({ drawn }) => drawn?.outcome === 'valid' && drawn.level === 0,
      expected,
    });
  });

  it('a right claim is challenged by a tenth of the stake as often as 1−(1−f)^k', async () => {
    const rows = await rowsOf('behaviour: false-challenger, share: 0.1', {
      set: ['durationRounds=3'],
      seeds: 3,
    });
    const expected = challenged({ seats: 7, share: 0.1 });
    assertBinomial(rows, {
      isEvent: ({ drawn }) => drawn?.challengedLevels.includes(0) === true,
      expected,
    });
  });

  it('a provider is caught as often as 1−(1−p·c)^N, where draws are independent', async () => {
    // one leaf per batch: each is drawn on its own, once in eight
    const set = [
      'durationRounds=8',
      // few beside the validators: providers do not forward what they cannot check
      'providers.count=4',
      'workload.claimsPerRound=1',
      'workload.classes={ spot: 1 }',
      'parameters.classes={ spot: 8 }',
    ];
    const cheater = 'behaviour: substitute-model, share: 1, cheatShare: 0.5';
    const rows = await rowsOf(cheater, { set, seeds: 15 });
    const isCaught = new Map<string, boolean>();
    for (const { seed, provider, drawn } of rows) {
      const name = `${seed}/${provider}`;
      isCaught.set(name, isCaught.get(name) === true || drawn?.outcome === 'invalid');
    }
    const expected = caught({ rate: 1 / 8, cheatShare: 0.5, catchShare: 1, claims: 8 });
    assertBinomial([...isCaught.values()], { isEvent: (each) => each, expected });
  });
});

type SeededRow = ClaimRow & { readonly seed: number };

async function rowsOf(
  adversary: string,
  { set, seeds }: { readonly set: readonly string[]; readonly seeds: number },
): Promise<readonly SeededRow[]> {
  const scenario = resolveScenario(parseConfigText(SMALL, 'small'), [
    `adversaries=[{ ${adversary} }]`,
    ...set,
  ]);
  const rows: SeededRow[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const { simulation } = await runScenario({ scenario, seed });
    rows.push(...claimRows(simulation).map((row) => ({ ...row, seed })));
  }
  return rows;
}

/** Asserts that a count is not among the rarest half per cent on either side of its law. */
function assertBinomial<T>(
  items: readonly T[],
  { isEvent, expected }: { readonly isEvent: (item: T) => boolean; readonly expected: number },
): void {
  const events = items.filter(isEvent).length;
  const law = { trials: items.length, probability: expected };
  const said = `${events} of ${items.length}, expected ${(expected * items.length).toFixed(2)}`;
  assert.ok(items.length >= 50, `${items.length} trials are too few to tell`);
  assert.ok(binomialUpper(law, events) > 0.005, `${said}: too many`);
  assert.ok(binomialLower(law, events) > 0.005, `${said}: too few`);
}
