import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Oddity } from '../kit/index.ts';
import type { ApiCall, SessionIdentity } from '../records/index.ts';
import { buildOwnNetworks, type PlaceTables } from '../where/index.ts';
import { join } from './join.ts';
import { attributedLate } from './revisit.ts';
import { Survey } from './survey.ts';

const KEY = 'ASIAIOSFODNN7EXAMPLE';
/** A Tor exit of Stiftung Erneuerbare Freiheit. */
const OUTSIDE = '185.220.101.1';
const ENDPOINT = { sourceIPAddress: '10.0.0.7', vpcEndpointId: 'vpce-0123456789abcdef0' };

const identity: SessionIdentity = {
  kind: 'session',
  accountId: '111122223333',
  principalId: 'AROAEXAMPLEROLEID0001:orders',
  arn: 'arn:aws:sts::111122223333:assumed-role/orders-role/orders',
  accessKeyId: KEY,
  roleId: 'AROAEXAMPLEROLEID0001',
  roleArn: 'arn:aws:iam::111122223333:role/orders-role',
  roleName: 'orders-role',
  sessionName: 'orders',
};

const call: ApiCall = {
  id: 'use-1',
  time: 1_790_000_000,
  eventSource: 'sqs.amazonaws.com',
  eventName: 'ReceiveMessage',
  awsRegion: 'eu-west-1',
  sourceIPAddress: OUTSIDE,
  userAgent: '',
  recipientAccountId: '111122223333',
  resources: {},
  identity,
};

const issue: ApiCall = {
  ...call,
  id: 'issue-1',
  eventSource: 'sts.amazonaws.com',
  eventName: 'AssumeRole',
  sourceIPAddress: 'lambda.amazonaws.com',
  identity: {
    kind: 'service',
    accountId: '',
    principalId: '',
    arn: '',
    accessKeyId: '',
    invokedBy: 'lambda.amazonaws.com',
  },
  testimony: {
    kind: 'issue',
    accessKeyId: KEY,
    roleArn: identity.roleArn,
    sessionName: 'orders',
    service: 'lambda.amazonaws.com',
  },
};

const tables: PlaceTables = {};

function surveyOf(calls: readonly ApiCall[], places: PlaceTables = tables, oddities: Oddity[] = []): Survey {
  const survey = new Survey(places, (oddity) => oddities.push(oddity));
  survey.begin(0, 'trail.json');
  for (const each of calls) {
    const wanted = survey.kindOf(each.eventSource, each.eventName) !== 'skim';
    const standing = wanted ? 'read' : survey.meet(each);
    if (typeof standing === 'object') survey.note(standing.note);
    if (standing === 'read') survey.read(each, 7);
  }
  return survey;
}

describe('a use from outside', () => {
  test('is kept when its issue was read before', () => {
    const { uses } = join(surveyOf([issue, call]), tables);
    assert.deepEqual(
      uses.map(({ use, principal }) => [use.rung, use.issuedTo.name, principal]),
      [['issued-key', 'orders', '111122223333/orders-role/orders']],
    );
  });

  test('waits, with its file, when the issue comes later; then the file is looked at again', () => {
    const survey = surveyOf([call, issue]);
    assert.equal(survey.calls.size, 0);
    const look = attributedLate(survey);
    assert.deepEqual(look.files, [0]);
    assert.equal(look.callers.size, 1);
  });

  test('by somebody with an address for a name waits and is never looked at again', () => {
    const jane = {
      ...identity,
      sessionName: 'jane@example.com',
      principalId: 'AROAEXAMPLEROLEID0001:jane@example.com',
    };
    assert.deepEqual(attributedLate(surveyOf([issue, { ...call, identity: jane }])).files, []);
  });

  test('that a presigned address made is counted apart', () => {
    const presigned = {
      ...call,
      eventSource: 's3.amazonaws.com',
      eventName: 'GetObject',
      authenticationMethod: 'QueryString',
    };
    const joined = join(surveyOf([issue, presigned, presigned]), tables);
    assert.equal(joined.uses.length, 0);
    assert.deepEqual([...joined.presigned.values()], [{ calls: 1, addresses: [OUTSIDE] }]);
  });
});

