import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  functionIdentity,
  issueByLambda,
  logStream,
  type RawRecord,
  useFromOutside,
} from '../../../test/records/fixtures.ts';
import type { ApiCall, Testimony } from './api-call.ts';
import { toApiCall } from './parse.ts';

function callOf(value: unknown): ApiCall {
  const call = toApiCall(value);
  assert.ok(!('unusable' in call), JSON.stringify(call));
  return call;
}

const changed = (change: RawRecord): ApiCall => callOf({ ...useFromOutside, ...change });

test('a record keeps the fields that Straykey relies on', () => {
  const call = callOf(useFromOutside);
  assert.deepEqual(
    { ...call, resources: { ...call.resources }, identity: undefined },
    {
      id: 'aaaaaaaa-0000-4000-8000-000000000003',
      eventId: 'aaaaaaaa-0000-4000-8000-000000000003',
      time: Date.UTC(2026, 2, 1, 11, 30) / 1000,
      eventSource: 's3.amazonaws.com',
      eventName: 'GetObject',
      awsRegion: 'eu-west-1',
      sourceIPAddress: '185.220.101.1',
      userAgent: useFromOutside.userAgent,
      errorCode: 'AccessDenied',
      readOnly: true,
      eventCategory: 'Data',
      eventType: 'AwsApiCall',
      eventVersion: '1.11',
      recipientAccountId: '111122223333',
      authenticationMethod: 'AuthHeader',
      hostHeader: 'amzn-s3-demo-bucket.s3.eu-west-1.amazonaws.com',
      resources: { 'AWS::S3::Bucket': 'arn:aws:s3:::amzn-s3-demo-bucket' },
      identity: undefined,
    },
  );
  assert.equal(call.identity.inScopeOf?.issuerType, 'AWS::Lambda::Function');
});

test('what is absent is empty, not an error', () => {
  const call = callOf({ eventTime: '2026-03-01T11:30:00Z', eventSource: 's3.amazonaws.com', eventName: 'ListBuckets' });
  assert.equal(call.sourceIPAddress, '');
  assert.equal(call.recipientAccountId, '');
  assert.equal(call.identity.kind, 'other');
  assert.deepEqual(Object.keys(call.resources), []);
  for (const name of ['errorCode', 'readOnly', 'vpcEndpointId', 'testimony', 'addendum'])
    assert.ok(!(name in call), name);
});

describe('exports change a record and its call stays the same', () => {
  const same: readonly [what: string, change: RawRecord][] = [
    ['booleans as text', { readOnly: 'true', managementEvent: 'false' }],
    ['null as text', { vpcEndpointId: 'null', responseElements: 'null', addendum: 'null' }],
    ['time without T and Z', { eventTime: '2026-03-01 11:30:00' }],
    ['@timestamp instead of eventTime', { eventTime: undefined, '@timestamp': '2026-03-01T11:30:00.000Z' }],
    ['userIdentity as JSON text', { userIdentity: JSON.stringify(useFromOutside.userIdentity) }],
    ['additionalEventData as JSON text', { additionalEventData: JSON.stringify(useFromOutside.additionalEventData) }],
    ['resources as JSON text', { resources: JSON.stringify(useFromOutside.resources) }],
    ['resources with arn', { resources: [{ type: 'AWS::S3::Bucket', arn: 'arn:aws:s3:::amzn-s3-demo-bucket' }] }],
    [
      'resources as Athena text',
      { resources: '[{accountid=1, type=AWS::S3::Bucket, arn=arn:aws:s3:::amzn-s3-demo-bucket}]' },
    ],
    ['members of the exporter', { p_log_type: 'AWS.CloudTrail', p_event_time: 'x', '@version': '1' }],
    ['inScopeOf at the top, which proves nothing', { inScopeOf: { issuerType: 'AWS::EC2::Instance' } }],
  ];
  for (const [what, change] of same) test(what, () => assert.deepEqual(changed(change), callOf(useFromOutside)));

  test('all names in lower case', () => {
    const lower = (value: unknown): unknown =>
      typeof value !== 'object' || value === null || Array.isArray(value)
        ? value
        : Object.fromEntries(Object.entries(value).map(([name, member]) => [name.toLowerCase(), member]));
    const row = {
      ...(lower(useFromOutside) as object),
      useridentity:
        '{type=AssumedRole, principalid=AROAIOSFODNN7EXAMPLE:thumbnailer, accountid=111122223333, ' +
        'arn=arn:aws:sts::111122223333:assumed-role/thumbnailer-role/thumbnailer, accesskeyid=ASIAIOSFODNN7EXAMPLE, ' +
        'sessioncontext={attributes={creationdate=2026-03-01T10:00:00Z}, sessionissuer={arn=' +
        'arn:aws:iam::111122223333:role/service-role/thumbnailer-role}}, inscopeof={issuertype=AWS::Lambda::Function, ' +
        'credentialsissuedto=arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer}}',
      tlsdetails: '{clientprovidedhostheader=amzn-s3-demo-bucket.s3.eu-west-1.amazonaws.com}',
    };
    assert.deepEqual(callOf(row), callOf(useFromOutside));
  });
});

