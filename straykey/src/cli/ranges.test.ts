import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { toldTerminal } from '../../../test/support/told-terminal.ts';
import { loadTables, shelfIn } from '../reference/index.ts';
import { rangesCommand } from './ranges.ts';
import { Exit } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'straykey-cli-ranges-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const NOW = Date.parse('2026-08-03T12:00:00Z');

/** One command line in a data folder of its own name; the real shelf and tables do the work. */
async function straykeyRanges(dataDir: string, ...argv: string[]) {
  const { told, terminal } = toldTerminal(join(folder, dataDir), NOW);
  try {
    await rangesCommand(terminal, { loadTables, shelfIn }).parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    told.code = error.code;
    told.stderr += error.message;
  }
  return told;
}

/** A list of the given day. 193.0.6.0/24 is RIPE NCC's; it stands in for a prefix that came and went. */
function list(day: string, ...prefixes: string[]): string {
  return JSON.stringify({
    syncToken: String(Date.parse(day) / 1000),
    prefixes: prefixes.map((ip_prefix) => ({
      ip_prefix,
      region: 'eu-west-1',
      service: 'EC2',
      network_border_group: 'eu-west-1',
    })),
  });
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('import and show', () => {
  test('a fresh folder says how to begin', async () => {
    const { stdout, code } = await straykeyRanges('fresh', 'show');
    assert.match(stdout, /Versions {6}none known\. Fetch one: straykey ranges update/);
    assert.match(stdout, /Routing data {2}2026-06-17/);
    assert.equal(code, 0);
  });

  test('lists of any age are kept, and what cannot be read stops nothing', async () => {
    const files = [
      file('new.json', list('2026-08-01', '3.80.0.0/12')),
      file('odd.json', list('2025-08-01', '3.80.0.0/12', 'nonsense')),
      file('notes.txt', 'nothing'),
    ];
    const imported = await straykeyRanges('kept', 'import', ...files);
    assert.equal(imported.code, 0);
    assert.match(imported.stdout, /Kept the list of 2026-08-01T00:00:00Z:\n {2}1 IPv4 and 0 IPv6 prefixes/);
    assert.match(imported.stderr, /1 rows could not be used, the first at prefixes\[1\]: no prefix in "nonsense"/);
    assert.match(imported.stderr, /notes\.txt: expected an ip-ranges\.json/);

    const shown = JSON.parse((await straykeyRanges('kept', 'show', '--json')).stdout);
    assert.deepEqual(shown.awsList, {
      versions: 2,
      oldest: '2025-08-01T00:00:00Z',
      newest: '2026-08-01T00:00:00Z',
      ipv4Prefixes: 1,
      ipv6Prefixes: 0,
    });
    const { stdout } = await straykeyRanges('kept', 'show');
    assert.match(stdout, /Newest {8}2026-08-01T00:00:00Z, 2 days old\n/);
  });

  test('an old list asks to be renewed', async () => {
    await straykeyRanges('stale', 'import', file('stale.json', list('2026-07-01', '3.80.0.0/12')));
    assert.match((await straykeyRanges('stale', 'show')).stdout, /33 days old\. Renew it: straykey ranges\s+update/);
  });

  test('when nothing could be read the exit code says so', async () => {
    const { code, stderr } = await straykeyRanges('none', 'import', join(folder, 'nowhere.json'));
    assert.equal(code, 4);
    assert.match(stderr, /nowhere\.json: ENOENT/);
  });

  test('a damaged store is named', async () => {
    await straykeyRanges('damaged', 'import', file('any.json', list('2026-07-01', '3.80.0.0/12')));
    writeFileSync(join(folder, 'damaged', 'ranges', 'history.json.gz'), 'x');
    const { code, stderr } = await straykeyRanges('damaged', 'show');
    assert.equal(code, 2);
    assert.match(stderr, /history\.json\.gz: damaged/);
  });
});

describe('update', () => {
  test('fetches the current list and keeps the older ones', async () => {
    const server = createServer((_, response) => response.end(list('2026-08-03', '18.0.0.0/15')));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    try {
      await straykeyRanges('updated', 'import', file('before.json', list('2026-08-01', '3.80.0.0/12')));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const { stdout } = await straykeyRanges('updated', 'update', '--url', url);
      assert.match(stdout, /Kept the list of 2026-08-03T00:00:00Z/);
      assert.equal(JSON.parse((await straykeyRanges('updated', 'show', '--json')).stdout).awsList.versions, 2);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test('offline it says so, and what to do instead', async () => {
    const { code, stderr } = await straykeyRanges('offline', 'update', '--url', 'http://straykey.invalid/');
    assert.equal(code, 4);
    assert.match(stderr, /could not be fetched .*straykey ranges import FILE/);
  });
});

describe('check', () => {
  const older = file('older.json', list('2024-01-01', '193.0.6.0/24'));
  const newer = file('newer.json', list('2026-08-01', '3.80.0.0/12'));
  const check = (subject: string, ...more: string[]) =>
    straykeyRanges('checked', 'check', subject, '--aws-ranges', older, '--aws-ranges', newer, ...more);

  test('judges an address as of a time: a prefix that has left the list since', async () => {
    const kindAt = async (time: string) => JSON.parse((await check(`193.0.6.139@${time}`, '--json')).stdout).place.kind;
    assert.deepEqual(
      [await kindAt('2024-06-01'), await kindAt('2026-07-31T12:00Z'), await kindAt('2026-08-04')],
      ['aws', 'aws', 'outside'],
    );
  });

  test('shows prefix, region, service, the deciding data and the holder, in eighty columns', async () => {
    const { stdout } = await check('193.0.6.139@2024-01-03T00:00:00Z');
    assert.equal(
      stdout,
      `193.0.6.139 at 2024-01-03T00:00:00Z
Place         aws: published
Prefix        193.0.6.0/24
Region        eu-west-1
Service       EC2
Decided by    Inside 193.0.6.0/24; AWS's list of 2024-01-01, 2 days old at the
              event.
AS number     AS3333
Organisation  Reseaux IP Europeens Network Coordination Centre (RIPE NCC)
Registered in Netherlands (NL)
`,
    );
  });

  test('says when the data is weak', async () => {
    const { stdout } = await straykeyRanges('checked', 'check', '9.9.9.9');
    assert.match(stdout, /^Place {9}outside AWS$/m);
    assert.match(stdout, /^ {14}Weak: newer address data/m);
  });

  test('takes what CloudTrail records: IPv6, service names, and texts that are neither', async () => {
    const kindOf = async (subject: string) => JSON.parse((await check(subject, '--json')).stdout).place.kind;
    assert.deepEqual(
      [await kindOf('2001:67C:2E8:22::C100:68B'), await kindOf('AWS Internal'), await kindOf('evil@x@2024-01-01')],
      ['outside', 'service', 'unknown'],
    );
  });

  test('makes hostile text harmless', async () => {
    const { stdout } = await check('\u{1b}[2J\u{202e}@2024-01-01');
    assert.ok(!/[\u{1b}\u{202e}]/u.test(stdout));
    assert.match(stdout, /unknown: malformed/);
  });

  test('refuses a time it cannot read, and counts "no time" as now', async () => {
    const { code, stderr } = await check('9.9.9.9@tomorrow');
    assert.equal(code, 2);
    assert.match(stderr, /found "tomorrow"/);
    assert.match((await check('9.9.9.9')).stdout, /at 2026-08-03T12:00:00Z/);
  });

  test('keeps nothing', async () => {
    await check('9.9.9.9');
    assert.match((await straykeyRanges('checked', 'show')).stdout, /none known/);
  });
});
