/** Propagation experiments in sweeps: how a network spreads messages, without the protocol. */
import { type PropagationScenario, resolvePropagation } from '../../src/config/index.ts';
import { PROPAGATION_RESULT_VERSION, propagationMetrics } from '../propagation/result.ts';
import { runPropagation } from '../propagation/run.ts';
import type { MetricDoc } from '../statistics/protocol-metrics.ts';
import type { Experiment, ExperimentKind } from './experiment.ts';

/** All metrics of propagation experiments. */
export const PROPAGATION_METRICS: readonly MetricDoc[] = [
  { name: 'delivered', unit: 'share', meaning: 'deliveries among nodes that should have them' },
  { name: 'deliveryMsP50', unit: 'ms', meaning: 'publishing to delivery, median of a run' },
  { name: 'deliveryMsP90', unit: 'ms', meaning: 'the same, of 90 in 100 at most' },
  { name: 'deliveryMsP99', unit: 'ms', meaning: 'the same, of 99 in 100 at most' },
  { name: 'deliveryMsMax', unit: 'ms', meaning: 'the same, of all' },
  { name: 'copiesPerDelivery', unit: 'copies', meaning: 'copies on links for each delivery' },
  { name: 'bytesUpPerNode', unit: 'bytes', meaning: 'payload that a node sends, mean' },
  { name: 'controlBytesPerNode', unit: 'bytes', meaning: 'what gossip says besides, mean' },
];

/** The kind of experiment that a file with the key `propagation` is. */
export const PROPAGATION: ExperimentKind = {
  kind: 'propagation',
  resultVersion: PROPAGATION_RESULT_VERSION,
  metrics: PROPAGATION_METRICS,
  headline: ['delivered', 'deliveryMsP50', 'deliveryMsP99', 'copiesPerDelivery'],
  prepare: (document, overrides) => propagationRun(resolvePropagation(document, overrides)),
};

function propagationRun(scenario: PropagationScenario): Experiment {
  return {
    configuration: scenario,
    run: async (seed, signal) => {
      const result = await runPropagation(scenario, seed, { signal });
      return { digest: result.traceDigest, metrics: propagationMetrics(result) };
    },
    predict: () => [],
  };
}
