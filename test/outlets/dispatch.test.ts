import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import { MOST_ATTEMPTS } from '../../straykey/src/outlets/backoff.ts';
import {
  type Dispatcher,
  type DispatchPorts,
  deliveryKey,
  dispatcher,
  dispatchLimits,
  type Message,
  openSender,
  type Result,
  type Sender,
} from '../../straykey/src/outlets/index.ts';
import { type Outbox, type OutboxEntry, openStore, type Store } from '../../straykey/src/store/index.ts';
import { idOf, NOON, theft, told } from './messages.ts';
import { type Behaviour, startReceiver } from './receiver.ts';

let store: Store;
let clock = NOON;
const now = () => clock;
beforeEach(async () => {
  clock = NOON;
  store = await openStore('sqlite::memory:', { now });
});
const opened: Dispatcher[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.stop()));
  await store.close();
});

function entry(n: number, change: Partial<OutboxEntry> = {}): OutboxEntry {
  const finding = { ...theft, id: idOf(n) };
  return {
    outlet: 'pager',
    findingId: finding.id,
    revision: 1,
    kind: 'new',
    finding,
    dueAt: clock,
    at: clock,
    ...change,
  };
}

const delivered: Result = { kind: 'delivered', answer: 'ok' };

/** A receiver that keeps what it took and answers as told; then it takes everything. */
function receiving(script: (Result | Error)[] = [], shape: Partial<Sender> = {}) {
  const taken: Message[] = [];
  const sender: Sender = {
    most: 1,
    width: 1,
    async send(messages) {
      return messages.map((each) => {
        const next = script.shift() ?? delivered;
        if (next instanceof Error) throw next;
        if (next.kind === 'delivered') taken.push(each);
        return next;
      });
    },
    ...shape,
  };
  return { sender, taken };
}

const reports: string[] = [];
beforeEach(() => {
  reports.length = 0;
});

function sending(senders: Readonly<Record<string, Sender>>, change: Partial<DispatchPorts> = {}): Dispatcher {
  const made = dispatcher({
    outbox: store.outbox,
    senders: new Map(Object.entries(senders)),
    now,
    random: () => 0.999_999,
    watch: {
      sent: (outlet, latency) => reports.push(`${outlet} sent after ${latency}`),
      retried: (outlet, reason) => reports.push(`${outlet} retried: ${reason}`),
      dead: (outlet, reason) => reports.push(`${outlet} dead: ${reason}`),
      unavailable: (reason) => reports.push(`unavailable: ${reason}`),
    },
    ...change,
  });
  opened.push(made);
  return made;
}

/** The outbox with some methods replaced. */
function outboxWith(change: Partial<Outbox>): Outbox {
  return new Proxy(store.outbox, {
    get: (target, name: keyof Outbox) => change[name] ?? target[name].bind(target as never),
  });
}

async function lines(state: 'waiting' | 'sent' | 'dead') {
  return (await store.outbox.list(state, 1000)).map(({ attempts, dueAt, error, findingId, revision }) => ({
    n: Number.parseInt(findingId, 16),
    revision,
    attempts,
    wait: dueAt - clock,
    error,
  }));
}

