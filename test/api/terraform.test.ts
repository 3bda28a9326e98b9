import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import * as gd from '@aws-sdk/client-guardduty';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { ACCOUNT, DETECTOR, REGION, type Served, serve } from './served.ts';

/** The calls of the Terraform AWS provider, in its order, with its ideas of pending, done and gone. */

let served: Served;
const folder = mkdtempSync(join(tmpdir(), 'straykey-terraform-'));
before(async () => {
  served = await serve();
});
after(async () => {
  await served.close();
  rmSync(folder, { recursive: true });
});

/** The provider's `StateChangeConf`, quicker. */
async function waitFor(
  read: () => Promise<string | undefined>,
  pending: readonly string[],
  target: readonly string[],
): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const state = await read();
    if (target.includes(state!)) return;
    assert.ok(pending.includes(state!), `unexpected state ${state}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail('timeout while waiting for state');
}

async function message(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof gd.BadRequestException, String(error));
  return error.message;
}

const NOT_OWNED = 'The request is rejected because the input detectorId is not owned by the current account.';

test('start-up asks STS who is calling', async () => {
  for (const region of [REGION, 'us-east-1']) {
    const sts = new STSClient({
      endpoint: served.url,
      region,
      credentials: { accessKeyId: served.admin.accessKeyId, secretAccessKey: served.admin.secretAccessKey },
      maxAttempts: 1,
    });
    const identity = await sts.send(new GetCallerIdentityCommand({}));
    assert.equal(identity.Account, ACCOUNT);
    assert.equal(identity.Arn, `arn:aws:iam::${ACCOUNT}:user/straykey/${served.admin.accessKeyId}`);
    sts.destroy();
  }
});

test('aws_guardduty_detector: create, read, update, tag, destroy, create again', async () => {
  const { client } = served;
  const DetectorId = DETECTOR;
  // One is there from the start: what `terraform import` is for.
  assert.match(await message(client.send(new gd.CreateDetectorCommand({ Enable: true }))), /a detector already exists/);
  const { DetectorIds } = await client.send(new gd.ListDetectorsCommand({}));
  assert.deepEqual(DetectorIds, [DETECTOR]);
  await client.send(new gd.DeleteDetectorCommand({ DetectorId }));
  assert.equal(await message(client.send(new gd.GetDetectorCommand({ DetectorId }))), NOT_OWNED);
  assert.deepEqual((await client.send(new gd.ListDetectorsCommand({}))).DetectorIds, []);

  const made = await client.send(
    new gd.CreateDetectorCommand({
      Enable: true,
      FindingPublishingFrequency: 'FIFTEEN_MINUTES',
      DataSources: {
        S3Logs: { Enable: false },
        Kubernetes: { AuditLogs: { Enable: false } },
        MalwareProtection: { ScanEc2InstanceWithFindings: { EbsVolumes: true } },
      },
      Tags: { Name: 'main' },
    }),
  );
  assert.equal(made.DetectorId, DETECTOR);
  const read = await client.send(new gd.GetDetectorCommand({ DetectorId }));
  assert.equal(read.Status, 'ENABLED');
  assert.equal(read.FindingPublishingFrequency, 'FIFTEEN_MINUTES');
  assert.equal(read.DataSources?.S3Logs?.Status, 'DISABLED');
  assert.equal(read.DataSources?.Kubernetes?.AuditLogs?.Status, 'DISABLED');
  assert.equal(read.DataSources?.MalwareProtection?.ScanEc2InstanceWithFindings?.EbsVolumes?.Status, 'ENABLED');
  assert.deepEqual(read.Tags, { Name: 'main' });

  await client.send(
    new gd.UpdateDetectorCommand({ DetectorId, Enable: false, FindingPublishingFrequency: 'SIX_HOURS' }),
  );
  const ResourceArn = `arn:aws:guardduty:${REGION}:${ACCOUNT}:detector/${DETECTOR}`;
  await client.send(new gd.UntagResourceCommand({ ResourceArn, TagKeys: ['Name'] }));
  await client.send(new gd.TagResourceCommand({ ResourceArn, Tags: { Env: 'prod' } }));
  const again = await client.send(new gd.GetDetectorCommand({ DetectorId }));
  assert.deepEqual(
    [again.Status, again.FindingPublishingFrequency, again.Tags],
    ['DISABLED', 'SIX_HOURS', { Env: 'prod' }],
  );

  // aws_guardduty_detector_feature
  await client.send(
    new gd.UpdateDetectorCommand({ DetectorId, Features: [{ Name: 'S3_DATA_EVENTS', Status: 'ENABLED' }] }),
  );
  const { Features } = await client.send(new gd.GetDetectorCommand({ DetectorId }));
  assert.deepEqual(
    Features?.filter(({ Name }) => Name === 'S3_DATA_EVENTS').map(({ Status }) => Status),
    ['ENABLED'],
  );
});

test('aws_guardduty_filter: create, read, update, destroy', async () => {
  const { client } = served;
  const DetectorId = DETECTOR;
  const FilterName = 'from-terraform';
  const Criterion = {
    region: { Equals: [REGION] },
    'service.additionalInfo.threatListName': { NotEquals: ['some-threat', 'another-threat'] },
    updatedAt: { GreaterThanOrEqual: Date.UTC(2026, 0, 1), LessThan: Date.UTC(2027, 0, 1) },
    severity: { GreaterThanOrEqual: 4 },
    'resource.lambdaDetails.functionName': { Matches: ['batch-*'] },
  };
  await client.send(
    new gd.CreateFilterCommand({
      DetectorId,
      Name: FilterName,
      Action: 'ARCHIVE',
      Description: 'batch jobs',
      Rank: 1,
      Tags: {},
      FindingCriteria: { Criterion },
    }),
  );
  const read = await client.send(new gd.GetFilterCommand({ DetectorId, FilterName }));
  assert.deepEqual(read.FindingCriteria, { Criterion });
  assert.deepEqual([read.Rank, read.Action, read.Description], [1, 'ARCHIVE', 'batch jobs']);
  await client.send(
    new gd.UpdateFilterCommand({
      DetectorId,
      FilterName,
      Action: 'NOOP',
      Description: 'batch jobs (seen only)',
      Rank: 2,
      FindingCriteria: { Criterion: { region: { Equals: [REGION] } } },
    }),
  );
  const changed = await client.send(new gd.GetFilterCommand({ DetectorId, FilterName }));
  assert.deepEqual(
    [changed.Rank, changed.Action, changed.FindingCriteria],
    [2, 'NOOP', { Criterion: { region: { Equals: [REGION] } } }],
  );
  await client.send(new gd.DeleteFilterCommand({ DetectorId, FilterName }));
  assert.match(
    await message(client.send(new gd.GetFilterCommand({ DetectorId, FilterName }))),
    /The request is rejected since no such resource found\./,
  );
});

test('aws_guardduty_ipset: create, wait, read, update, wait, destroy, wait', async () => {
  const { client } = served;
  const DetectorId = DETECTOR;
  writeFileSync(join(folder, 'ipset.txt'), '203.0.113.0/24\n');
  const Location = pathToFileURL(join(folder, 'ipset.txt')).href;
  const made = await client.send(
    new gd.CreateIPSetCommand({
      DetectorId,
      Name: 'offices',
      Format: 'TXT',
      Location,
      Activate: true,
      Tags: { a: 'b' },
    }),
  );
  const IpSetId = made.IpSetId!;
  const state = async () => (await client.send(new gd.GetIPSetCommand({ DetectorId, IpSetId }))).Status;
  await waitFor(state, ['ACTIVATING', 'DEACTIVATING'], ['ACTIVE', 'INACTIVE']);
  const read = await client.send(new gd.GetIPSetCommand({ DetectorId, IpSetId }));
  assert.deepEqual(
    [read.Name, read.Format, read.Location, read.Status, read.Tags],
    ['offices', 'TXT', Location, 'ACTIVE', { a: 'b' }],
  );
  await client.send(new gd.UpdateIPSetCommand({ DetectorId, IpSetId, Name: 'offices-2', Activate: false }));
  await waitFor(state, ['ACTIVATING', 'DEACTIVATING'], ['ACTIVE', 'INACTIVE']);
  await client.send(new gd.UpdateIPSetCommand({ DetectorId, IpSetId, Activate: true, Location }));
  await waitFor(state, ['ACTIVATING', 'DEACTIVATING'], ['ACTIVE', 'INACTIVE']);
  assert.equal(await state(), 'ACTIVE');
  await client.send(new gd.DeleteIPSetCommand({ DetectorId, IpSetId }));
  await waitFor(state, ['ACTIVE', 'ACTIVATING', 'INACTIVE', 'DEACTIVATING', 'DELETE_PENDING'], ['DELETED']);
});
