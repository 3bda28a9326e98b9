import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EventSelectors, Trail, TrailStatus } from '../ports.ts';
import { extents, trailLines } from './trails.ts';

const NOW = Date.UTC(2026, 9, 5, 12);

const everything: EventSelectors = {
  AdvancedEventSelectors: [
    { FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] },
    {
      FieldSelectors: [
        { Field: 'eventCategory', Equals: ['Data'] },
        { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
      ],
    },
  ],
};

describe('how much of management and S3 data events a trail records', () => {
  const s3 = (Values: string[]) => ({ Type: 'AWS::S3::Object', Values });
  const advanced = (...fields: { Field: string; Equals: string[] }[]) => ({ FieldSelectors: fields });
  const data = { Field: 'eventCategory', Equals: ['Data'] };
  const objects = { Field: 'resources.type', Equals: ['AWS::S3::Object'] };
  const table: readonly (readonly [string, EventSelectors, management: string, s3: string])[] = [
    ['advanced, everything', everything, 'all', 'all'],
    ['none at all', {}, 'none', 'none'],
    [
      'as a new trail is made',
      { EventSelectors: [{ ReadWriteType: 'All', IncludeManagementEvents: true, DataResources: [] }] },
      'all',
      'none',
    ],
    [
      'basic, all buckets',
      {
        EventSelectors: [{ ReadWriteType: 'All', IncludeManagementEvents: true, DataResources: [s3(['arn:aws:s3'])] }],
      },
      'all',
      'all',
    ],
    [
      'basic, all buckets, spelled longer',
      { EventSelectors: [{ IncludeManagementEvents: true, DataResources: [s3(['arn:aws:s3:::'])] }] },
      'all',
      'all',
    ],
    [
      'basic, all buckets in China',
      { EventSelectors: [{ IncludeManagementEvents: true, DataResources: [s3(['arn:aws-cn:s3'])] }] },
      'all',
      'all',
    ],
    [
      'basic, one bucket',
      { EventSelectors: [{ IncludeManagementEvents: true, DataResources: [s3(['arn:aws:s3:::photos/'])] }] },
      'all',
      'some',
    ],
    [
      'writes only',
      {
        EventSelectors: [
          { ReadWriteType: 'WriteOnly', IncludeManagementEvents: true, DataResources: [s3(['arn:aws:s3'])] },
        ],
      },
      'some',
      'some',
    ],
    [
      'without KMS',
      { EventSelectors: [{ IncludeManagementEvents: true, ExcludeManagementEventSources: ['kms.amazonaws.com'] }] },
      'some',
      'none',
    ],
    [
      'data of Lambda only',
      {
        EventSelectors: [
          {
            IncludeManagementEvents: false,
            DataResources: [{ Type: 'AWS::Lambda::Function', Values: ['arn:aws:lambda'] }],
          },
        ],
      },
      'none',
      'none',
    ],
    [
      'advanced, reads of objects left out',
      { AdvancedEventSelectors: [advanced(data, objects, { Field: 'readOnly', Equals: ['false'] })] },
      'none',
      'some',
    ],
    [
      'advanced, management writes only',
      {
        AdvancedEventSelectors: [
          advanced({ Field: 'eventCategory', Equals: ['Management'] }, { Field: 'readOnly', Equals: ['false'] }),
        ],
      },
      'some',
      'none',
    ],
    [
      'one selector for some, one for all',
      { EventSelectors: [{ DataResources: [s3(['arn:aws:s3:::photos/']), s3(['arn:aws:s3'])] }] },
      'none',
      'all',
    ],
  ];
  for (const [name, selectors, management, objectEvents] of table) {
    test(name, () => assert.deepEqual(extents(selectors), { management, s3: objectEvents }));
  }
});

describe('what is said of a trail', () => {
  const good: Trail = {
    Name: 'org',
    TrailARN: 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/org',
    IsMultiRegionTrail: true,
    IsOrganizationTrail: true,
    IncludeGlobalServiceEvents: true,
    LogFileValidationEnabled: true,
    HomeRegion: 'eu-west-1',
  };
  const logging: TrailStatus = { IsLogging: true, LatestDeliveryTime: new Date(NOW - 240_000) };
  const said = (trail: Trail, status: TrailStatus, selectors = everything) =>
    trailLines(trail, { value: status }, { value: selectors }, NOW).filter((line) => line.status !== 'ok');

  test('nothing to do about one that is as it should be', () => assert.deepEqual(said(good, logging), []));

  for (const [name, trail, status, selectors, expected] of [
    ['stopped', good, { IsLogging: false }, everything, ['fail', /does not log/]],
    [
      'cannot write to its bucket',
      good,
      { IsLogging: true, LatestDeliveryError: 'AccessDenied' },
      everything,
      ['fail', /AccessDenied/],
    ],
    [
      'has not delivered for hours',
      good,
      { IsLogging: true, LatestDeliveryTime: new Date(NOW - 5 * 3_600_000) },
      everything,
      ['warn', /5 h ago/],
    ],
    ['has delivered nothing yet', good, { IsLogging: true }, everything, ['warn', /nothing yet/]],
    ['one region', { ...good, IsMultiRegionTrail: false }, logging, everything, ['warn', /eu-west-1 only/]],
    ['one account', { ...good, IsOrganizationTrail: false }, logging, everything, ['warn', /one account’s/]],
    ['no validation', { ...good, LogFileValidationEnabled: false }, logging, everything, ['warn', /validation/]],
    ['no global services', { ...good, IncludeGlobalServiceEvents: false }, logging, everything, ['warn', /IAM, STS/]],
    [
      'no S3 data events',
      good,
      logging,
      { AdvancedEventSelectors: [everything.AdvancedEventSelectors![0]!] },
      ['warn', /S3 data events are off/],
    ],
    [
      'no management events',
      good,
      logging,
      { AdvancedEventSelectors: [everything.AdvancedEventSelectors![1]!] },
      ['fail', /no management events/],
    ],
  ] as const) {
    test(name, () => {
      const lines = said(trail, status, selectors);
      assert.equal(lines.length, 1);
      assert.equal(lines[0]!.status, expected[0]);
      assert.match(lines[0]!.found, expected[1]);
      assert.ok(lines[0]!.todo!.length > 10);
    });
  }

  test('what may not be asked is said, and the rest is still judged', () => {
    const trouble = {
      trouble: { found: 'refused', todo: 'Allow cloudtrail:GetTrailStatus', missing: 'cloudtrail:GetTrailStatus' },
    };
    const lines = trailLines({ ...good, IsMultiRegionTrail: false }, trouble, trouble, NOW);
    assert.deepEqual(
      lines.filter(({ status }) => status === 'warn').map(({ found }) => found.slice(0, 7)),
      ['refused', 'records', 'refused'],
    );
  });
});
