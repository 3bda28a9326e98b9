// SQS and S3 in a process of its own, filled with a trail: `node bench/live/aws-server.ts DIR`. Prints one line of JSON: endpoint and pid.
import { globSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buildApp } from 'fauxqs';

const [folder] = process.argv.slice(2);
const app = buildApp({ logger: false });
await app.listen({ host: '127.0.0.1', port: 0 });
const { port } = app.server.address() as AddressInfo;
await app.inject({ method: 'PUT', url: '/my-trail' });
for (const key of folder === undefined ? [] : globSync('AWSLogs/**/*.gz', { cwd: folder })) {
  const url = `/my-trail/${key.split('/').map(encodeURIComponent).join('/')}`;
  const answer = await app.inject({ method: 'PUT', url, payload: readFileSync(join(folder!, key)) });
  if (answer.statusCode !== 200) throw new Error(`PUT ${url}: ${answer.statusCode}`);
}
console.log(JSON.stringify({ endpoint: `http://127.0.0.1:${port}`, pid: process.pid }));
// Ends with whoever started it.
process.stdin.resume().on('end', () => process.exit());
