/** What a propagation experiment found, as result.json holds it, and as sweeps read it. */
import type { Metric } from '../metrics/metric.ts';
import type { Expected, Rate } from '../metrics/rate.ts';

/** Changes when the meaning of a key does. */
export const PROPAGATION_RESULT_VERSION = 1;

export type PropagationResult = {
  readonly kind: 'propagation';
  readonly resultVersion: typeof PROPAGATION_RESULT_VERSION;
  readonly scenario: string;
  readonly description: string;
  readonly seed: number;
  /** SHA-256 of the resolved configuration, without its seed of the run. */
  readonly configHash: string;
  readonly fidelity: string;
  readonly nodes: number;
  /** Messages that were counted. */
  readonly messages: number;
  readonly sizeBytes: number;
  readonly virtualMs: number;
  /** Events that the run took. */
  readonly events: number;
  /** Deliveries among the nodes that should have got each message. */
  readonly delivered: Rate;
  /** From publishing to delivery; quantiles are at most 0.2 % too high. */
  readonly deliveryMs: {
    readonly p50: number | null;
    readonly p90: number | null;
    readonly p99: number | null;
    readonly max: number | null;
  };
  /** Copies on links for each delivery, and what a flood takes. */
  readonly copiesPerDelivery: { readonly value: number | null; readonly expected: Expected };
  /** Mean of a node, of all counted messages: payloads, and what gossip itself says. */
  readonly bytesUpPerNode: number;
  readonly controlBytesPerNode: number;
  readonly traceDigest: string;
};

/** Returns the numbers of a result by name, for sweeps. */
export function propagationMetrics(result: PropagationResult): readonly Metric[] {
  const { delivered, deliveryMs, copiesPerDelivery } = result;
  const value = (name: string, unit: string, each: number | null): Metric => {
    return { kind: 'value', name, unit, value: each };
  };
  const { count, of, expected } = delivered;
  return [
    { kind: 'rate', name: 'delivered', count, of, expected },
    value('deliveryMsP50', 'ms', deliveryMs.p50),
    value('deliveryMsP90', 'ms', deliveryMs.p90),
    value('deliveryMsP99', 'ms', deliveryMs.p99),
    value('deliveryMsMax', 'ms', deliveryMs.max),
    value('copiesPerDelivery', 'copies', copiesPerDelivery.value),
    value('bytesUpPerNode', 'bytes', result.bytesUpPerNode),
    value('controlBytesPerNode', 'bytes', result.controlBytesPerNode),
  ];
}
