import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { alertDaysOf, createModel, join, type Model, type Outside, restore } from '../../straykey/src/model/index.ts';
import { batch, deliver } from './delivery.ts';
import { randomOf } from './scenario.ts';
import { type Stream, streamOf } from './stream.ts';

const STREAM = streamOf(11, 60);
const IN_ORDER = { seed: 1, late: 0, copies: 1, shards: 1 };

describe('what delivery cannot change', () => {
  const expected = alertDaysOf(batch(STREAM));

  it('has something to change', () => {
    assert.ok(expected.length > 300);
    assert.ok(expected.length < STREAM.outside.length / 3);
  });

  const ways = [
    ['record by record in order of time', IN_ORDER],
    ['up to 24 hours late', { ...IN_ORDER, seed: 2, late: 86_399 }],
    ['each one to three times', { ...IN_ORDER, seed: 3, late: 40_000, copies: 3 }],
    ['over two shards joined daily', { ...IN_ORDER, seed: 4, shards: 2 }],
    ['over five shards joined daily, late and repeated', { seed: 5, late: 86_399, copies: 3, shards: 5 }],
  ] as const;
  for (const [name, way] of ways) {
    it(`the alert-days and their reasons, records coming ${name} (seed ${way.seed})`, () => {
      assert.deepEqual(alertDaysOf(deliver(STREAM, way)), expected);
    });
  }

  it('but without lag it does change them: the lag is what makes it hold (negative control)', () => {
    const short = streamOf(11, 25);
    const late = { ...IN_ORDER, seed: 2, late: 86_399, settings: { lag: 0 } };
    assert.notDeepEqual(alertDaysOf(deliver(short, late)), alertDaysOf(batch(short, { lag: 0 })));
  });

  it('the verdicts of history, handed over in any order with copies', () => {
    const model = filled(createModel(), { ...STREAM, outside: [] });
    const doubled = shuffled([...STREAM.outside, ...STREAM.outside.slice(0, 500)], 9);
    assert.deepEqual(model.judgeAll(doubled), batch(STREAM));
  });
});

describe('a replay', () => {
  it('gives byte-identical verdicts', () => {
    const way = { ...IN_ORDER, seed: 6, late: 70_000 };
    assert.equal(JSON.stringify(deliver(STREAM, way)), JSON.stringify(deliver(STREAM, way)));
  });

  it('leaves what it is given untouched', () => {
    const frozen = STREAM.outside.slice(0, 300).map((event) => Object.freeze({ ...event }));
    const before = JSON.stringify(frozen);
    const model = createModel();
    for (const event of frozen) model.judge(event);
    model.judgeAll(Object.freeze(frozen));
    assert.equal(JSON.stringify(frozen), before);
  });
});

describe('a restart from the saved state', () => {
  it('equals one pass, explanations included', () => {
    const run = (stopsDaily: boolean): string[] => {
      let model = filled(createModel(), { ...STREAM, outside: [] });
      let day = 0;
      return STREAM.outside.map((event) => {
        const today = Math.floor(event.t / 86_400);
        if (today !== day) model.prune(today);
        if (today !== day && stopsDaily) model = restore(structuredClone(model.snapshot()));
        day = today;
        return JSON.stringify(model.judge(event));
      });
    };
    assert.deepEqual(run(true), run(false));
  });

  it('saves the same bytes whatever order the records came in', () => {
    const one = filled(createModel(), STREAM);
    const other = filled(createModel(), {
      ...STREAM,
      outside: shuffled(STREAM.outside, 3),
      inside: shuffled(STREAM.inside, 4),
    });
    assert.deepEqual(other.snapshot(), one.snapshot());
  });
});

describe('the join of two states', () => {
  const settings = { maxUnits: 3 };
  const parts = [0, 1, 2].map((part) => {
    const model = filled(createModel(settings), { ...STREAM, outside: [] });
    for (const [at, event] of STREAM.outside.entries()) if (at % 3 === part || at % 7 === 0) model.judge(event);
    return model;
  });
  const [a, b, c] = parts as [Model, Model, Model];
  const equal = (left: Model, right: Model) => assert.deepEqual(left.snapshot(), right.snapshot());

  it('is commutative', () => equal(join(a, b), join(b, a)));
  it('is associative', () => equal(join(join(a, b), c), join(a, join(b, c))));
  it('is idempotent', () => equal(join(a, a), a));
  it('loses nothing: parts joined remember what one model would', () => {
    const whole = filled(createModel(settings), STREAM);
    assert.deepEqual(join(join(a, b), c).snapshot().principals, whole.snapshot().principals);
  });
  it('stays a join after days were settled', () => {
    const settled = join(a, a);
    settled.prune(99_999);
    equal(join(settled, b), join(b, settled));
    equal(join(settled, settled), settled);
  });
});

describe('20,000 addresses in one day', () => {
  const flood = Array.from(
    { length: 20_000 },
    (_, i): Outside => ({
      id: `flood-${i}`,
      t: 19_700 * 86_400 + (i % 80_000),
      principal: '111122223333/role/orders',
      role: '111122223333/role',
      key: 'ASIAEXAMPLE',
      ip: `${11 + (i % 40)}.${(i >> 8) & 255}.${i & 255}.${(i * 7) % 256}`,
      source: 's3.amazonaws.com',
      name: 'GetObject',
      region: 'eu-west-1',
    }),
  );

  it('are all findings, of which 4,096 hosts are remembered, the same in two orders', () => {
    const one = createModel();
    assert.ok(flood.every((event) => one.judge(event).finding));
    const other = filled(createModel(), { ...STREAM, inside: [], feedback: [], outside: shuffled(flood, 8) });
    assert.deepEqual(other.snapshot(), one.snapshot());
    const [stored] = one.snapshot().principals;
    assert.ok(
      stored && stored.bytes.length > 4096 * 20 && stored.bytes.length < 4096 * 64,
      `${stored?.bytes.length} bytes`,
    );
  });
});

function filled(model: Model, stream: Stream): Model {
  for (const statement of stream.feedback) model.feedback(statement);
  for (const inside of stream.inside) model.observeInside(inside);
  for (const event of stream.outside) model.observeOutside(event);
  return model;
}

function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const random = randomOf(seed);
  const copy = [...items];
  for (let last = copy.length - 1; last > 0; last--) {
    const at = Math.floor(random() * (last + 1));
    [copy[last], copy[at]] = [copy[at]!, copy[last]!];
  }
  return copy;
}
