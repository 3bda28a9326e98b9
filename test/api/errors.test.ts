import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as gd from '@aws-sdk/client-guardduty';
import { implemented } from '../../straykey/src/api/guardduty/index.ts';
import { operations } from '../../straykey/src/api/guardduty/shapes.ts';
import { openStore, StoreUnavailable } from '../../straykey/src/store/index.ts';
import { ACCOUNT, DETECTOR, REGION, type Served, send, serve, signed } from './served.ts';

const DetectorId = DETECTOR;
const FindingCriteria = { Criterion: { severity: { Equals: ['8'] } } };
const NOT_OWNED = 'The request is rejected because the input detectorId is not owned by the current account.';
const INVALID = 'The request is rejected because the one or more input parameters have invalid values.';
const NO_SUCH = 'The request is rejected since no such resource found.';
const MALFORMED = 'The request is rejected because the JSON could not be processed';
const parameter = (name: string): string =>
  `The request is rejected because the parameter ${name} has an invalid value.`;

let served: Served;
before(async () => {
  served = await serve();
});
after(async () => served.close());

/** Every documented failure, through the SDK: class, status and sentence. */
const table: readonly (readonly [string, () => Promise<unknown>, string])[] = [
  ['an unknown detector', () => go(new gd.GetDetectorCommand({ DetectorId: 'f'.repeat(32) })), NOT_OWNED],
  [
    'a detector id that is none',
    () => go(new gd.GetDetectorCommand({ DetectorId: 'no-such-thing!' })),
    parameter('detectorId'),
  ],
  [
    'a second detector',
    () => go(new gd.CreateDetectorCommand({ Enable: true })),
    'The request is rejected because a detector already exists for the current account.',
  ],
  ['an unknown filter', () => go(new gd.GetFilterCommand({ DetectorId, FilterName: 'nobody' })), NO_SUCH],
  ['an unknown filter to change', () => go(new gd.UpdateFilterCommand({ DetectorId, FilterName: 'nobody' })), NO_SUCH],
  ['an unknown filter to delete', () => go(new gd.DeleteFilterCommand({ DetectorId, FilterName: 'nobody' })), NO_SUCH],
  ['an unknown IP set', () => go(new gd.GetIPSetCommand({ DetectorId, IpSetId: 'f'.repeat(32) })), NOT_OWNED],
  [
    'an unknown threat set',
    () => go(new gd.GetThreatIntelSetCommand({ DetectorId, ThreatIntelSetId: 'x' })),
    NOT_OWNED,
  ],
  [
    'an unknown destination',
    () => go(new gd.DescribePublishingDestinationCommand({ DetectorId, DestinationId: 'x' })),
    INVALID,
  ],
  [
    'a filter name that is too short',
    () => go(new gd.CreateFilterCommand({ DetectorId, Name: 'ab', FindingCriteria })),
    parameter('name'),
  ],
  [
    'a rank over 100',
    () => go(new gd.CreateFilterCommand({ DetectorId, Name: 'ranked', Rank: 101, FindingCriteria })),
    parameter('rank'),
  ],
  [
    'an action that is none',
    () => go(new gd.CreateFilterCommand({ DetectorId, Name: 'acting', Action: 'DELETE' as 'NOOP', FindingCriteria })),
    parameter('action'),
  ],
  [
    'criteria with an unknown field',
    () =>
      go(
        new gd.CreateFilterCommand({
          DetectorId,
          Name: 'unknown',
          FindingCriteria: { Criterion: { 'no.such.field': { Equals: ['x'] } } },
        }),
      ),
    INVALID,
  ],
  [
    'criteria without a field',
    () => go(new gd.CreateFilterCommand({ DetectorId, Name: 'empty', FindingCriteria: { Criterion: {} } })),
    INVALID,
  ],
  [
    'a list of 51 values',
    () =>
      go(
        new gd.ListFindingsCommand({
          DetectorId,
          FindingCriteria: { Criterion: { region: { Equals: Array(51).fill('x') } } },
        }),
      ),
    INVALID,
  ],
  [
    'a wildcard in a search',
    () =>
      go(new gd.ListFindingsCommand({ DetectorId, FindingCriteria: { Criterion: { region: { Matches: ['eu-*'] } } } })),
    INVALID,
  ],
  [
    'six patterns',
    () =>
      go(
        new gd.CreateFilterCommand({
          DetectorId,
          Name: 'patterns',
          FindingCriteria: { Criterion: { region: { Matches: Array(6).fill('a') } } },
        }),
      ),
    INVALID,
  ],
  [
    'six wildcards in a pattern',
    () =>
      go(
        new gd.CreateFilterCommand({
          DetectorId,
          Name: 'wild',
          FindingCriteria: { Criterion: { region: { Matches: ['******'] } } },
        }),
      ),
    INVALID,
  ],
  ['51 results at once', () => go(new gd.ListFindingsCommand({ DetectorId, MaxResults: 51 })), parameter('maxResults')],
  ['no results at all', () => go(new gd.ListFiltersCommand({ DetectorId, MaxResults: 0 })), parameter('maxResults')],
  [
    'a token of somebody else',
    () => go(new gd.ListFindingsCommand({ DetectorId, NextToken: 'AAAA' })),
    parameter('nextToken'),
  ],
  [
    'a token of somebody else, for filters',
    () => go(new gd.ListFiltersCommand({ DetectorId, NextToken: '{}' })),
    parameter('nextToken'),
  ],
  [
    '51 findings',
    () => go(new gd.GetFindingsCommand({ DetectorId, FindingIds: Array.from({ length: 51 }, String) })),
    parameter('findingIds'),
  ],
  [
    '51 findings to archive',
    () => go(new gd.ArchiveFindingsCommand({ DetectorId, FindingIds: Array.from({ length: 51 }, String) })),
    parameter('findingIds'),
  ],
  [
    'an attribute that nothing is sorted by',
    () => go(new gd.ListFindingsCommand({ DetectorId, SortCriteria: { AttributeName: 'title' } })),
    parameter('sortCriteria'),
  ],
  [
    'feedback that is none',
    () => go(new gd.UpdateFindingsFeedbackCommand({ DetectorId, FindingIds: [], Feedback: 'GREAT' as 'USEFUL' })),
    parameter('feedback'),
  ],
  ['statistics by nothing', () => go(new gd.GetFindingsStatisticsCommand({ DetectorId })), parameter('groupBy')],
  [
    'statistics by two things',
    () =>
      go(
        new gd.GetFindingsStatisticsCommand({
          DetectorId,
          GroupBy: 'DATE',
          FindingStatisticTypes: ['COUNT_BY_SEVERITY'],
        }),
      ),
    parameter('findingStatisticTypes'),
  ],
  [
    'sample findings of a type that is none',
    () => go(new gd.CreateSampleFindingsCommand({ DetectorId, FindingTypes: ['Nothing:IAMUser/AtAll'] })),
    parameter('findingTypes'),
  ],
  [
    'a list of an unknown format',
    () =>
      go(
        new gd.CreateIPSetCommand({
          DetectorId,
          Name: 'a',
          Format: 'XLS' as 'TXT',
          Location: 's3://b/k',
          Activate: true,
        }),
      ),
    parameter('format'),
  ],
  [
    'a list from nowhere',
    () =>
      go(new gd.CreateIPSetCommand({ DetectorId, Name: 'a', Format: 'TXT', Location: 'gopher://x/y', Activate: true })),
    parameter('location'),
  ],
  [
    'a destination that is no bucket',
    () =>
      go(
        new gd.CreatePublishingDestinationCommand({
          DetectorId,
          DestinationType: 'S3',
          DestinationProperties: { DestinationArn: 'arn:aws:sqs:x' },
        }),
      ),
    parameter('destinationProperties'),
  ],
  [
    'tags of another account',
    () =>
      go(
        new gd.ListTagsForResourceCommand({
          ResourceArn: `arn:aws:guardduty:${REGION}:444455556666:detector/${DETECTOR}`,
        }),
      ),
    NOT_OWNED,
  ],
  [
    'tags of a filter that is not there',
    () =>
      go(
        new gd.ListTagsForResourceCommand({
          ResourceArn: `arn:aws:guardduty:${REGION}:${ACCOUNT}:detector/${DETECTOR}/filter/nobody`,
        }),
      ),
    NO_SUCH,
  ],
  [
    'an ARN that is none',
    () => go(new gd.ListTagsForResourceCommand({ ResourceArn: 'arn:aws:s3:::a-bucket' })),
    'The request is rejected because an invalid resource ARN is specified.',
  ],
  [
    "a tag with AWS's own prefix",
    () =>
      go(
        new gd.TagResourceCommand({
          ResourceArn: `arn:aws:guardduty:${REGION}:${ACCOUNT}:detector/${DETECTOR}`,
          Tags: { 'aws:x': 'y' },
        }),
      ),
    parameter('tags'),
  ],
];

