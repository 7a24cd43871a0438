/** Metrics of a node, for Prometheus. */
export { type Declared, METRICS, metricTable, seriesLabels } from './declared.ts';
export { NodeMetrics } from './node-metrics.ts';
export { type MetricsServer, startMetricsServer } from './server.ts';
export { timingOf } from './step-counts.ts';
