import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { METRICS, type MetricName } from './catalogue.ts';
import type { Metrics, MetricsSnapshot } from './port.ts';

export interface MetricsOptions {
  readonly version: string;
  /** Names from the configuration and the catalogues: all that labels may say besides `other`. */
  readonly sources: readonly string[];
  readonly outlets: readonly string[];
  readonly oddityKinds: Iterable<string>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** States for the gauges; asked once a scrape. */
  readonly snapshot: () => Promise<MetricsSnapshot>;
  /** CPU, memory, event loop and garbage collection of the process as well (`process_*`, `nodejs_*`). Default: yes. */
  readonly process?: boolean;
}

const SOURCE_STATES = ['reading', 'idle', 'silent', 'failing', 'stopped'] as const;
const OPERATIONS = ['ping', 'ingest', 'judge', 'sweep', 'outbox', 'api'] as const;

/** A registry of its own: two in one process do not meet. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  if (options.process !== false) collectDefaultMetrics({ register: registry });
  const made = makeAll(registry);
  const source = oneOf(options.sources);
  const outlet = oneOf(options.outlets);
  const kind = oneOf(options.oddityKinds);
  const operation = oneOf(OPERATIONS);
  const gauge = (name: MetricName) => made.get(name) as Gauge;
  const counter = (name: MetricName) => made.get(name) as Counter;
  const histogram = (name: MetricName) => made.get(name) as Histogram;
  gauge('straykey_build_info').set({ version: options.version }, 1);
  gauge('straykey_last_batch_timestamp_seconds').set(0);
  for (const change of ['new', 'updated', 'reopened', 'suppressed'])
    counter('straykey_findings_total').inc({ change }, 0);
  for (const outcome of ['committed', 'failed']) counter('straykey_batches_total').inc({ outcome }, 0);
  return {
    objectsRead(name, { objects, bytes, records }) {
      const labels = { source: source(name) };
      counter('straykey_objects_total').inc(labels, objects);
      counter('straykey_bytes_total').inc(labels, bytes);
      counter('straykey_records_total').inc(labels, records);
    },
    oddity: (name, count = 1) => counter('straykey_oddities_total').inc({ kind: kind(name) }, count),
    finding: (change, count = 1) => counter('straykey_findings_total').inc({ change }, count),
    batchCommitted(at, seconds) {
      counter('straykey_batches_total').inc({ outcome: 'committed' });
      histogram('straykey_batch_seconds').observe(seconds);
      gauge('straykey_last_batch_timestamp_seconds').set(at / 1000);
    },
    batchFailed: () => counter('straykey_batches_total').inc({ outcome: 'failed' }),
    storeCall(name, seconds, outcome) {
      const labels = { operation: operation(name) };
      histogram('straykey_store_seconds').observe(labels, seconds);
      if (outcome === 'error') counter('straykey_store_errors_total').inc(labels);
    },
    delivery(name, outcome, seconds) {
      counter('straykey_deliveries_total').inc({ outlet: outlet(name), outcome });
      histogram('straykey_delivery_seconds').observe({ outlet: outlet(name) }, seconds);
    },
    deadLetter: (name, problem) =>
      counter('straykey_dead_letters_total').inc({ source: source(name), kind: kind(problem) }),
    objectLatency: (seconds) => histogram('straykey_object_latency_seconds').observe(Math.max(0, seconds)),
    async scrape() {
      const snapshot = await options.snapshot().catch(() => undefined);
      setGauges(gauge, snapshot, { source, outlet, now: options.now() });
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

type Made = Counter | Gauge | Histogram;

function makeAll(registry: Registry): ReadonlyMap<MetricName, Made> {
  return new Map(
    Object.entries(METRICS).map(([name, entry]) => {
      const settings = { name, help: entry.help, labelNames: [...entry.labels], registers: [registry] };
      return [name as MetricName, make(entry, settings)];
    }),
  );
}

function make(
  entry: (typeof METRICS)[MetricName],
  settings: { name: string; help: string; labelNames: string[]; registers: Registry[] },
): Made {
  switch (entry.type) {
    case 'counter':
      return new Counter(settings);
    case 'gauge':
      return new Gauge(settings);
    case 'histogram':
      return new Histogram({ ...settings, buckets: [...entry.buckets] });
  }
}

/** Values that a label may take; everything else is `other`. */
function oneOf(known: Iterable<string>): (value: string) => string {
  const set = new Set(known);
  return (value) => (set.has(value) ? value : 'other');
}

interface Labels {
  readonly source: (name: string) => string;
  readonly outlet: (name: string) => string;
  readonly now: number;
}

/** Gauges of states are emptied first: a source that is gone must not go on being shown. */
function setGauges(gauge: (name: MetricName) => Gauge, snapshot: MetricsSnapshot | undefined, labels: Labels): void {
  for (const name of STATE_GAUGES) gauge(name).reset();
  gauge('straykey_snapshot_ok').set(snapshot === undefined ? 0 : 1);
  if (snapshot === undefined) {
    for (const name of UNLABELLED) gauge(name).remove();
    return;
  }
  gauge('straykey_live').set(Number(snapshot.live));
  gauge('straykey_ready').set(Number(snapshot.ready));
  gauge('straykey_store_up').set(Number(snapshot.storeUp));
  gauge('straykey_judge_queue_topics').set(snapshot.judgeQueue.topics);
  gauge('straykey_judge_queue_oldest_seconds').set(ageOf(snapshot.judgeQueue.oldestDueAt, labels.now));
  for (const each of snapshot.sources) setSource(gauge, each, labels);
  for (const { outlet, state, lines, oldestDueAt } of snapshot.outbox) {
    gauge('straykey_outbox_lines').set({ outlet: labels.outlet(outlet), state }, lines);
    if (state === 'waiting')
      gauge('straykey_outbox_oldest_seconds').set({ outlet: labels.outlet(outlet) }, ageOf(oldestDueAt, labels.now));
  }
}

const STATE_GAUGES = [
  'straykey_source_state',
  'straykey_source_lag_seconds',
  'straykey_source_last_object_timestamp_seconds',
  'straykey_source_unread',
  'straykey_source_oldest_unread_seconds',
  'straykey_outbox_lines',
  'straykey_outbox_oldest_seconds',
] as const satisfies readonly MetricName[];

const UNLABELLED = [
  'straykey_live',
  'straykey_ready',
  'straykey_store_up',
  'straykey_judge_queue_topics',
  'straykey_judge_queue_oldest_seconds',
] as const satisfies readonly MetricName[];

function setSource(
  gauge: (name: MetricName) => Gauge,
  each: MetricsSnapshot['sources'][number],
  { source: nameOf, now }: Labels,
): void {
  const source = nameOf(each.name);
  for (const state of SOURCE_STATES)
    gauge('straykey_source_state').set({ source, state }, Number(state === each.state));
  const set = (name: MetricName, value: number | undefined) => {
    if (value !== undefined) gauge(name).set({ source }, value);
  };
  set('straykey_source_lag_seconds', each.lagSeconds);
  set(
    'straykey_source_last_object_timestamp_seconds',
    each.lastObjectAt === undefined ? undefined : each.lastObjectAt / 1000,
  );
  set('straykey_source_unread', each.unread);
  if (each.oldestUnreadAt !== undefined) set('straykey_source_oldest_unread_seconds', ageOf(each.oldestUnreadAt, now));
}

/** Seconds since a time that has come; 0 when there is none, or it lies ahead. */
function ageOf(at: number | undefined, now: number): number {
  return at === undefined ? 0 : Math.max(0, (now - at) / 1000);
}