describe('an endpoint id counts only in the form that means an endpoint', () => {
  const cases: readonly [vpcEndpointId: unknown, kept: string | undefined][] = [
    ['vpce-0123456789abcdef0', 'vpce-0123456789abcdef0'],
    ['AWS Internal', undefined],
    ['cloudformation.amazonaws.com', undefined],
    [{ id: 'vpce-0123456789abcdef0' }, undefined],
  ];
  for (const [vpcEndpointId, kept] of cases) {
    test(JSON.stringify(vpcEndpointId), () => assert.equal(changed({ vpcEndpointId }).vpcEndpointId, kept));
  }
  test('its owner is twelve digits', () => {
    assert.equal(changed({ vpcEndpointAccountId: '444455556666' }).vpcEndpointAccountId, '444455556666');
    for (const vpcEndpointAccountId of ['AWS Internal', '44445555666', '4444555566667', '']) {
      assert.equal(changed({ vpcEndpointAccountId }).vpcEndpointAccountId, undefined);
    }
  });
});

describe('the identity for counting', () => {
  test('is the event an addendum corrects, else the event shared by accounts, else its own', () => {
    const sharedEventID = 'bbbbbbbb-0000-4000-8000-000000000009';
    const addendum = { reason: 'UPDATED_DATA', originalEventID: 'cccccccc-0000-4000-8000-000000000009' };
    assert.equal(changed({ sharedEventID }).id, sharedEventID);
    assert.equal(changed({ sharedEventID, addendum }).id, addendum.originalEventID);
    assert.equal(changed({ addendum }).addendum, 'UPDATED_DATA');
    assert.equal(changed({ addendum: { reason: 'DELIVERY_DELAY' } }).id, useFromOutside.eventID);
  });

  test('without any id is a hash of the content, the order of members aside', () => {
    const { eventID: _, ...anonymous } = useFromOutside;
    const reversed = Object.fromEntries(Object.entries(anonymous).reverse());
    assert.match(callOf(anonymous).id, /^[0-9a-f]{32}$/);
    assert.equal(callOf(anonymous).id, callOf(reversed).id);
    const ids = [{}, { eventID: '' }, { eventID: null }, { eventID: 'null' }].map(
      (change) => callOf({ ...anonymous, ...change }).id,
    );
    for (const id of ids) assert.match(id, /^[0-9a-f]{32}$/);
    assert.notEqual(callOf(anonymous).id, callOf({ ...anonymous, requestID: 'another' }).id);
  });

  test('hashes of different records differ', () => {
    const ids = new Set<string>();
    const { eventID: _, ...anonymous } = useFromOutside;
    for (let i = 0; i < 20_000; i++) ids.add(callOf({ ...anonymous, requestID: String(i) }).id);
    assert.equal(ids.size, 20_000);
  });
});