// biome-ignore lint/suspicious/noExplicitAny: any command of the client
async function go(command: any): Promise<unknown> {
  return await served.client.send(command);
}

describe('what GuardDuty rejects is a BadRequestException with its sentence', () => {
  for (const [what, call, sentence] of table) {
    test(what, async () => {
      const error = await call().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof gd.BadRequestException, String(error));
      assert.equal(error.$metadata.httpStatusCode, 400);
      assert.equal(error.message, sentence);
      assert.match(error.$metadata.requestId ?? '', /^[0-9a-f]{32}$/);
    });
  }

  test('on the wire: the class in a header, the older code in the body', async () => {
    const answer = await send(served, await signed(served, { method: 'GET', target: `/detector/${'f'.repeat(32)}` }));
    assert.equal(answer.status, 400);
    assert.equal(answer.headers.get('x-amzn-errortype'), 'BadRequestException');
    assert.equal(answer.headers.get('content-type'), 'application/json');
    assert.deepEqual(JSON.parse(answer.text), { message: NOT_OWNED, __type: 'InvalidInputException' });
  });

  test('a filter of a name that is taken, and the 101st', async () => {
    const make = (Name: string) => go(new gd.CreateFilterCommand({ DetectorId, Name, FindingCriteria }));
    for (let n = 1; n <= 100; n++) await make(`filter-${n}`);
    await assert.rejects(make('filter-7'), { name: 'BadRequestException', message: /already exists/ });
    await assert.rejects(make('filter-101'), { name: 'BadRequestException', message: /limits/ });
  });
});

