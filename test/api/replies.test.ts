import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { fieldNames } from '../../straykey/src/criteria/index.ts';
import { conforms } from './conforms.ts';
import { type Differences, finding } from './made-findings.ts';
import { ACCOUNT, DETECTOR, REGION, type Served, send, serve, signed } from './served.ts';

/**
 * Replies held against the service model's shapes: every member known, of its type, none missing that must be there. The shapes are those
 * of AWS's client (`generated.test.ts` compares them).
 */

let served: Served;
before(async () => {
  served = await serve();
});
after(async () => served.close());

const base = `/detector/${DETECTOR}`;

async function ask(
  operation: string,
  method: string,
  target: string,
  body?: unknown,
): Promise<Record<string, unknown>> {
  const request = { method, target, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const answer = await send(served, await signed(served, request));
  assert.ok(answer.status === 200 || answer.status === 204, `${operation}: ${answer.status} ${answer.text}`);
  if (answer.status === 204) return {};
  const reply = JSON.parse(answer.text) as Record<string, unknown>;
  assert.deepEqual(conforms(operation, reply), [], operation);
  return reply;
}

/** Text that hurts somewhere: signs of markup and paths, escapes, lone surrogates, the empty one. */
const hurting = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', '__proto__', '=1+1', '<script>', '\u001b[31m', '../..', '\ud800', 'a\u0000b', '😀', '%2F'),
);
const address = fc.oneof(fc.ipV4(), fc.constantFrom('2001:db8::1', '185.220.101.1'));
const differences: fc.Arbitrary<Differences> = fc.record(
  {
    functionName: hurting,
    userAgent: hurting,
    accessKeyId: fc.string({ minLength: 1, maxLength: 20 }),
    accountId: fc.constantFrom(ACCOUNT, '444455556666'),
    severity: fc.constantFrom(2, 5, 8),
    address,
    count: fc.integer({ min: 1, max: 1e9 }),
    updatedAt: fc
      .integer({ min: Date.UTC(2025, 0), max: Date.UTC(2026, 11) })
      .map((time) => new Date(time).toISOString()),
  },
  { requiredKeys: [] },
);

test('whatever findings hold, they come back as they were, in the model’s shape', async () => {
  let n = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(differences, { minLength: 1, maxLength: 5 }), async (all) => {
      const findings = all.map((each) => finding(++n, each));
      await served.keep(...findings);
      const ids = findings.map(({ id }) => id);
      const got = await ask('GetFindings', 'POST', `${base}/findings/get`, { findingIds: ids });
      assert.deepEqual(got.findings, JSON.parse(JSON.stringify(findings)));
    }),
    { numRuns: 40 },
  );
});

test('statistics of any grouping and order have the model’s shape and add up', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('ACCOUNT', 'DATE', 'FINDING_TYPE', 'RESOURCE', 'SEVERITY'),
      fc.constantFrom('ASC', 'DESC'),
      fc.integer({ min: 1, max: 100 }),
      fc.constantFrom(
        {},
        { severity: { gte: 5 } },
        { 'resource.lambdaDetails.functionName': { notEquals: ['orders'] } },
      ),
      async (groupBy, orderBy, maxResults, criterion) => {
        const asked = { groupBy, orderBy, maxResults, findingCriteria: { criterion } };
        const reply = await ask('GetFindingsStatistics', 'POST', `${base}/findings/statistics`, asked);
        const [lines = []] = Object.values(reply.findingStatistics as Record<string, { totalFindings: number }[]>);
        assert.ok(lines.length <= maxResults);
        const listed: string[] = [];
        let nextToken = '';
        do {
          const page = await ask('ListFindings', 'POST', `${base}/findings`, {
            findingCriteria: { criterion },
            nextToken,
          });
          listed.push(...(page.findingIds as string[]));
          nextToken = page.nextToken as string;
        } while (nextToken !== '');
        assert.equal(new Set(listed).size, listed.length);
        const total = lines.reduce((sum, line) => sum + line.totalFindings, 0);
        assert.ok(total <= listed.length);
        if (groupBy === 'SEVERITY' && maxResults >= 3) assert.equal(total, listed.length);
      },
    ),
    { numRuns: 25 },
  );
});

const condition = fc.oneof(
  fc.record({ equals: fc.array(fc.string({ maxLength: 60 }), { minLength: 1, maxLength: 5 }) }),
  fc.record({ neq: fc.array(hurting, { minLength: 1, maxLength: 5 }) }),
  fc.record({ gte: fc.maxSafeInteger(), lessThan: fc.maxSafeInteger() }),
  fc.record({
    matches: fc.array(fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom('a', 'b', '-') }), {
      minLength: 1,
      maxLength: 5,
    }),
  }),
);
const textFields = fieldNames().filter((name) => !/Ip|ip|At$|Time$|address|Seen$|severity/i.test(name));
const filterBody = fc.record(
  {
    description: fc.string({ maxLength: 512, unit: fc.constantFrom('a', 'Z', '9', ' ', '\n', '-', '{', ']', '/') }),
    action: fc.constantFrom('NOOP', 'ARCHIVE'),
    rank: fc.integer({ min: 1, max: 100 }),
    tags: fc.dictionary(
      fc.string({ minLength: 1, maxLength: 128 }).filter((key) => !/^aws:/i.test(key)),
      fc.string({ maxLength: 256 }),
      { maxKeys: 5 },
    ),
    findingCriteria: fc.record({
      criterion: fc.dictionary(fc.constantFrom(...textFields), condition, { minKeys: 1, maxKeys: 8 }),
    }),
  },
  { requiredKeys: ['findingCriteria'] },
);

