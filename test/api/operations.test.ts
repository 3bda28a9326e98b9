import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as gd from '@aws-sdk/client-guardduty';
import { finding } from './made-findings.ts';
import { ACCOUNT, DETECTOR, REGION, type Served, serve } from './served.ts';

const LAMBDA = 'UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS';
const CALLER = 'service.action.awsApiCallAction.remoteIpDetails.ipAddressV4';

let served: Served;
const DetectorId = DETECTOR;
before(async () => {
  served = await serve();
});
after(async () => served.close());

describe('detectors', () => {
  test('there is one, without anybody having made it, and it is enabled', async () => {
    const { DetectorIds } = await served.client.send(new gd.ListDetectorsCommand({}));
    assert.deepEqual(DetectorIds, [DETECTOR]);
    const detector = await served.client.send(new gd.GetDetectorCommand({ DetectorId }));
    assert.equal(detector.Status, 'ENABLED');
    assert.equal(detector.FindingPublishingFrequency, 'SIX_HOURS');
    assert.equal(detector.DataSources?.S3Logs?.Status, 'ENABLED');
    assert.equal(detector.DataSources?.DNSLogs?.Status, 'DISABLED');
    assert.match(detector.ServiceRole!, /AWSServiceRoleForAmazonGuardDuty$/);
  });

  test('GetDetector names every feature, which Terraform looks one up in', async () => {
    const { Features = [] } = await served.client.send(new gd.GetDetectorCommand({ DetectorId }));
    assert.deepEqual(Features.map(({ Name }) => Name).sort(), Object.keys(gd.DetectorFeatureResult).sort());
    assert.ok(Features.every(({ UpdatedAt }) => UpdatedAt instanceof Date));
  });

  test('settings change and read back', async () => {
    await served.client.send(
      new gd.UpdateDetectorCommand({
        DetectorId,
        Enable: false,
        FindingPublishingFrequency: 'ONE_HOUR',
        Features: [
          {
            Name: 'RUNTIME_MONITORING',
            Status: 'ENABLED',
            AdditionalConfiguration: [{ Name: 'EKS_ADDON_MANAGEMENT', Status: 'ENABLED' }],
          },
        ],
        DataSources: { Kubernetes: { AuditLogs: { Enable: true } } },
      }),
    );
    const detector = await served.client.send(new gd.GetDetectorCommand({ DetectorId }));
    assert.equal(detector.Status, 'DISABLED');
    assert.equal(detector.FindingPublishingFrequency, 'ONE_HOUR');
    assert.equal(detector.DataSources?.Kubernetes?.AuditLogs?.Status, 'ENABLED');
    const runtime = detector.Features?.find(({ Name }) => Name === 'RUNTIME_MONITORING');
    assert.equal(runtime?.Status, 'ENABLED');
    assert.equal(runtime?.AdditionalConfiguration?.[0]?.Name, 'EKS_ADDON_MANAGEMENT');
    await served.client.send(new gd.UpdateDetectorCommand({ DetectorId, Enable: true }));
  });
});

