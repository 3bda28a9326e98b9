import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { type Expected, writeCorpus } from './corpus.ts';
import { DECOYS } from './generator/decoys.ts';
import { naiveAnswer } from './programs/naive.ts';
import { gzipFiles, outsideTest } from './programs/question.ts';

const scratch = mkdtempSync(join(tmpdir(), 'straykey-corpus-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** Every file below a folder as `path sha256`, sorted. */
function digests(folder: string): string[] {
  const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
  return [...gzipFiles(folder)].map((path) => `${relative(folder, path)} ${digest(path)}`).sort();
}

describe('the corpus of the scan benchmark', () => {
  const folder = join(scratch, 'small');
  let expected: Expected;
  let records: Rec[];
  before(async () => {
    expected = await writeCorpus({ mb: 10, files: 200, seed: 1 }, folder);
    records = recordsOf(folder);
  });

  test('holds exactly the thefts that a plain reading of every record finds', () => {
    const found = naiveAnswer(join(folder, 'trail'), join(folder, 'aws-prefixes.txt'));
    const key = (use: { accessKeyId: string; address: string; eventID: string }): string =>
      `${use.accessKeyId} ${use.address} ${use.eventID}`;
    assert.deepEqual(found.map(key).sort(), expected.uses.map(key).sort());
  });

  test('names one finding per function and address', () => {
    const pairs = new Set(expected.uses.map((use) => `${use.functionArn} ${use.address}`));
    assert.deepEqual(
      expected.findings.map((f) => `${f.functionArn} ${f.address}`),
      [...pairs].sort(),
    );
    assert.equal(expected.findings.length, 28);
  });

  test('needs the issuing records: without them only part of the thefts can be told', () => {
    const lines = records.filter((r) => r.eventName === 'AssumeRole' && r.sourceIPAddress === 'lambda.amazonaws.com');
    const issued = new Set(lines.map((r) => r.responseElements?.credentials?.accessKeyId));
    const scoped = new Set(records.filter((r) => r.userIdentity?.inScopeOf).map((r) => r.userIdentity?.accessKeyId));
    const byIssueOnly = expected.uses.filter((use) => issued.has(use.accessKeyId) && !scoped.has(use.accessKeyId));
    const byScopeOnly = expected.uses.filter((use) => !issued.has(use.accessKeyId) && scoped.has(use.accessKeyId));
    assert.ok(byIssueOnly.length >= 20, `${byIssueOnly.length} uses known by their issue alone`);
    assert.ok(byScopeOnly.length >= 20, `${byScopeOnly.length} uses known by inScopeOf alone`);
  });

  test('has every kind of decoy, every layout, and one-record files', () => {
    assert.deepEqual(Object.keys(expected.statistics.decoys).sort(), Object.keys(DECOYS).sort());
    const texts = [...gzipFiles(join(folder, 'trail'))].map((path) => gunzipSync(readFileSync(path)).toString());
    assert.ok(
      texts.some((text) => text.startsWith('{\n  "Records"')),
      'white space',
    );
    assert.ok(
      texts.some((text) => /^\{"Records":\[\{"(awsRegion|additionalEventData)"/.test(text)),
      'sorted keys',
    );
    assert.ok(
      texts.some((text) => text.includes('AWS\\u003a\\u003aLambda')),
      'escapes',
    );
    assert.ok(expected.statistics.oneRecordFiles > 0);
  });

  test('is about a quarter Lambda sessions and 15 % calls from outside AWS', () => {
    const isOutside = outsideTest(join(folder, 'aws-prefixes.txt'));
    const share = (holds: (r: Rec) => boolean): number => records.filter(holds).length / records.length;
    const lambda = share(
      (r) => r.userIdentity?.sessionContext?.sessionIssuer?.arn?.includes(':role/service-role/') === true,
    );
    const outside = share((r) => isOutside(r.sourceIPAddress));
    assert.ok(lambda > 0.15 && lambda < 0.3, `${lambda} Lambda sessions`);
    assert.ok(outside > 0.1 && outside < 0.2, `${outside} from outside AWS`);
  });

  test('is the same for the same seed, byte for byte, and another for another seed', async () => {
    const again = join(scratch, 'again');
    const other = join(scratch, 'other');
    const repeated = await writeCorpus({ mb: 10, files: 200, seed: 1 }, again);
    const changed = await writeCorpus({ mb: 10, files: 200, seed: 2 }, other);
    assert.deepEqual(digests(again), digests(folder));
    assert.deepEqual(repeated, expected);
    assert.notDeepEqual(changed.uses, expected.uses);
  });

  test('never replaces a folder that is not a corpus', async () => {
    const precious = join(scratch, 'precious');
    mkdirSync(precious);
    writeFileSync(join(precious, 'thesis.txt'), 'irrelevant');
    await assert.rejects(writeCorpus({ mb: 10, files: 200, seed: 1 }, precious), /an empty one or an older corpus/);
    assert.deepEqual(readdirSync(precious), ['thesis.txt']);
  });

  test('refuses to be made of too few files to hold every kind of theft', async () => {
    await assert.rejects(
      writeCorpus({ mb: 1, files: 20, seed: 1 }, join(scratch, 'few')),
      /at least 200 files, got 20/,
    );
  });
});

interface Rec {
  readonly eventName: string;
  readonly sourceIPAddress: string;
  readonly responseElements?: { readonly credentials?: { readonly accessKeyId: string } } | null;
  readonly userIdentity?: {
    readonly accessKeyId?: string;
    readonly inScopeOf?: unknown;
    readonly sessionContext?: { readonly sessionIssuer?: { readonly arn?: string } };
  };
}

function recordsOf(folder: string): Rec[] {
  return [...gzipFiles(join(folder, 'trail'))].flatMap(
    (path) => (JSON.parse(gunzipSync(readFileSync(path)).toString()) as { Records: Rec[] }).Records,
  );
}
