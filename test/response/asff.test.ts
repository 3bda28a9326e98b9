import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Finding } from '../../straykey/src/findings/index.ts';
import { asff } from '../../straykey/src/outlets/formats/index.ts';
import { HOSTILE, hostile } from '../findings/fixtures.ts';
import { findingOf, siblings, stories } from './cases.ts';

/**
 * The constraints of the AWS Security Finding Format that `BatchImportFindings` checks. Source: Security Hub API reference,
 * AwsSecurityFinding, and user guide, "Required top-level ASFF attributes".
 */
const TOP: Readonly<Record<string, (value: never) => boolean>> = {
  SchemaVersion: (value: string) => value === '2018-10-08',
  Id: (value: string) => length(value, 1, 512),
  ProductArn: (value: string) =>
    /^arn:aws[a-z-]*:securityhub:[^:]*:(?:\d{12})?:product\/[^/]+\/[^/]+$/.test(value) && length(value, 12, 2048),
  ProductName: (value: string) => length(value, 1, 128),
  CompanyName: (value: string) => length(value, 1, 128),
  Region: (value: string) => length(value, 1, 16),
  GeneratorId: (value: string) => length(value, 1, 512),
  AwsAccountId: (value: string) => /^\d{12}$/.test(value),
  Types: (value: string[]) => value.length <= 50 && value.every((each) => /^[^/]+(?:\/[^/]+){0,2}$/.test(each)),
  FirstObservedAt: isTime,
  LastObservedAt: isTime,
  CreatedAt: isTime,
  UpdatedAt: isTime,
  Severity: ({ Label, Normalized }: { Label: string; Normalized: number }) =>
    ['INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'].includes(Label) && labelOf(Normalized) === Label,
  Title: (value: string) => length(value, 1, 256),
  Description: (value: string) => length(value, 1, 1024),
  SourceUrl: (value: string) => URL.canParse(value) && length(value, 1, 2048),
  ProductFields: (value: Record<string, string>) =>
    Object.keys(value).length <= 50 &&
    Object.entries(value).every(([key, each]) => length(key, 1, 128) && length(each, 1, 2048)),
  Resources: (value: Resource[]) => value.length >= 1 && value.length <= 32 && value.every(isResource),
  WorkflowState: (value: string) => ['NEW', 'ASSIGNED', 'IN_PROGRESS', 'DEFERRED', 'RESOLVED'].includes(value),
  Workflow: ({ Status }: { Status: string }) => ['NEW', 'NOTIFIED', 'RESOLVED', 'SUPPRESSED'].includes(Status),
  RecordState: (value: string) => ['ACTIVE', 'ARCHIVED'].includes(value),
  FindingProviderFields: ({ Severity, Types }: { Severity: { Label: string; Original: string }; Types: string[] }) =>
    length(Severity.Original, 1, 64) && Types.length <= 50,
  Sample: (value: boolean) => typeof value === 'boolean',
};

const REQUIRED = [
  'AwsAccountId',
  'CreatedAt',
  'Description',
  'GeneratorId',
  'Id',
  'ProductArn',
  'Resources',
  'SchemaVersion',
  'Severity',
  'Title',
  'Types',
  'UpdatedAt',
];

interface Resource {
  readonly Type: string;
  readonly Id: string;
  readonly Partition: string;
  readonly Region: string;
}

function isResource({ Type, Id, Partition, Region }: Resource): boolean {
  return (
    /^Aws[A-Za-z0-9]+$/.test(Type) &&
    length(Id, 1, 512) &&
    ['aws', 'aws-cn', 'aws-us-gov'].includes(Partition) &&
    length(Region, 1, 16)
  );
}

function length(value: string, least: number, most: number): boolean {
  return typeof value === 'string' && value.length >= least && value.length <= most;
}

function isTime(value: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(value) && !Number.isNaN(Date.parse(value));
}

/** The documented bands of the normalized severity. */
function labelOf(normalized: number): string {
  if (normalized === 0) return 'INFORMATIONAL';
  if (normalized < 40) return 'LOW';
  if (normalized < 70) return 'MEDIUM';
  return normalized < 90 ? 'HIGH' : 'CRITICAL';
}

function broken(finding: Finding, product: 'guardduty' | 'account'): string[] {
  const [document] = JSON.parse(asff([finding], { product })) as [Record<string, never>];
  return [
    ...REQUIRED.filter((name) => !Object.hasOwn(document, name)).map((name) => `${name}: missing`),
    ...Object.entries(document).flatMap(([name, value]) => {
      const holds = Object.hasOwn(TOP, name) ? TOP[name] : undefined;
      if (holds === undefined) return [`${name}: unknown`];
      return holds(value) ? [] : [`${name}: ${JSON.stringify(value).slice(0, 300)}`];
    }),
  ];
}

describe('ASFF output keeps the documented constraints', () => {
  for (const [name, { case: c }] of Object.entries({ ...stories, ...siblings })) {
    for (const product of ['guardduty', 'account'] as const) {
      test(`${name}, as product ${product}`, () => assert.deepEqual(broken(findingOf(c), product), []));
    }
  }

  test('texts of any length are cut to their limits', () => {
    const { case: c } = stories['s3-data-theft']!;
    const finding = findingOf(c);
    const long = { ...finding, title: 'x'.repeat(5000), description: 'y'.repeat(5000) };
    assert.deepEqual(broken(long, 'account'), []);
  });

  test('a hostile trail breaks no constraint that its names can reach', () => {
    for (const text of HOSTILE) {
      // The region of such a trail is no region; Security Hub refuses it whatever we write.
      const found = broken({ ...findingOf(hostile(text)), region: 'eu-west-1' }, 'account');
      assert.deepEqual(found, [], text);
    }
  });
});