describe('findings', () => {
  const many = Array.from({ length: 120 }, (_, i) =>
    finding(i + 1, {
      functionName: `fn-${i % 7}`,
      accountId: i % 3 === 0 ? '444455556666' : ACCOUNT,
      accessKeyId: `ASIA${String(i % 5).padStart(9, '0')}EXAMPLE`,
      severity: i % 4 === 0 ? 5 : 8,
      address: i % 10 === 0 ? '193.0.6.139' : '185.220.101.1',
      count: i + 1,
      createdAt: new Date(Date.UTC(2026, 9, 1) + i * 3_600_000).toISOString(),
      updatedAt: new Date(Date.UTC(2026, 9, 2) + i * 3_600_000).toISOString(),
    }),
  );
  before(async () => served.keep(...many));

  test('pages hold 50 and the paginator reads all of them once, newest first', async () => {
    const first = await served.client.send(new gd.ListFindingsCommand({ DetectorId }));
    assert.equal(first.FindingIds?.length, 50);
    const ids: string[] = [];
    for await (const page of gd.paginateListFindings({ client: served.client, pageSize: 7 }, { DetectorId })) {
      ids.push(...(page.FindingIds ?? []));
    }
    assert.deepEqual(ids, many.map(({ id }) => id).reverse());
  });

  test('criteria pick findings, columns or not', async () => {
    const list = async (Criterion: Record<string, gd.Condition>, SortCriteria?: gd.SortCriteria): Promise<string[]> => {
      const ids: string[] = [];
      const input = { DetectorId, FindingCriteria: { Criterion }, ...(SortCriteria && { SortCriteria }) };
      for await (const page of gd.paginateListFindings({ client: served.client }, input)) {
        ids.push(...(page.FindingIds ?? []));
      }
      return ids;
    };
    const idsOf = (pick: (each: (typeof many)[number], i: number) => boolean): string[] =>
      many.filter(pick).map(({ id }) => id);
    const cases: readonly [Record<string, gd.Condition>, string[]][] = [
      [{ severity: { Equals: ['7', '8'] } }, idsOf(({ severity }) => severity === 8)],
      [{ severity: { GreaterThanOrEqual: 6 } }, idsOf(({ severity }) => severity === 8)],
      [{ accountId: { NotEquals: [ACCOUNT] } }, idsOf((_, i) => i % 3 === 0)],
      [
        { 'resource.lambdaDetails.functionName': { Eq: ['fn-1', 'fn-2'] } },
        idsOf((_, i) => i % 7 === 1 || i % 7 === 2),
      ],
      [{ [CALLER]: { Equals: ['193.0.6.0/24'] } }, idsOf((_, i) => i % 10 === 0)],
      [{ [CALLER]: { Equals: ['193.0.6.139'] }, severity: { Equals: ['5'] } }, idsOf((_, i) => i % 20 === 0)],
      [
        { updatedAt: { GreaterThan: Date.UTC(2026, 9, 5) } },
        idsOf(({ updatedAt }) => Date.parse(updatedAt) > Date.UTC(2026, 9, 5)),
      ],
      [{ 'service.count': { LessThan: 4 } }, idsOf((_, i) => i < 3)],
      [{ 'service.archived': { Equals: ['true'] } }, []],
      [{ type: { Equals: [LAMBDA] }, region: { Equals: [REGION] } }, idsOf(() => true)],
    ];
    for (const [criterion, expected] of cases) {
      assert.deepEqual((await list(criterion)).sort(), expected.sort(), JSON.stringify(criterion));
    }
    const byCount = await list({}, { AttributeName: 'service.count', OrderBy: 'ASC' });
    assert.deepEqual(
      byCount,
      many.map(({ id }) => id),
    );
  });

  test('GetFindings answers the document as raised, evidence and all', async () => {
    const [one] = many;
    const { Findings = [] } = await served.client.send(
      new gd.GetFindingsCommand({ DetectorId, FindingIds: [one!.id, 'f'.repeat(32)] }),
    );
    assert.equal(Findings.length, 1);
    const [got] = Findings;
    assert.equal(got?.Arn, one!.arn);
    assert.equal(got?.Severity, one!.severity);
    assert.equal(got?.Service?.AdditionalInfo?.Value, one!.service.additionalInfo.value);
    assert.equal(got?.Service?.Action?.AwsApiCallAction?.RemoteIpDetails?.IpAddressV4, '193.0.6.139');
    assert.deepEqual(
      got?.Service?.Action?.AwsApiCallAction?.AffectedResources,
      one!.service.action.awsApiCallAction.affectedResources,
    );
  });

  test('GetFindings sorts when asked to', async () => {
    const FindingIds = many.slice(0, 10).map(({ id }) => id);
    const { Findings = [] } = await served.client.send(
      new gd.GetFindingsCommand({
        DetectorId,
        FindingIds,
        SortCriteria: { AttributeName: 'service.count', OrderBy: 'DESC' },
      }),
    );
    assert.deepEqual(
      Findings.map(({ Id }) => Id),
      FindingIds.toReversed(),
    );
  });

  test('statistics: by severity in the older form, keys as GuardDuty writes them', async () => {
    const { FindingStatistics } = await served.client.send(
      new gd.GetFindingsStatisticsCommand({ DetectorId, FindingStatisticTypes: ['COUNT_BY_SEVERITY'] }),
    );
    assert.deepEqual(FindingStatistics?.CountBySeverity, { '5.0': 30, '8.0': 90 });
  });

  test('statistics: every groupBy, with criteria the columns say and with criteria they do not', async () => {
    const stats = async (GroupBy: gd.GroupByType, Criterion: Record<string, gd.Condition> = {}, more = {}) =>
      (
        await served.client.send(
          new gd.GetFindingsStatisticsCommand({ DetectorId, GroupBy, FindingCriteria: { Criterion }, ...more }),
        )
      ).FindingStatistics!;
    const inRis = { [CALLER]: { Equals: ['193.0.6.0/24'] } };
    const totals = (lines: readonly { TotalFindings?: number | undefined }[] | undefined): unknown =>
      lines?.map(({ TotalFindings }) => TotalFindings);

    const accounts = (await stats('ACCOUNT')).GroupedByAccount!;
    assert.deepEqual(
      accounts.map(({ AccountId }) => AccountId),
      [ACCOUNT, '444455556666'],
    );
    assert.deepEqual(totals(accounts), [80, 40]);
    assert.deepEqual(accounts[0]?.LastGeneratedAt, new Date(many[119]!.updatedAt));
    assert.deepEqual(totals((await stats('ACCOUNT', inRis)).GroupedByAccount), [8, 4]);
    assert.deepEqual(totals((await stats('ACCOUNT', {}, { OrderBy: 'ASC' })).GroupedByAccount), [40, 80]);

    assert.deepEqual(totals((await stats('FINDING_TYPE')).GroupedByFindingType), [120]);
    assert.deepEqual(totals((await stats('SEVERITY', inRis)).GroupedBySeverity), [6, 6]);

    const resources = (await stats('RESOURCE', {}, { MaxResults: 2 })).GroupedByResource!;
    assert.equal(resources.length, 2);
    assert.equal(resources[0]?.ResourceType, 'AccessKey');
    assert.match(resources[0]?.ResourceId ?? '', /^ASIA\d{9}EXAMPLE$/);
    assert.deepEqual(totals(resources), [24, 24]);

    const days = (await stats('DATE')).GroupedByDate!;
    assert.deepEqual(days[0]?.Date, new Date(Date.UTC(2026, 9, 6)));
    assert.deepEqual(totals(days), [18, 6, 18, 6, 18, 6, 18, 6, 18, 6]);
    assert.deepEqual(
      days.map(({ Severity }) => Severity),
      [8, 5, 8, 5, 8, 5, 8, 5, 8, 5],
    );
    const sparse = (await stats('DATE', inRis, { OrderBy: 'ASC', MaxResults: 3 })).GroupedByDate!;
    assert.equal(sparse.length, 3);
    assert.deepEqual(sparse[0]?.Date, new Date(Date.UTC(2026, 9, 2)));
  });

  test('archived ones leave the current list, unarchived ones return', async () => {
    const FindingIds = [many[0]!.id, many[1]!.id];
    const archived = { DetectorId, FindingCriteria: { Criterion: { 'service.archived': { Equals: ['true'] } } } };
    await served.client.send(new gd.ArchiveFindingsCommand({ DetectorId, FindingIds }));
    const listed = await served.client.send(new gd.ListFindingsCommand(archived));
    assert.deepEqual(listed.FindingIds?.toSorted(), FindingIds);
    const { Findings } = await served.client.send(new gd.GetFindingsCommand({ DetectorId, FindingIds }));
    assert.deepEqual(
      Findings?.map(({ Service }) => Service?.Archived),
      [true, true],
    );
    await served.client.send(new gd.UnarchiveFindingsCommand({ DetectorId, FindingIds }));
    assert.deepEqual((await served.client.send(new gd.ListFindingsCommand(archived))).FindingIds, []);
    const kinds = (await served.store.findings.history(many[0]!.id, 10)).map(({ kind, by }) => [kind, by]);
    assert.deepEqual(kinds.slice(1), [
      ['archived', served.admin.accessKeyId],
      ['unarchived', served.admin.accessKeyId],
    ]);
  });

  test('feedback is kept and shown', async () => {
    const FindingIds = [many[2]!.id];
    await served.client.send(
      new gd.UpdateFindingsFeedbackCommand({
        DetectorId,
        FindingIds,
        Feedback: 'NOT_USEFUL',
        Comments: 'our own gateway',
      }),
    );
    const { Findings } = await served.client.send(new gd.GetFindingsCommand({ DetectorId, FindingIds }));
    assert.equal(Findings?.[0]?.Service?.UserFeedback, 'NOT_USEFUL');
    assert.equal((await served.store.findings.get(FindingIds))[0]?.feedback?.comment, 'our own gateway');
  });

  test('sample findings are made once for each type, and updated when asked for again', async () => {
    const samples = {
      DetectorId,
      FindingCriteria: { Criterion: { 'service.additionalInfo.sample': { Equals: ['true'] } } },
    };
    const idsOf = async (): Promise<string[]> => {
      const ids: string[] = [];
      for await (const page of gd.paginateListFindings({ client: served.client }, samples))
        ids.push(...page.FindingIds!);
      return ids;
    };
    await served.client.send(new gd.CreateSampleFindingsCommand({ DetectorId, FindingTypes: [LAMBDA] }));
    const [FindingId, ...none] = await idsOf();
    assert.deepEqual(none, []);
    await served.client.send(new gd.CreateSampleFindingsCommand({ DetectorId }));
    assert.equal((await idsOf()).length, 2);
    const { Findings } = await served.client.send(new gd.GetFindingsCommand({ DetectorId, FindingIds: [FindingId!] }));
    assert.equal(Findings?.[0]?.Service?.Count, 2);
    assert.equal(Findings?.[0]?.Resource?.AccessKeyDetails?.AccessKeyId, 'GeneratedFindingAccessKeyId');
    assert.equal((await served.store.findings.get([FindingId!]))[0]?.sample, true);
  });
});

