import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { activeFilters, applyFilters } from '../../straykey/src/api/guardduty/index.ts';
import { overviewOf } from '../../straykey/src/api/own/overview.ts';
import {
  agents,
  assumeRoleBy,
  awsAddress,
  lambdaCall,
  lambdaIssue,
  newFunction,
  newFunctionSession,
  newSession,
  newUser,
  operations,
  outsideAddresses,
  Random,
  sessionCall,
  type TrailRecord,
  userIdentity,
} from '../../straykey/src/drill/index.ts';
import type { Engine } from '../../straykey/src/live/index.ts';
import { FREQUENCIES } from '../../straykey/src/outlets/index.ts';
import { loadTables } from '../../straykey/src/reference/index.ts';
import { notifier } from '../../straykey/src/serve/notify.ts';
import { openStore, type Store } from '../../straykey/src/store/index.ts';
import { deliveryOf, engineOver } from '../support/live.ts';

/** What the engine does with a finding over its life: found, told, archived by a rule or a person, found again, taken back. */

const tables = loadTables({});
const START = Date.UTC(2026, 9, 5, 9) / 1000;
const { torExit, hoster } = outsideAddresses;
const OUTLET = { name: 'pager', frequencyMs: FREQUENCIES['15m'], matches: () => true };

class World {
  readonly store: Store;
  readonly engine: Engine;
  readonly #bucket = new Map<string, Buffer>();
  trusted = new Map<string, string>();
  now = Date.UTC(2026, 9, 5, 12);