describe('inside use', () => {
  const use = { ...call, id: 'use-2' };

  function insideDays(calls: readonly ApiCall[], places = tables) {
    return join(surveyOf([issue, use, ...calls], places), places).inside.map(({ pub, endpoint }) => ({
      pub,
      endpoint,
    }));
  }

  test('through a VPC endpoint is kept with service and region', () => {
    assert.deepEqual(insideDays([{ ...call, ...ENDPOINT }]), [
      { pub: false, endpoint: ['sqs.amazonaws.com@eu-west-1'] },
    ]);
  });

  test("through somebody else's VPC endpoint is none", () => {
    const foreign = { ...call, ...ENDPOINT, vpcEndpointAccountId: '999988887777' };
    assert.deepEqual(insideDays([foreign]), []);
  });

  test("is not told by Lambda's own bookkeeping", () => {
    const logs = { ...call, ...ENDPOINT, eventSource: 'logs.amazonaws.com', eventName: 'CreateLogStream' };
    assert.deepEqual(insideDays([logs]), []);
  });

  test('does not count when only a key shows it that a person was issued', () => {
    const janesKey = 'ASIAJANESKEYEXAMPLE0';
    const janes = {
      ...issue,
      identity,
      testimony: { ...issue.testimony, service: undefined, accessKeyId: janesKey },
    } as ApiCall;
    const hers = { ...call, ...ENDPOINT, identity: { ...identity, accessKeyId: janesKey } };
    assert.deepEqual(insideDays([hers, janes]), []);
  });

  test('in a network the operator declared is neither inside nor outside', () => {
    const { out } = buildOwnNetworks([{ cidr: '185.220.101.0/24', label: 'office', kind: 'office' }]);
    const own: PlaceTables = { ownNetworks: out };
    const joined = join(surveyOf([issue, call], own), own);
    assert.deepEqual([joined.uses.length, joined.inside.length], [0, 0]);
  });
});

test('an address that is none is told once for each record, with its place', () => {
  const oddities: Oddity[] = [];
  surveyOf([{ ...call, sourceIPAddress: '255.18.064.253' }], tables, oddities);
  assert.deepEqual(
    oddities.map(({ kind, origin, offset }) => ({ kind, origin, offset })),
    [{ kind: 'malformed-address', origin: 'trail.json', offset: 7 }],
  );
});

test('of copies of one call the one that shows the key is kept, in any order', () => {
  const { accessKeyId: _, ...hidden } = identity;
  const copy: ApiCall = { ...call, recipientAccountId: '444455556666', identity: { ...hidden, accessKeyId: '' } };
  for (const calls of [
    [issue, call, copy],
    [issue, copy, call],
  ]) {
    const { uses } = join(surveyOf(calls), tables);
    assert.deepEqual(
      uses.map(({ use }) => use.call.identity.accessKeyId),
      [KEY],
    );
  }
});

test('surveys of parts, joined in any order, say what one survey of all says', () => {
  const parts: readonly (readonly ApiCall[])[] = [
    [issue],
    [call, { ...call, id: 'use-3', time: call.time + 60 }],
    [{ ...call, ...ENDPOINT }],
  ];
  const whole = join(surveyOf(parts.flat()), tables);
  for (const order of [
    [0, 1, 2],
    [2, 0, 1],
    [1, 2, 0],
  ]) {
    const survey = new Survey(tables, () => {});
    for (const part of order) survey.absorb(structuredClone(surveyOf(parts[part]!).facts()));
    for (const each of parts[1]!) survey.keep(each, identity);
    assert.deepEqual(join(survey, tables), whole);
  }
});

const logStream: ApiCall = {
  ...call,
  id: 'log-1',
  eventSource: 'logs.amazonaws.com',
  eventName: 'CreateLogStream',
  testimony: { kind: 'log-stream', functionName: 'orders' },
};
const update: ApiCall = {
  ...call,
  id: 'update-1',
  eventSource: 'lambda.amazonaws.com',
  eventName: 'UpdateFunctionCode20150331v2',
  testimony: { kind: 'function-named', functionName: 'orders', inVpc: true },
};

const witnessed: readonly [string, ApiCall, boolean][] = [
  ['the log stream made from inside', { ...logStream, ...ENDPOINT }, true],
  ['the log stream made from outside, before the issue is known', logStream, true],
  ['a change made by a service', { ...update, sourceIPAddress: 'cloudformation.amazonaws.com' }, true],
  ['a change from inside', { ...update, ...ENDPOINT }, true],
  [
    'a change by a user from outside',
    { ...update, identity: { ...issue.identity, kind: 'user', accessKeyId: KEY } },
    true,
  ],
  ['a change by nobody from outside', { ...update, identity: issue.identity }, true],
  ['a change from no address', { ...update, sourceIPAddress: '****' }, false],
];

for (const [what, each, does] of witnessed) {
  test(`${what} ${does ? 'needs no reading: witnessed or read, the survey is the same' : 'is read'}`, () => {
    const survey = surveyOf([]);
    assert.equal(survey.witness(each), does);
    if (!does) survey.read(each, 7);
    assert.deepEqual(survey.facts(), surveyOf([each]).facts());
  });
}

test('a change with a stolen credential is read, because the call is kept', () => {
  const survey = surveyOf([issue]);
  assert.equal(survey.witness(update), false);
});

test('sessions that share an ARN alone are told apart', () => {
  const other = { ...identity, sessionName: 'billing', roleId: 'AROAEXAMPLEROLEID0002' };
  const days = surveyOf([
    { ...call, ...ENDPOINT },
    { ...call, ...ENDPOINT, identity: other },
  ]).inside.sessions;
  assert.deepEqual([...days.keys()], ['111122223333/orders-role orders', '111122223333/orders-role billing']);
});