describe('what is no usable record has a name', () => {
  const s3 = {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    eventName: 'ObjectCreated:Put',
    eventTime: '2026-03-01T00:00:00.000Z',
    s3: {},
  };
  const insight = {
    eventVersion: '1.07',
    eventTime: '2026-03-01T00:00:00Z',
    eventType: 'AwsCloudTrailInsight',
    insightDetails: {},
  };
  const { eventTime: _, ...timeless } = useFromOutside;
  const cases: readonly [what: string, value: unknown, kind: string][] = [
    ['a number', 7, 'not-a-record'],
    ['null', null, 'not-a-record'],
    ['text', 'eventName', 'not-a-record'],
    ['a list', [useFromOutside], 'not-a-record'],
    ['an empty object', {}, 'not-a-record'],
    ['another object', { name: 'x', arn: 'y' }, 'not-a-record'],
    ['a record without a source', { ...useFromOutside, eventSource: undefined }, 'not-a-record'],
    ['a record whose name is no text', { ...useFromOutside, eventName: ['GetObject'] }, 'not-a-record'],
    [
      'a page about an event',
      { eventName: 'GetObject', eventSource: 's3.amazonaws.com', description: 'x' },
      'not-a-record',
    ],
    ['a Kinesis event', { eventSource: 'aws:kinesis', eventName: 'aws:kinesis:record', eventID: 'x' }, 'not-a-record'],
    ['an S3 notification', s3, 's3-notification'],
    ['an Insights event', insight, 'insights-event'],
    ['a record without time', timeless, 'no-event-time'],
    ['a record whose time is none', { ...useFromOutside, eventTime: 'yesterday' }, 'no-event-time'],
  ];
  for (const [what, value, kind] of cases) {
    test(`${what} is ${kind}`, () => {
      const found = toApiCall(value);
      assert.ok('unusable' in found);
      assert.equal(found.unusable, kind);
      assert.match(found.reason, /^expected .+, found /);
    });
  }
});

