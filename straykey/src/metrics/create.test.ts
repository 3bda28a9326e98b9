import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METRICS } from './catalogue.ts';
import { createMetrics } from './create.ts';
import type { MetricsSnapshot } from './port.ts';

const NOW = Date.UTC(2026, 9, 5, 12);

const quiet: MetricsSnapshot = {
  storeUp: true,
  sources: [],
  outbox: [],
  judgeQueue: { topics: 0 },
  live: true,
  ready: true,
};

function metricsWith(snapshot: () => Promise<MetricsSnapshot> = async () => quiet) {
  return createMetrics({
    version: '1.2.3',
    sources: ['trail'],
    outlets: ['pager'],
    oddityKinds: ['not-json', 'access-denied'],
    now: () => NOW,
    snapshot,
    process: false,
  });
}

async function linesOf(metrics: { scrape(): Promise<{ text: string }> }): Promise<string[]> {
  return (await metrics.scrape()).text.split('\n');
}

test('every metric of the catalogue is in the text with its help and type, before anything happened', async () => {
  const lines = await linesOf(metricsWith());
  for (const [name, { help, type }] of Object.entries(METRICS)) {
    assert.ok(lines.includes(`# HELP ${name} ${help}`), name);
    assert.ok(lines.includes(`# TYPE ${name} ${type}`), name);
    if (type === 'counter') assert.match(name, /_total$/);
  }
  assert.ok(lines.includes('straykey_build_info{version="1.2.3"} 1'));
});

test('what happened is counted where it belongs', async () => {
  const metrics = metricsWith();
  metrics.objectsRead('trail', { objects: 2, bytes: 3000, records: 40 });
  metrics.objectsRead('trail', { objects: 1, bytes: 500, records: 2 });
  metrics.finding('new');
  metrics.finding('suppressed', 3);
  metrics.batchCommitted(NOW, 0.03);
  metrics.batchFailed();
  metrics.storeCall('ingest', 0.004, 'error');
  metrics.delivery('pager', 'dead', 1.5);
  metrics.deadLetter('trail', 'access-denied');
  metrics.objectLatency(0.7);
  const lines = await linesOf(metrics);
  for (const line of [
    'straykey_objects_total{source="trail"} 3',
    'straykey_bytes_total{source="trail"} 3500',
    'straykey_records_total{source="trail"} 42',
    'straykey_findings_total{change="new"} 1',
    'straykey_findings_total{change="suppressed"} 3',
    'straykey_findings_total{change="updated"} 0',
    'straykey_batches_total{outcome="committed"} 1',
    'straykey_batches_total{outcome="failed"} 1',
    `straykey_last_batch_timestamp_seconds ${NOW / 1000}`,
    'straykey_store_errors_total{operation="ingest"} 1',
    'straykey_store_seconds_count{operation="ingest"} 1',
    'straykey_deliveries_total{outlet="pager",outcome="dead"} 1',
    'straykey_dead_letters_total{source="trail",kind="access-denied"} 1',
    'straykey_object_latency_seconds_bucket{le="0.5"} 0',
    'straykey_object_latency_seconds_bucket{le="1"} 1',
  ]) {
    assert.ok(lines.includes(line), `${line}\n${lines.join('\n')}`);
  }
});

test('a hostile trail cannot make new series: what no list names counts as other', async () => {
  const metrics = metricsWith();
  for (let i = 0; i < 200; i++) {
    metrics.oddity(`made-up-${i}"} 1\nstraykey_evil 1`);
    metrics.objectsRead(`__proto__${i}`, { objects: 1, bytes: 1, records: 1 });
    metrics.delivery(`nobody-${i}`, 'sent', 0);
  }
  metrics.oddity('not-json');
  const lines = await linesOf(metrics);
  assert.ok(lines.includes('straykey_oddities_total{kind="other"} 200'));
  assert.ok(lines.includes('straykey_oddities_total{kind="not-json"} 1'));
  assert.equal(lines.filter((line) => line.startsWith('straykey_objects_total{')).length, 1);
  assert.equal(lines.filter((line) => line.startsWith('straykey_evil')).length, 0);
});

test('states are read at the scrape, and what is gone is no longer shown', async () => {
  let snapshot: MetricsSnapshot = {
    ...quiet,
    sources: [
      {
        name: 'trail',
        state: 'silent',
        lagSeconds: 1900,
        lastObjectAt: NOW - 1_800_000,
        unread: 7,
        oldestUnreadAt: NOW - 60_000,
      },
    ],
    outbox: [
      { outlet: 'pager', state: 'waiting', lines: 4, oldestDueAt: NOW - 30_000 },
      { outlet: 'pager', state: 'dead', lines: 1 },
    ],
    judgeQueue: { topics: 2, oldestDueAt: NOW + 5_000 },
    ready: false,
  };
  const metrics = metricsWith(async () => snapshot);
  const lines = await linesOf(metrics);
  for (const line of [
    'straykey_source_state{source="trail",state="silent"} 1',
    'straykey_source_state{source="trail",state="idle"} 0',
    'straykey_source_lag_seconds{source="trail"} 1900',
    'straykey_source_unread{source="trail"} 7',
    'straykey_source_oldest_unread_seconds{source="trail"} 60',
    'straykey_outbox_lines{outlet="pager",state="waiting"} 4',
    'straykey_outbox_lines{outlet="pager",state="dead"} 1',
    'straykey_outbox_oldest_seconds{outlet="pager"} 30',
    'straykey_judge_queue_topics 2',
    'straykey_judge_queue_oldest_seconds 0',
    'straykey_ready 0',
    'straykey_live 1',
  ]) {
    assert.ok(lines.includes(line), line);
  }
  snapshot = quiet;
  const later = await linesOf(metrics);
  assert.equal(
    later.filter((line) => line.startsWith('straykey_source_') || line.startsWith('straykey_outbox_')).length,
    0,
  );
});

test('when the states cannot be read the counters are still there and the gauges say nothing', async () => {
  let fails = false;
  const metrics = metricsWith(async () => {
    if (fails) throw new Error('store gone');
    return quiet;
  });
  metrics.finding('new');
  await metrics.scrape();
  fails = true;
  const lines = await linesOf(metrics);
  assert.ok(lines.includes('straykey_snapshot_ok 0'));
  assert.ok(lines.includes('straykey_findings_total{change="new"} 1'));
  assert.equal(lines.filter((line) => line.startsWith('straykey_ready ')).length, 0);
});

test('two registries in one process do not meet', async () => {
  const [a, b] = [metricsWith(), metricsWith()];
  a.finding('new');
  assert.ok((await linesOf(b)).includes('straykey_findings_total{change="new"} 0'));
});