test('operations that Straykey does not have say so', async () => {
  const missing = [...operations.values()].filter(({ name }) => !implemented.has(name));
  assert.ok(missing.length > 30);
  for (const { name, method, path } of missing) {
    const target = `/${path.map((part) => (part.startsWith('{') ? DETECTOR : part)).join('/')}`;
    const answer = await send(
      served,
      await signed(served, { method, target, ...(method === 'POST' ? { body: '{}' } : {}) }),
    );
    assert.equal(answer.status, 400, name);
    assert.equal(answer.headers.get('x-amzn-errortype'), 'BadRequestException');
    assert.equal(
      (JSON.parse(answer.text) as { message: string }).message,
      `The request is rejected because ${name} is not implemented by Straykey.`,
    );
  }
});

describe('requests that no SDK would send', () => {
  const cases: readonly (readonly [
    string,
    { method: string; target: string; body?: string },
    number,
    string,
    string?,
  ])[] = [
    ['a path that is none', { method: 'GET', target: '/nothing' }, 404, 'UnknownOperationException'],
    ['a method that is none', { method: 'PUT', target: '/detector' }, 404, 'UnknownOperationException'],
    [
      'a body that is no JSON',
      { method: 'POST', target: `/detector/${DETECTOR}/findings`, body: '{' },
      400,
      'BadRequestException',
      MALFORMED,
    ],
    [
      'a body that is a list',
      { method: 'POST', target: `/detector/${DETECTOR}/findings`, body: '[]' },
      400,
      'BadRequestException',
      MALFORMED,
    ],
    [
      'a text where a number must be',
      { method: 'POST', target: `/detector/${DETECTOR}/findings`, body: '{"maxResults":"5"}' },
      400,
      'BadRequestException',
      MALFORMED,
    ],
    [
      'ids that are numbers',
      { method: 'POST', target: `/detector/${DETECTOR}/findings/get`, body: '{"findingIds":[1]}' },
      400,
      'BadRequestException',
      MALFORMED,
    ],
    [
      'no ids',
      { method: 'POST', target: `/detector/${DETECTOR}/findings/get`, body: '{}' },
      400,
      'BadRequestException',
      parameter('findingIds'),
    ],
    [
      'a number in the query that is none',
      { method: 'GET', target: `/detector?maxResults=ten` },
      400,
      'BadRequestException',
      parameter('maxResults'),
    ],
    [
      'a criterion of a wrong type',
      {
        method: 'POST',
        target: `/detector/${DETECTOR}/findings`,
        body: '{"findingCriteria":{"criterion":{"severity":{"gte":"4"}}}}',
      },
      400,
      'BadRequestException',
      MALFORMED,
    ],
  ];
  for (const [what, request, status, type, sentence] of cases) {
    test(what, async () => {
      const answer = await send(served, await signed(served, request));
      assert.deepEqual([answer.status, answer.headers.get('x-amzn-errortype')], [status, type], answer.text);
      if (sentence !== undefined) assert.equal((JSON.parse(answer.text) as { message: string }).message, sentence);
    });
  }
});

test('a store that is away is a 503 without a word about the inside; the log knows', async () => {
  const away = await serve({
    openStore: async () => {
      const store = await openStore('sqlite::memory:', { now: Date.now });
      return Object.assign(Object.create(store) as typeof store, {
        findings: Object.assign(Object.create(store.findings) as typeof store.findings, {
          places: async () => {
            throw new StoreUnavailable('secret-host refused the connection');
          },
        }),
      });
    },
  });
  try {
    const answer = await send(
      away,
      await signed(away, { method: 'POST', target: `/detector/${DETECTOR}/findings`, body: '{}' }),
    );
    assert.equal(answer.status, 503);
    assert.doesNotMatch(answer.text, /secret-host|\.ts|at /);
    assert.match(JSON.stringify(away.logged), /secret-host/);
  } finally {
    await away.close();
  }
});