describe('filters', () => {
  const criteria = { Criterion: { severity: { Gte: 4 }, type: { Eq: [LAMBDA] } } };

  test('what was given reads back, version and times too', async () => {
    await served.client.send(
      new gd.CreateFilterCommand({
        DetectorId,
        Name: 'gateway.leipzig',
        Description: 'office gateway',
        Action: 'ARCHIVE',
        Rank: 3,
        FindingCriteria: criteria,
        Tags: { team: 'net', __proto__x: 'é 😀' },
      }),
    );
    const filter = await served.client.send(new gd.GetFilterCommand({ DetectorId, FilterName: 'gateway.leipzig' }));
    assert.deepEqual(filter.FindingCriteria, criteria);
    assert.deepEqual(filter.Tags, { team: 'net', __proto__x: 'é 😀' });
    assert.deepEqual([filter.Name, filter.Action, filter.Rank, filter.Version], ['gateway.leipzig', 'ARCHIVE', 3, 1]);
    assert.deepEqual(filter.CreatedAt, filter.UpdatedAt);
    await served.client.send(new gd.UpdateFilterCommand({ DetectorId, FilterName: 'gateway.leipzig' }));
    const again = await served.client.send(new gd.GetFilterCommand({ DetectorId, FilterName: 'gateway.leipzig' }));
    assert.equal(again.Version, 2);
    assert.deepEqual(again.FindingCriteria, criteria);
  });

  test('a rank that is taken pushes the filters from there down to the next gap', async () => {
    const make = async (Name: string, Rank: number): Promise<void> => {
      await served.client.send(new gd.CreateFilterCommand({ DetectorId, Name, Rank, FindingCriteria: criteria }));
    };
    await make('rank-four', 4);
    await make('rank-six', 6);
    await make('newcomer', 3);
    const ranks = await Promise.all(
      ['newcomer', 'gateway.leipzig', 'rank-four', 'rank-six'].map(
        async (FilterName) => (await served.client.send(new gd.GetFilterCommand({ DetectorId, FilterName }))).Rank,
      ),
    );
    assert.deepEqual(ranks, [3, 4, 5, 6]);
    const moved = await served.client.send(new gd.GetFilterCommand({ DetectorId, FilterName: 'rank-four' }));
    assert.equal(moved.Version, 1);
  });

  test('names are listed page by page, and a deleted one is gone', async () => {
    await served.client.send(new gd.DeleteFilterCommand({ DetectorId, FilterName: 'rank-six' }));
    const names: string[] = [];
    for await (const page of gd.paginateListFilters({ client: served.client, pageSize: 2 }, { DetectorId })) {
      names.push(...(page.FilterNames ?? []));
    }
    assert.deepEqual(names, ['gateway.leipzig', 'newcomer', 'rank-four']);
  });

  test('the same request sent again makes nothing new; the same token for another is refused', async () => {
    const input = { DetectorId, Name: 'once-only', FindingCriteria: criteria, ClientToken: 'token-1' };
    for (const _ of [1, 2]) {
      assert.equal((await served.client.send(new gd.CreateFilterCommand(input))).Name, 'once-only');
    }
    await assert.rejects(served.client.send(new gd.CreateFilterCommand({ ...input, Rank: 9 })), gd.BadRequestException);
  });

  test('every change is in the audit trail, with who made it', async () => {
    const entries = await served.store.audit.list({ limit: 50, subject: 'filter/gateway.leipzig' });
    assert.deepEqual(
      entries.map(({ action }) => action),
      ['filter.update', 'filter.create'],
    );
    assert.ok(entries.every(({ by }) => by === served.admin.accessKeyId));
  });
});

