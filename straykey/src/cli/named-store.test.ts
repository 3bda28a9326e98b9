import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { SEEDED_NOW, type Seeded, seedStore } from '../../../test/support/seeded-store.ts';
import { toldTerminal } from '../../../test/support/told-terminal.ts';
import { activeRules, FILTER, type FilterBody } from '../api/guardduty/index.ts';
import { loadTables, shelfIn } from '../reference/index.ts';
import { appendEvents, readRules } from '../rules/index.ts';
import { addStatement, readStatements, type Statement } from '../statements/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { runProgram } from './program.ts';
import type { Rim } from './rim.ts';

/** suppress, hosts and timeline on a store, beside a Straykey that runs on it. */
const folder = mkdtempSync(join(tmpdir(), 'straykey-named-store-'));
const url = `sqlite:${join(folder, 'seeded.db')}`;
const now = () => SEEDED_NOW;
let store: Store;
let seeded: Seeded;

before(async () => {
  store = await openStore(url, { now });
  seeded = await seedStore(store);
});
after(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const rim: Rim = {
  createSources: () => assert.fail('no trail is read here'),
  passes: () => assert.fail('no trail is read here'),
  loadTables,
  digest: (text) => createHash('sha256').update(text).digest('hex'),
  cores: 1,
  shelfIn,
  statements: (dataDir) => {
    const path = join(dataDir, 'statements.jsonl');
    return { path, read: () => readStatements(path), add: (statement) => addStatement(path, statement) };
  },
  suppressionRules: (dataDir) => {
    const path = join(dataDir, 'suppression-rules.jsonl');
    return { path, read: () => readRules(path), append: (events) => appendEvents(path, events) };
  },
  writeFile: (path, text) => writeFileSync(path, text),
  openStore: (asked) => openStore(asked, { now }),
  serve: () => assert.fail('nothing here runs for good'),
  secret: () => assert.fail('nothing here runs for good'),
  doctorDoors: () => assert.fail('nothing here runs for good'),
};

async function straykey(...argv: string[]) {
  const { told, terminal } = toldTerminal(join(folder, 'data'), SEEDED_NOW);
  const environment = { ...terminal.environment, USER: 'jane', STRAYKEY_STORE: url };
  const status = await runProgram(argv, '0.0.0', { ...terminal, environment }, rim);
  return { ...told, status, text: `${told.stdout}${told.stderr}`.replace(/\s+/g, ' ') };
}

const rule = async (name: string) => (await store.documents.get<FilterBody>(FILTER, name))?.body;

describe('straykey suppress on a store', () => {
  test('adds a rule in one line, which the engine applies and the API shows', async () => {
    const { status, text } = await straykey(
      ...['suppress', 'add', '--type', '*OutsideAWS', '--caller', '198.51.100.0/24', '--name', 'leipzig'],
      ...['--reason', 'the gateway', '--expires', '2026-12-31'],
    );
    assert.equal(status, 0, text);
    assert.match(text, /Kept in sqlite:.*seeded\.db/);
    const { by: _, createdAt, ...kept } = { by: '', ...(await rule('leipzig'))! };
    assert.deepEqual(
      { ...kept, findingCriteria: Object.keys(kept.findingCriteria.criterion) },
      {
        name: 'leipzig',
        action: 'ARCHIVE',
        rank: 3,
        findingCriteria: ['type', 'service.action.awsApiCallAction.remoteIpDetails.ipAddressV4'],
        tags: {},
        version: 1,
        updatedAt: SEEDED_NOW,
        createdBy: 'jane',
        updatedBy: 'jane',
        reason: 'the gateway',
        expires: '2026-12-31T23:59:59.000Z',
      },
    );
    assert.equal(createdAt, SEEDED_NOW);
    const active = (await activeRules(store, SEEDED_NOW)).map(({ name }) => name);
    assert.deepEqual(active, ['office-gateway', 'leipzig']);
    const [line] = await store.audit.list({ limit: 1 });
    assert.deepEqual(
      [line?.action, line?.subject, line?.by, line?.reason],
      ['filter.create', 'filter/leipzig', 'jane', 'the gateway'],
    );
  });

  test('refuses a name that is taken, by a rule or by a search, and keeps nothing', async () => {
    for (const name of ['leipzig', 'high-only']) {
      const before = await rule(name);
      const { status, text } = await straykey(
        'suppress',
        'add',
        '--caller',
        '198.51.100.1',
        '--name',
        name,
        '--reason',
        'x',
      );
      assert.equal(status, 2);
      assert.match(text, /Nothing was kept: there/);
      assert.deepEqual(await rule(name), before);
    }
  });

  test('changes a rule, keeping who made it and when', async () => {
    const args = ['suppress', 'add', '--caller', '198.51.100.0/25', '--name', 'leipzig', '--replace'];
    assert.equal((await straykey(...args, '--reason', 'narrower', '--by', 'joe')).status, 0);
    const { createdBy, expires, updatedBy, version } = (await rule('leipzig'))!;
    assert.deepEqual([version, createdBy, updatedBy, expires], [2, 'jane', 'joe', undefined]);
  });

  test('lists rules with reason and end, and every change', async () => {
    const { text } = await straykey('suppress', 'list');
    assert.match(text, /Rule office-gateway, rank 1/);
    assert.match(text, /last-summer.*over since 2026-09-01/);
    assert.doesNotMatch(text, /high-only/);
    const { text: history } = await straykey('suppress', 'list', '--history');
    assert.match(history, /create office-gateway by jane.*update leipzig by joe: narrower/);
  });

  test('tries a rule over what is stored, and warns of what is unlike its finding', async () => {
    const [orders] = seeded.findings;
    const { status, text } = await straykey('suppress', 'test', '--caller', '185.220.101.0/24');
    assert.equal(status, 0, text);
    assert.match(text, /Would hide 2 of 6 findings/);
    const made = await straykey('suppress', 'test', '--from-finding', orders!.id.slice(0, 10));
    assert.match(made.text, new RegExp(`Would hide \\d of 6 findings.*${orders!.id.slice(0, 12)}`));
    assert.equal((await straykey('suppress', 'test', '--name', 'nobody')).status, 2);
    assert.equal((await straykey('suppress', 'test', '--from-finding', 'abcdefabcdef')).status, 4);
  });

  test('removes a rule, with the reason on record', async () => {
    assert.equal((await straykey('suppress', 'remove', 'leipzig', '--reason', 'moved')).status, 0);
    assert.equal(await rule('leipzig'), undefined);
    const [line] = await store.audit.list({ limit: 1 });
    assert.deepEqual([line?.action, line?.reason], ['filter.delete', 'moved']);
    assert.equal((await straykey('suppress', 'remove', 'high-only', '--reason', 'x')).status, 2);
    assert.ok(await rule('high-only'));
  });

  test('says what is wrong with a store that cannot be opened', async () => {
    const { status, stderr } = await straykey('suppress', 'list', '--store', 'mysql://x');
    assert.equal(status, 2);
    assert.match(stderr, /^straykey: --store: /);
  });
});

describe('straykey hosts on a store', () => {
  test('keeps a statement with who and why, and has everything judged again', async () => {
    const { status, text } = await straykey(
      ...['hosts', 'expect', '193.0.6.139', '--function', 'reports', '--accept', 'SECRETS', '--reason', 'our gateway'],
    );
    assert.equal(status, 0, text);
    const bodies = (await store.documents.list<Statement>('statement')).map(({ body }) => body);
    const said = bodies.find(({ reason }) => reason === 'our gateway');
    assert.deepEqual(
      [said?.verdict, said?.host, said?.function, said?.accept, said?.by],
      ['expected', '193.0.6.139', 'reports', ['SECRETS'], 'jane'],
    );
    const [line] = await store.audit.list({ limit: 1 });
    assert.deepEqual([line?.action, line?.subject], ['host.vouch', 'host/193.0.6.139']);
    assert.ok((await store.evidence.waiting()).topics >= seeded.findings.length);
  });

  test('shows what is known of a host, and what was said', async () => {
    const { text } = await straykey('hosts', 'show', '185.220.101.0/24');
    assert.match(text, /orders \(111122223333\/orders-role\/orders\)/);
    assert.match(text, /billing/);
    assert.doesNotMatch(text, /reports/);
    const { text: listed } = await straykey('hosts', 'list');
    assert.match(listed, /No host is learned\..*jane, .*: our gateway/);
    assert.equal((await straykey('hosts', 'show', '198.51.100.0/24')).status, 4);
  });

  test('takes feedback on a stored finding', async () => {
    const [orders] = seeded.findings;
    const feedback = ['hosts', 'feedback', orders!.id.slice(0, 10), 'USEFUL', '--reason', 'it was theft'];
    assert.equal((await straykey(...feedback, '--by', 'joe')).status, 0);
    const bodies = (await store.documents.list<Statement>('statement')).map(({ body }) => body);
    assert.ok(bodies.some(({ by, verdict }) => by === 'joe' && verdict === 'malicious'));
    const exported = JSON.parse((await straykey('hosts', 'export')).stdout);
    assert.equal(exported.statements.length, bodies.length);
  });
});

describe('straykey timeline on a store', () => {
  test('tells the same calls as the finding, and its neighbour', async () => {
    const [orders] = seeded.findings;
    const { status, stdout } = await straykey('timeline', orders!.id.slice(0, 10), '--format', 'json');
    assert.equal(status, 0);
    const { entries } = JSON.parse(stdout);
    const of = (relation: string) => entries.filter((each: { relation: string }) => each.relation === relation);
    assert.equal(of('finding').length, orders!.service.count);
    assert.ok(of('same-host').every(({ who }: { who: string }) => who === 'billing'));
    assert.ok(of('inside').every(({ time }: { time: string }) => time.length === 10));
    const people = await straykey('timeline', orders!.id);
    assert.match(people.text, /same host billing/);
    assert.match(people.text, /\d+ calls? of this finding/);
  });

  test('names what is missing', async () => {
    assert.equal((await straykey('timeline', 'abcdefabcdef')).status, 4);
    assert.equal((await straykey('timeline', 'xyz')).status, 2);
  });
});
