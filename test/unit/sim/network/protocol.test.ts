/** The protocol runs whole over each network that carries its messages in its own way. */
import assert from 'node:assert/strict';
import { runScenario } from '../../../../sim/run.ts';
import { parseConfigText, resolveScenario } from '../../../../src/config/index.ts';

const SCENARIO = `
name: fidelity
durationRounds: 2
oracle: { kind: modelled }
workload: { claimsPerRound: 12 }
validators: { count: 8 }
providers: { count: 1 }
network: { mesh: { warmUpMs: 3000 } }
`;

describe('the protocol', () => {
  for (const fidelity of ['mesh', 'gossipsub'] as const) {
    it(`decides all that was drawn over the ${fidelity} network, twice alike`, async () => {
      const document = parseConfigText(SCENARIO, 'fidelity');
      const scenario = resolveScenario(document, [`network.fidelity=${fidelity}`]);
      const first = await runScenario({ scenario, seed: 1 });
      const again = await runScenario({ scenario, seed: 1 });
      const digest = first.simulation.world.traceDigest();
      assert.equal(again.simulation.world.traceDigest(), digest);
      const { claims } = first.result;
      assert.ok(claims.drawn.count > 0, 'something was drawn, and the end was judged');
      assert.equal(claims.sealed.share, 1);
    });
  }
});