describe('publishing destination, tags, and an account that is alone', () => {
  test('a destination is made, described, changed, listed and deleted', async () => {
    const { DestinationId } = await served.client.send(
      new gd.CreatePublishingDestinationCommand({
        DetectorId,
        DestinationType: 'S3',
        DestinationProperties: { DestinationArn: 'arn:aws:s3:::findings-of-ours/guardduty' },
      }),
    );
    const described = await served.client.send(
      new gd.DescribePublishingDestinationCommand({ DetectorId, DestinationId }),
    );
    assert.equal(described.Status, 'PUBLISHING');
    assert.equal(described.PublishingFailureStartTimestamp, 0);
    const KmsKeyArn = 'arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000000';
    await served.client.send(
      new gd.UpdatePublishingDestinationCommand({ DetectorId, DestinationId, DestinationProperties: { KmsKeyArn } }),
    );
    const changed = await served.client.send(
      new gd.DescribePublishingDestinationCommand({ DetectorId, DestinationId }),
    );
    assert.deepEqual(changed.DestinationProperties, {
      DestinationArn: 'arn:aws:s3:::findings-of-ours/guardduty',
      KmsKeyArn,
    });
    const { Destinations } = await served.client.send(new gd.ListPublishingDestinationsCommand({ DetectorId }));
    assert.deepEqual(Destinations, [{ DestinationId, DestinationType: 'S3', Status: 'PUBLISHING' }]);
    await served.client.send(new gd.DeletePublishingDestinationCommand({ DetectorId, DestinationId }));
    await assert.rejects(
      served.client.send(new gd.DescribePublishingDestinationCommand({ DetectorId, DestinationId })),
      /one or more input parameters have invalid values/,
    );
  });

  test('tags of a detector and of a filter, whose ARN has slashes', async () => {
    for (const rest of ['', '/filter/gateway.leipzig']) {
      const ResourceArn = `arn:aws:guardduty:${REGION}:${ACCOUNT}:detector/${DETECTOR}${rest}`;
      const read = async () => (await served.client.send(new gd.ListTagsForResourceCommand({ ResourceArn }))).Tags;
      await served.client.send(new gd.TagResourceCommand({ ResourceArn, Tags: { 'a b+c/é': 'x', two: '2' } }));
      assert.equal((await read())?.['a b+c/é'], 'x');
      await served.client.send(new gd.UntagResourceCommand({ ResourceArn, TagKeys: ['a b+c/é', 'two', 'team'] }));
      assert.equal((await read())?.['a b+c/é'], undefined);
    }
  });

  test('nobody is member or administrator', async () => {
    const { client } = served;
    assert.deepEqual((await client.send(new gd.ListMembersCommand({ DetectorId }))).Members, []);
    const { Members, UnprocessedAccounts } = await client.send(
      new gd.GetMembersCommand({ DetectorId, AccountIds: ['444455556666'] }),
    );
    assert.deepEqual([Members, UnprocessedAccounts?.[0]?.AccountId], [[], '444455556666']);
    assert.deepEqual((await client.send(new gd.GetAdministratorAccountCommand({ DetectorId }))).Administrator, {});
    assert.deepEqual((await client.send(new gd.GetMasterAccountCommand({ DetectorId }))).Master, {});
    assert.equal((await client.send(new gd.GetInvitationsCountCommand({}))).InvitationsCount, 0);
    assert.deepEqual((await client.send(new gd.ListInvitationsCommand({}))).Invitations, []);
    assert.deepEqual((await client.send(new gd.ListOrganizationAdminAccountsCommand({}))).AdminAccounts, []);
    const organisation = await client.send(new gd.DescribeOrganizationConfigurationCommand({ DetectorId }));
    assert.equal(organisation.AutoEnableOrganizationMembers, 'NONE');
    const detectors = await client.send(new gd.GetMemberDetectorsCommand({ DetectorId, AccountIds: ['444455556666'] }));
    assert.deepEqual(detectors.MemberDataSourceConfigurations, []);
  });
});
