export { METRICS, type MetricName } from './catalogue.ts';
export { createMetrics, type MetricsOptions } from './create.ts';
export type { FindingChange, Metrics, MetricsSnapshot, SourceGauge } from './port.ts';
