import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { explainS3Error } from './s3-errors.ts';

const listing = { bucket: 'trail-bucket' };
const reading = { bucket: 'trail-bucket', key: 'AWSLogs/a.json.gz' };

describe('an S3 error is told in terms of what to change', () => {
  const cases: [unknown, { bucket: string; key?: string }, string, RegExp][] = [
    [awsError('NoSuchKey', 404), reading, 'vanished', /gone now/],
    [awsError('NoSuchBucket', 404), listing, 'bucket-not-found', /trail-bucket does not exist/],
    [awsError('AccessDenied', 403), listing, 'access-denied', /s3:ListBucket on arn:aws:s3:::trail-bucket$/],
    [awsError('AccessDenied', 403), reading, 'access-denied', /s3:GetObject on .*a\.json\.gz, and kms:Decrypt/],
    [awsError('ExpiredToken', 400), listing, 'access-denied', /sign in again/],
    [awsError('InvalidAccessKeyId', 403), listing, 'access-denied', /InvalidAccessKeyId/],
    [awsError('InvalidObjectState', 403), reading, 'archived-object', /Glacier/],
    [awsError('PermanentRedirect', 301), listing, 'wrong-region', /another region/],
    [awsError('CredentialsProviderError'), listing, 'no-credentials', /no AWS credentials/],
    [awsError('PreconditionFailed', 412), reading, 'vanished', /replaced/],
    [awsError('SlowDown', 503), reading, 'network-error', /S3 answered 503 SlowDown/],
    [
      Object.assign(new Error('connect ECONNREFUSED 192.0.2.1:443'), { code: 'ECONNREFUSED' }),
      listing,
      'network-error',
      /ECONNREFUSED/,
    ],
    [new AggregateError([new Error('connect ETIMEDOUT 192.0.2.1:443')], ''), listing, 'network-error', /ETIMEDOUT/],
    ['a string', listing, 'network-error', /a string/],
  ];
  for (const [error, attempt, kind, reason] of cases) {
    const name = error instanceof Error ? `${error.name} ${error.message}` : String(error);
    test(`${name} while ${attempt.key === undefined ? 'listing' : 'reading'}`, () => {
      const problem = explainS3Error(error, attempt);
      assert.equal(problem.kind, kind);
      assert.match(problem.reason, reason);
    });
  }
});

function awsError(name: string, httpStatusCode?: number): Error {
  return Object.assign(new Error(`${name} by the server`), { name, $metadata: { httpStatusCode } });
}
