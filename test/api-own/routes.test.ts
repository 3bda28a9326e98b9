import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { FilterBody } from '../../straykey/src/api/guardduty/index.ts';
import { HOSTILE, SEEDED_NOW, type Seeded, seedStore } from '../support/seeded-store.ts';
import { startOwnApi } from './server.ts';

const api = await startOwnApi();
const seeded: Seeded = await seedStore(api.store);
const { get, send } = await api.signedIn();
after(() => api.close());

const NOBODY = '0'.repeat(32);
const [orders, , reports] = seeded.findings;

/** The newest line of the audit trail. */
async function audited() {
  const [{ action, by, reason, subject }] = (await get('/audit?limit=1')).json.items;
  return { action, by, reason, subject };
}

describe('the overview', () => {
  test('counts what is stored', async () => {
    const { json } = await get('/overview');
    assert.deepEqual(
      { ...json.findings, newest: json.findings.newest.map(({ id }: { id: string }) => id) },
      {
        active: 6,
        archived: 2,
        suppressed: 1,
        bySeverity: [{ severity: 8, count: 6 }],
        byAge: [
          { label: 'today', count: 1 },
          { label: '7 days', count: 3 },
          { label: '30 days', count: 1 },
          { label: 'older', count: 1 },
        ],
        newest: [0, 1, 7, 2, 5, 6].map((i) => seeded.findings[i]!.id),
      },
    );
    assert.equal(json.activity.length, 30);
    assert.deepEqual(json.activity[28], { day: '2026-10-05', alarming: 11, silenced: 0, insideSessions: 22 });
    assert.deepEqual(
      json.countries.map(({ code }: { code: string }) => code).sort(),
      [...new Set(json.countries.map(({ code }: { code: string }) => code))].sort(),
    );
    assert.ok(json.countries.length >= 2);
    assert.deepEqual(json.oddities[1], {
      kind: 'not-json',
      count: 3,
      lastAt: '2026-10-06T11:59:00.000Z',
      meaning: 'A piece among the records is not JSON.',
    });
    assert.equal(json.sources[0].lagSeconds, 40);
    assert.equal(json.empty, false);
  });

  test('says in sentences what is not covered', async () => {
    const { coverage, gaps } = (await get('/overview')).json;
    assert.deepEqual(
      coverage.map(({ accountId, firstSeen }: { accountId: string; firstSeen: string }) => [accountId, firstSeen]),
      [
        ['111122223333', '2026-09-06T12:00:00.000Z'],
        ['444455556666', coverage[1].lastSeen],
      ],
    );
    assert.deepEqual(gaps, [
      'S3 data events are not recorded in 1 account (444455556666): stolen keys that only read objects are not seen.',
    ]);
  });

  test('of an empty store is empty and says so', async () => {
    const empty = await startOwnApi({ ports: { sources: () => [] } });
    const { json } = await (await empty.signedIn()).get('/overview');
    assert.deepEqual([json.empty, json.findings.active, json.gaps, json.countries], [true, 0, [], []]);
    await empty.close();
  });

  test('takes use outside from the days of the findings', async () => {
    const young = await startOwnApi();
    await young.store.findings.put({ finding: orders!, at: SEEDED_NOW, topics: ['orders'] });
    const { activity } = (await (await young.signedIn()).get('/overview')).json;
    const calls = activity.reduce((sum: number, each: { alarming: number }) => sum + each.alarming, 0);
    assert.equal(calls, orders!.service.count);
    await young.close();
  });
});

