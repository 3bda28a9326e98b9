import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { alertDaysOf } from './alert-days.ts';
import { readHost } from './host.ts';
import type { Outside } from './input.ts';
import type { Judgement } from './judgement.ts';
import { createModel, type Model } from './learn.ts';
import { defaultSettings } from './settings.ts';

const DAY_0 = 20_000;
const MARKED = 'Boto3/1.39.7 exec-env/AWS_Lambda_python3.12 Botocore/1.39.17';
let serial = 0;

/** One call of `orders` from 198.51.100.7 on a day counted from day 0. */
function call(day: number, rest: Partial<Outside> = {}): Outside {
  return {
    id: `e${serial++}`,
    t: (DAY_0 + day) * 86_400 + 30_000,
    principal: '111122223333/role-orders/orders',
    role: '111122223333/role-orders',
    key: `ASIA${day}`,
    ip: '198.51.100.7',
    ua: MARKED,
    source: 'ec2.amazonaws.com',
    name: 'DescribeTags',
    region: 'eu-west-1',
    ...rest,
  };
}

function learned(days = 20, settings = {}): Model {
  const model = createModel(settings);
  for (let day = 0; day < days; day++) model.judge(call(day));
  return model;
}

const inside = (day: number) => ({
  inside: true as const,
  t: (DAY_0 + day) * 86_400,
  principal: call(0).principal,
  vpce: false,
});

describe('learning', () => {
  it('by `ack` never learns a host whose functions also run in AWS, and learns a routed one as usual', () => {
    const model = createModel({ loneMode: 'ack' });
    for (let day = 0; day < 40; day++) model.observeInside(inside(day));
    for (let day = 0; day < 39; day++) assert.ok(model.judge(call(day)).finding);
    const { explanation } = model.judge(call(39));
    assert.match(explanation.missing.join(), /unattended learning is off/);
    assert.equal(learned(20, { loneMode: 'ack' }).judge(call(20)).finding, false);
  });

  it('cannot be bought with an address or a time that cannot be read', () => {
    const model = createModel();
    for (let day = 0; day < 40; day++) {
      const { explanation, finding, reasons } = model.judge(call(day, { ip: 'not\u001b an address' }));
      assert.deepEqual([finding, reasons], [true, ['NEW_HOST']]);
      assert.match(explanation.text, /used from not\\u\{1b\} an address: the model needs an address that can be read/);
    }
    assert.ok(model.judge({ ...call(0), t: Number.NaN }).finding);
    assert.deepEqual(model.snapshot().principals, []);
  });

  it('is not disturbed by what nobody can use', () => {
    const model = learned();
    model.observeOutside(call(18, { ip: '' }));
    model.observeInside({ ...inside(18), t: Number.POSITIVE_INFINITY });
    model.observeInside({ ...inside(18), vpce: true });
    assert.match(model.feedback({ id: 'x', t: 0, verdict: 'malicious', cidr: '999' }) ?? '', /expected an address/);
    assert.equal(model.judge(call(20)).finding, false);
  });

  it('forgets on request what no verdict needs, and nothing else', () => {
    const model = learned();
    model.prune(DAY_0 + 500);
    assert.equal(model.judge(call(20)).finding, false);
    model.observeOutside(call(150));
    model.prune(DAY_0 + 30);
    assert.equal(model.snapshot().principals.length, 1);
    assert.equal(model.judge(call(21)).finding, false);
    model.prune(DAY_0 + 150);
    assert.deepEqual(model.ledger(), []);
    assert.deepEqual(model.judge(call(22)).reasons, ['NEW_HOST']);
  });

  it('lets a statement count at once, also for what is computed already', () => {
    const model = learned();
    assert.equal(model.judge(call(20)).finding, false);
    model.feedback({ id: 'm', t: 0, verdict: 'malicious', cidr: '198.51.100.0/24' });
    assert.deepEqual(model.judge(call(20)).reasons, ['HOST_REPORTED_MALICIOUS']);
  });
});

