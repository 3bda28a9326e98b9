import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { type TrailRecord, timeOf } from '../../straykey/src/drill/index.ts';
import { type Evidence, evidenceOf, type Finding } from '../../straykey/src/findings/index.ts';
import { alone } from '../../straykey/src/passes/index.ts';
import { type Scanned, scan } from '../../straykey/src/pipeline.ts';
import { loadTables } from '../../straykey/src/reference/index.ts';
import { directorySource } from '../../straykey/src/sources/index.ts';
import { routed, START, trail } from './trail.ts';

const folder = mkdtempSync(join(tmpdir(), 'straykey-150-days-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** One file a day, its name chosen so that the files are read in the order wanted. */
function write(name: string, records: readonly TrailRecord[], orderOf: (day: number) => number): string {
  const days = Map.groupBy(records, (record) => Math.floor((timeOf(record) - START) / 86_400));
  for (const [day, ofDay] of days) {
    const path = join(folder, name, `${String(orderOf(day)).padStart(6, '0')}.json`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify({ Records: ofDay }));
  }
  return join(folder, name);
}

const { places, hostFacts } = loadTables({});

async function scanFolder(path: string): Promise<Scanned> {
  const passes = alone(places, { oddity: (oddity) => assert.fail(JSON.stringify(oddity)), progress: () => {} });
  const digest = (text: string) => createHash('sha256').update(text).digest('hex');
  return await scan(
    directorySource(path).list(() => {}),
    { passes, tables: places, hostFacts, digest },
    { learning: { mode: 'on', feedbackFor: () => [] } },
  );
}

const records = trail();
const inOrder = await scanFolder(write('in-order', records, (day) => day));

function about(name: string, host?: string): readonly { finding: Finding; evidence: Evidence }[] {
  return inOrder.findings
    .map((finding) => ({ finding, evidence: evidenceOf(finding)! }))
    .filter(
      ({ evidence }) =>
        evidence.credential.issuedTo.name === name && (host === undefined || evidence.place.host === host),
    );
}

/** Days, counted from the first, with a call that alarmed. */
function alarmDays({ evidence }: { readonly evidence: Evidence }): number[] {
  return evidence.calls.byDay.listed
    .filter(({ alarming }) => alarming > 0)
    .map(({ day }) => Math.round((Date.parse(`${day}T00:00:00Z`) / 1000 - START) / 86_400))
    .sort((a, b) => a - b);
}

describe('150 days with an on-premises gateway, a theft and a patient intruder', () => {
  test('the gateway alarms at first and falls silent within two weeks, for every function behind it', () => {
    for (const { name } of routed) {
      const findings = about(name);
      assert.ok(findings.length > 0, `${name} was never reported`);
      const last = Math.max(...findings.flatMap(alarmDays));
      assert.ok(last <= 13, `${name} still alarmed on day ${last}`);
    }
    assert.ok(inOrder.ledger.some(({ scope }) => scope.kind === 'pool' && scope.blocks.includes('193.0.6.16/28')));
  });

  test('a finding about the gateway names it as such and offers the rule for it', () => {
    const [pooled] = routed.flatMap(({ name }) => about(name, '193.0.6.0/24'));
    assert.ok(pooled, 'no finding is keyed by the pool');
    assert.ok(pooled.evidence.statements.some(({ says }) => says.includes('on-premises egress')));
    const criterion = pooled.evidence.suppression.rule.findingCriteria.criterion;
    assert.deepEqual(criterion['service.action.awsApiCallAction.remoteIpDetails.ipAddressV4'], {
      equals: ['193.0.6.16/28'],
    });
  });

  test('the theft of one night is reported, every call of it', () => {
    const [theft, ...more] = about('orders');
    assert.deepEqual(more, []);
    assert.equal(theft!.finding.service.count, 3);
    assert.deepEqual(alarmDays(theft!), [100]);
    assert.equal(theft!.evidence.learning.state, 'new');
  });

  test('the patient intruder is seen for sixteen days, and again when he reads a secret', () => {
    const [patient, ...more] = about('billing');
    assert.deepEqual(more, []);
    const days = alarmDays(patient!);
    assert.deepEqual(
      days.slice(0, 16),
      Array.from({ length: 16 }, (_, i) => 60 + i),
    );
    assert.deepEqual(days.slice(16), [130]);
    assert.ok(patient!.evidence.learning.reasons.includes('NEW_CATEGORY:SECRETS'));
    assert.ok(patient!.evidence.calls.silenced > 70);
  });

  test('the order of the files does not matter', async () => {
    const shuffled = await scanFolder(write('shuffled', records, (day) => (day * 7919) % 1009));
    assert.equal(JSON.stringify(shuffled.findings), JSON.stringify(inOrder.findings));
    assert.deepEqual(shuffled.ledger, inOrder.ledger);
  });
});
