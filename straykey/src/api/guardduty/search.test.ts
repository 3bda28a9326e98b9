import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { finding } from '../../../../test/api/made-findings.ts';
import { compile, type FindingCriteria } from '../../criteria/index.ts';
import { type FindingColumn, openStore, presented, type Store, type StoredFinding } from '../../store/index.ts';
import { type Search, searchAll, searchFor, searchPage } from './search.ts';

let store: Store;
before(async () => {
  store = await openStore('sqlite::memory:', { now: Date.now });
  for (let n = 0; n < 60; n++) {
    await store.findings.put({
      finding: finding(n, {
        severity: [2, 5, 7.5, 8, 8.9][n % 5]!,
        count: n % 4,
        functionName: `fn-${n % 3}`,
        address: ['185.220.101.1', '193.0.6.139', '2001:67c:2e8:22::c100:68b'][n % 3]!,
        accountId: n % 2 === 0 ? '111122223333' : '444455556666',
        updatedAt: new Date(1_790_000_000_000 + (n % 7) * 1000).toISOString(),
      }),
      at: 1,
      topics: [],
    });
  }
  await store.findings.archive([finding(3).id, finding(4).id], { kind: 'person' }, { at: 2, by: 'test' });
});
after(async () => store.close());

const V4 = 'service.action.awsApiCallAction.remoteIpDetails.ipAddressV4';
const V6 = 'service.action.awsApiCallAction.remoteIpDetails.ipAddressV6';
const texts = (...values: readonly string[]) => fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });
const equality = (...values: readonly string[]) =>
  fc.oneof(...(['equals', 'eq', 'notEquals', 'neq'] as const).map((name) => fc.record({ [name]: texts(...values) })));
const order = (least: number, most: number) =>
  fc.dictionary(
    fc.constantFrom('greaterThan', 'gt', 'greaterThanOrEqual', 'gte', 'lessThan', 'lt', 'lessThanOrEqual', 'lte'),
    fc.integer({ min: least, max: most }),
    { minKeys: 1, maxKeys: 2 },
  );
const times = [1_790_000_000_000, 1_790_000_007_000] as const;

const criteria: fc.Arbitrary<FindingCriteria> = fc.record({
  criterion: fc.record(
    {
      severity: fc.oneof(equality('2', '5', '7', '7.5', '8', '8.9', 'high'), order(0, 10)),
      accountId: equality('111122223333', '444455556666', '0'),
      'service.archived': equality('true', 'false', 'maybe'),
      'service.count': fc.oneof(equality('0', '1', '3', '03', '1.0'), order(-1, 5)),
      updatedAt: fc.oneof(equality('1790000002000', '2026-09-21T14:13:21.000Z', '1.79e12'), order(...times)),
      'service.eventLastSeen': order(...times),
      'resource.lambdaDetails.functionName': equality('fn-0', 'fn-1', 'fn-9'),
      'service.action.awsApiCallAction.remoteIpDetails.country.countryCode': equality('NL', 'DE'),
      [V4]: equality('185.220.101.1', '193.0.6.0/24', '0.0.0.0/0', '::ffff:193.0.6.139'),
      [V6]: equality(
        '2001:67c:2e8:22::c100:68b',
        '2001:067C:2e8:22:0::c100:68b',
        '2001:67c::/32',
        '::/0',
        '2001:67c:2e8:22::/64',
      ),
      id: equality(finding(1).id, finding(3).id),
    },
    { requiredKeys: [] },
  ),
}) as never;

test('what the columns let through and the engine says is what the engine alone says, page by page, in order', async () => {
  const all = await everything(searchOf({ criterion: {} }));
  assert.equal(all.length, 60);
  await fc.assert(
    fc.asyncProperty(
      criteria,
      fc.constantFrom('createdAt', 'severity', 'count', 'updatedAt', 'callerAddress', 'accountId', 'archived'),
      fc.boolean(),
      fc.integer({ min: 1, max: 50 }),
      async (asked, column, descending, size) => {
        const question = compile(asked, 'search');
        assert.equal(question.kind, 'criteria');
        const expected = all.filter((each) => question.kind === 'criteria' && question.matches(presented(each)));
        const found: StoredFinding[] = [];
        let after: { readonly value: string | number; readonly id: string } | undefined;
        do {
          const page: Awaited<ReturnType<typeof searchPage>> = await searchPage(
            store,
            searchOf(asked),
            { column, descending },
            after,
            size,
          );
          found.push(...page.found);
          after = page.next;
        } while (after !== undefined);
        assert.deepEqual(found.map((each) => each.finding.id).sort(), expected.map((each) => each.finding.id).sort());
        const values = found.map((each) => valueIn(each, column));
        const sorted = values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0) * (descending ? -1 : 1));
        assert.deepEqual(values, sorted);
      },
    ),
    { numRuns: 300 },
  );
});

test('criteria that columns say are counted by the store', async () => {
  const search = searchOf({ criterion: { severity: { equals: ['7', '8'] }, accountId: { neq: ['0'] } } });
  assert.equal(search.exact, true);
  const counted = (await store.findings.count(search.where)).reduce((sum, { count }) => sum + count, 0);
  assert.equal(counted, (await everything(search)).length);
});

test('columns say what people ask most', () => {
  const name = 'resource.lambdaDetails.functionName';
  const cases: readonly (readonly [string, object, boolean])[] = [
    [V4, { equals: ['193.0.6.0/24', '185.220.101.1'] }, true],
    [V6, { notEquals: ['2001:db8::/32'] }, true],
    [name, { equals: ['orders'] }, true],
    [name, { notEquals: ['orders', 'invoice'] }, true],
    // The column may hold an instance of that name, and the field nothing.
    [name, { equals: ['i-0123456789abcdef0'] }, false],
    [name, { equals: ['arn:aws:ecs:eu-west-1:111122223333:task/a/b'] }, false],
    [name, { notEquals: [''] }, false],
    ['service.action.awsApiCallAction.api', { equals: ['GetObject'] }, false],
  ];
  for (const [field, condition, exact] of cases) {
    assert.equal(searchOf({ criterion: { [field]: condition } }).exact, exact, JSON.stringify([field, condition]));
  }
});

test('evidence is read for criteria that name it', async () => {
  const asked = { 'service.additionalInfo.place.addresses.listed.address': { equals: ['193.0.6.0/24'] } };
  const search = searchOf({ criterion: asked });
  const page = await searchPage(store, search, { column: 'id', descending: false }, undefined, 50);
  assert.equal(page.found.length, 20);
  assert.equal((await everything(search)).length, 20);
});

async function everything(search: Search): Promise<StoredFinding[]> {
  const all: StoredFinding[] = [];
  for await (const each of searchAll(store, search)) all.push(each);
  return all;
}

function searchOf(asked: FindingCriteria): Search {
  const read = searchFor(asked);
  if (read.kind !== 'search') throw new Error(JSON.stringify(read.problems));
  return read.search;
}

/** Where a finding stands in an order. */
function valueIn({ archived, finding }: StoredFinding, column: FindingColumn): string | number {
  const { service, updatedAt, createdAt, severity, accountId } = finding;
  const { ipAddressV4, ipAddressV6 } = service.action.awsApiCallAction.remoteIpDetails;
  const values: Partial<Record<FindingColumn, string | number>> = {
    archived: archived ? 1 : 0,
    callerAddress: ipAddressV4 ?? ipAddressV6 ?? '',
    count: service.count,
    ...{ accountId, createdAt, severity, updatedAt },
  };
  return values[column]!;
}