describe('a message', () => {
  test('that the receiver took leaves the outbox and counts as told', async () => {
    const { sender, taken } = receiving();
    await store.outbox.add([entry(1)]);
    clock += 250;
    assert.equal(await sending({ pager: sender }).once(), 1);
    assert.equal(taken.length, 1);
    assert.equal((await lines('sent')).length, 1);
    assert.equal(await store.outbox.lastSent('pager', idOf(1)), clock);
    assert.deepEqual(reports, ['pager sent after 250']);
  });

  test('that failed waits twice as long each time, and then arrives once', async () => {
    const { sender, taken } = receiving([1, 2, 3].map(() => ({ kind: 'retry', reason: 'HTTP 500' })));
    const outbox = sending({ pager: sender });
    await store.outbox.add([entry(1)]);
    const waits: number[] = [];
    for (let i = 0; i < 3; i++) {
      await outbox.once();
      const [line] = await lines('waiting');
      waits.push(line!.wait);
      assert.equal(line!.error, 'HTTP 500');
      clock += line!.wait;
    }
    assert.deepEqual(waits, [1_000, 2_000, 4_000]);
    await outbox.once();
    assert.equal(taken.length, 1);
  });

  test('waits at least as long as the receiver asks', async () => {
    const { sender } = receiving([{ kind: 'retry', reason: 'HTTP 429', afterMs: 90_000 }]);
    await store.outbox.add([entry(1)]);
    await sending({ pager: sender }).once();
    assert.equal((await lines('waiting'))[0]!.wait, 90_000);
  });

  test('that the receiver will never take is buried at once, seen, and sent again when asked', async () => {
    const { sender, taken } = receiving([{ kind: 'dead', reason: 'HTTP 400: no \u001b[31m' }]);
    const outbox = sending({ pager: sender });
    await store.outbox.add([entry(1)]);
    await outbox.once();
    const [dead] = await store.outbox.list('dead', 10, 'pager');
    assert.equal(dead!.error, 'HTTP 400: no \\u{1b}[31m');
    assert.equal(await store.outbox.resend('pager', undefined, clock), 1);
    await outbox.once();
    assert.equal(taken.length, 1);
  });

  test('is given up after about a day, and kept', async () => {
    const { sender } = receiving(Array.from({ length: 500 }, () => ({ kind: 'retry', reason: 'HTTP 500' })));
    const outbox = sending({ pager: sender }, { random: () => 0.5 });
    await store.outbox.add([entry(1)]);
    for (let i = 0; i < 500 && (await lines('waiting')).length > 0; i++) {
      await outbox.once();
      clock += Math.max(0, (await lines('waiting'))[0]?.wait ?? 0);
    }
    const [dead] = await lines('dead');
    assert.equal(dead!.attempts, MOST_ATTEMPTS);
    assert.equal(dead!.error, `given up after ${MOST_ATTEMPTS} tries; the last: HTTP 500`);
    const hours = (clock - NOON) / 3_600_000;
    assert.ok(hours > 20 && hours < 28, `${hours}`);
  });

  test('is told in its newest state when the finding changed meanwhile', async () => {
    const { sender, taken } = receiving([{ kind: 'retry', reason: 'HTTP 500' }]);
    const outbox = sending({ pager: sender });
    await store.outbox.add([entry(1)]);
    await outbox.once();
    await store.outbox.add([entry(1, { revision: 2, kind: 'update' })]);
    clock += 60_000;
    await outbox.once();
    assert.deepEqual(
      taken.map(({ kind, revision }) => [kind, revision]),
      [['new', 2]],
    );
  });

  test('that comes while an older one is under way is told after it', async () => {
    const hold = Promise.withResolvers<void>();
    const order: number[] = [];
    const { sender } = receiving([], {
      width: 4,
      async send(messages) {
        if (messages[0]!.revision === 1) await hold.promise;
        order.push(messages[0]!.revision);
        return [delivered];
      },
    });
    const outbox = sending({ pager: sender });
    await store.outbox.add([entry(1)]);
    const first = outbox.once();
    await new Promise((resolve) => setImmediate(resolve));
    await store.outbox.add([entry(1, { revision: 2, kind: 'update' })]);
    assert.equal(await sending({ pager: sender }).once(), 0, 'nobody gets the second while the first is leased');
    hold.resolve();
    await first;
    await outbox.once();
    assert.deepEqual(order, [1, 2]);
  });
});

describe('a crash', () => {
  test('between the answer and the note of it repeats the message under the same key', async () => {
    const { sender, taken } = receiving();
    const lost = outboxWith({ sent: () => Promise.reject(new Error('killed')) });
    await store.outbox.add([entry(1)]);
    await sending({ pager: sender }, { outbox: lost }).once();
    assert.deepEqual(reports.slice(-1), ['unavailable: killed']);
    const next = sending({ pager: sender });
    assert.equal(await next.once(), 0, 'the lease holds');
    clock += dispatchLimits.lease;
    await next.once();
    assert.equal(taken.length, 2);
    assert.equal(new Set(taken.map(deliveryKey)).size, 1);
    assert.equal((await lines('sent')).length, 1);
  });

  test('of the store stops nothing: the next look finds the lines', async () => {
    const { sender, taken } = receiving();
    let broken = true;
    const flaky = outboxWith({
      claim: async (...given) => {
        if (broken) throw new Error('connection lost');
        return await store.outbox.claim(...given);
      },
    });
    await store.outbox.add([entry(1)]);
    const outbox = sending({ pager: sender }, { outbox: flaky });
    outbox.start();
    await until(() => reports.includes('unavailable: connection lost'));
    broken = false;
    outbox.nudge();
    await until(() => taken.length === 1);
    await outbox.stop();
  });

  test('of a sender is a failed try', async () => {
    const { sender, taken } = receiving([new Error('a bug')]);
    const outbox = sending({ pager: sender });
    await store.outbox.add([entry(1)]);
    await outbox.once();
    assert.equal((await lines('waiting'))[0]!.error, 'unexpected: a bug');
    clock += 60_000;
    await outbox.once();
    assert.equal(taken.length, 1);
  });
});