describe('a learned host', () => {
  const SECRETS = { source: 'ssm.amazonaws.com', name: 'GetParameter' };

  it('of a function that also runs in AWS never learns calls for secrets, however often they are made', () => {
    const model = createModel();
    for (let day = 0; day < 40; day++) {
      model.observeInside(inside(day));
      model.judge(call(day));
      model.judge(call(day, SECRETS));
    }
    assert.deepEqual(model.judge(call(40)).reasons, []);
    assert.deepEqual(model.judge(call(40, SECRETS)).reasons, ['NEW_CATEGORY:SECRETS']);
  });

  it('jumps in volume with the first call over the bound', () => {
    const model = learned(20, { volMin: 3, volFactor: 4 });
    const reasons = Array.from({ length: 5 }, () => model.judge(call(20)).reasons.join());
    assert.deepEqual(reasons, ['', '', '', '', 'VOLUME_JUMP']);
  });

  it('cannot jump in volume before there are three days to compare with', () => {
    const many = (days: number) => {
      const model = learned(days, { volMin: 3, volFactor: 1 });
      model.feedback({ id: 'f', t: 0, verdict: 'expected', ttlDays: 36_500 });
      return Array.from({ length: 9 }, () => model.judge(call(days + 1))).at(-1)?.reasons;
    };
    assert.deepEqual([many(2), many(3)], [[], ['VOLUME_JUMP']]);
  });

  it('counts at least its own call on a day too full of hosts to be remembered', () => {
    const hosts = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'].map((ip) => readHost(ip, defaultSettings)!);
    hosts.sort((a, b) => a.hash - b.hash);
    const model = createModel({ maxUnits: 1, volMin: 1, volFactor: 0 });
    for (let day = 0; day < 12; day++) model.judge(call(day, { ip: hosts[3]!.unit }));
    model.judge(call(12, { ip: hosts[0]!.unit }));
    assert.deepEqual(model.judge(call(12, { ip: hosts[3]!.unit })).reasons, ['VOLUME_JUMP']);
  });

  it('takes a record that comes too late into account from then on', () => {
    const late = createModel();
    for (let day = 0; day < 8; day++) if (day !== 3) late.judge(call(day));
    assert.deepEqual(late.judge(call(8)).reasons, ['LEARNING']);
    late.observeOutside(call(3));
    assert.deepEqual(late.judge(call(8)).reasons, []);
    late.observeInside(inside(4));
    assert.deepEqual(late.judge(call(8)).reasons, ['LEARNING']);
  });
});

describe('a pool', () => {
  it('is not drawn by a host that was reported malicious for everybody, and stays away while the report stands', () => {
    const within = (model: Model) => {
      for (let day = 0; day < 12; day++)
        for (const last of [16, 17, 18]) model.judge(call(day, { ip: `203.0.113.${last}` }));
      return model.judge(call(12, { ip: '203.0.113.20' })).scope.kind;
    };
    const report = { id: 'm', t: (DAY_0 + 12) * 86_400, verdict: 'malicious', cidr: '203.0.113.16' } as const;
    const reported = (rest: object) => {
      const model = createModel();
      model.feedback({ ...report, ...rest });
      return within(model);
    };
    const afterMidnight = { t: report.t + 1 };
    const forOne = { principal: call(0).principal };
    assert.deepEqual(
      [within(createModel()), reported({}), reported(afterMidnight), reported(forOne)],
      ['pool', 'host', 'pool', 'pool'],
    );
  });
});

