/** Protocol runs as experiments: the scenario of `assay sim run`. */
import { resolveScenario, type Scenario } from '../../src/config/index.ts';
import { RESULT_VERSION } from '../report/result.ts';
import { runScenario } from '../run.ts';
import { metricsOf, PROTOCOL_METRICS } from '../statistics/protocol-metrics.ts';
import type { Experiment, ExperimentKind } from './experiment.ts';
import { predictions } from './predictions.ts';

/** The kind of experiment that a scenario without any other key is. */
export const PROTOCOL: ExperimentKind = {
  kind: 'protocol',
  resultVersion: RESULT_VERSION,
  metrics: PROTOCOL_METRICS,
  headline: ['wrongAccepted', 'wrongCertified', 'honestAccused', 'latencyMsP50', 'gainPerClaim'],
  prepare: (document, overrides) => protocolRun(resolveScenario(document, overrides)),
};

function protocolRun(scenario: Scenario): Experiment {
  return {
    configuration: scenario,
    run: async (seed, signal) => {
      const options = signal === undefined ? { scenario, seed } : { scenario, seed, signal };
      const { result } = await runScenario(options);
      return { digest: result.traceDigest, metrics: metricsOf(result) };
    },
    predict: () => predictions(scenario),
  };
}