test('a line that waited here until its lease is nearly over is left to others', async () => {
  const { sender, taken } = receiving([], {
    async send(messages) {
      taken.push(...messages);
      clock += dispatchLimits.lease - dispatchLimits.leaseMargin;
      return [delivered];
    },
  });
  await store.outbox.add([entry(1), entry(2)]);
  await sending({ pager: sender }).once();
  assert.equal(taken.length, 1);
  clock += dispatchLimits.leaseMargin;
  await sending({ pager: sender }).once();
  assert.deepEqual(
    taken.map(({ findingId }) => findingId),
    [idOf(1), idOf(2)],
  );
});

describe('outlets apart', () => {
  test('one that hangs holds up no other', async () => {
    const hold = Promise.withResolvers<void>();
    const hanging = receiving([], { send: () => hold.promise.then(() => [delivered]) });
    const { sender, taken } = receiving([], { width: 4 });
    await store.outbox.add(Array.from({ length: 50 }, (_, i) => entry(i, { outlet: 'hanging' })));
    await store.outbox.add(Array.from({ length: 20 }, (_, i) => entry(i)));
    const outbox = sending({ hanging: hanging.sender, pager: sender });
    outbox.start();
    await until(() => taken.length === 20);
    hold.resolve();
    await outbox.stop();
  });

  test('one that fails is left in peace after a few tries, and noticed within a minute when it is back', async () => {
    let tries = 0;
    let down = true;
    const { sender } = receiving([], {
      async send() {
        tries++;
        return [down ? { kind: 'retry', reason: 'ECONNREFUSED' } : delivered];
      },
    });
    const outbox = sending({ pager: sender });
    await store.outbox.add(Array.from({ length: 100 }, (_, i) => entry(i)));
    await outbox.once();
    assert.equal(tries, dispatchLimits.failures);
    const waiting = await lines('waiting');
    assert.equal(waiting.length, 100);
    assert.match(waiting[50]!.error!, /^not tried, because the outlet failed before: ECONNREFUSED$/);
    down = false;
    clock += dispatchLimits.pause;
    await outbox.once();
    assert.equal((await lines('sent')).length, 100);
  });

  test('one that this process does not know is left to others', async () => {
    await store.outbox.add([entry(1, { outlet: 'elsewhere' })]);
    await sending({}).once();
    const [line] = await lines('waiting');
    assert.equal(line!.error, 'no outlet elsewhere is configured here');
    assert.ok(line!.wait >= 60_000);
  });

  test('batches are as large as the receiver takes, and each message has its own answer', async () => {
    const sizes: number[] = [];
    const { sender } = receiving([], {
      most: 10,
      async send(messages) {
        sizes.push(messages.length);
        return messages.map((_, i) => (i === 1 ? { kind: 'dead', reason: 'refused' } : delivered));
      },
    });
    await store.outbox.add(Array.from({ length: 25 }, (_, i) => entry(i)));
    await sending({ pager: sender }).once();
    assert.deepEqual(sizes, [10, 10, 5]);
    assert.deepEqual([(await lines('sent')).length, (await lines('dead')).length], [22, 3]);
  });
});

describe('stopping', () => {
  test('waits for what is under way and gives back the rest at once', async () => {
    const hold = Promise.withResolvers<void>();
    let begun = 0;
    const { sender, taken } = receiving([], {
      async send(messages) {
        begun++;
        await hold.promise;
        taken.push(...messages);
        return [delivered];
      },
    });
    await store.outbox.add([entry(1), entry(2), entry(3)]);
    const outbox = sending({ pager: sender });
    outbox.start();
    await until(() => begun === 1);
    const stopped = outbox.stop();
    hold.resolve();
    await stopped;
    assert.equal(taken.length, 1);
    const other = receiving();
    await sending({ pager: other.sender }).once();
    assert.equal(other.taken.length, 2, 'without waiting for a lease');
  });
});

