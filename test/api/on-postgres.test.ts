import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as gd from '@aws-sdk/client-guardduty';
import { type PostgresServer, postgresMissing, startPostgres } from '../support/postgres.ts';
import { finding } from './made-findings.ts';
import { DETECTOR, type Served, serve } from './served.ts';

const skip = postgresMissing() ?? false;
const DetectorId = DETECTOR;

describe('the API on PostgreSQL', { skip, timeout: 60_000 }, () => {
  let postgres: PostgresServer;
  let served: Served;
  before(async () => {
    postgres = await startPostgres();
    served = await serve({ storeUrl: await postgres.newDatabase() });
    for (let n = 1; n <= 60; n++) {
      await served.keep(
        finding(n, { severity: n % 2 === 0 ? 5 : 8, functionName: n % 5 === 0 ? 'a\u0000\ud800' : 'orders' }),
      );
    }
  });
  after(async () => {
    await served?.close();
    await postgres?.close();
  });

  test('pages, criteria and statistics', async () => {
    const ids: string[] = [];
    const input = {
      DetectorId,
      FindingCriteria: { Criterion: { severity: { Equals: ['8'] }, 'service.archived': { Equals: ['false'] } } },
    };
    for await (const page of gd.paginateListFindings({ client: served.client, pageSize: 7 }, input)) {
      ids.push(...(page.FindingIds ?? []));
    }
    assert.equal(new Set(ids).size, 30);
    const { FindingStatistics } = await served.client.send(
      new gd.GetFindingsStatisticsCommand({ DetectorId, GroupBy: 'SEVERITY' }),
    );
    assert.deepEqual(
      FindingStatistics?.GroupedBySeverity?.map(({ TotalFindings }) => TotalFindings),
      [30, 30],
    );
  });

  test('text that PostgreSQL cannot hold comes back, sorted by and paged over', async () => {
    const input = {
      DetectorId,
      SortCriteria: { AttributeName: 'resource.lambdaDetails.functionName', OrderBy: 'ASC' as const },
    };
    const ids: string[] = [];
    for await (const page of gd.paginateListFindings({ client: served.client, pageSize: 5 }, input))
      ids.push(...page.FindingIds!);
    assert.equal(new Set(ids).size, 60);
    const { Findings } = await served.client.send(
      new gd.GetFindingsCommand({ DetectorId, FindingIds: [finding(5).id] }),
    );
    assert.equal(Findings?.[0]?.Resource?.LambdaDetails?.FunctionName, 'a\u0000\ud800');
  });

  test('many who make filters at once get ranks of their own, and the limit holds', async () => {
    const make = (n: number) =>
      served.client.send(
        new gd.CreateFilterCommand({
          DetectorId,
          Name: `filter-${n}`,
          Rank: (n % 7) + 1,
          FindingCriteria: { Criterion: { severity: { Equals: ['8'] } } },
        }),
      );
    await make(0);
    const { body } = (await served.store.documents.get<Record<string, unknown>>('filter', 'filter-0'))!;
    for (let n = 1; n < 85; n++) {
      const rank = n + 15;
      await served.store.documents.create('filter', `filter-${n}`, { ...body, name: `filter-${n}`, rank }, 0, rank);
    }
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => make(100 + n)));
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 15);
    const filters = await served.store.documents.list<{ rank: number }>('filter');
    assert.equal(new Set(filters.map(({ body }) => body.rank)).size, 100);
    assert.ok(filters.every(({ rank, body }) => rank === body.rank));
  });
});