  constructor(store: Store) {
    this.store = store;
    const now = () => ++this.now;
    this.engine = engineOver(store, this.#bucket, tables, {
      now,
      screen: async (inside) => {
        const filters = await activeFilters(inside, now());
        return (finding) => applyFilters(filters, finding);
      },
      trusted: async () => (address) => this.trusted.get(address),
      notify: notifier(async () => [OUTLET], now),
    }).engine;
  }

  async bring(...records: readonly TrailRecord[]): Promise<void> {
    const origin = `s3://trail/${this.#bucket.size}`;
    this.#bucket.set(origin, Buffer.from(JSON.stringify({ Records: records })));
    await this.engine.handle([deliveryOf([origin], this.#bucket, { done: [], released: [] })]);
    await this.engine.settle();
  }

  async findings() {
    return await this.store.findings.page({ where: [], orderBy: 'createdAt', descending: false, limit: 100 });
  }

  async told() {
    return (await this.store.outbox.list('waiting', 100)).map(({ dueAt, kind, revision }) => ({
      kind,
      revision,
      dueAt,
    }));
  }

  /** As the dispatcher does after the receiver took it. */
  async tell(): Promise<void> {
    for (const { id } of await this.store.outbox.claim(this.now + 86_400_000, 100, 1))
      await this.store.outbox.sent(id, this.now);
  }
}

let store: Store;
let world: World;
before(async () => {
  store = await openStore('sqlite::memory:', { now: Date.now });
});
after(async () => await store.close());

async function fresh(): Promise<World> {
  await store.close();
  store = await openStore('sqlite::memory:', { now: Date.now });
  world = new World(store);
  return world;
}

function stolen(seed: string) {
  const random = new Random(seed);
  const fn = newFunction(random, { accountId: '111122223333', region: 'eu-west-1', name: 'orders' });
  const session = newFunctionSession(random, fn, START);
  const call = (minutes: number, address: string = torExit) =>
    lambdaCall(random, session, operations.listBuckets, START + minutes * 60, { address, agent: agents.cli });
  return { random, fn, session, call, issue: lambdaIssue(random, session) };
}

describe('a finding over its life', () => {
  test('is told at once, its updates at the publishing frequency', async () => {
    const { bring, store: inside } = bound(await fresh());
    const { call, issue } = stolen('told');
    await bring(issue, call(1));
    const [first] = await world.told();
    assert.equal(first?.kind, 'new');
    assert.ok(first.dueAt <= world.now);
    await world.tell();
    await bring(call(2));
    await bring(call(3));
    const [update, ...more] = await world.told();
    assert.deepEqual(more, []);
    assert.equal(update?.kind, 'update');
    assert.equal(update.revision, 3);
    assert.ok(update.dueAt > world.now + FREQUENCIES['15m'] - 60_000);
    assert.equal((await inside.findings.history((await world.findings())[0]!.finding.id, 10)).length, 3);
  });

  test('the overview shows what the engine wrote: where records came from since when, and who ran inside', async () => {
    const { bring, store: inside } = bound(await fresh());
    const { call, issue, random, session } = stolen('overview');
    await bring(
      issue,
      call(1),
      lambdaCall(random, session, operations.listBuckets, START + 60, { address: awsAddress(random, 'eu-west-1') }),
    );
    const { activity, coverage } = await overviewOf({
      store: inside,
      now: () => world.now,
      sources: () => [],
      oddityMeanings: new Map(),
    });
    assert.deepEqual(
      coverage.map(({ accountId, firstSeen, managementRecords }) => [
        accountId,
        managementRecords,
        firstSeen <= new Date(world.now).toISOString(),
      ]),
      [['111122223333', 3, true]],
    );
    assert.deepEqual(activity.at(-1), { day: '2026-10-05', alarming: 1, silenced: 0, insideSessions: 1 });
  });

  test('the same records again change nothing', async () => {
    const { bring } = bound(await fresh());
    const { call, issue } = stolen('again');
    const records = [issue, call(1)];
    await bring(...records);
    const [before] = await world.findings();
    await bring(...records);
    assert.deepEqual(await world.findings(), [before]);
  });

  test('a suppression rule archives it from then on, tells nobody and counts', async () => {
    const { bring, store: inside } = bound(await fresh());
    const { call, issue } = stolen('suppressed');
    const criterion = {
      type: { equals: ['UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS'] },
      'service.action.awsApiCallAction.remoteIpDetails.ipAddressV4': { equals: [torExit] },
    };
    const body = {
      name: 'gateway',
      description: '',
      action: 'ARCHIVE',
      rank: 1,
      findingCriteria: { criterion },
      tags: {},
    };
    await inside.documents.create(
      'filter',
      'gateway',
      { ...body, createdAt: 0, updatedAt: 0, createdBy: 'jo', updatedBy: 'jo' },
      0,
      1,
    );
    await bring(issue, call(1), call(2, hoster));
    const found = await world.findings();
    assert.deepEqual(
      found.map(({ archived, archivedBy, finding }) => [
        finding.service.action.awsApiCallAction.remoteIpDetails.ipAddressV4,
        archived,
        archivedBy?.kind,
      ]),
      [
        [torExit, true, 'filter'],
        [hoster, false, undefined],
      ],
    );
    assert.equal((await world.told()).length, 1);
    const counted = await inside.counters.list('filter-suppressed:');
    assert.deepEqual(
      counted.map(({ name, value }) => [name, value]),
      [['filter-suppressed:gateway', 1]],
    );
  });

  test('archived by a person, it is active again with the next call, and told as reopened', async () => {
    const { bring, store: inside } = bound(await fresh());
    const { call, issue } = stolen('reopened');
    await bring(issue, call(1));
    await world.tell();
    const [found] = await world.findings();
    await inside.findings.archive(
      [found!.finding.id],
      { kind: 'person' },
      { at: world.now, by: 'jo', reason: 'known' },
    );
    await bring(call(2));
    const [again] = await world.findings();
    assert.equal(again?.archived, false);
    assert.deepEqual(
      (await world.told()).map(({ kind }) => kind),
      ['reopened'],
    );
    const kinds = (await inside.findings.history(found!.finding.id, 10)).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['created', 'archived', 'reopened']);
  });

  test('calls from a trusted list make none', async () => {
    const { bring } = bound(await fresh());
    const { call, issue } = stolen('trusted');
    world.trusted.set(torExit, 'scanners');
    await bring(issue, call(1));
    assert.deepEqual(await world.findings(), []);
    await bring(call(2, hoster));
    assert.equal((await world.findings()).length, 1);
  });

  test('a later record that names another owner of the key takes it back, and its history says why', async () => {
    const { bring, store: inside } = bound(await fresh());
    const { random, fn, issue } = stolen('taken back');
    const session = newSession(random, fn.role, 'orders', START + 60);
    const maria = userIdentity(newUser(random, '111122223333', 'maria'));
    const assumed = assumeRoleBy(random, maria, session, { address: hoster, region: 'eu-west-1' });
    const call = sessionCall(random, session, operations.listBuckets, {
      time: START + 120,
      address: hoster,
      agent: agents.cli,
      region: 'eu-west-1',
    });
    await bring(issue, call);
    const [found] = await world.findings();
    assert.ok(found, 'the session bears the name of one that Lambda was issued');
    await bring(assumed);
    assert.deepEqual(await world.findings(), []);
    const events = await inside.findings.history(found.finding.id, 10);
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['created', 'retracted'],
    );
    assert.match(events[1]!.reason!, /not made with a credential/);
    assert.deepEqual(await world.told(), []);
  });
});

function bound(made: World) {
  return { bring: made.bring.bind(made), store: made.store };
}
