import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { describe, test } from 'node:test';
import type { Finding } from '../../straykey/src/findings/index.ts';
import { ocsf } from '../../straykey/src/outlets/formats/index.ts';
import { HOSTILE, hostile } from '../findings/fixtures.ts';
import { findingOf, siblings, stories } from './cases.ts';
import { type Attribute, detectionFinding, objects, type Primitive } from './ocsf-schema.ts';

type Attributes = Readonly<Record<string, Attribute>>;

/** What is wrong with a value, each as `path: sentence`. */
function violations(value: object, attributes: Attributes, path: string): string[] {
  const missing = Object.entries(attributes).flatMap(([name, { required }]) =>
    required && !Object.hasOwn(value, name) ? [`${path}${name}: required, missing`] : [],
  );
  const wrong = Object.entries(value).flatMap(([name, member]) => {
    const attribute = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    return attribute === undefined
      ? [`${path}${name}: not in the schema`]
      : attributeViolations(member, attribute, `${path}${name}`);
  });
  return [...missing, ...wrong];
}

function attributeViolations(value: unknown, attribute: Attribute, path: string): string[] {
  if (!attribute.list) return singleViolations(value, attribute, path);
  if (!Array.isArray(value)) return [`${path}: expected a list`];
  return value.flatMap((each, i) => singleViolations(each, attribute, `${path}[${i}]`));
}

function singleViolations(value: unknown, attribute: Attribute, path: string): string[] {
  if (typeof attribute.type === 'object') {
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? violations(value, objects[attribute.type.object]!, `${path}.`)
      : [`${path}: expected an object`];
  }
  if (!isOf[attribute.type](value)) return [`${path}: expected ${attribute.type}, found ${JSON.stringify(value)}`];
  const members = 'enum' in attribute ? attribute.enum : undefined;
  return members === undefined || members.includes(value as number)
    ? []
    : [`${path}: ${value} is not one of ${members}`];
}

const isOf: Readonly<Record<Primitive, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  integer: (value) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31,
  long: Number.isSafeInteger,
  timestamp: Number.isSafeInteger,
  // RFC 3339.
  datetime: (value) =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(value),
  ip: (value) => typeof value === 'string' && isIP(value) > 0,
  json: (value) => value !== undefined,
  object: (value) => typeof value === 'object' && value !== null,
};

function documents(findings: readonly Finding[]): Record<string, never>[] {
  return ocsf(findings)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('OCSF output against the published Detection Finding of 1.1.0', () => {
  const cases = { ...stories, ...siblings };
  for (const [name, { case: c }] of Object.entries(cases)) {
    test(`${name} has what the schema demands and nothing it does not know`, () => {
      for (const document of documents([findingOf(c)]))
        assert.deepEqual(violations(document, detectionFinding, ''), []);
    });
  }

  test('so has a finding made of a hostile trail', () => {
    for (const text of HOSTILE) {
      for (const document of documents([findingOf(hostile(text))])) {
        assert.deepEqual(violations(document, detectionFinding, ''), [], text);
      }
    }
  });

  test('numbers agree with their words', () => {
    const [document] = documents([findingOf(stories['lambda-in-vpc']!.case)]) as unknown as Record<string, unknown>[];
    assert.equal(document!.type_uid, 2004 * 100 + Number(document!.activity_id));
    assert.equal(document!.time, Date.parse(String(document!.time_dt)));
    assert.deepEqual([document!.severity_id, document!.severity], [4, 'High']);
    assert.equal((document!.metadata as { version: string }).version, '1.1.0');
  });

  test('the check itself finds what is missing, unknown, misspelt and mistyped', () => {
    const [document] = documents([findingOf(stories['lambda-in-vpc']!.case)]);
    const { time: _, ...rest } = document!;
    const broken = {
      ...rest,
      count: '3',
      severity_id: 8,
      nonsense: 1,
      cloud: {},
      evidences: [{ src_endpoint: { ip: 'x' } }],
    };
    assert.deepEqual(violations(broken, detectionFinding, '').sort(), [
      'cloud.provider: required, missing',
      'count: expected integer, found "3"',
      'evidences[0].src_endpoint.ip: expected ip, found "x"',
      'nonsense: not in the schema',
      'severity_id: 8 is not one of 0,1,2,3,4,5,6,99',
      'time: required, missing',
    ]);
  });
});