describe('testimony', () => {
  const testimonyOf = (record: RawRecord, change: RawRecord = {}): Testimony | undefined =>
    callOf({ ...record, ...change }).testimony;
  const role = 'arn:aws:iam::111122223333:role/service-role/thumbnailer-role';
  const credentials = { accessKeyId: 'ASIAI44QH8DHBEXAMPLE', expiration: 'Mar 1, 2026, 11:00:00 AM' };
  const byFunction: RawRecord = {
    ...logStream,
    userAgent: 'aws-cli/2.15',
    responseElements: null,
    requestParameters: null,
  };

  test('Lambda issued a key to a function', () => {
    assert.deepEqual(testimonyOf(issueByLambda), {
      kind: 'issue',
      accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
      roleArn: role,
      sessionName: 'thumbnailer',
      service: 'lambda.amazonaws.com',
      expiration: Date.UTC(2026, 2, 1, 22) / 1000,
    });
  });

  test('a person took a key of the same role, under the same name', () => {
    const issue = testimonyOf(issueByLambda, {
      userIdentity: {
        type: 'IAMUser',
        userName: 'Alice',
        arn: 'arn:aws:iam::111122223333:user/Alice',
        invokedBy: 'lambda.amazonaws.com',
      },
      responseElements: {
        credentials,
        assumedRoleUser: {
          assumedRoleId: 'AROAIOSFODNN7EXAMPLE:thumbnailer',
          arn: 'arn:aws:sts::111122223333:assumed-role/r/thumbnailer',
        },
      },
    });
    assert.deepEqual(issue, {
      kind: 'issue',
      accessKeyId: credentials.accessKeyId,
      roleArn: role,
      roleId: 'AROAIOSFODNN7EXAMPLE',
      sessionName: 'thumbnailer',
      expiration: Date.UTC(2026, 2, 1, 11) / 1000,
    });
  });

  for (const eventName of ['AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity', 'AssumeRoot']) {
    test(`${eventName} is an issue too`, () => {
      const issue = testimonyOf(issueByLambda, { eventName, userIdentity: { type: 'WebIdentityUser' } });
      assert.equal(issue?.kind, 'issue');
      assert.ok(!('service' in issue!));
    });
  }

  test('a redacted answer leaves role and session; a redacted request leaves the role of the resources', () => {
    assert.deepEqual(testimonyOf(issueByLambda, { responseElements: null, requestParameters: null }), {
      kind: 'issue',
      roleArn: role,
      sessionName: '',
      service: 'lambda.amazonaws.com',
    });
  });

  test('a refused AssumeRole issued nothing', () => {
    assert.equal(testimonyOf(issueByLambda, { errorCode: 'AccessDenied', responseElements: null }), undefined);
  });

  test("the sandbox's log writer names its function, refused or not", () => {
    const expected = { kind: 'log-stream', functionName: 'thumbnailer' };
    assert.deepEqual(testimonyOf(logStream), expected);
    assert.deepEqual(testimonyOf(logStream, { eventName: 'CreateLogGroup', errorCode: 'AccessDenied' }), expected);
    assert.deepEqual(testimonyOf(logStream, { userAgent: '[awslambda-worker]' }), expected);
  });

  const noLogWriter: readonly [what: string, change: RawRecord][] = [
    ['another agent', { userAgent: 'aws-cli/2.15 awslambda-worker' }],
    ['another group', { requestParameters: { logGroupName: '/aws/codebuild/thumbnailer' } }],
    ['a group below a function', { requestParameters: { logGroupName: '/aws/lambda/thumbnailer/x' } }],
    ['another call', { eventName: 'PutLogEvents' }],
  ];
  for (const [what, change] of noLogWriter) {
    test(`${what} is no log writer`, () => assert.equal(testimonyOf(logStream, change), undefined));
  }

  describe('decrypting the environment', () => {
    const functionArn = 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer';
    const decrypt: RawRecord = {
      ...logStream,
      eventSource: 'kms.amazonaws.com',
      eventName: 'Decrypt',
      userAgent: 'aws-internal/3 aws-sdk-java/1.12.112 Linux/5.4',
      requestParameters: { encryptionContext: { 'aws:lambda:FunctionArn': functionArn } },
    };
    test("by Lambda's control plane names the function", () => {
      assert.deepEqual(testimonyOf(decrypt), { kind: 'environment-decrypt', functionArn });
    });
    test('by anybody else does not', () =>
      assert.equal(testimonyOf(decrypt, { userAgent: 'aws-cli/2.15' }), undefined));
    test('of something else does not', () => {
      assert.equal(testimonyOf(decrypt, { requestParameters: { encryptionContext: { Purpose: 'test' } } }), undefined);
    });
  });

  describe('a management call of Lambda names a function', () => {
    const manage: RawRecord = {
      ...byFunction,
      eventSource: 'lambda.amazonaws.com',
      eventName: 'UpdateFunctionConfiguration20150331v2',
    };
    const forms = [
      'thumbnailer',
      'thumbnailer:PROD',
      'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer',
      'arn:aws-us-gov:lambda:us-gov-west-1:111122223333:function:thumbnailer:$LATEST',
      '111122223333:function:thumbnailer',
      'function:thumbnailer:7',
    ];
    for (const functionName of forms) {
      test(`as ${functionName}`, () => {
        assert.deepEqual(testimonyOf(manage, { requestParameters: { functionName } }), {
          kind: 'function-named',
          functionName: 'thumbnailer',
        });
      });
    }

    test('with its role and its network', () => {
      const requestParameters = { functionName: 'thumbnailer', role, vpcConfig: { subnetIds: ['subnet-1'] } };
      assert.deepEqual(testimonyOf(manage, { eventName: 'CreateFunction20150331', requestParameters }), {
        kind: 'function-named',
        functionName: 'thumbnailer',
        roleArn: role,
        inVpc: true,
      });
    });

    test('with the answer where the request does not say', () => {
      const change = {
        requestParameters: { functionName: 'thumbnailer' },
        responseElements: { functionName: 'thumbnailer', role, vpcConfig: { subnetIds: [], securityGroupIds: [] } },
      };
      assert.deepEqual(testimonyOf(manage, change), {
        kind: 'function-named',
        functionName: 'thumbnailer',
        roleArn: role,
        inVpc: false,
      });
    });

    test('unless it failed, runs the function, or names none', () => {
      const requestParameters = { functionName: 'thumbnailer' };
      assert.equal(testimonyOf(manage, { requestParameters, errorCode: 'ResourceNotFoundException' }), undefined);
      assert.equal(testimonyOf(manage, { requestParameters, eventName: 'Invoke' }), undefined);
      assert.equal(testimonyOf(manage, { requestParameters: { functionName: '../../x' } }), undefined);
      assert.equal(testimonyOf(manage, { eventName: 'ListFunctions20150331' }), undefined);
    });
  });

  describe('calls that make another credential', () => {
    const key = 'AKIAIOSFODNN7EXAMPLE';
    const cases: readonly [service: string, eventName: string, responseElements: unknown, accessKeyId?: string][] = [
      ['iam', 'CreateAccessKey', { accessKey: { accessKeyId: key, userName: 'x', status: 'Active' } }, key],
      ['sts', 'GetSessionToken', { credentials }, credentials.accessKeyId],
      ['sts', 'GetFederationToken', { credentials, federatedUser: {} }, credentials.accessKeyId],
      ['signin', 'GetSigninToken', { credentials, GetSigninToken: 'Success' }, credentials.accessKeyId],
      ['signin', 'GetSigninToken', { GetSigninToken: 'Success' }],
      ['rolesanywhere', 'CreateSession', { credentialSet: [{ credentials }] }, credentials.accessKeyId],
      ['sso-oauth', 'CreateTokenWithIAM', { accessToken: 'HIDDEN_DUE_TO_SECURITY_REASONS' }],
      ['codeartifact', 'GetAuthorizationToken', null],
      ['ecr', 'GetAuthorizationToken', null],
    ];
    for (const [service, eventName, responseElements, accessKeyId] of cases) {
      test(`${service}:${eventName}${accessKeyId === undefined ? ' without showing its key' : ''}`, () => {
        const change = { eventSource: `${service}.amazonaws.com`, eventName, responseElements };
        const expected = {
          kind: 'minted',
          ...(accessKeyId === undefined ? {} : { accessKeyId }),
          ...(eventName === 'CreateAccessKey' ? { userName: 'x' } : {}),
        };
        assert.deepEqual(testimonyOf(byFunction, change), expected);
        assert.equal(testimonyOf(byFunction, { ...change, errorCode: 'AccessDenied' }), undefined);
      });
    }
    test('a sign-in that failed made none', () => {
      const change = {
        eventSource: 'signin.amazonaws.com',
        eventName: 'GetSigninToken',
        responseElements: { GetSigninToken: 'Failure' },
      };
      assert.equal(testimonyOf(byFunction, change), undefined);
    });
    test('ordinary calls testify nothing', () => {
      assert.equal(testimonyOf(useFromOutside), undefined);
      assert.equal(
        testimonyOf(byFunction, { eventSource: 'sts.amazonaws.com', eventName: 'GetCallerIdentity' }),
        undefined,
      );
    });
  });
});

