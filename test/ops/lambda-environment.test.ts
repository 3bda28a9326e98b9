import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { exercise, outsideAddresses } from '../../straykey/src/drill/index.ts';
import { handler } from '../../straykey/src/lambda.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../support/postgres.ts';
import { type S3Server, startS3, withEnvironment } from '../support/s3-server.ts';

const missing = postgresMissing();

describe('the function by its environment', { skip: missing ?? false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'straykey-lambda-'));
  const told: string[] = [];
  const receiver = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    told.push(JSON.parse(body).title);
    response.end();
  });
  let postgres: PostgresServer;
  let s3: S3Server;
  let restore: () => void;

  before(async () => {
    [postgres, s3] = await Promise.all([startPostgres(), startS3()]);
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const { port } = receiver.address() as AddressInfo;
    const config = join(folder, 'straykey.yaml');
    writeFileSync(config, `outlets: [{type: webhook, name: hook, url: "http://127.0.0.1:${port}/"}]\n`);
    s3.useEnvironment();
    restore = withEnvironment({
      STRAYKEY_STORE: await postgres.newDatabase(),
      STRAYKEY_CONFIG: config,
      STRAYKEY_DATA: join(folder, 'data'),
      STRAYKEY_LOG_LEVEL: 'error',
    });
    const { records } = exercise({
      seed: 3,
      accountId: '111122223333',
      functionName: 'orders',
      roleName: 'orders-role',
      region: 'eu-west-1',
      fromAddress: outsideAddresses.torExit,
      time: Date.UTC(2026, 9, 5, 12) / 1000,
      benignOnly: false,
    });
    await s3.put('my-trail', 'AWSLogs/a b.json.gz', gzipSync(JSON.stringify({ Records: records })));
  });
  after(async () => {
    restore();
    receiver.closeAllConnections();
    receiver.close();
    await Promise.all([s3.close(), postgres.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  const announcement = (key: string) => ({
    Records: [
      {
        messageId: 'm1',
        body: JSON.stringify({
          Records: [
            {
              eventSource: 'aws:s3',
              eventName: 'ObjectCreated:Put',
              s3: { bucket: { name: 'my-trail' }, object: { key } },
            },
          ],
        }),
        attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1' },
        eventSourceARN: 'arn:aws:sqs:eu-west-1:111122223333:straykey',
      },
    ],
  });
  const context = { getRemainingTimeInMillis: () => 60_000 };

  test('reads the object from S3, keeps what it says in PostgreSQL, and tells the outlet before it answers', async () => {
    assert.deepEqual(await handler(announcement('AWSLogs/a+b.json.gz'), context), { batchItemFailures: [] });
    assert.equal(told.length, 1);
    assert.match(told[0]!, /orders/);
    assert.deepEqual(await handler(announcement('AWSLogs/a+b.json.gz'), context), { batchItemFailures: [] });
    assert.equal(told.length, 1, 'told once');
  });

  test('an object that is not there comes again', async () => {
    const { batchItemFailures } = await handler(announcement('AWSLogs/gone.json.gz'), context);
    assert.deepEqual(batchItemFailures, [{ itemIdentifier: 'm1' }]);
  });

  test('upkeep sweeps without a message', async () => {
    assert.deepEqual(await handler({ source: 'aws.events' }, context), { batchItemFailures: [] });
  });
});
