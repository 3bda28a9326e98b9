// Writes the policies beside it from straykey/src/iam: `node deploy/iam/generate.ts`. A test compares.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PolicyDocument, type PolicyNeeds, policiesFor } from '../../straykey/src/iam/index.ts';

const told = { where: [] as string[], frequency: '15m' as const };
const ACCOUNT = '111122223333';

function queueIn(region: string, partition: string): PolicyNeeds {
  const suffix = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return {
    sources: [{ type: 'sqs', queueUrl: `https://sqs.${region}.${suffix}/${ACCOUNT}/straykey` }],
    outlets: [],
    region,
    account: ACCOUNT,
    buckets: ['s3://my-trail-bucket/AWSLogs/'],
    keys: [`arn:${partition}:kms:${region}:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`],
    deadLetterQueues: [`arn:${partition}:sqs:${region}:${ACCOUNT}:straykey-dead-letters`],
  };
}

const worker = queueIn('eu-west-1', 'aws');
const reader = `arn:aws:iam::${ACCOUNT}:role/straykey-reader`;
const nothing = { ...worker, sources: [] };

/** File name to the set-up it is for. */
export const SETUPS: Readonly<Record<string, PolicyNeeds>> = {
  'worker.json': worker,
  'worker.aws-cn.json': queueIn('cn-north-1', 'aws-cn'),
  'worker.aws-us-gov.json': queueIn('us-gov-west-1', 'aws-us-gov'),
  'backfill.json': { ...worker, backfill: true },
  'listing.json': { ...worker, sources: [{ type: 's3', url: 's3://my-trail-bucket/AWSLogs/', every: 60_000 }] },
  'outlets.json': {
    ...nothing,
    outlets: [
      { type: 'sns', name: 'topic', ...told, topicArn: `arn:aws:sns:eu-west-1:${ACCOUNT}:straykey-findings` },
      { type: 'eventbridge', name: 'bus', ...told, bus: 'default', source: 'straykey' },
      { type: 'securityhub', name: 'hub', ...told, product: 'account' },
      { type: 's3', name: 'export', ...told, url: 's3://my-findings-bucket/straykey/' },
    ],
  },
  'assuming-identity.json': { ...worker, sources: worker.sources.map((each) => ({ ...each, roleArn: reader })) },
};

/** File name to text. */
export function documents(): Map<string, string> {
  const files = new Map(Object.entries(SETUPS).map(([name, needs]) => [name, pretty(policiesFor(needs)[0]!.policy)]));
  return files.set('assumed-role.json', pretty(policiesFor(SETUPS['assuming-identity.json']!)[1]!.policy));
}

/** Lists on one line where they fit, as the formatter of this repository wants it. */
function pretty(policy: PolicyDocument): string {
  const text = JSON.stringify(policy, undefined, 2).replace(
    /^( *)(.*)\[\n([^[\]{}]*?)\n *\](,?)$/gm,
    (whole, indent, head, body, comma) => {
      const line = `${indent}${head}[${body.trim().replace(/\n\s*/g, ' ')}]${comma}`;
      return line.length <= 120 ? line : whole;
    },
  );
  return `${text}\n`;
}

if (import.meta.main) {
  for (const [name, text] of documents()) writeFileSync(join(import.meta.dirname, name), text);
}
