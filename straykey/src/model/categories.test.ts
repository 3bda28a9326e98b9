import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { sharedData, WITHOUT_SHARED_DATA } from '../../../test/support/shared-data.ts';
import { type Category, categoryOf, patterns } from './categories.ts';

/** The unit vectors of MODEL.md section 4. */
const VECTORS: readonly (readonly [string, Category])[] = [
  ['iam:CreateAccessKey', 'CRITICAL'],
  ['iam:ListUsers', 'RECON'],
  ['iam:GenerateCredentialReport', 'RECON'],
  ['sts:AssumeRole', 'ROLE_CHAIN'],
  ['secretsmanager:PutSecretValue', 'SECRETS'],
  ['secretsmanager:DeleteSecret', 'CRITICAL'],
  ['kms:Decrypt', 'SECRETS'],
  ['s3:ListBuckets', 'RECON'],
  ['s3:ListObjectsV2', 'DATA_READ'],
  ['s3:PutBucketNotification', 'MGMT_WRITE'],
  ['lambda:Invoke20150331', 'DATA_WRITE'],
  ['lambda:UpdateFunctionCode20150331v2', 'CRITICAL'],
  ['lambda:GetFunction20150331v2', 'SECRETS'],
  ['ec2:CreateSnapshot', 'MGMT_WRITE'],
  ['ec2:ModifySnapshotAttribute', 'CRITICAL'],
  ['ec2:DescribeTags', 'READ'],
  ['logs:PutRetentionPolicy', 'MGMT_WRITE'],
  ['cloudtrail:StopLogging', 'CRITICAL'],
  ['cloudtrail:LookupEvents', 'RECON'],
  ['organizations:ListAccounts', 'RECON'],
  ['organizations:LeaveOrganization', 'CRITICAL'],
  ['xs3:ListBuckets', 'READ'],
  ['nobody:Knows', 'MGMT_WRITE'],
];

describe('the category of a call', () => {
  for (const [call, category] of VECTORS) {
    it(`${call} is ${category}`, () => {
      const [service, name] = call.split(':') as [string, string];
      assert.equal(categoryOf(`${service}.amazonaws.com`, name, undefined), category);
    });
  }

  it('goes by readOnly where the table is silent, whatever the verb says', () => {
    assert.equal(categoryOf('ec2.amazonaws.com', 'DescribeTags', false), 'MGMT_WRITE');
    assert.equal(categoryOf('ec2.amazonaws.com', 'CreateTags', true), 'READ');
    assert.equal(categoryOf('iam.amazonaws.com', 'CreateUser', true), 'CRITICAL');
  });

  const file = sharedData('MODEL.md');
  it('follows the patterns of the specification to the letter', { skip: file ? false : WITHOUT_SHARED_DATA }, () => {
    const specified = appendixOf(readFileSync(file ?? '', 'utf8'));
    const ours = Object.entries(patterns).map(([category, alternatives]) => [category, alternatives.join('|')]);
    assert.deepEqual(new Map(ours as [string, string][]), specified);
  });
});

/** The alternatives of each category as MODEL.md's appendix gives them: a pattern a line, CRITICAL one alternative a line. */
function appendixOf(text: string): Map<string, string> {
  const block = /## Appendix[\s\S]*?```\n([\s\S]*?)\n```/.exec(text)?.[1] ?? '';
  const [single = '', critical = ''] = block.split('CRITICAL = any of, anchored:\n');
  const found = new Map<string, string>();
  for (const [, category = '', pattern = ''] of single.matchAll(/^(\w+) \/\^\((.*)\)\$\/$/gm))
    found.set(category, pattern);
  return found.set('CRITICAL', critical.split('\n').join('|'));
}
