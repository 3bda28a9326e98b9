import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { METRICS } from '../../straykey/src/metrics/index.ts';

const file = join(import.meta.dirname, '..', '..', 'docs', 'operating.md');

/** The page with the table of metrics as the catalogue has it. */
function withMetrics(page: string): string {
  const rows = Object.entries(METRICS).map(
    ([name, { help, labels, type }]) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
  );
  const table = ['| metric | type | labels | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
  return page.replace(
    /<!-- metrics -->[\s\S]*<!-- \/metrics -->/,
    () => `<!-- metrics -->\n\n${table}\n\n<!-- /metrics -->`,
  );
}

test('the table of metrics is what the catalogue says', () => {
  const page = readFileSync(file, 'utf8');
  if (process.env.UPDATE_DOCS === '1') writeFileSync(file, withMetrics(page));
  else assert.equal(page, withMetrics(page), 'run: UPDATE_DOCS=1 node --test test/ops/operating-page.test.ts');
});

test('alerts ask for metrics that exist, with labels that they have', () => {
  const page = readFileSync(file, 'utf8');
  const alerts = /```yaml\ngroups:[\s\S]*?```/.exec(page)![0];
  const asked = [...alerts.matchAll(/(straykey_\w+)(?:\{(\w+)=)?/g)];
  assert.ok(asked.length > 8);
  for (const [, name, label] of asked) {
    assert.ok(name! in METRICS, name);
    const labels: readonly string[] = METRICS[name as keyof typeof METRICS].labels;
    if (label !== undefined) assert.ok(labels.includes(label), `${name} ${label}`);
  }
});
