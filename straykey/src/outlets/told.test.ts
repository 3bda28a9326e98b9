import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hostileTheft, idOf, message, theft } from '../../../test/outlets/messages.ts';
import { evidenceOf, jsonText } from '../findings/index.ts';
import { sampleMessage } from './sample.ts';
import { deliveryKey, deliveryUuid, fitting, toldFinding } from './told.ts';

describe('the delivery key', () => {
  test('is the same for a repetition and another for every revision and finding', () => {
    const keys = [message(), message({ attempts: 7 }), message({ revision: 2 }), message({ findingId: idOf(2) })];
    assert.equal(new Set(keys.map(deliveryKey)).size, 3);
    assert.equal(new Set(keys.map(deliveryUuid)).size, 3);
    assert.equal(deliveryKey(keys[0]!), deliveryKey(keys[1]!));
  });

  test('makes a UUID of its own version', () =>
    assert.match(deliveryUuid(message()), /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/));

  test('is in the document, beside what GuardDuty has there', () => {
    const info = toldFinding(message()).service.additionalInfo;
    assert.deepEqual(Object.keys(info), ['delivery', 'value', 'type']);
    assert.equal((info as unknown as { delivery: string }).delivery, deliveryKey(message()));
  });
});

test('a sample is marked for people and programs, and two samples are two messages', () => {
  const sample = sampleMessage(theft, 1);
  assert.match(sample.finding.title, /^\[SAMPLE\] /);
  assert.match(sample.finding.description, /^This is a sample/);
  assert.equal(JSON.parse(jsonText(toldFinding(sample))).service.additionalInfo.sample, true);
  assert.notEqual(deliveryKey(sample), deliveryKey(sampleMessage(theft, 2)));
});

describe('documents for receivers with a limit', () => {
  const whole = Buffer.byteLength(jsonText(theft));

  test('stay as they are when they fit', () => assert.equal(fitting(theft, whole), theft));

  test('lose items of lists first, and their totals stay', () => {
    const many = Array.from({ length: 400 }, (_, i) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`);
    const value = jsonText({ ...evidenceOf(theft)!, eventIds: { total: 400, listed: many } });
    const long = {
      ...theft,
      service: { ...theft.service, additionalInfo: { ...theft.service.additionalInfo, value } },
    };
    const cut = fitting(long, whole + 4_000)!;
    const evidence = evidenceOf(cut)!;
    assert.ok(Buffer.byteLength(jsonText(cut)) <= whole + 4_000);
    assert.equal(evidence.eventIds.total, 400);
    assert.deepEqual(evidence.eventIds.listed, many.slice(0, evidence.eventIds.listed.length));
    assert.ok(evidence.eventIds.listed.length > 0);
    assert.equal(evidence.statements.length, evidenceOf(theft)!.statements.length);
    assert.equal(JSON.parse(jsonText(cut)).service.additionalInfo.trimmed, true);
  });

  test('lose their evidence at last, and nothing that GuardDuty knows', () => {
    const cut = fitting(theft, 3_000)!;
    assert.equal(evidenceOf(cut), undefined);
    assert.deepEqual(
      { ...cut, service: { ...cut.service, additionalInfo: 0 } },
      { ...theft, service: { ...theft.service, additionalInfo: 0 } },
    );
  });

  test('are refused when not even that fits', () => assert.equal(fitting(theft, 500), undefined));

  test('stay whole JSON when an attacker chose the text', () => {
    for (const text of ['"}]', '\ud800', '\\', 'é'.repeat(300)]) {
      const cut = fitting(hostileTheft(text), 6_000);
      if (cut !== undefined) JSON.parse(jsonText(cut));
    }
  });
});
