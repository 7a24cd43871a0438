/**
 * The closed forms of a scenario without running it: the world is set up, so that stakes and roles
 * are those of a run, and forms are taken over the claims that its providers will be asked for.
 *
 * Limit: numbers of claims are means; a form over claims of several kinds weighs them by these.
 */
import type { Scenario } from '../../src/config/index.ts';
import type { ClaimRow } from '../metrics/claims.ts';
import { ModelledOracle } from '../oracle/modelled.ts';
import { ClosedForms } from '../report/expected.ts';
import { createSimulation, type Simulation } from '../setup.ts';
import type { Prediction } from './experiment.ts';

/** Behaviours of providers that give wrong answers now and then. */
type Cheat = { readonly behaviour: string; readonly cheatShare: number };

/** Returns what the closed forms say about the metrics of a scenario. */
export function predictions(scenario: Scenario): readonly Prediction[] {
  const simulation = createSimulation(scenario, scenario.seed, anyOracle(scenario));
  const forms = new ClosedForms(simulation);
  const providers = simulation.nodes.filter(({ role }) => role.kind === 'provider');
  const rows = providers.map(({ kind }, index) => claimsOf(simulation, { kind, index }));
  const wrong = rows.map((claims) => claims.filter(({ isWrong }) => isWrong));
  const right = rows.flat().filter(({ isWrong }) => !isWrong);
  const cheaters = wrong.filter((claims) => claims.length > 0);
  return [
    { metric: 'drawn', expected: forms.drawn(rows.flat()) },
    { metric: 'wrongAccepted', expected: forms.wrongAccepted(wrong.flat()) },
    { metric: 'wrongCertified', expected: forms.captured(wrong.flat()) },
    { metric: 'cheatersCaught', expected: forms.caught(cheaters) },
    { metric: 'honestChallenged', expected: forms.challenged(right) },
    { metric: 'honestAccused', expected: forms.rightRejected(right) },
  ];
}

/** Nothing is executed: any oracle with the models of the scenario will do. */
function anyOracle({ oracle, workload, parameters, seed }: Scenario): ModelledOracle {
  const { sketchSize } = parameters;
  if (oracle.kind === 'modelled') return new ModelledOracle({ seed, workload, sketchSize, oracle });
  const modelled = {
    kind: 'modelled',
    honestDistance: 0,
    cheatDistance: 1,
    missShare: 0,
    falseAlarmShare: 0,
  } as const;
  return new ModelledOracle({ seed, workload, sketchSize, oracle: modelled });
}

/** The claims of one provider over a run, one row each, wrong ones first. */
function claimsOf(
  { scenario, network }: Simulation,
  provider: { readonly kind: string; readonly index: number },
): readonly ClaimRow[] {
  const { workload, durationRounds } = scenario;
  const claims = durationRounds * workload.claimsPerRound;
  const cheat = cheatOf(scenario, provider.kind);
  return workload.models.flatMap((model, index) =>
    Object.entries(workload.classes).flatMap(([assuranceClass, share]) => {
      const count = Math.round(claims * model.share * share);
      const row = {
        provider: provider.index,
        behaviour: provider.kind,
        model: network.models[index]?.name ?? '',
        assuranceClass,
        round: 0,
        index: 0,
        variant: 'reference',
        isRepeat: false,
        isSealed: true,
        answeredMs: 0,
        drawn: undefined,
      };
      const wrongCount = Math.round(count * (cheat?.cheatShare ?? 0));
      return Array.from({ length: count }, (_, i) => ({ ...row, isWrong: i < wrongCount }));
    }),
  );
}

function cheatOf({ adversaries }: Scenario, kind: string): Cheat | undefined {
  for (const adversary of adversaries) {
    if (adversary.behaviour === kind && 'cheatShare' in adversary) return adversary;
  }
  return undefined;
}