test('a filter reads back exactly as it was given, in the model’s shape', async () => {
  let n = 0;
  await fc.assert(
    fc.asyncProperty(filterBody, async (body) => {
      const name = `filter-${++n}`;
      await ask('CreateFilter', 'POST', `${base}/filter`, { name, ...body });
      const read = await ask('GetFilter', 'GET', `${base}/filter/${name}`);
      const given = JSON.parse(JSON.stringify(body)) as typeof body;
      assert.deepEqual(read.findingCriteria, given.findingCriteria);
      assert.deepEqual(read.tags, given.tags ?? {});
      if (given.rank !== undefined) assert.equal(read.rank, given.rank);
      assert.equal(read.action, given.action ?? 'NOOP');
      await ask('DeleteFilter', 'DELETE', `${base}/filter/${name}`);
    }),
    { numRuns: 60 },
  );
});

test('everything else that answers, answers in the model’s shape', async () => {
  const asks: readonly (readonly [string, string, string, unknown?])[] = [
    ['ListDetectors', 'GET', '/detector'],
    ['GetDetector', 'GET', base],
    ['UpdateDetector', 'POST', base, { enable: true }],
    ['ListFilters', 'GET', `${base}/filter`],
    ['ListIPSets', 'GET', `${base}/ipset`],
    ['ListThreatIntelSets', 'GET', `${base}/threatintelset`],
    ['ListTrustedEntitySets', 'GET', `${base}/trustedentityset`],
    ['ListThreatEntitySets', 'GET', `${base}/threatentityset`],
    ['ListPublishingDestinations', 'GET', `${base}/publishingDestination`],
    ['ListMembers', 'GET', `${base}/member`],
    ['GetMembers', 'POST', `${base}/member/get`, { accountIds: ['444455556666'] }],
    ['GetMemberDetectors', 'POST', `${base}/member/detector/get`, { accountIds: ['444455556666'] }],
    ['GetAdministratorAccount', 'GET', `${base}/administrator`],
    ['GetMasterAccount', 'GET', `${base}/master`],
    ['ListInvitations', 'GET', '/invitation'],
    ['GetInvitationsCount', 'GET', '/invitation/count'],
    ['ListOrganizationAdminAccounts', 'GET', '/admin'],
    ['DescribeOrganizationConfiguration', 'GET', `${base}/admin`],
    ['CreateSampleFindings', 'POST', `${base}/findings/create`, {}],
    ['ArchiveFindings', 'POST', `${base}/findings/archive`, { findingIds: ['0'.repeat(32)] }],
    ['UnarchiveFindings', 'POST', `${base}/findings/unarchive`, { findingIds: ['0'.repeat(32)] }],
    ['UpdateFindingsFeedback', 'POST', `${base}/findings/feedback`, { findingIds: [], feedback: 'USEFUL' }],
    ['GetFindingsStatistics', 'POST', `${base}/findings/statistics`, { findingStatisticTypes: ['COUNT_BY_SEVERITY'] }],
    [
      'ListTagsForResource',
      'GET',
      `/tags/${encodeURIComponent(`arn:aws:guardduty:${REGION}:${ACCOUNT}:detector/${DETECTOR}`)}`,
    ],
  ];
  for (const [operation, method, target, body] of asks) await ask(operation, method, target, body);
  for (const [word, id] of [
    ['IPSet', 'ipSetId'],
    ['ThreatIntelSet', 'threatIntelSetId'],
    ['TrustedEntitySet', 'trustedEntitySetId'],
    ['ThreatEntitySet', 'threatEntitySetId'],
  ] as const) {
    const folder = `${base}/${word.toLowerCase()}`;
    const list = {
      name: 'x',
      format: 'TXT',
      location: 'file:///no/such',
      activate: true,
      expectedBucketOwner: ACCOUNT,
    };
    const made = await ask(`Create${word}`, 'POST', folder, list);
    await served.settled();
    await ask(`Get${word}`, 'GET', `${folder}/${String(made[id])}`);
    await ask(`Update${word}`, 'POST', `${folder}/${String(made[id])}`, { activate: false });
    await ask(`Delete${word}`, 'DELETE', `${folder}/${String(made[id])}`);
  }
  const properties = { destinationType: 'S3', destinationProperties: { destinationArn: 'arn:aws:s3:::findings' } };
  const { destinationId } = await ask(
    'CreatePublishingDestination',
    'POST',
    `${base}/publishingDestination`,
    properties,
  );
  await ask('DescribePublishingDestination', 'GET', `${base}/publishingDestination/${String(destinationId)}`);
});