describe('over a real connection', async () => {
  const receiver = await startReceiver();
  after(() => receiver.down());
  const webhook = () =>
    openSender(
      { type: 'webhook', name: 'pager', url: receiver.url, format: 'guardduty', ...told },
      { now, secret: () => '' },
    );

  /** What a receiver that honours the key has, in the order it took it. */
  function honoured(): { readonly n: number; readonly revision: number }[] {
    const seen = new Map<string, { n: number; revision: number }>();
    for (const { headers } of receiver.received) {
      const key = String(headers['idempotency-key']);
      const [id = '', revision] = key.split('-');
      if (!seen.has(key)) seen.set(key, { n: Number.parseInt(id, 16), revision: Number(revision) });
    }
    return [...seen.values()];
  }

  test('whatever fails: nothing lost, nothing doubled for who honours the key, the order of a finding kept', async () => {
    const behaviour = fc.constantFrom<Behaviour>(
      { status: 200 },
      { status: 500 },
      { status: 429, headers: { 'retry-after': '3' } },
      { status: 503, headers: { 'retry-after': '2' } },
      'half-written',
      'reset',
    );
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ change: fc.nat(3) }) },
      { weight: 3, arbitrary: fc.record({ send: fc.array(behaviour, { maxLength: 4 }), crash: fc.boolean() }) },
      { weight: 1, arbitrary: fc.constant({ restart: true as const }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        await store.close();
        store = await openStore('sqlite::memory:', { now });
        receiver.received.length = 0;
        const revisions = [0, 0, 0, 0];
        let outbox = sending({ pager: webhook() });
        for (const each of steps) {
          if ('change' in each) {
            const revision = ++revisions[each.change]!;
            await store.outbox.add([entry(each.change, { revision, kind: revision === 1 ? 'new' : 'update' })]);
          } else if ('restart' in each) {
            await receiver.down();
            await outbox.once();
            await receiver.up();
            outbox = sending({ pager: webhook() });
          } else {
            receiver.script = [...each.send];
            const sent = () => Promise.reject(new Error('killed'));
            await (each.crash ? sending({ pager: webhook() }, { outbox: outboxWith({ sent }) }) : outbox).once();
          }
          clock += 1_500;
        }
        receiver.script = [];
        for (let i = 0; i < 20 && (await lines('waiting')).length > 0; i++) {
          clock += dispatchLimits.lease;
          await outbox.once();
        }
        assert.deepEqual(await lines('waiting'), []);
        const got = honoured();
        for (const [n, newest] of revisions.entries()) {
          const mine = got.filter((each) => each.n === n).map(({ revision }) => revision);
          assert.equal(mine.at(-1) ?? 0, newest, 'the newest state arrived, last');
          assert.deepEqual(
            mine,
            mine.toSorted((a, b) => a - b),
          );
        }
      }),
      { numRuns: 40 },
    );
  });

  test('a receiver that restarts in between gets everything', async () => {
    receiver.received.length = 0;
    receiver.script = [];
    const outbox = sending({ pager: webhook() });
    await store.outbox.add(Array.from({ length: 30 }, (_, i) => entry(i)));
    await receiver.down();
    await outbox.once();
    await receiver.up();
    for (let i = 0; i < 5; i++) {
      clock += 60_000;
      await outbox.once();
    }
    assert.equal(honoured().length, 30);
    assert.equal((await lines('sent')).length, 30);
  });
});

test('nothing in the store is a secret', async () => {
  const receiver = await startReceiver();
  const secret = 'TOP-SECRET-VALUE';
  receiver.script = [
    { status: 400, body: `bad ${secret}` },
    { status: 500, body: `bad ${secret}` },
  ];
  const config = {
    type: 'webhook',
    name: 'pager',
    url: receiver.url,
    secret: 'env:S',
    format: 'guardduty',
    ...told,
  } as const;
  const sender = openSender(config, { now, secret: () => secret });
  await store.outbox.add([entry(1), entry(2)]);
  await sending({ pager: sender }).once();
  await receiver.down();
  const kept = [...(await store.outbox.list('dead', 10)), ...(await store.outbox.list('waiting', 10))];
  assert.equal(kept.length, 2);
  assert.ok(!JSON.stringify(kept).includes(secret));
  assert.ok(!reports.join().includes(secret));
});

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(holds(), 'in four seconds');
}