describe('a finding', () => {
  test('is told as GuardDuty would, with what happened to it', async () => {
    const { json } = await get(`/findings/${seeded.suppressed.id}`);
    assert.equal(json.finding.service.archived, true);
    assert.deepEqual(json.archivedBy, { kind: 'filter', name: 'office-gateway' });
    assert.equal(json.revision >= 1, true);
    const reported = (await get(`/findings/${reports!.id}`)).json;
    assert.deepEqual(reported.feedback, { verdict: 'USEFUL', comment: HOSTILE.markup });
    assert.equal(reported.finding.service.userFeedback, 'USEFUL');
  });

  test('has a history, newest last', async () => {
    const { items } = (await get(`/findings/${seeded.archived.id}/history`)).json;
    assert.deepEqual(
      items.map(({ by, kind, reason }: Record<string, string>) => [kind, by, reason]),
      [
        ['created', 'straykey', undefined],
        ['archived', 'jane', 'a drill of ours'],
      ],
    );
    assert.equal(items[0].count, seeded.archived.service.count);
  });

  test('comes with a plan, as data, for people and as a script', async () => {
    const plan = await get(`/findings/${orders!.id}/respond`);
    assert.deepEqual(
      plan.json.phases.map(({ name }: { name: string }) => name),
      ['verify', 'contain', 'scope', 'eradicate', 'recover', 'prevent'],
    );
    const people = await get(`/findings/${orders!.id}/respond?format=markdown`);
    assert.match(people.headers.get('content-type')!, /^text\/markdown/);
    assert.match(people.text, /^# /);
    const script = await get(`/findings/${orders!.id}/respond?format=sh`);
    assert.match(script.text, /^#!/);
    assert.equal((await get(`/findings/${orders!.id}/respond?format=exe`)).json.code, 'BadInput');
  });

  test('is argued for in plain text', async () => {
    const { headers, text } = await get(`/findings/${orders!.id}/explain`);
    assert.match(headers.get('content-type')!, /^text\/plain/);
    assert.ok(text.includes(orders!.id));
  });

  test('that is not there is not there, under whatever name', async () => {
    for (const id of [NOBODY, 'x', '__proto__', '..%2f..%2fkeys', '%00', encodeURIComponent(HOSTILE.markup)]) {
      for (const rest of ['', '/history', '/timeline', '/respond', '/explain']) {
        const answer = await get(`/findings/${id}${rest}`);
        assert.deepEqual([answer.status, answer.json?.code], [404, 'NotFound'], `${id}${rest}`);
      }
    }
  });

  test('holds hostile text as text', async () => {
    const { headers, json } = await get(`/findings/${seeded.hostile.id}`);
    assert.ok(json.finding.service.action.awsApiCallAction.userAgent.includes(HOSTILE.markup));
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('cache-control'), 'no-store');
  });
});

describe('a timeline', () => {
  test('holds the calls of the finding, what the neighbour did, what was made with the key, and days inside', async () => {
    const { items, omitted } = (await get(`/findings/${orders!.id}/timeline?limit=500`)).json;
    assert.equal(omitted, 0);
    const of = (relation: string) => items.filter((each: { relation: string }) => each.relation === relation);
    assert.equal(of('finding').length, orders!.service.count);
    assert.ok(of('host').length > 0 && of('host').every(({ who }: { who: string }) => who === 'billing'));
    assert.ok(of('derived').length > 0);
    assert.ok(of('inside-day').every(({ place }: { place: string }) => place === 'inside'));
    const times = items.map(({ time }: { time: string }) => time);
    assert.deepEqual(times, [...times].sort());
  });

  test('is the same in pages', async () => {
    const whole = (await get(`/findings/${orders!.id}/timeline?limit=500`)).json.items;
    const paged: unknown[] = [];
    let after = '';
    do {
      const { items, next } = (await get(`/findings/${orders!.id}/timeline?limit=7${after}`)).json;
      assert.ok(items.length <= 7);
      paged.push(...items);
      after = next === undefined ? '' : `&after=${next}`;
    } while (after !== '');
    assert.deepEqual(paged, whole);
  });
});

describe('a preview of suppression', () => {
  const preview = (cidr: unknown, more: object = {}) =>
    send('POST', `/findings/${orders!.id}/suppression-preview`, { cidr, ...more });

  test('grows with the CIDR, and warns of other functions', async () => {
    const { json } = await preview('185.220.101.1/24');
    assert.equal(json.cidr, '185.220.101.0/24');
    assert.deepEqual([json.wouldHide, json.active], [2, 6]);
    assert.deepEqual(
      json.findings.map(({ id }: { id: string }) => id).sort(),
      seeded.neighbours.map(({ id }) => id).sort(),
    );
    assert.ok(json.warnings.some((warning: string) => warning.includes('another function')));
    assert.equal((await preview('0.0.0.0/0')).json.wouldHide, 6);
    assert.equal((await preview('198.51.100.0/24')).json.wouldHide, 0);
  });

  test('changes nothing', async () => {
    const before = (await get('/overview')).json.findings;
    await preview('0.0.0.0/0');
    assert.deepEqual((await get('/overview')).json.findings, before);
  });

  test('refuses what is no address or type', async () => {
    for (const [cidr, more] of [['x'], [''], [7], ['1.2.3.4/33'], ['185.220.101.1', { type: 'x' }]] as const) {
      assert.equal((await preview(cidr, more)).status, 400, String(cidr));
    }
  });

  test('of any criteria is a dry run', async () => {
    const findingCriteria = { criterion: { accountId: { equals: ['444455556666'] } } };
    const { json } = await send('POST', '/dry-run', { findingCriteria, findingId: orders!.id });
    assert.deepEqual([json.wouldHide, json.active], [1, 6]);
    assert.ok(json.warnings.some((warning: string) => warning.includes('another account')));
    const wrong = await send('POST', '/dry-run', { findingCriteria: { criterion: { sevrity: { equals: ['8'] } } } });
    assert.deepEqual([wrong.status, /did you mean severity/.test(wrong.json.message)], [400, true]);
  });
});

describe('hosts', () => {
  before(async () => {
    for (const [i, state] of (['learned', 'learning', 'reopened'] as const).entries()) {
      const body = {
        principal: `111122223333/fleet-role/fleet-${i}`,
        functionName: `fleet-${i}`,
        accountId: '111122223333',
        host: `198.51.100.${i}`,
        state,
        evidenceDays: 3,
        required: 14,
        firstSeen: '2026-08-01T00:00:00.000Z',
        lastSeen: `2026-09-0${i + 1}T00:00:00.000Z`,
        silencedCalls: 0,
        text: HOSTILE.markup,
      };
      await api.store.documents.create('host', `${body.principal}|${body.host}`, body, SEEDED_NOW);
    }
  });

  test('are listed by state and by text, the newest seen first', async () => {
    const learned = (await get('/hosts?state=learned,reopened')).json.items;
    assert.deepEqual(
      learned.map(({ functionName }: { functionName: string }) => functionName),
      ['fleet-2', 'fleet-0'],
    );
    assert.equal((await get('/hosts?q=FLEET-1')).json.items.length, 1);
    assert.equal((await get('/hosts?q=198.51.100.')).json.items.length, 3);
    assert.equal((await get('/hosts?state=asleep')).status, 400);
    assert.deepEqual((await get('/overview')).json.learning, { learned: 1, learning: 1, reopened: 1 });
  });

  test('come in pages that hold each once', async () => {
    const seen: string[] = [];
    let path = '/hosts?limit=4';
    for (;;) {
      const { items, next } = (await get(path)).json;
      seen.push(...items.map(({ host, principal }: Record<string, string>) => `${principal}|${host}`));
      if (next === undefined) break;
      path = `/hosts?limit=4&after=${next}`;
    }
    assert.equal(new Set(seen).size, seen.length);
    assert.equal(seen.length, (await get('/hosts?limit=500')).json.items.length);
  });
});

describe('statements', () => {
  test('are kept with who and why, audited, and judged by at once', async () => {
    const said = {
      verdict: 'expected',
      host: '198.51.100.77/28',
      function: 'orders',
      account: '111122223333',
      accept: ['SECRETS'],
      ttlDays: 30,
      reason: 'the gateway in Leipzig',
    };
    const { json, status } = await send('POST', '/statements', said);
    assert.equal(status, 201);
    assert.deepEqual(
      { ...json, id: '' },
      { ...said, id: '', host: '198.51.100.64/28', made: '2026-10-06T12:00:00.000Z', by: 'console' },
    );
    assert.equal(api.changed.at(-1)?.id, json.id);
    assert.deepEqual(await audited(), {
      action: 'host.vouch',
      by: 'console',
      reason: 'the gateway in Leipzig',
      subject: 'host/198.51.100.64/28',
    });
    assert.equal((await get('/statements')).json.items[0].id, json.id);
  });

  const wrong: readonly (readonly [string, object, RegExp])[] = [
    ['a host that is none', { verdict: 'malicious', host: 'evil.example', reason: 'x' }, /^host: expected an address/],
    ['no reason', { verdict: 'malicious', host: '192.0.2.1', reason: ' ' }, /^reason: expected 1 to 1000/],
    ['no verdict', { host: '192.0.2.1', reason: 'x' }, /^verdict: /],
    ['another verdict', { verdict: 'fine', host: '192.0.2.1', reason: 'x' }, /^verdict: /],
    ['the whole internet as expected', { verdict: 'expected', host: '0.0.0.0/0', reason: 'x' }, /^host: too wide/],
    ['no whole days', { verdict: 'expected', host: '192.0.2.1', ttlDays: 0.5, reason: 'x' }, /^ttlDays: expected 1 to/],
    ['another category', { verdict: 'expected', host: '192.0.2.1', accept: ['ALL'], reason: 'x' }, /^accept\.0: /],
    [
      'an end for what has none',
      { verdict: 'malicious', host: '192.0.2.1', ttlDays: 3, reason: 'x' },
      /^verdict: accept and/,
    ],
    ['markup as a function', { verdict: 'malicious', host: '192.0.2.1', function: '<b>', reason: 'x' }, /^function: /],
    ['an unknown member', { verdict: 'malicious', host: '192.0.2.1', reason: 'x', by: 'boss' }, /^by: no member/],
    ['a prototype', JSON.parse('{"__proto__":{"verdict":"malicious"},"host":"192.0.2.1","reason":"x"}'), /: /],
  ];
  for (const [name, body, message] of wrong) {
    test(`with ${name} are refused, naming the member`, async () => {
      const { json, status } = await send('POST', '/statements', body);
      assert.deepEqual([status, json.code], [400, 'BadInput']);
      assert.match(json.message, message);
    });
  }
});

describe('rules', () => {
  test('are told with reason, end and what they hid', async () => {
    const { items } = (await get('/rules')).json;
    const [gateway, summer, high] = items;
    assert.deepEqual(
      [gateway.name, gateway.rank, gateway.expired, gateway.matched, gateway.suppressed, gateway.by],
      ['office-gateway', 1, false, 2, 1, 'jane'],
    );
    assert.deepEqual([summer.expired, summer.reason], [true, HOSTILE.formula]);
    assert.deepEqual([high.action, high.description, high.expires], ['NOOP', '', undefined]);
  });

  test('get another reason and end, a bare date meaning its last second', async () => {
    const notes = { reason: 'until the move', expires: '2026-12-31' };
    const { json, status } = await send('PUT', '/rules/office-gateway/notes', notes);
    assert.equal(status, 200);
    assert.deepEqual([json.reason, json.expires, json.by], ['until the move', '2026-12-31T23:59:59.000Z', 'console']);
    const kept = await api.store.documents.get<FilterBody>('filter', 'office-gateway');
    assert.deepEqual([kept?.body.rank, kept?.body.expires, kept?.rank], [1, '2026-12-31T23:59:59.000Z', 1]);
    assert.deepEqual(await audited(), {
      action: 'filter.notes',
      by: 'console',
      reason: 'until the move',
      subject: 'filter/office-gateway',
    });
    const open = await send('PUT', '/rules/office-gateway/notes', { reason: 'for good' });
    assert.equal(open.json.expires, undefined);
  });

  test('that are not there, or notes that are none, are refused', async () => {
    assert.equal((await send('PUT', '/rules/__proto__/notes', { reason: 'x' })).status, 404);
    assert.equal((await send('PUT', '/rules/office-gateway/notes', { reason: '' })).status, 400);
    assert.equal((await send('PUT', '/rules/office-gateway/notes', { reason: 'x', expires: 'soon' })).status, 400);
  });
});

describe('outlets', () => {
  test('show what waits, what was sent and what was given up', async () => {
    const { items } = (await get('/outlets')).json;
    const [siem] = items;
    assert.deepEqual(
      { ...siem, deadLines: siem.deadLines.map(({ error }: { error: string }) => error) },
      {
        name: 'siem',
        type: 'webhook',
        waiting: 1,
        sent: 1,
        dead: 1,
        lastSentAt: '2026-10-06T11:50:00.020Z',
        lastError: 'connect ECONNREFUSED 192.0.2.1:443',
        deadLines: ['HTTP 410 Gone'],
      },
    );
  });

  test('send again what was given up, the named lines or all', async () => {
    const [siem, oncall] = (await get('/outlets')).json.items;
    const [{ id }] = siem.deadLines;
    assert.deepEqual((await send('POST', '/outlets/siem/resend', { ids: [id] })).json, { lines: 1 });
    assert.equal((await get('/outlets')).json.items[0].dead, 0);
    assert.deepEqual((await send('POST', '/outlets/siem/resend', { ids: [oncall.deadLines[0].id] })).json, {
      lines: 0,
    });
    assert.deepEqual((await send('POST', '/outlets/oncall/resend')).json, { lines: 1 });
    assert.equal((await audited()).action, 'outlet.resend');
    assert.equal((await send('POST', '/outlets/siem/resend', { ids: ['1'] })).status, 400);
  });

  test('are tried out, with what the receiver said', async () => {
    assert.deepEqual((await send('POST', '/outlets/oncall/test', {})).json, { ok: false, detail: 'HTTP 404' });
    assert.deepEqual((await audited()).subject, 'outlet/oncall');
    assert.equal((await send('POST', '/outlets/nobody/test', {})).status, 404);
  });
});

describe('keys', () => {
  test('show their secret once, and are revoked', async () => {
    const made = await send('POST', '/keys', { description: 'terraform', role: 'admin' });
    assert.equal(made.status, 201);
    const { accessKeyId, secretAccessKey } = made.json;
    const listed = await get('/keys');
    assert.ok(listed.json.items.some((each: { accessKeyId: string }) => each.accessKeyId === accessKeyId));
    assert.ok(!listed.text.includes(secretAccessKey));
    assert.ok(!(await get('/audit')).text.includes(secretAccessKey));
    assert.equal((await send('DELETE', `/keys/${accessKeyId}`)).status, 204);
    assert.deepEqual([(await audited()).action, (await audited()).by], ['key.revoke', 'console']);
    assert.equal((await send('DELETE', `/keys/${accessKeyId}`)).status, 404);
    assert.equal((await send('POST', '/keys', { description: 'x', role: 'root' })).status, 400);
  });
});

describe('the audit trail', () => {
  test('comes newest first, in pages that hold each line once', async () => {
    const whole = (await get('/audit?limit=500')).json.items;
    const ids: number[] = whole.map(({ id }: { id: number }) => id);
    assert.deepEqual(
      ids,
      [...ids].sort((a, b) => b - a),
    );
    const { items, next } = (await get('/audit?limit=3')).json;
    const more = (await get(`/audit?limit=500&after=${next}`)).json;
    assert.deepEqual([...items, ...more.items], whole);
    assert.equal(more.next, undefined);
    const subject = (await get('/audit?subject=filter/last-summer')).json.items;
    assert.deepEqual(
      subject.map(({ action }: { action: string }) => action),
      ['filter.create'],
    );
  });

  test('refuses pages of another list', async () => {
    for (const query of ['after=x', 'after=!', 'limit=0', 'limit=501', 'limit=', 'limit=1.5']) {
      assert.equal((await get(`/audit?${query}`)).status, 400, query);
    }
  });
});

describe('views', () => {
  test('are saved, changed and removed under any name', async () => {
    for (const name of ['mine', '__proto__', HOSTILE.markup.slice(0, 60), HOSTILE.turned]) {
      const path = `/views/${encodeURIComponent(name)}`;
      const saved = await send('PUT', path, { tokens: [HOSTILE.loneSurrogate] });
      assert.deepEqual([saved.status, saved.json.name], [200, name]);
      assert.deepEqual((await send('PUT', path, { tokens: [] })).json.body, { tokens: [] });
      assert.deepEqual((await get(path)).json, { tokens: [] });
      assert.ok((await get('/views')).json.items.some((each: { name: string }) => each.name === name));
      assert.equal((await send('DELETE', path)).status, 204);
      assert.equal((await get(path)).status, 404);
    }
    assert.equal((await audited()).action, 'view.delete');
  });

  test('have a name and a size', async () => {
    assert.equal((await send('PUT', `/views/${'x'.repeat(65)}`, {})).status, 400);
    assert.equal((await send('PUT', '/views/%07', {})).status, 400);
    assert.equal((await send('PUT', '/views/big', { text: 'x'.repeat(17_000) })).status, 400);
  });
});

describe('the demo', () => {
  test('is for an empty store', async () => {
    assert.deepEqual(
      [(await send('POST', '/demo', {})).status, (await send('POST', '/demo', {})).json.code],
      [409, 'NotEmpty'],
    );
    let started = 0;
    const startDemo = async () => void started++;
    const empty = await startOwnApi({ ports: { sources: () => [], startDemo } });
    const session = await empty.signedIn();
    assert.equal((await session.send('POST', '/demo', {})).status, 202);
    assert.equal(started, 1);
    await empty.close();
  });
});

test('nothing above made a fault of ours', () => {
  assert.deepEqual(api.failures, []);
});
