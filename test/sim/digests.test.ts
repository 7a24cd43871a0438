/**
 * Pinned seeds: a run has the same trace on every machine and in every commit that does not mean to
 * change it. Nothing is executed and signatures are stood in for, so that no arithmetic of a
 * machine enters. `REWRITE=1` writes the digests anew; then read the diff and say why.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { runScenario } from '../../sim/index.ts';
import { parseConfigText, resolveScenario } from '../../src/config/index.ts';

const PINS = new URL('digests.json', import.meta.url);

const COMMON = `
durationRounds: 4
validators: { count: 24, stake: { distribution: zipf }, silentShare: 0.1 }
providers: { count: 2, stake: 1000000000 }
workload: { claimsPerRound: 3, classes: { full: 0.7, standard: 0.3 } }
oracle: { kind: modelled }
parameters: { roundMs: 1000, levels: [7, 16, 128] }
`;

/** Scenarios that together touch every level, verdict and kind of latency. */
const SCENARIOS: Readonly<Record<string, string>> = {
  honest: 'network: { latency: { kind: regions } }',
  substitute: `
adversaries: [{ behaviour: substitute-model, share: 0.5, cheatShare: 0.5 }]
network: { latency: { kind: uniform, minMs: 10, maxMs: 90 }, lossShare: 0.02 }`,
  cartel: 'adversaries: [{ behaviour: cartel, share: 0.25, providerShare: 0.5 }]',
  'non-revealer': 'adversaries: [{ behaviour: non-revealer, share: 0.5 }]',
  mesh: 'network: { fidelity: mesh, lossShare: 0.01 }',
  faults: 'faults: [{ kind: random, perRound: 1 }]',
  relays: `
adversaries: [{ behaviour: false-challenger, share: 0.1 }]
network: { relays: 20 }`,
  challenger: 'adversaries: [{ behaviour: false-challenger, share: 0.1 }]',
};

describe('pinned seeds', () => {
  const { REWRITE } = process.env;
  const pinned: Record<string, string> = JSON.parse(readFileSync(PINS, 'utf8'));

  for (const [name, text] of Object.entries(SCENARIOS)) {
    it(`${name}: twice the same trace, and the one that is pinned`, async () => {
      const [first, second] = [await digestOf(name, text), await digestOf(name, text)];
      assert.equal(first, second);
      if (REWRITE === '1') pinned[name] = first;
      else assert.equal(first, pinned[name]);
    });
  }

  after(() => {
    if (REWRITE === '1') writeFileSync(PINS, `${JSON.stringify(pinned, null, 2)}\n`);
  });
});

async function digestOf(name: string, text: string): Promise<string> {
  const document = parseConfigText(`name: ${name}\n${COMMON}\n${text}`, name);
  const { result } = await runScenario({ scenario: resolveScenario(document), seed: 42 });
  return result.traceDigest;
}
