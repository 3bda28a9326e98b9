import { hosterAddress, NOT_ADDRESSES, privateAddress, sharedAddress } from './addresses.ts';
import { type Api, DESCRIBE_INSTANCES, GET_OBJECT, PUT_OBJECT } from './calls.ts';
import {
  callerIdentity,
  functionIdentity,
  personIssue,
  type Row,
  record,
  scopeOf,
  sessionIdentity,
} from './records.ts';
import { type Scene, whereOf } from './traffic.ts';

/**
 * Records that look like the theft and are not. Each kind fools some shortcut: a search for a literal, a judge of roles in
 * place of credentials, a reader that takes any key of the right name wherever it stands.
 */
export const DECOYS: Readonly<Record<string, (scene: Scene) => readonly Row[]>> = {
  'scope text in a user agent': (s) => [
    person(s, {
      agent:
        'curl/8.7.1 "inScopeOf":{"issuerType":"AWS::Lambda::Function","credentialsIssuedTo":"arn:aws:lambda:us-east-1:111122223333:function:orders"}',
    }),
  ],
  'Lambda marker in a user agent': (s) => [
    person(s, { agent: 'Boto3/1.42.97 lang/python#3.12.13 exec-env/AWS_Lambda_python3.12' }),
  ],
  'outside address in a tag map': (s) => [
    inside(s, TAG_FUNCTION, {
      request: { tags: { sourceIPAddress: '185.220.101.34', userIdentity: 'stolen', eventVersion: '1.08' } },
    }),
  ],
  'a whole theft as a nested element': (s) => [person(s, { request: { entries: [nestedTheft(s)] } }, PUT_EVENTS)],
  'a whole theft as text': (s) => [person(s, { request: { detail: JSON.stringify(nestedTheft(s)) } }, PUT_EVENTS)],
  'lambda.amazonaws.com in a trust policy': (s) => [
    person(s, { request: { roleName: 'orders-role', assumeRolePolicyDocument: TRUST_POLICY } }, CREATE_ROLE),
  ],
  'a key issued to a person under a function name': (s) => {
    const x = whereOf(s);
    const fn = s.r.pick(s.sessions).fn;
    const who = s.r.pick(s.callers.people);
    const key = s.r.accessKey('ASIA');
    const calling = { address: who.address, agent: who.agent, old: s.file.account.old };
    const session = { roleArn: fn.roleArn, roleId: fn.roleId, sessionName: fn.name, key };
    const used = { account: x.account, roleName: fn.roleName, name: fn.name, createdAt: x.time, ...session };
    return [
      personIssue(x, { ...calling, identity: callerIdentity(who, x.account, x.time) }, session),
      record(DESCRIBE_INSTANCES, { ...x, time: x.time + 30 }, { ...calling, identity: sessionIdentity(used) }),
    ];
  },
  'a presigned read by a browser': (s) => [presigned(s, GET_OBJECT)],
  'a presigned upload by a browser': (s) => [presigned(s, PUT_OBJECT)],
  'no address': (s) => [inside(s, DESCRIBE_INSTANCES, { address: s.r.pick(NOT_ADDRESSES) })],
  'a private address without an endpoint': (s) => [inside(s, DESCRIBE_INSTANCES, { address: privateAddress(s.r) })],
  'a shared address through an endpoint': (s) => [
    inside(s, DESCRIBE_INSTANCES, { address: sharedAddress(s.r), vpcEndpointId: `vpce-${s.r.hex(17)}` }),
  ],
  'a service on behalf of a function': (s) => [
    inside(
      s,
      PUT_OBJECT,
      { address: 'athena.amazonaws.com', agent: 'athena.amazonaws.com' },
      { invokedBy: 'athena.amazonaws.com' },
    ),
  ],
  'AWS Internal': (s) => [
    inside(s, PUT_OBJECT, { address: 'AWS Internal', agent: 'AWS Internal' }, { invokedBy: 'AWS Internal' }),
  ],
  'scope beside the identity': (s) => [person(s, { extra: { inScopeOf: scopeOf(s.r.pick(s.sessions).fn) } })],
  'empty scope': (s) => [person(s, {}, DESCRIBE_INSTANCES, { inScopeOf: {} })],
  "AWS's own console endpoint": (s) => [person(s, { vpcEndpointId: 'vpce-1bba4172' })],
  'a person creating a function': (s) => [
    person(s, { address: 'lambda.amazonaws.com', agent: 'lambda.amazonaws.com' }, CREATE_GRANT, {
      invokedBy: 'lambda.amazonaws.com',
    }),
  ],
};

interface Change {
  readonly address?: string;
  readonly agent?: string;
  readonly request?: unknown;
  readonly vpcEndpointId?: string;
  readonly extra?: Row;
}

const operation = (source: string, name: string): Api => ({ source: `${source}.amazonaws.com`, name, readOnly: false });
const TAG_FUNCTION = operation('lambda', 'TagResource20170331v2');
const PUT_EVENTS = operation('events', 'PutEvents');
const CREATE_ROLE = operation('iam', 'CreateRole');
const CREATE_GRANT = operation('kms', 'CreateGrant');
const TRUST_POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

function person(s: Scene, change: Change, api: Api = DESCRIBE_INSTANCES, more: Row = {}): Row {
  const x = whereOf(s);
  const who = s.r.pick(s.callers.people);
  const calling = { address: who.address, agent: who.agent, old: s.file.account.old };
  return record(api, x, { ...calling, identity: callerIdentity(who, x.account, x.time, more), ...change });
}

/** A function's own key, used where it belongs; `change` makes it look otherwise. */
function inside(s: Scene, api: Api, change: Change, more: Row = {}): Row {
  const x = whereOf(s);
  const session = s.r.pick(s.sessions);
  const calling = { address: session.address, agent: session.fn.agent, old: s.file.account.old };
  return record(api, x, { ...calling, identity: functionIdentity(session, more), ...change });
}

/** Signed by the function, sent by somebody's browser: everyday delegation, no theft. */
function presigned(s: Scene, api: Api): Row {
  const x = whereOf(s);
  return record(api, x, {
    identity: functionIdentity(s.r.pick(s.sessions)),
    address: s.r.pick(s.callers.people).address,
    agent:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36',
    old: s.file.account.old,
    additional: { AuthenticationMethod: 'QueryString' },
  });
}

function nestedTheft(s: Scene): Row {
  const x = whereOf(s);
  const session = s.r.pick(s.sessions);
  const identity = functionIdentity(session, { inScopeOf: scopeOf(session.fn) });
  return record(DESCRIBE_INSTANCES, x, { identity, address: hosterAddress(s.r), agent: 'curl/8.7.1', old: false });
}
