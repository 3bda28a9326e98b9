import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { finding } from './made-findings.ts';
import { ACCOUNT, DETECTOR, REGION, type Served, serve } from './served.ts';

const { status, stdout } = spawnSync('aws', ['--version'], { encoding: 'utf8' });
const skip = status === 0 ? false : 'the aws CLI is not installed here';

describe(`the aws CLI ${stdout ?? ''}`.trim(), { skip, timeout: 60_000 }, () => {
  let served: Served;
  before(async () => {
    served = await serve();
    await served.keep(finding(1), finding(2, { severity: 5 }));
  });
  after(async () => served.close());

  async function aws(
    ...words: readonly string[]
  ): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
    const env = {
      ...process.env,
      AWS_ACCESS_KEY_ID: served.admin.accessKeyId,
      AWS_SECRET_ACCESS_KEY: served.admin.secretAccessKey,
      AWS_DEFAULT_REGION: REGION,
      AWS_REGION: REGION,
      AWS_MAX_ATTEMPTS: '1',
      AWS_PAGER: '',
      LC_ALL: 'C.UTF-8',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    return await new Promise((resolve) => {
      execFile('aws', ['--endpoint-url', served.url, '--output', 'json', ...words], { env }, (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, out, err }),
      );
    });
  }

  test('lists and gets findings by criteria', async () => {
    const criteria = JSON.stringify({ Criterion: { severity: { Gte: 7 } } });
    const listed = await aws('guardduty', 'list-findings', '--detector-id', DETECTOR, '--finding-criteria', criteria);
    assert.deepEqual(JSON.parse(listed.out), { FindingIds: [finding(1).id] }, listed.err);
    const got = await aws('guardduty', 'get-findings', '--detector-id', DETECTOR, '--finding-ids', finding(1).id);
    const { Findings } = JSON.parse(got.out) as {
      Findings: { Severity: number; Resource: { LambdaDetails: { FunctionName: string } } }[];
    };
    assert.equal(Findings[0]?.Severity, 8);
    assert.equal(Findings[0]?.Resource.LambdaDetails.FunctionName, 'orders');
  });

  test('makes a suppression rule, and shows its error when the name is taken', async () => {
    const make = [
      'guardduty',
      'create-filter',
      '--detector-id',
      DETECTOR,
      '--name',
      'gateway',
      '--action',
      'ARCHIVE',
      '--finding-criteria',
      JSON.stringify({
        Criterion: { 'service.action.awsApiCallAction.remoteIpDetails.ipAddressV4': { Eq: ['198.51.100.0/24'] } },
      }),
    ] as const;
    assert.equal((await aws(...make)).code, 0);
    const again = await aws(...make);
    assert.notEqual(again.code, 0);
    assert.match(
      again.err,
      /An error occurred \(BadRequestException\) when calling the CreateFilter operation: .*already exists/,
    );
    const read = await aws('guardduty', 'get-filter', '--detector-id', DETECTOR, '--filter-name', 'gateway');
    assert.match(read.out, /198\.51\.100\.0\/24/);
  });

  test('asks who it is, and tags by ARN', async () => {
    const identity = await aws('sts', 'get-caller-identity');
    assert.equal((JSON.parse(identity.out) as { Account: string }).Account, ACCOUNT, identity.err);
    const arn = `arn:aws:guardduty:${REGION}:${ACCOUNT}:detector/${DETECTOR}`;
    const tagged = await aws(
      'guardduty',
      'tag-resource',
      '--resource-arn',
      arn,
      '--tags',
      JSON.stringify({ 'a b': 'c+d/é' }),
    );
    assert.equal(tagged.code, 0, tagged.err);
    const tags = await aws('guardduty', 'list-tags-for-resource', '--resource-arn', arn);
    assert.deepEqual(JSON.parse(tags.out), { Tags: { 'a b': 'c+d/é' } }, tags.err);
  });
});