describe('hostile values are harmless', () => {
  test('members called __proto__, constructor and toString are data', () => {
    const text = JSON.stringify({ ...useFromOutside, userIdentity: { ...functionIdentity, PROTO: { kind: 'root' } } });
    const record = JSON.parse(
      text.replaceAll('PROTO', '__proto__').replace('{', '{"__proto__":{"errorCode":"x"},"constructor":1,'),
    );
    const expected = callOf({ ...useFromOutside, userIdentity: functionIdentity });
    assert.deepEqual(callOf(record), expected);
    assert.equal(({} as { errorCode?: string }).errorCode, undefined);
  });

  test('a resource type called __proto__ is only a name', () => {
    const call = changed({ resources: [{ type: '__proto__', ARN: 'arn:aws:s3:::x' }] });
    assert.deepEqual(Object.keys(call.resources), ['__proto__']);
    assert.equal(changed({}).resources.toString, undefined);
  });

  test('lone surrogates, control characters and formulas stay as recorded', () => {
    const userAgent = '\ud800=HYPERLINK("x")\u0000\u001b[31m';
    assert.equal(changed({ userAgent }).userAgent, userAgent);
  });

  test('any value at all gives a call or says why not', () => {
    const record = fc.dictionary(
      fc.oneof(
        fc.constantFrom(...Object.keys(useFromOutside), 'sharedEventID', 'addendum', '@timestamp', 'insightDetails'),
        fc.string(),
      ),
      fc.oneof(
        fc.jsonValue(),
        fc.constantFrom(...Object.values(useFromOutside)),
        fc.constantFrom(...Object.values(issueByLambda)),
      ),
    );
    const merged = record.map((changes) => ({ ...useFromOutside, ...changes }));
    const named = fc
      .constantFrom('sts', 'logs', 'kms', 'lambda', 'iam', 'signin')
      .chain((service) =>
        merged.map((value) => ({ ...value, eventSource: `${service}.amazonaws.com`, eventName: 'AssumeRole' })),
      );
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.jsonValue(), record, merged, named), (value) => {
        const found = toApiCall(value);
        if ('unusable' in found) assert.match(found.reason, /expected/);
        else assert.ok(found.id !== '' && Number.isInteger(found.time));
      }),
      { numRuns: 1000 },
    );
  });
});
