import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { loadConfig } from '../../straykey/src/config/index.ts';
import type { TrailRecord } from '../../straykey/src/drill/index.ts';
import type { Finding } from '../../straykey/src/findings/index.ts';
import { alone, crew } from '../../straykey/src/passes/index.ts';
import { scan } from '../../straykey/src/pipeline.ts';
import { loadTables } from '../../straykey/src/reference/index.ts';
import { createSources } from '../../straykey/src/sources/index.ts';
import { envelopes, handled, handling, trailOf } from './trails.ts';

/**
 * However a trail is handed over, its findings are the same bytes. Real files, the real pipeline; the seed of a failure is printed by fast-check
 * and can be set here by STRAYKEY_SEED.
 */
const root = mkdtempSync(join(tmpdir(), 'straykey-property-'));
after(() => rmSync(root, { recursive: true, force: true }));

const seed = process.env.STRAYKEY_SEED === undefined ? 20_260_823 : Number(process.env.STRAYKEY_SEED);
console.log(`fast-check seed ${seed}`);

const tables = loadTables({ ...loadConfig(undefined, {}), dataDir: join(root, 'no-data') }, []);
const digest = (text: string) => createHash('sha256').update(text).digest('hex');

async function findingsOf(files: readonly Buffer[], jobs: number): Promise<readonly Finding[]> {
  const folder = mkdtempSync(join(root, 'trail-'));
  for (const [i, bytes] of files.entries()) writeFileSync(join(folder, `file-${i}`), bytes);
  const tell = () => {};
  const [source] = createSources([folder], { stdin: process.stdin }, tell);
  const watch = { oddity: tell, progress: tell };
  const passes = jobs === 1 ? alone(tables.places, watch) : crew(jobs, tables.places, watch);
  try {
    const ports = { passes, tables: tables.places, hostFacts: tables.hostFacts, digest };
    const scanned = await scan(source!.list(tell), ports, { learning: { mode: 'on', feedbackFor: () => [] } });
    return scanned.findings;
  } finally {
    await passes.close();
    rmSync(folder, { recursive: true });
  }
}

/** Function, host and count first: a difference there says more than sixty thousand letters of JSON. */
function same(actual: readonly Finding[], expected: readonly Finding[]): void {
  assert.deepEqual(actual.map(inOneLine), expected.map(inOneLine));
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  assert.ok(
    a === b,
    `different from letter ${at} on: ${a.slice(at - 200, at + 100)}\n\nexpected: ${b.slice(at - 200, at + 100)}`,
  );
}

function inOneLine({ service, resource }: Finding): string {
  const { ipAddressV4, ipAddressV6 } = service.action.awsApiCallAction.remoteIpDetails;
  return `${resource.lambdaDetails?.functionName} ${ipAddressV4 ?? ipAddressV6} ${service.count}`;
}

const plainly = (records: readonly TrailRecord[]) => findingsOf([envelopes.plain!(records)], 1);

describe('the findings of a trail stay the same, byte for byte', () => {
  test('in any order, cut into any files, with records and files twice, in any envelope', async () => {
    const known = new Map<number, readonly Finding[]>();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), handling, async (trail, how) => {
        const records = trailOf(trail);
        if (!known.has(trail)) known.set(trail, await plainly(records));
        same(await findingsOf(handled(records, how), 1), known.get(trail)!);
      }),
      { seed, numRuns: 60 },
    );
  });

  for (const [name, envelope] of Object.entries(envelopes)) {
    test(`in one envelope: ${name}`, async () => {
      const records = trailOf(1);
      same(await findingsOf([envelope(records)], 1), await plainly(records));
    });
  }

  test('with two reading threads as with one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), handling, async (trail, how) => {
        const files = handled(trailOf(trail), { ...how, files: how.files + 20 });
        same(await findingsOf(files, 2), await findingsOf(files, 1));
      }),
      { seed, numRuns: 6 },
    );
  });
});

test('count counts each action once, whatever number of records tells of it', async () => {
  const findings = await plainly(trailOf(1));
  const ofEach = ['orders-105', 'orders-108', 'orders-111'].flatMap((name) => [
    // Who am I, secrets (and its correction), buckets with a warm key, an object (and its copy in another account), a role.
    `${name} 95.216.24.8 5`,
    `${name} 185.220.101.34 1`,
    `${name} 2001:67c:2e8:22::c100:68b 1`,
  ]);
  assert.deepEqual(findings.map(inOneLine).sort(), ['invoices 185.220.101.1 11', ...ofEach].sort());
});