describe('history in several batches', () => {
  const busy = Array.from({ length: 300 }, (_, i) =>
    call(20, { t: (DAY_0 + 20) * 86_400 + i, id: `busy-${String(i).padStart(3, '0')}` }),
  );

  it('counts a day on from where the batch before left it', () => {
    const model = learned();
    const first = model.judgeAll(busy.slice(0, 150)).map(({ judgement }) => judgement.finding);
    const second = model.judgeAll(busy.slice(150)).map(({ judgement }) => judgement.finding);
    assert.ok(!first.includes(true) && second.at(0) === false && second.at(-1) === true);
  });

  it('counts copies once and answers in order of time', () => {
    const model = learned();
    const judged = model.judgeAll([...busy, ...busy].reverse());
    assert.deepEqual(
      judged.map(({ event }) => event.id),
      busy.map(({ id }) => id),
    );
    assert.ok(judged.some(({ judgement }) => judgement.reasons.includes('VOLUME_JUMP')));
  });
});

describe('the ledger', () => {
  it('tells since when a host is silent, on what evidence, and how much was silenced', () => {
    const model = learned(12);
    model.judge(call(12, { id: 'copy' }));
    model.judge(call(12, { id: 'copy' }));
    assert.deepEqual(model.ledger(), [
      {
        principal: '111122223333/role-orders/orders',
        scope: { kind: 'host', unit: '198.51.100.7' },
        silentSince: '2024-10-12',
        evidenceDays: 7,
        weight: 7,
        required: 7,
        silencedCalls: 5,
        lastSilenced: call(12).t,
      },
    ]);
  });

  it('holds nothing before that', () => {
    assert.deepEqual(learned(8).ledger(), []);
  });
});

describe('the score', () => {
  const lone = learned();
  const mixed = createModel();
  for (let day = 0; day < 30; day++) mixed.observeInside(inside(day));
  for (let day = 0; day < 30; day++) mixed.judge(call(day, { ua: 'curl/8' }));
  const cases: readonly (readonly [string, Judgement, number])[] = [
    ['a first use by a marked client', createModel().judge(call(0)), 50 - 5],
    ['a first use by an unmarked client', createModel().judge(call(0, { ua: 'curl/8' })), 50 + 10],
    [
      'a first critical call',
      createModel().judge(call(0, { source: 'iam.amazonaws.com', name: 'CreateUser' })),
      50 - 5 + 20,
    ],
    [
      'a first call for secrets',
      createModel().judge(call(0, { source: 'ssm.amazonaws.com', name: 'GetParameter' })),
      50 - 5 + 5,
    ],
    [
      'a call for secrets from a learned host',
      lone.judge(call(20, { source: 'ssm.amazonaws.com', name: 'GetParameter' })),
      50 - 10 - 15 - 5 + 15,
    ],
    ['a new unmarked client at a learned host', lone.judge(call(20, { ua: 'aws-cli/2' })), 50 - 10 - 15 + 10 + 10],
    ['a function that also runs in AWS', mixed.judge(call(30, { ua: 'curl/8' })), 50 + 20 + 10],
    ['a new host of a function that ran in AWS lately', mixed.judge(call(30, { ip: '9.9.9.9' })), 50 + 20 - 5],
  ];
  for (const [name, judgement, score] of cases)
    it(`of ${name} is ${score}`, () => assert.equal(judgement.score, score));
});

describe('alert-days', () => {
  it('unite the reasons of a host and a day, and mark every unknown host of a day that fanned out', () => {
    const model = learned();
    const away = ['192.0.2.5', '203.0.113.5', '9.9.9.9'].map((ip) => call(20, { ip }));
    const secrets = call(20, { source: 'ssm.amazonaws.com', name: 'GetParameter' });
    const judged = [call(20), secrets, ...away].map((event) => ({ event, judgement: model.judge(event) }));
    assert.deepEqual(
      alertDaysOf(judged.reverse()).map(({ date, host, reasons }) => [date, host, ...reasons]),
      [
        ['2024-10-24', '192.0.2.5', 'FAN_OUT', 'NEW_HOST'],
        ['2024-10-24', '198.51.100.7', 'NEW_CATEGORY:SECRETS'],
        ['2024-10-24', '203.0.113.5', 'FAN_OUT', 'NEW_HOST'],
        ['2024-10-24', '9.9.9.9', 'FAN_OUT', 'NEW_HOST'],
      ],
    );
  });
});
