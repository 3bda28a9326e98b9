import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { OddityLog } from '../straykey/src/cli/oddity-log.ts';
import { loadConfig } from '../straykey/src/config/index.ts';
import { evidenceOf, type Finding } from '../straykey/src/findings/index.ts';
import { alone } from '../straykey/src/passes/index.ts';
import { scan } from '../straykey/src/pipeline.ts';
import { loadTables } from '../straykey/src/reference/index.ts';
import { createSources, type SourceObject } from '../straykey/src/sources/index.ts';
import { inputsOf } from './golden/make.ts';
import { stories } from './golden/stories/index.ts';

/**
 * Every scenario of test/golden, both sides, through the real pipeline, compared exactly. `UPDATE_GOLDEN=1` writes the expectations
 * anew; the line a story says about each finding (`finds`) is written by hand and stays.
 */
const golden = join(import.meta.dirname, 'golden');
const update = process.env.UPDATE_GOLDEN === '1';

for (const story of stories) {
  describe(story.name, () => {
    test('its files are what its story says', () => {
      for (const [path, text] of inputsOf(story)) {
        assert.equal(readFileSync(join(golden, path), 'utf8'), text, `${path}: run node test/golden/make.ts`);
      }
    });
    for (const side of ['benign', 'malicious'] as const) {
      test(side, async () => {
        const folder = join(golden, story.name, side);
        const { findings, oddities, unattributed } = await judge(folder);
        assert.deepEqual(findings.map(inOneLine).sort(), [...story[side].finds].sort());
        assert.deepEqual(unattributed, story[side].unattributed ?? []);
        expect(join(folder, 'expected.findings.json'), findings.map(readable));
        expect(join(folder, 'expected.oddities.json'), oddities);
      });
    }
  });
}

test('every folder has its story', () => {
  const folders = readdirSync(golden, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'stories')
    .map(({ name }) => name);
  assert.deepEqual(folders.sort(), stories.map(({ name }) => name).sort());
});

test('every cause of the catalogue has a story or a reason to have none', () => {
  const readme = readFileSync(join(golden, 'README.md'), 'utf8');
  const catalogue = [...readme.matchAll(/^\| (\d+) \|/gm)].map(([, number]) => Number(number));
  const leftOut = [...readme.matchAll(/^- (\d+): /gm)].map(([, number]) => Number(number));
  const told = stories.flatMap(({ causes }) => causes);
  assert.deepEqual(
    [...new Set([...told, ...leftOut])].sort((a, b) => a - b),
    catalogue,
  );
  assert.equal(catalogue.length, 42);
});

async function judge(folder: string) {
  const config = existsSync(join(folder, 'config.yaml')) ? join(folder, 'config.yaml') : undefined;
  const ranges = globSync(join(folder, 'ranges.csv'));
  const tables = loadTables({ ...loadConfig(config, {}), dataDir: join(folder, 'no-data') }, ranges);
  const log = new OddityLog();
  const sources = createSources(globSync(join(folder, 'events*.jsonl')).sort(), { stdin: process.stdin }, log.add);
  const passes = alone(tables.places, { oddity: log.add, progress: () => {} });
  const objects = async function* (): AsyncGenerator<SourceObject> {
    for (const source of sources) yield* source.list(log.add);
  };
  const digest = (text: string) => createHash('sha256').update(text).digest('hex');
  const ports = { passes, tables: tables.places, hostFacts: tables.hostFacts, digest };
  const { findings, joined } = await scan(objects(), ports, { learning: { mode: 'on', feedbackFor: () => [] } });
  const oddities = Object.fromEntries(log.counts().map(({ kind, count }) => [kind, count]));
  const unattributed = joined.unattributed.map(({ functionName, calls }) => `${functionName} ${calls}`);
  return { findings, oddities, unattributed };
}

/** `function host calls rung`. */
function inOneLine(finding: Finding): string {
  const { credential, place } = evidenceOf(finding)!;
  return `${credential.issuedTo.name} ${place.host} ${finding.service.count} ${credential.rung}`;
}

/** The evidence as JSON instead of JSON text, so that a diff can be read. */
function readable(finding: Finding) {
  const { type } = finding.service.additionalInfo;
  return { ...finding, service: { ...finding.service, additionalInfo: { type, value: evidenceOf(finding) } } };
}

function expect(file: string, value: unknown): void {
  const text = `${JSON.stringify(value, null, 2)}\n`;
  if (update) writeFileSync(file, text);
  assert.ok(existsSync(file), `${file} is missing: look at the verdict, then UPDATE_GOLDEN=1`);
  const [now, expected] = [text.split('\n'), readFileSync(file, 'utf8').split('\n')];
  const line = now.findIndex((each, i) => each !== expected[i]);
  if (line !== -1) assert.equal(now[line], expected[line], `${file}:${line + 1}`);
  assert.equal(now.length, expected.length, file);
}
