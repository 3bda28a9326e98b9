import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import * as gd from '@aws-sdk/client-guardduty';
import { trustedAddresses } from '../../straykey/src/api/guardduty/index.ts';
import { type S3Server, startS3 } from '../support/s3-server.ts';
import { DETECTOR, type Served, serve } from './served.ts';

const DetectorId = DETECTOR;
let served: Served;
let s3: S3Server;
const folder = mkdtempSync(join(tmpdir(), 'straykey-lists-'));
const web = createServer((request, response) => {
  if (request.url === '/moved.txt') response.writeHead(302, { location: '/list.txt' }).end();
  else if (request.url === '/inside.txt') response.writeHead(302, { location: 'http://169.254.169.254/latest/' }).end();
  else if (request.url === '/list.txt') response.end('203.0.113.7\n# a comment\n2001:db8::/32\n');
  else response.writeHead(404).end();
});
let webUrl = '';

before(async () => {
  s3 = await startS3();
  s3.useEnvironment();
  served = await serve({ s3Endpoint: s3.endpoint });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  webUrl = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
});
after(async () => {
  await served.close();
  await s3.close();
  web.closeAllConnections();
  web.close();
  rmSync(folder, { recursive: true });
});

function fileWith(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return pathToFileURL(join(folder, name)).href;
}

async function made(Location: string, Format: gd.IpSetFormat = 'TXT'): Promise<string> {
  const { IpSetId } = await served.client.send(
    new gd.CreateIPSetCommand({ DetectorId, Name: 'offices', Format, Location, Activate: true }),
  );
  await served.settled();
  return IpSetId!;
}

async function status(IpSetId: string): Promise<string | undefined> {
  return (await served.client.send(new gd.GetIPSetCommand({ DetectorId, IpSetId }))).Status;
}

async function gone(IpSetId: string): Promise<void> {
  await served.client.send(new gd.DeleteIPSetCommand({ DetectorId, IpSetId }));
}

describe('where a list comes from', () => {
  test('a file of this machine', async () => {
    const id = await made(fileWith('a.txt', '198.51.100.0/24\n'));
    assert.equal(await status(id), 'ACTIVE');
    const trusts = await trustedAddresses(served.store);
    assert.deepEqual([trusts('198.51.100.9'), trusts('203.0.113.7')], ['offices', undefined]);
    await gone(id);
    assert.equal((await trustedAddresses(served.store))('198.51.100.9'), undefined);
  });

  test('an object in S3, in each form of its address', async () => {
    await s3.put('lists-of-ours', 'trusted/list.txt', '203.0.113.9\n');
    for (const location of [
      's3://lists-of-ours/trusted/list.txt',
      'https://s3.amazonaws.com/lists-of-ours/trusted/list.txt',
      'https://s3-eu-west-1.amazonaws.com/lists-of-ours/trusted/list.txt',
      'http://lists-of-ours.s3.amazonaws.com/trusted/list.txt',
      'http://lists-of-ours.s3-eu-west-1.amazonaws.com/trusted/list.txt',
    ]) {
      const id = await made(location);
      assert.equal(await status(id), 'ACTIVE', location);
      assert.equal((await trustedAddresses(served.store))('203.0.113.9'), 'offices');
      await gone(id);
    }
  });

  test('a web server, also when it sends elsewhere', async () => {
    for (const path of ['/list.txt', '/moved.txt']) {
      const id = await made(`${webUrl}${path}`);
      assert.equal(await status(id), 'ACTIVE', path);
      assert.equal((await trustedAddresses(served.store))('2001:db8:1::1'), 'offices');
      await gone(id);
    }
  });

  test('what cannot be had or used is an error and trusts nobody', async () => {
    for (const location of [
      `${webUrl}/nothing.txt`,
      `${webUrl}/inside.txt`,
      'http://169.254.169.254/latest/meta-data/',
      's3://lists-of-ours/not/there.txt',
      's3://lists-of-ours/100%.txt',
      'file:///%ZZ',
      'https://s3.amazonaws.com/bucket-only',
      'file:///no/such/file',
      'http://127.0.0.1:1/refused.txt',
      pathToFileURL(folder).href,
      fileWith('empty.txt', '# nothing here\n'),
      fileWith('long.txt', Array.from({ length: 2001 }, (_, i) => `203.0.${i >> 8}.${i & 255}`).join('\n')),
    ]) {
      const id = await made(location);
      assert.equal(await status(id), 'ERROR', location);
      assert.equal((await trustedAddresses(served.store))('203.0.113.7'), undefined);
      await gone(id);
    }
  });
});

test('an update that activates reads the place anew; one that deactivates trusts nobody any more', async () => {
  const Location = fileWith('changing.txt', '203.0.113.1\n');
  const IpSetId = await made(Location);
  fileWith('changing.txt', '203.0.113.2\n');
  await served.client.send(new gd.UpdateIPSetCommand({ DetectorId, IpSetId, Activate: true, Name: 'renamed' }));
  await served.settled();
  assert.equal((await trustedAddresses(served.store))('203.0.113.2'), 'renamed');
  assert.equal((await trustedAddresses(served.store))('203.0.113.1'), undefined);
  await served.client.send(new gd.UpdateIPSetCommand({ DetectorId, IpSetId, Activate: false }));
  assert.equal(await status(IpSetId), 'INACTIVE');
  assert.equal((await trustedAddresses(served.store))('203.0.113.2'), undefined);
  const { IpSetIds } = await served.client.send(new gd.ListIPSetsCommand({ DetectorId }));
  assert.deepEqual(IpSetIds, [IpSetId]);
  await gone(IpSetId);
});

