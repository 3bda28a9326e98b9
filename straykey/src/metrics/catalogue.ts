interface Entry {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds, seconds. */
  readonly buckets?: readonly number[];
}

/** A batch takes milliseconds on SQLite and may wait seconds for a busy PostgreSQL. */
const CALL_BUCKETS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10] as const;
/** From announcement to commit: a second is the goal, minutes mean a queue, hours a stop. */
const LATENCY_BUCKETS = [0.25, 0.5, 1, 2, 5, 15, 60, 300, 900, 3600, 14_400] as const;

/** Every metric. `docs/operating.md` lists the same names; a test compares. */
export const METRICS = {
  straykey_build_info: { type: 'gauge', help: 'Always 1; the version is a label.', labels: ['version'] },
  straykey_objects_total: { type: 'counter', help: 'Objects (files) read whole.', labels: ['source'] },
  straykey_bytes_total: { type: 'counter', help: 'Bytes read, decompressed.', labels: ['source'] },
  straykey_records_total: { type: 'counter', help: 'CloudTrail records seen.', labels: ['source'] },
  straykey_oddities_total: {
    type: 'counter',
    help: 'Input that could not be used or was set aside, by kind; docs/oddities.md explains each.',
    labels: ['kind'],
  },
  straykey_findings_total: {
    type: 'counter',
    help: 'Findings written, by what became of them: new, updated, reopened, suppressed.',
    labels: ['change'],
  },
  straykey_batches_total: { type: 'counter', help: 'Batches by outcome: committed or failed.', labels: ['outcome'] },
  straykey_batch_seconds: {
    type: 'histogram',
    help: 'Time from opening the first object of a batch to its commit.',
    labels: [],
    buckets: CALL_BUCKETS,
  },
  straykey_last_batch_timestamp_seconds: {
    type: 'gauge',
    help: 'When the last batch was committed, epoch seconds; 0 before the first.',
    labels: [],
  },
  straykey_object_latency_seconds: {
    type: 'histogram',
    help: 'Time from the announcement of an object to the commit of its batch.',
    labels: [],
    buckets: LATENCY_BUCKETS,
  },
  straykey_store_seconds: {
    type: 'histogram',
    help: 'Time that calls of the store take, by operation.',
    labels: ['operation'],
    buckets: CALL_BUCKETS,
  },
  straykey_store_errors_total: { type: 'counter', help: 'Calls of the store that failed.', labels: ['operation'] },
  straykey_deliveries_total: {
    type: 'counter',
    help: 'Attempts to tell an outlet, by outcome: sent, retried, dead.',
    labels: ['outlet', 'outcome'],
  },
  straykey_delivery_seconds: {
    type: 'histogram',
    help: 'Time that one attempt to tell an outlet takes.',
    labels: ['outlet'],
    buckets: CALL_BUCKETS,
  },
  straykey_dead_letters_total: {
    type: 'counter',
    help: 'Messages and objects given up, by kind of problem.',
    labels: ['source', 'kind'],
  },
  straykey_snapshot_ok: { type: 'gauge', help: '1 when the gauges below could be read at this scrape.', labels: [] },
  straykey_live: { type: 'gauge', help: '1 when /healthz says ok.', labels: [] },
  straykey_ready: { type: 'gauge', help: '1 when /readyz says ok.', labels: [] },
  straykey_store_up: { type: 'gauge', help: '1 when the store answers.', labels: [] },
  straykey_source_state: {
    type: 'gauge',
    help: '1 for the state a source is in: reading, idle, silent, failing, stopped.',
    labels: ['source', 'state'],
  },
  straykey_source_lag_seconds: {
    type: 'gauge',
    help: 'Time between the newest delivered event and now.',
    labels: ['source'],
  },
  straykey_source_last_object_timestamp_seconds: {
    type: 'gauge',
    help: 'When a source last brought an object, epoch seconds.',
    labels: ['source'],
  },
  straykey_source_unread: {
    type: 'gauge',
    help: 'Messages or objects announced and not read yet, where the source can tell.',
    labels: ['source'],
  },
  straykey_source_oldest_unread_seconds: {
    type: 'gauge',
    help: 'Age of the oldest unread message or object, where the source can tell.',
    labels: ['source'],
  },
  straykey_outbox_lines: {
    type: 'gauge',
    help: 'Notifications that wait, or were given up (dead), by outlet.',
    labels: ['outlet', 'state'],
  },
  straykey_outbox_oldest_seconds: {
    type: 'gauge',
    help: 'For how long the oldest waiting notification of an outlet has been due.',
    labels: ['outlet'],
  },
  straykey_judge_queue_topics: {
    type: 'gauge',
    help: 'Functions whose evidence changed and is not judged yet.',
    labels: [],
  },
  straykey_judge_queue_oldest_seconds: {
    type: 'gauge',
    help: 'For how long the oldest of them has been due.',
    labels: [],
  },
} as const satisfies Readonly<Record<string, Entry>>;

export type MetricName = keyof typeof METRICS;
