import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ByteReader, ByteWriter } from './bytes.ts';
import { type DayRecord, emptyDay } from './day-record.ts';
import { HASH_RANGE } from './hash.ts';
import { createModel, restore } from './learn.ts';
import { decodeDay, decodeProfiles, encodeDay, Profiles } from './snapshot.ts';

const DAY = 20_000;
const hash = fc.maxSafeNat().filter((value) => value < HASH_RANGE);
const set = (maxLength: number) =>
  fc.uniqueArray(hash, { maxLength }).map((hashes) => hashes.toSorted((a, b) => a - b));
const settledDay: fc.Arbitrary<DayRecord> = fc.record(
  {
    ok: fc.boolean(),
    un: fc.boolean(),
    crit: fc.boolean(),
    cats: fc.nat({ max: 255 }),
    clients: set(8),
    regions: set(8),
    svcs: set(8),
    creds: set(8),
    den: set(8),
    vol: fc.constant([]),
    settledVolume: fc.nat({ max: 2 ** 28 - 1 }),
    first: fc.constant(DAY * 86_400),
    last: fc.constant((DAY + 1) * 86_400 - 1),
  },
  { noNullPrototype: true },
);
const openDay: fc.Arbitrary<DayRecord> = fc
  .record({
    day: settledDay,
    vol: set(64).filter((hashes) => hashes.length > 0),
    at: fc.tuple(fc.nat({ max: 86_399 }), fc.nat({ max: 86_399 })),
  })
  .map(({ at, day, vol }) => ({ ...day, vol, first: DAY * 86_400 + at[0] + 0.25, last: DAY * 86_400 + at[1] }));

describe('a stored day', () => {
  it('reads back as it was, settled or open', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(settledDay, openDay), { maxLength: 5 }), (records) => {
        const profiles = new Profiles();
        const body = new ByteWriter();
        for (const record of records) encodeDay(body, record, DAY, profiles);
        const table = new ByteWriter();
        profiles.encode(table);
        const known = decodeProfiles(new ByteReader(table.done()));
        const reader = new ByteReader(body.done());
        assert.deepEqual(
          records.map(() => decodeDay(reader, DAY, known)),
          records,
        );
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it('takes at most 64 bytes when settled, with its date, however much happened on it', () => {
    const profiles = new Profiles();
    for (let i = 0; i < 16_000; i++) profiles.indexOf({ ...emptyDay(), clients: [i] });
    const eight = Array.from({ length: 8 }, (_, i) => HASH_RANGE - 8 + i);
    const full = {
      ...emptyDay(),
      ok: true,
      un: true,
      crit: true,
      cats: 255,
      creds: eight,
      clients: eight,
      regions: eight,
      svcs: eight,
      den: eight,
    };
    const out = new ByteWriter();
    out.signed(1);
    encodeDay(out, { ...full, settledVolume: 2 ** 28 - 1 }, DAY, profiles);
    assert.ok(out.length <= 64, `${out.length} bytes`);
  });
});

describe('a stored principal', () => {
  const use = (day: number, i: number) => ({
    id: `${day}-${i}`,
    t: day * 86_400 + i,
    principal: '111122223333/role-orders/orders',
    role: '111122223333/role-orders',
    key: `ASIA${day}X${i % 4}`,
    ip: '198.51.100.7',
    source: i % 2 ? 's3.amazonaws.com' : 'sqs.amazonaws.com',
    name: 'GetObject',
    region: 'eu-west-1',
  });

  it('takes less than 64 bytes for each function, host and day once the days are settled', () => {
    const model = createModel();
    for (let day = DAY; day < DAY + 110; day++) for (let i = 0; i < 100; i++) model.observeOutside(use(day, i));
    const bytes = () => model.snapshot().principals[0]!.bytes.length;
    const open = bytes();
    model.observeInside({ inside: true, t: (DAY + 123) * 86_400, principal: use(0, 0).principal, vpce: false });
    model.prune(DAY + 123);
    assert.ok(
      bytes() / 110 < 64 && open / 110 > 400,
      `${bytes() / 110} bytes a settled day, ${open / 110} an open one`,
    );
  });

  it('that is damaged is refused, not half read', () => {
    const model = createModel();
    model.observeOutside(use(DAY, 0));
    const snapshot = model.snapshot();
    const [{ bytes, name }] = snapshot.principals as [{ bytes: Uint8Array; name: string }];
    const cut = { ...snapshot, principals: [{ name, bytes: bytes.subarray(0, bytes.length - 3) }] };
    assert.throws(() => restore(cut), /saved habits: expected more bytes/);
    assert.throws(() => restore({ ...snapshot, version: 2 as 1 }), /saved habits: expected version 1, found 2/);
  });

  it('keeps names of every kind', () => {
    const names = ['__proto__', 'constructor', '', '\ud800', '=1+1', '\u001b[2J'];
    const model = createModel();
    for (const principal of names) model.observeOutside({ ...use(DAY, 0), principal, role: principal });
    const again = restore(structuredClone(model.snapshot()));
    assert.deepEqual(again.snapshot(), model.snapshot());
    assert.deepEqual(
      again.snapshot().principals.map(({ name }) => name),
      [...names].sort(),
    );
  });
});