test('there is one trusted list, as in GuardDuty', async () => {
  const id = await made(fileWith('one.txt', '203.0.113.1\n'));
  await assert.rejects(made(fileWith('two.txt', '203.0.113.2\n')), gd.BadRequestException);
  await gone(id);
});

test('a deleted list says so for ten minutes, then it is unknown', async () => {
  const IpSetId = await made(fileWith('short.txt', '203.0.113.1\n'));
  await gone(IpSetId);
  assert.equal(await status(IpSetId), 'DELETED');
  assert.deepEqual((await served.client.send(new gd.ListIPSetsCommand({ DetectorId }))).IpSetIds, []);
  await assert.rejects(gone(IpSetId), /not owned/);
  served.ahead = 600_001;
  try {
    const later = served.client;
    later.config.systemClockOffset = served.ahead;
    await assert.rejects(status(IpSetId), /not owned by the current account/);
  } finally {
    served.ahead = 0;
    served.client.config.systemClockOffset = 0;
  }
});

test('an activation that was lost with its process is begun again by who asks', async () => {
  const Location = fileWith('lost.txt', '203.0.113.1\n');
  const IpSetId = await made(Location);
  const { body } = (await served.store.documents.get<Record<string, unknown>>('ipset', IpSetId))!;
  const lost = { ...body, status: 'ACTIVATING', activatingSince: Date.now() - 3_600_000 };
  await served.store.documents.replace('ipset', IpSetId, lost, Date.now());
  // Whoever asks, one of them begins.
  assert.deepEqual(await Promise.all([1, 2, 3].map(() => status(IpSetId))), Array(3).fill('ACTIVATING'));
  await served.settled();
  assert.equal(await status(IpSetId), 'ACTIVE');
  await gone(IpSetId);
});

describe('the other three kinds', () => {
  const Location = fileWith('entities.txt', 'evil.example.com\n203.0.113.0/24\n');
  const Name = 'entities';
  const Format = 'TXT';

  test('threat intelligence sets', async () => {
    const { client } = served;
    const made = await client.send(
      new gd.CreateThreatIntelSetCommand({ DetectorId, Name, Format, Location, Activate: true }),
    );
    const ThreatIntelSetId = made.ThreatIntelSetId!;
    await served.settled();
    const input = { DetectorId, ThreatIntelSetId };
    assert.equal((await client.send(new gd.GetThreatIntelSetCommand(input))).Status, 'ACTIVE');
    assert.equal((await trustedAddresses(served.store))('203.0.113.1'), undefined);
    await client.send(new gd.UpdateThreatIntelSetCommand({ ...input, Name: 'other' }));
    assert.equal((await client.send(new gd.GetThreatIntelSetCommand(input))).Name, 'other');
    assert.deepEqual((await client.send(new gd.ListThreatIntelSetsCommand({ DetectorId }))).ThreatIntelSetIds, [
      ThreatIntelSetId,
    ]);
    await client.send(new gd.DeleteThreatIntelSetCommand(input));
    assert.equal((await client.send(new gd.GetThreatIntelSetCommand(input))).Status, 'DELETED');
  });

  test('trusted entity sets trust, and tell why they cannot', async () => {
    const { client } = served;
    const made = await client.send(
      new gd.CreateTrustedEntitySetCommand({ DetectorId, Name, Format, Location, Activate: true }),
    );
    const TrustedEntitySetId = made.TrustedEntitySetId!;
    await served.settled();
    const input = { DetectorId, TrustedEntitySetId };
    const set = await client.send(new gd.GetTrustedEntitySetCommand(input));
    assert.equal(set.Status, 'ACTIVE');
    assert.ok(set.CreatedAt instanceof Date);
    assert.equal((await trustedAddresses(served.store))('203.0.113.1'), 'entities');
    await client.send(new gd.UpdateTrustedEntitySetCommand({ ...input, Location: 'file:///no/such/file' }));
    await served.settled();
    const broken = await client.send(new gd.GetTrustedEntitySetCommand(input));
    assert.equal(broken.Status, 'ERROR');
    assert.match(broken.ErrorDetails!, /cannot be read/);
    assert.equal((await trustedAddresses(served.store))('203.0.113.1'), undefined);
    assert.equal(
      (await client.send(new gd.ListTrustedEntitySetsCommand({ DetectorId }))).TrustedEntitySetIds?.length,
      1,
    );
    await client.send(new gd.DeleteTrustedEntitySetCommand(input));
  });

  test('threat entity sets', async () => {
    const { client } = served;
    const made = await client.send(
      new gd.CreateThreatEntitySetCommand({ DetectorId, Name, Format, Location, Activate: false }),
    );
    const ThreatEntitySetId = made.ThreatEntitySetId!;
    const input = { DetectorId, ThreatEntitySetId };
    assert.equal((await client.send(new gd.GetThreatEntitySetCommand(input))).Status, 'INACTIVE');
    await client.send(new gd.UpdateThreatEntitySetCommand({ ...input, Activate: true }));
    await served.settled();
    assert.equal((await client.send(new gd.GetThreatEntitySetCommand(input))).Status, 'ACTIVE');
    assert.equal((await client.send(new gd.ListThreatEntitySetsCommand({ DetectorId }))).ThreatEntitySetIds?.length, 1);
    await client.send(new gd.DeleteThreatEntitySetCommand(input));
  });
});
