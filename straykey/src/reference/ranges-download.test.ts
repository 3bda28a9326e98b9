import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { downloadRanges } from './ranges-download.ts';

const LIST = JSON.stringify({
  syncToken: '1787411825',
  prefixes: [{ ip_prefix: '3.80.0.0/12', region: 'us-east-1', service: 'EC2', network_border_group: 'us-east-1' }],
});

async function reasonFrom(answer: RequestListener, timeoutMs?: number) {
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  try {
    return await downloadRanges(`http://127.0.0.1:${(server.address() as AddressInfo).port}/ip-ranges.json`, timeoutMs);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("a server's list is read", async () => {
  const result = await reasonFrom((_, response) => response.end(LIST));
  assert.equal(result.kind, 'ranges');
  assert.deepEqual((result as Extract<typeof result, { kind: 'ranges' }>).history.versions, [1_787_411_825]);
});

test('what went wrong is named', async () => {
  const answers: readonly (readonly [RequestListener, RegExp])[] = [
    [(_, response) => response.writeHead(503).end(), /expected HTTP status 200, found 503/],
    [(_, response) => response.end('<html>Sign in to the hotel network</html>'), /expected an ip-ranges\.json/],
    [
      (request) => request.destroy(),
      /could not be fetched \(.+\)\. Offline, fetch the file elsewhere and run: straykey ranges import FILE/,
    ],
  ];
  for (const [answer, reason] of answers) {
    const result = await reasonFrom(answer);
    assert.match((result as { reason: string }).reason, reason);
  }
});

test('a server that does not answer is given up', async () => {
  const result = await reasonFrom(() => {}, 50);
  assert.match((result as { reason: string }).reason, /no answer in time/);
});

test('a machine without a network is told how to do without', async () => {
  const result = await downloadRanges('http://straykey.invalid/ip-ranges.json');
  assert.match((result as { reason: string }).reason, /straykey\.invalid.*could not be fetched.*ranges import FILE/);
});
